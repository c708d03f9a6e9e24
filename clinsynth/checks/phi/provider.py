"""Identifiers of the people and places that care: NPI and DEA numbers, by their check digits."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only
from stdnum import luhn

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

# The Luhn digit of an NPI counts the prefix of US health identifiers (45 CFR 162.406).
_NPI_PREFIX = "80840"


class NpiRecognizer(ClinicalRecognizer):
    """Finds national provider identifiers: ten digits behind their label, the last a Luhn digit."""

    ENTITY = "US_NPI"
    PATTERNS = (labelled("NPI", r"NPI|national[ \t]provider[ \t]identifier", r"[12]\d{3}[ -]?\d{3}[ -]?\d{3}\b"),)

    def validate_result(self, pattern_text: str) -> bool:
        """Say whether the check digit is right; Presidio then scores the match 1, else drops it."""
        return bool(luhn.is_valid(_NPI_PREFIX + "".join(filter(str.isdigit, pattern_text))))


class DeaRecognizer(ClinicalRecognizer):
    """Finds DEA registration numbers: two letters (or a letter and a 9), six digits, a check digit."""

    ENTITY = "US_DEA"
    PATTERNS = (
        labelled("DEA number", r"DEA", r"[A-Z][A-Z9]\d{7}\b"),
        Pattern("DEA number alone", r"\b[A-Z][A-Z9]\d{7}\b", 0.6),
    )
    FLAGS = 0

    def validate_result(self, pattern_text: str) -> bool:
        """Say whether the check digit is right: the last of (d1 + d3 + d5) + 2 (d2 + d4 + d6)."""
        digits = [int(digit) for digit in pattern_text[2:]]
        return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]
