"""Telephone, fax and pager numbers.

Patterns of our own: Presidio's recognizer asks libphonenumber about every run of digits, once a region, and takes
longer than all others together.
"""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer

_EXTENSION = r"(?:[ \t,]{0,2}(?:x|ext\.?|extension)[ \t]?\d{1,6})?"
_LABEL = (
    r"\b(?:phone|telephone|tel|cell|cellular|mobile|fax|facsimile|pager|beeper|"
    r"call(?:ed|ing)?|contact|reached|extension|ext)\b"
)
_BETWEEN = r"[ \t.]{0,2}(?:number|no|#)?[ \t.:#]{0,3}(?:is|at|us[ \t]at|me[ \t]at)?[ \t]{0,2}"


class PhoneRecognizer(ClinicalRecognizer):
    """Finds numbers of the North American plan with separators, others behind a label or with a plus."""

    ENTITY = "TELEPHONE"
    PATTERNS = (
        Pattern(
            "with area code",
            rf"(?<![\w.+/-])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\)[ \t]?|[2-9]\d\d[-.])\d{{3}}[-. "
            rf"]\d{{4}}{_EXTENSION}(?![\w-]|\.\d)",
            0.75,
        ),
        Pattern(
            "labelled",
            rf"{_LABEL}{_BETWEEN}{FROM_HERE}\(?\d{{3}}\)?[-. ]?\d{{3}}[-. ]?\d{{4}}{_EXTENSION}(?![\w-])",
            0.85,
        ),
        Pattern(
            "labelled, without area code",
            rf"{_LABEL}{_BETWEEN}{FROM_HERE}\d{{3}}[-. ]\d{{4}}{_EXTENSION}(?![\w-]|[ \t]?m[gl]\b)",
            0.75,
        ),
        Pattern(
            "extension", rf"\b(?:extension|ext\.|pager|beeper)[ \t]?[:#]?[ \t]?{FROM_HERE}\d{{3,6}}(?![\w/-]|\.\d)", 0.6
        ),
        Pattern("international", r"(?<![\w+])\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w-])", 0.7),
    )
