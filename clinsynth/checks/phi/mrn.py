"""Medical record numbers."""

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_LABEL = (
    r"MRN|MR[ \t]?#|MR[ \t]no\b|med(?:ical)?[ \t.]{1,2}rec(?:ord)?s?|chart[ \t](?:number|no\b|id|#)|chart[ \t]?#"
    r"|(?:patient|pt|unit|hospital|record|registration|history)[ \t](?:number|no\b|id\b|identifier)"
    r"|(?:patient|pt|unit|hospital|record)[ \t]?#|EMPI|EMRN|PID"
)


class MrnRecognizer(ClinicalRecognizer):
    """Finds medical record, chart and patient numbers behind their label ("MR" alone is mitral regurgitation)."""

    ENTITY = "MEDICAL_RECORD_NUMBER"
    PATTERNS = (labelled("medical record number", _LABEL, score=0.95),)
