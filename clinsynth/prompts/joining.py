"""How the parts of a rendered text are joined: sentences, lines, lists, their order."""

from collections.abc import Iterable
from random import Random
from typing import TypeVar

T = TypeVar("T")
_VOWEL_SOUND = ("8", "11-", "11 ", "18-", "18 ", "a", "e", "i", "o", "ul", "um")
# Between the last two of a list; the plain ones most often.
_LAST_JOINTS = (" and ", " and ", " and ", ", and ", ", and ", " as well as ", ", along with ")


def capital(text: object) -> str:
    """Begin with a capital letter, unless the first word has capitals of its own before any hyphen.

    >>> capital("type 2 diabetes mellitus"), capital("non-ST-elevation infarction"), capital("pH of the urine")
    ('Type 2 diabetes mellitus', 'Non-ST-elevation infarction', 'pH of the urine')
    """
    words = str(text).strip()
    first, _, _ = words.partition(" ")[0].partition("-")
    return words if first[1:].lower() != first[1:] else words[:1].upper() + words[1:]


def sentence(text: object) -> str:
    """Begin with a capital letter and end with a full stop; nothing stays nothing.

    >>> sentence("type 2 diabetes mellitus")
    'Type 2 diabetes mellitus.'
    """
    words = capital(text)
    return f"{words}{'' if words.endswith('.') else '.'}" if words else ""


def sentences(items: Iterable[object]) -> str:
    """Make a sentence of each.

    >>> sentences(["former smoker", "no alcohol"])
    'Former smoker. No alcohol.'
    """
    return " ".join(map(sentence, items))


def lines(items: Iterable[object]) -> str:
    """Make a sentence of each, on a line of its own."""
    return "\n".join(map(sentence, items))


def bulleted(items: Iterable[object]) -> str:
    """Put each on a line of its own behind a dash, or a star where a dash before a number would make a range.

    >>> print(bulleted(["asthma", "gout"]))
    - Asthma
    - Gout
    """
    told = [capital(item) for item in items]
    mark = "*" if any(each[:1].isdigit() for each in told) else "-"
    return "\n".join(f"{mark} {each}" for each in told)


def numbered(items: Iterable[object]) -> str:
    """Make a sentence of each, on a line of its own behind its number; one alone needs no number.

    >>> print(numbered(["asthma", "gout"]))
    1. Asthma.
    2. Gout.
    """
    told = [sentence(item) for item in items]
    return (
        "\n".join(f"{number}. {each}" for number, each in enumerate(told, start=1)) if len(told) > 1 else "".join(told)
    )


def listed(items: Iterable[object], last: str = "", *, random: Random) -> str:
    """Join with commas and a word before the last: the one that is asked for, or one of those for "and".

    >>> listed(["fever", "cough", "chills"], "or", random=Random(1))
    'fever, cough or chills'
    """
    words = [str(item) for item in items]
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    joint = random.choice((f" {last} ", f", {last} ") if last else _LAST_JOINTS)
    return f"{', '.join(words[:-1])}{joint if len(words) > 2 else joint.lstrip(',')}{words[-1]}"  # noqa: PLR2004


def strung(items: Iterable[object], *, random: Random) -> str:
    """Join as notes of few words do: with commas or semicolons, without a word before the last."""
    return random.choice((", ", ", ", ", ", "; ", "; ")).join(map(str, items))


def mixed(items: Iterable[T], *, random: Random) -> list[T]:
    """Put items whose order says nothing in any order."""
    found = list(items)
    return random.sample(found, len(found))


def article(text: object) -> str:
    """Put "a" or "an" before words.

    >>> article("64-year-old woman"), article("80-year-old man")
    ('a 64-year-old woman', 'an 80-year-old man')
    """
    words = str(text)
    return f"{'an' if words.lower().startswith(_VOWEL_SOUND) else 'a'} {words}"
