"""Reading an ontology from its folder: `ontology.toml` and the tables whose checksums it lists.

`concepts.tsv` and `relations.tsv` are always there; `ranges.tsv` (limits by sex and age) and `abbreviations.tsv` where
listed.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clinsynth.errors import ConfigError, InputError, nearest
from clinsynth.extras import data_dir
from clinsynth.ontology.concepts import Abbreviation, Concept, Ontology, Relation
from clinsynth.ontology.ranges import OLDEST, RANGE_LIMITS, YOUNGEST, RangeRow, range_row
from clinsynth.ontology.validation import Tables, problems

CONCEPT_COLUMNS = ("id", "kind", "name", "synonyms", "codes", "attributes", "source")
RELATION_COLUMNS = ("subject", "predicate", "object", "attributes", "source")
RANGE_COLUMNS = ("test", "sex", "age_min", "age_max", *RANGE_LIMITS, "source")
ABBREVIATION_COLUMNS = ("short", "long", "concept", "share", "source")
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "concepts.tsv": CONCEPT_COLUMNS,
        "relations.tsv": RELATION_COLUMNS,
        "ranges.tsv": RANGE_COLUMNS,
        "abbreviations.tsv": ABBREVIATION_COLUMNS,
    }
)
NEEDED_TABLES = ("concepts.tsv", "relations.tsv")


def load_ontology(name_or_folder: str) -> Ontology:
    """Load and validate an ontology that ships, by its name, or any folder of the same layout. Loaded once a process.

    Raises:
        ConfigError: There is no such ontology; the message names the nearest one.
        InputError: A table differs from its checksum, or a row is wrong; the message names file and line.
    """
    given = Path(name_or_folder)
    if (given / "ontology.toml").is_file():
        return _load(given.resolve())
    shipped = data_dir("ontologies")
    if given.name == name_or_folder and (shipped / given / "ontology.toml").is_file():
        return _load(shipped / given)
    known = [path.parent.name for path in shipped.glob("*/ontology.toml")]
    raise ConfigError(f"there is no ontology {name_or_folder}; {nearest(name_or_folder, known)}")


@cache
def _load(folder: Path) -> Ontology:
    about = read_about(folder)
    listed = (*NEEDED_TABLES, *(table for table in TABLES if table in about["sha256"]))
    rows: dict[str, dict[int, dict[str, str]]] = {table: {} for table in TABLES}
    for table in dict.fromkeys(listed):
        _verify_checksum(folder / table, about)
        rows[table] = dict(_rows(folder / table, TABLES[table]))
    return read_tables(folder, about, rows)


def read_tables(folder: Path, about: Mapping[str, Any], rows: Mapping[str, Mapping[int, dict[str, str]]]) -> Ontology:
    """Make an ontology of the rows of its tables, by line.

    Raises:
        InputError: A row is wrong; the message names file and line.
    """
    tables = Tables(
        concepts={line: _concept(row) for line, row in rows["concepts.tsv"].items()},
        relations={line: _relation(row) for line, row in rows["relations.tsv"].items()},
        ranges={line: _range(folder / "ranges.tsv", line, row) for line, row in rows["ranges.tsv"].items()},
        abbreviations={line: _abbreviation(row) for line, row in rows["abbreviations.tsv"].items()},
    )
    for table, line, message in problems(tables):
        raise InputError(f"{folder / table}:{line}: {message}")
    return Ontology(
        name=about["name"],
        version=about["version"],
        concepts={concept.id: concept for concept in tables.concepts.values()},
        relations=tuple(tables.relations.values()),
        ranges=tuple(tables.ranges.values()),
        abbreviations=tuple(tables.abbreviations.values()),
    )


def read_about(folder: Path) -> dict[str, Any]:
    """Read `ontology.toml`: name, version, licence, sources and the checksum of each table.

    Raises:
        InputError: It is not TOML, or lacks one of them.
    """
    path = folder / "ontology.toml"
    try:
        about = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    for key in ("name", "version", "licence", "sources", "sha256"):
        if key not in about:
            raise InputError(f'{path} has no "{key}"; an ontology says its name, version, licence, sources and sha256')
    return about


def checksum(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _verify_checksum(path: Path, about: dict[str, Any]) -> None:
    if checksum(path) != about["sha256"].get(path.name):
        raise InputError(
            f"{path} differs from its sha256 in ontology.toml; restore it, or accept the change with "
            f"python -m clinsynth.ontology.building seal {path.parent}"
        )


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; convert it with iconv") from None
    if not lines or tuple(lines[0].split("\t")) != columns:
        raise InputError(f"{path}:1: the header must be {', '.join(columns)}, separated by tabs")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise InputError(f"{path}:{number}: {len(cells)} cells; {len(columns)} were expected")
        yield number, dict(zip(columns, cells, strict=True))


def _concept(row: dict[str, str]) -> Concept:
    return Concept(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        synonyms=tuple(item for item in row["synonyms"].split("|") if item),
        codes=_pairs(row["codes"]),
        attributes=_pairs(row["attributes"]),
        source=row["source"],
    )


def _relation(row: dict[str, str]) -> Relation:
    return Relation(
        subject=row["subject"],
        predicate=row["predicate"],
        object=row["object"],
        attributes=_pairs(row["attributes"]),
        source=row["source"],
    )


def _range(path: Path, line: int, row: dict[str, str]) -> RangeRow:
    try:
        limits = {key: float(row[key]) if row[key] else None for key in RANGE_LIMITS}
        ages = int(row["age_min"] or YOUNGEST), int(row["age_max"] or OLDEST)
    except ValueError:
        raise InputError(f"{path}:{line}: an age or a limit is not a number") from None
    return range_row(row["test"], row["sex"], ages, limits, row["source"])


def _abbreviation(row: dict[str, str]) -> Abbreviation:
    return Abbreviation(
        short=row["short"],
        long=row["long"],
        concept=row["concept"],
        share=float(row["share"]),
        source=row["source"],
    )


def _pairs(text: str) -> dict[str, str]:
    """Read "key=value; key=value".

    >>> _pairs("unit=mmol/L; low=3.5; critical_low=")
    {'unit': 'mmol/L', 'low': '3.5', 'critical_low': ''}
    """
    pairs = (item.partition("=") for item in text.split("; ") if item)
    return {key: value for key, _, value in pairs}
