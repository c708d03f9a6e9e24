"""Vehicle identifiers: plates behind their label, identification numbers by their check digit."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_N_CHARACTERS = 17


class VehicleRecognizer(ClinicalRecognizer):
    """Finds licence plates behind their label and 17-character vehicle identification numbers (49 CFR part 565)."""

    ENTITY = "VEHICLE_ID"
    PATTERNS = (
        labelled(
            "plate",
            r"licen[sc]e[ \t]plate|number[ \t]plate|plate[ \t](?:number|no\b|#)",
            r"(?=[A-Z -]{0,4}\d)[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4}\b",
        ),
        Pattern("vehicle identification number", r"\b(?=[A-Z]{0,16}\d)[A-HJ-NPR-Z0-9]{17}\b", 0.5),
    )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Say whether a vehicle identification number has a wrong check digit; plates have none."""
        return len(pattern_text) == _N_CHARACTERS and not _is_vin(pattern_text.upper())


def _is_vin(number: str) -> bool:
    total = sum(
        weight * (int(sign) if sign.isdigit() else _VALUES[sign]) for weight, sign in zip(_WEIGHTS, number, strict=True)
    )
    return number[8] == "0123456789X"[total % 11]
