"""Text as it can be shown: characters that hide, reorder or break what is read are made visible."""

import unicodedata

_DELETE = 0x7F
_FIRST_PRINTED = 0x20


def visible(text: str) -> str:
    r"""Name what has no shape of its own: controls, bidirectional and zero-width characters, lone surrogates.

    Line breaks and tabs stay; other white space becomes a space. Nothing can then reorder a line
    ("Trojan Source", Boucher & Anderson, 2021, arXiv:2111.00169), and every encoder accepts the text.

    >>> visible("a\x1bb\u202ec\r\n")
    'a␛b[U+202E]c\n'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _shape(c) for c in text.replace("\r\n", "\n"))


def _shape(character: str) -> str:
    code = ord(character)
    if code < _FIRST_PRINTED:
        return chr(0x2400 + code)
    if code == _DELETE:
        return "\u2421"
    return " " if unicodedata.category(character) == "Zs" else f"[U+{code:04X}]"
