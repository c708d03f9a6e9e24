"""Social security numbers."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only
from presidio_analyzer.predefined_recognizers import UsSsnRecognizer  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import labelled


class SsnRecognizer(UsSsnRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's recognizer, with its rules for numbers never issued; bare runs of nine digits need their label."""

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        patterns = [
            Pattern("separated", r"(?<![\w-])\d{3}([- .])\d{2}\1\d{4}(?![\w-])", 0.6),
            labelled("labelled", r"SSN?|social[ \t]security", r"\d{3}[- .]?\d{2}[- .]?\d{4}(?![\w-])", score=0.9),
        ]
        super().__init__(patterns=patterns, supported_language=supported_language, name=name)
