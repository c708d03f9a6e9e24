"""Frames: sentences and lines with room for names, read from YAML and expanded.

"[a|b]" stands for one of several, nested as deep as one likes; "{person}" for what is drawn.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from clinsynth.config import read_yaml
from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir

_INNERMOST = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"(\{[A-Za-z_]+\})")
PLACES = ("sentence", "header", "footer")


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Frames of one kind.

    Attributes:
        place: "sentence" (between sentences), "header" (a line above) or "footer" (a line below).
    """

    name: str
    place: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    r"""What a phrase of a note may be replaced by; "\0" in a replacement is the phrase."""

    found: re.Pattern[str]
    instead: tuple[str, ...]


def expand(pattern: str, random: Random) -> list[str]:
    """Choose among the alternatives of a pattern, and part it into text and slots ("{person}")."""
    while match := _INNERMOST.search(pattern):
        chosen = random.choice(match[1].split("|"))
        pattern = pattern[: match.start()] + chosen + pattern[match.end() :]
    return [part for part in _SLOT.split(pattern) if part]


@cache
def families(part: str) -> tuple[Family, ...]:
    """Read the frames of a part.

    Raises:
        ConfigError: A family has no such place.
    """
    path = data_dir("configs") / "names" / f"frames-{part}.yaml"
    read = tuple(
        Family(name=name, place=family["place"], frames=tuple(family["frames"]))
        for name, family in read_yaml(path).items()
    )
    for family in read:
        if family.place not in PLACES:
            raise ConfigError(f'{path}: {family.name}: there is no place "{family.place}"; known: {", ".join(PLACES)}')
    return read


@cache
def swaps(part: str) -> Sequence[Swap]:
    """Read what phrases of notes are replaced by in a part."""
    content = read_yaml(data_dir("configs") / "names" / "swaps.yaml")
    return tuple(Swap(re.compile(found), tuple(instead)) for found, instead in content[part])
