"""Ages over 89, which the law counts as PHI where younger ages are none."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer

_AGE = r"(?:9\d|1[01]\d|12[0-5])"
_WORDS = (
    "(?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)[- ]hundred(?:[- ]and[- ][a-z]{3,9})?)"
)
_OLD = r"(?=[- ]?(?:years?|yrs?)[- ]?olds?\b|[- ]?(?:y\.?/?o\b|yo[mf]\b|years?[ \t]of[ \t]age\b))"


class AgeOver89Recognizer(ClinicalRecognizer):
    """Finds ages of 90 and above, of anybody, in figures or words."""

    ENTITY = "AGE_OVER_89"
    PATTERNS = (
        Pattern("figures", rf"(?<![\w.,/-]){_AGE}{_OLD}", 0.9),
        Pattern("words", rf"\b{_WORDS}{_OLD}", 0.9),
        Pattern(
            "behind its label",
            rf"\b(?:age|aged|ages|died[ \t]at|at[ \t]the[ \t]age[ \t]of)[ \t:]{{1,3}}(?:age[ \t]"
            rf")?{FROM_HERE}{_AGE}(?![\w/%-]|\.\d)",
            0.8,
        ),
        Pattern(
            "decade",
            rf"\b(?:in|into)[ \t](?:his|her|their)[ \t](?:early|mid|late)?[ \t-]?{FROM_HERE}(?:90'?s|"
            rf"nineties|100'?s)\b",
            0.7,
        ),
    )
