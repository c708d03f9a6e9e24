"""Addresses and places below a state."""

import re

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer
from clinsynth.checks.phi.states import COUNTRIES, STATE_CODES, STATE_NAMES

_WORD = r"[A-Z][a-z]{1,20}"
_STREET = (
    r"(?:Street|Avenue|Road|Boulevard|Drive|Lane|Court|Way|Place|Parkway|Highway|Circle|Terrace|Square|Trail|Turnpike"
    r"|(?:St|Ave|Rd|Blvd|Dr|Ln|Ct|Pl|Pkwy|Hwy|Cir)\b(?=[.,\n]|$|[ \t](?:Apt|Suite|Unit|#)))"
)
_UNIT = r"(?:,?[ \t](?:Apt|Apartment|Suite|Ste|Unit|Room|#)\.?[ \t]?#?[A-Z0-9-]{1,6}\b)?"
_CITY = rf"(?:(?:St|Ft|Mt)\.[ \t])?{_WORD}(?:[ \t]{_WORD}){{0,2}}"
_STATE = rf"(?:{'|'.join([*STATE_NAMES, *STATE_CODES])})\b"
_ABOVE_A_STATE = frozenset({*STATE_NAMES, *COUNTRIES})


class AddressRecognizer(ClinicalRecognizer):
    """Finds streets with house numbers, post office boxes, cities before their state or behind "lives in"."""

    ENTITY = "ADDRESS"
    FLAGS = re.MULTILINE
    PATTERNS = (
        Pattern(
            "street",
            rf"(?<![\w.,/-])\d{{1,6}}[A-Z]?[ \t](?:[NSEW]\.?[ \t]|(?:North|South|East|"
            rf"West)[ \t])?(?:(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th))[ \t]){{1,3}}{_STREET}\.?{_UNIT}",
            0.85,
        ),
        Pattern("post office box", r"\bP\.?[ \t]?O\.?[ \t][Bb]ox[ \t]\d{1,7}\b", 0.9),
        Pattern("city before its state", rf"\b{_CITY}(?=,[ \t]{{0,2}}{_STATE})", 0.7),
        Pattern(
            "where somebody lives",
            rf"\b(?:lives|living|lived|resides|residing|resident|born|raised|moved)"
            rf"[ \t](?:in|to|of|near|outside)[ \t]{FROM_HERE}{_CITY}",
            0.5,
        ),
    )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Say whether a match names a state or a country, or begins a facility rather than a city."""
        return pattern_text in _ABOVE_A_STATE or pattern_text.split(maxsplit=1)[0] in _NO_CITIES


_NO_CITIES = frozenset(
    {"Assisted", "Nursing", "Section", "Apartment", "Department", "Hospital", "University", "The", "A", "An"}
)
