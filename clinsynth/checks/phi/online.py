"""Addresses on the network: e-mail, web and IP; Presidio's recognizers made safe for notes and for any length.

Their own patterns look for a web address in "pain.It" and take quadratic time on long words; a look-up of domain
endings would read, and on a fresh machine download, a list.
"""

from functools import cache
from typing import TYPE_CHECKING

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only
from presidio_analyzer.predefined_recognizers import EmailRecognizer, IpRecognizer, UrlRecognizer  # noqa: TID253

if TYPE_CHECKING:
    from tldextract import TLDExtract

_LABEL = r"[\w](?:[\w-]{0,61}[\w])?"
_ENDING = r"(?:com|org|net|edu|gov|mil|info|io|health|us|uk|ca|co|me|clinic|hospital)"


class OfflineEmailRecognizer(EmailRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's recognizer of e-mail addresses, with the endings that came with tldextract and no look-up."""

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        pattern = Pattern("e-mail", rf"(?<![\w.%+@-])[\w.%+'-]{{1,64}}@(?:{_LABEL}\.){{1,5}}[a-z]{{2,24}}\b", 0.9)
        super().__init__(patterns=[pattern], supported_language=supported_language, name=name)

    def validate_result(self, pattern_text: str) -> bool | None:
        """Say whether the domain ends as domains do; unknown endings (".local") keep the pattern's score."""
        return True if _domains()(pattern_text.rpartition("@")[2]).suffix else None


class WebAddressRecognizer(UrlRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's recognizer of web addresses, for those with a scheme, "www" or a common ending in lower case."""

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        path = r"(?:[/?#][^\s()<>\"']{0,1000}(?<![.,;:!?]))?"
        patterns = [
            Pattern("scheme", rf"\b(?:https?|ftp)://[\w.-]{{1,253}}(?::\d{{1,5}})?{path}", 0.9),
            Pattern("www", rf"(?<![\w@.-])www\d?\.(?:{_LABEL}\.){{1,5}}[a-z]{{2,24}}\b{path}", 0.9),
            Pattern(
                "ending", rf"(?-i:(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{{1,61}}\.){{1,4}}{_ENDING}\b(?![.@-]\w)){path}", 0.6
            ),
        ]
        super().__init__(patterns=patterns, supported_language=supported_language, name=name)


class IpAddressRecognizer(IpRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's recognizer of IP addresses, less the unspecified one ("::"), which is punctuation in notes."""

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        octet = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
        patterns = [
            Pattern("IPv4", rf"(?<![\w.])(?:{octet}\.){{3}}{octet}(?:/\d{{1,2}})?(?![\w]|\.\d)", 0.7),
            Pattern(
                "IPv6",
                r"(?<![\w:])(?=[\da-f:]{2,39}(?![\da-f:]))(?:[\da-f]{1,4}:|:){2,7}(?:[\da-f]{1,4}|:)(?![\w:])",
                0.7,
            ),
        ]
        super().__init__(patterns=patterns, supported_language=supported_language, name=name)

    def invalidate_result(self, pattern_text: str) -> bool:
        """Say whether it is no address after all, or a time of day ("10:30:00" is no IPv6 address)."""
        return len(pattern_text) < _SHORTEST_IP or bool(super().invalidate_result(pattern_text))


_SHORTEST_IP = 4


@cache
def _domains() -> "TLDExtract":
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=())
