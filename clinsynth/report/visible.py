"""Text as it can be shown: characters that hide, reorder or break what is read are made visible."""

import re
import unicodedata

_SUSPECT = re.compile(
    r"\r\n|[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad]"
    "|[\u0600-\u0605\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    "|[\ud800-\udfff\ufdd0-\ufdef\U000e0000-\U000e0fff]"
    "|[" + "".join(chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)) + "]"
)
_DELETE = 0x7F
_FIRST_PRINTED = 0x20


def visible(text: str) -> str:
    r"""Name what has no shape of its own: controls, bidirectional and zero-width characters, lone surrogates.

    Line breaks and tabs stay; other white space becomes a space. Nothing can then reorder a line
    ("Trojan Source", Boucher & Anderson, 2021, arXiv:2111.00169), and every encoder accepts the text.

    >>> visible("a\x1bb\u202ec\r\n")
    'a␛b[U+202E]c\n'
    """
    return _SUSPECT.sub(_shape, text)


def _shape(found: re.Match[str]) -> str:
    character = found.group()
    if character == "\r\n":
        return "\n"
    code = ord(character)
    if code < _FIRST_PRINTED:
        return chr(0x2400 + code)
    if code == _DELETE:
        return "\u2421"
    return " " if unicodedata.category(character) == "Zs" else f"[U+{code:04X}]"
