"""Any other number that stands for one person."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_LABEL = (
    "(?:employee|badge|specimen|sample|study|subject|screening|student|inmate|"
    "military|donor|reference|ref|confirmation|"
    r"requisition|prescription|rx|trial|participant|staff|user)[ \t.]{0,2}(?:number|"
    r"no\b|num\b|id\b|identifier|#)|ID[ \t]?#|ID:"
)
_UUID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"


class OtherIdRecognizer(ClinicalRecognizer):
    """Finds numbers behind a label that makes them somebody's, and UUIDs."""

    ENTITY = "OTHER_ID"
    PATTERNS = (labelled("identifier", _LABEL, score=0.7), Pattern("UUID", _UUID, 0.8))
