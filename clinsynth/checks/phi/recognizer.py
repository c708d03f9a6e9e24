"""What our recognizers share: Presidio's PatternRecognizer, with values that stand behind a label.

Each class here and beside it is a Presidio recognizer like any other: `AnalyzerEngine(registry=...)` takes it. Every
repetition in a pattern has an upper bound, so that no text takes more than linear time.
"""

import re
from typing import ClassVar

from presidio_analyzer import Pattern, PatternRecognizer  # noqa: TID253 - imported by the engine only, when it is built

# Presidio looks for all patterns with `regex`, where \K leaves what stands before it out of the match.
FROM_HERE = r"\K"
# Between a label and its value: "MRN 123", "MRN#123", "MRN: 123", "MRN number is 123", "MRN - 123".
BETWEEN = (
    r"[ \t]{0,3}(?:numbers?\b|nos?\b\.?|num\b\.?|id\b|identifier\b|code\b)?[ \t]{0,3}[:#=.-]{0,2}"
    r"[ \t]{0,3}(?:is\b|was\b|of\b)?[ \t]{0,3}"
)
# An identifier: 4 to 20 letters, digits and hyphens with a digit near its front, not the start of a measurement.
NUMBER = (
    r"(?=[A-Z-]{0,6}\d)(?!\d{1,4}[/.]\d)[A-Z0-9](?:[A-Z0-9-]{2,18})[A-Z0-9](?![\w-]|[/.]\d)"
    r"(?!\s{0,2}(?:mg|mcg|ml|units?|mm|cm|kg|years?|hours?|days?|weeks?|months?|%)\b)"
)


def labelled(name: str, label: str, value: str = NUMBER, *, score: float = 0.85) -> Pattern:
    """Give a pattern for a value behind its label; only the value is found."""
    return Pattern(name, rf"(?<![\w-])(?:{label}){BETWEEN}{FROM_HERE}{value}", score)


class ClinicalRecognizer(PatternRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """A recognizer of one entity by patterns.

    Attributes:
        ENTITY: What Presidio calls it.
        PATTERNS: What is looked for, each with its score.
        WORDS_NEARBY: Words before a match that raise its score.
        FLAGS: Of the patterns.
    """

    COUNTRY_CODE = "us"
    ENTITY: ClassVar[str]
    PATTERNS: ClassVar[tuple[Pattern, ...]]
    WORDS_NEARBY: ClassVar[tuple[str, ...]] = ()
    FLAGS: ClassVar[int] = re.IGNORECASE | re.MULTILINE

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        super().__init__(
            supported_entity=self.ENTITY,
            supported_language=supported_language,
            name=name,
            patterns=[Pattern(pattern.name, pattern.regex, pattern.score) for pattern in self.PATTERNS],
            context=list(self.WORDS_NEARBY),
            global_regex_flags=self.FLAGS,
        )
