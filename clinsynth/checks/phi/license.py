"""Numbers of licences and certificates."""

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_LABEL = (
    r"(?:driver'?s?|driving|drivers'|medical|state|professional|nursing|pharmacy|marriage)[ \t]licen[sc]e"
    r"|licen[sc]e[ \t](?:number|no\b|id\b|#)|licen[sc]e[ \t]?#|lic[ \t.]{0,2}#|DL[ \t]?#|DLN"
    r"|(?:birth|death)[ \t]certificate|certificate[ \t](?:number|no\b|#)|passport|TIN|ITIN|taxpayer[ \t]id"
)


class LicenseRecognizer(ClinicalRecognizer):
    """Finds licence, certificate and passport numbers behind their label."""

    ENTITY = "LICENSE_NUMBER"
    PATTERNS = (labelled("licence number", _LABEL),)
