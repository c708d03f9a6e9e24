"""Dates: every element but the year. Years alone, ratios, scores and relative dates are none."""

import re

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer

_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
# "May" and "March" are ordinary words in lower case, and at the start of a sentence a number may follow them.
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER"
    r"|january|february|april|june|july|august|september|october|november|december"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_NO_AMOUNT = (
    r"(?![\w%]|[.,/]\d|[ \t-]?(?:mg|mcg|ml|mL|cc|cm|mm|units?|tablets?|times|"
    r"hours?|days?|weeks?|months?|years?|percent)\b)"
)
_LEAD = (
    r"\b(?:on|On|dated|Dated|date:?|Date:?|DATE:?|until|since|Since|by|seen|"
    r"due|DOB:?|admitted|discharged)[ \t]{1,2}(?:on[ \t])?"
)


class DateRecognizer(ClinicalRecognizer):
    """Finds days and months of the calendar, in figures and words, with or without a year."""

    ENTITY = "CALENDAR_DATE"
    FLAGS = re.MULTILINE
    PATTERNS = (
        Pattern("month/day/year", rf"(?<![\w/.-]){_MONTH_NUMBER}([/-]){_DAY}\1(?:{_YEAR}|\d\d)(?![\w/-]|\.\d)", 0.9),
        Pattern(
            "day/month/year",
            rf"(?<![\w/.-])(?:1[3-9]|2\d|3[01])([/-]){_MONTH_NUMBER}\1(?:{_YEAR}|\d\d)(?![\w/-]|\.\d)",
            0.8,
        ),
        Pattern("with full stops", rf"(?<![\w/.-]){_DAY}\.{_DAY}\.{_YEAR}(?![\w/-])", 0.8),
        Pattern("ISO 8601", rf"(?<![\w/.-]){_YEAR}([/-])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)", 0.95),
        Pattern("month/year", rf"(?<![\w/.-]){_MONTH_NUMBER}[/-]{_YEAR}(?![\w/-])", 0.8),
        Pattern(
            "month/day after a word",
            rf"{_LEAD}{FROM_HERE}({_MONTH_NUMBER})/(?!(?:5|6|10|\1)\b)(?:1[1-9]|[23]\d|0?[1-9])(?![\w/%]|\.\d)",
            0.6,
        ),
        Pattern(
            "month day", rf"\b{_MONTH}[ \t]{{1,2}}{_DAY}(?:st|nd|rd|th)?(?:,?[ \t]{{1,2}}{_YEAR})?{_NO_AMOUNT}", 0.9
        ),
        Pattern(
            "day month",
            rf"(?<![\w./-]){_DAY}(?:st|nd|rd|th)?[ \t-](?:of[ \t])?{_MONTH}(?![a-z])(?:[ \t,-]{{1,2}}{_YEAR})?",
            0.9,
        ),
        Pattern("month year", rf"\b{_MONTH}(?:,?[ \t]{{1,2}}|[ \t]of[ \t]){_YEAR}\b", 0.85),
        Pattern(
            "month alone",
            rf"\b(?:[Ii]n|[Ss]ince|[Ll]ast|[Uu]ntil|[Ee]arly|[Ll]ate|[Mm]id)[ \t-]{FROM_HERE}{_MONTH}(?![\w])",
            0.4,
        ),
    )
