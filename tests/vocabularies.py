"""Small vocabularies in the layouts of OBO, UMLS, RxNorm and SNOMED CT. Their codes and contents are invented."""

import codecs
import gzip
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from hypothesis import strategies as st

from clinsynth.ontology.readers import Term
from clinsynth.ontology.readers.terms import distinct, tidy

CASE_SENSITIVE = "900000000000017005"
US_ENGLISH = "900000000000509007"
Encode = Callable[[Sequence[str]], bytes]

# How a file of the same rows can come: with CRLF, with a byte order mark.
ENCODINGS: dict[str, Encode] = {
    "unix": lambda lines: "".join(f"{line}\n" for line in lines).encode(),
    "windows": lambda lines: codecs.BOM_UTF8 + "".join(f"{line}\r\n" for line in lines).encode(),
    "no last line end": lambda lines: "\n".join(lines).encode(),
}


def write(path: Path, lines: Iterable[str], *, encoding: str = "unix", packed: bool = False) -> Path:
    """Write a file, as gzip with ".gz" behind its name if asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = ENCODINGS[encoding](list(lines))
    if packed:
        path = path.with_name(f"{path.name}.gz")
        content = gzip.compress(content)
    path.write_bytes(content)
    return path


def names() -> st.SearchStrategy[str]:
    """Draw tidy names of any letters and signs but the bar that closes columns."""
    letters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="|")
    return st.text(letters, min_size=1, max_size=12).map(tidy).filter(bool)


@st.composite
def vocabularies(draw: st.DrawFn, types: Sequence[str]) -> list[Term]:
    """Draw up to eight terms with synonyms, a type each, and parents among the earlier ones."""
    terms: list[Term] = []
    for number in range(draw(st.integers(1, 8))):
        name = draw(names())
        ids = [term.id for term in terms]
        term = Term(
            id=str(9_000_000 + number),
            name=name,
            synonyms=distinct(draw(st.lists(names(), max_size=4)), but=name),
            parents=tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=2))) if ids else (),
            types=(draw(st.sampled_from(types)),),
        )
        terms.append(term)
    return terms


def essence(terms: Iterable[Term]) -> dict[str, Term]:
    """Give terms by id, without their codes and with parents in order: what each layout keeps."""
    return {term.id: replace(term, codes={}, parents=tuple(sorted(term.parents))) for term in terms}


def write_obo(path: Path, terms: Iterable[Term], *, encoding: str = "unix", packed: bool = False) -> Path:
    """Write terms as an OBO file; their types are not written."""
    lines = ["format-version: 1.2", "ontology: invented", ""]
    for term in terms:
        lines += ["[Term]", f"id: X:{term.id}", f"name: {_obo_escaped(term.name)}"]
        lines += [f'synonym: "{_obo_escaped(name)}" EXACT []' for name in term.synonyms]
        lines += [f"is_a: X:{parent} ! its parent" for parent in term.parents]
        lines.append("")
    return write(path, lines, encoding=encoding, packed=packed)


def _obo_escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in '\\"!{}' else character for character in text)


def atom(  # noqa: PLR0913 - the columns that matter
    concept: str,
    text: str,
    *,
    sab: str = "XSAB",
    tty: str = "PT",
    code: str = "NOCODE",
    rank: tuple[str, str, str] = ("P", "PF", "Y"),
    lat: str = "ENG",
    suppress: str = "N",
) -> str:
    """Give a row of MRCONSO.RRF or RXNCONSO.RRF."""
    ts, stt, ispref = rank
    cells = (concept, lat, ts, "L1", stt, "S1", ispref, "A1", "", "", "", sab, tty, code, text, "0", suppress, "")
    return _closed(cells)


def link(  # noqa: PLR0913 - the columns that matter
    subject: str, rela: str, target: str, *, rel: str = "RO", sab: str = "XSAB", suppress: str = "N"
) -> str:
    """Give a row of MRREL.RRF or RXNREL.RRF that says `rela` of the subject, which is its second concept."""
    return _closed((target, "", "CUI", rel, subject, "", "CUI", rela, "R1", "", sab, sab, "", "", suppress, ""))


def typing(concept: str, tui: str) -> str:
    """Give a row of MRSTY.RRF."""
    return _closed((concept, tui, "B2", "a type", "AT1", ""))


def strength(concept: str, value: str, *, name: str = "RXN_STRENGTH") -> str:
    """Give a row of RXNSAT.RRF."""
    return _closed((concept, "", "", "1", "AUI", concept, "", "", name, "RXNORM", value, "N", "4096"))


def _closed(cells: Sequence[str]) -> str:
    return "".join(f"{cell}|" for cell in cells)


def write_umls(
    folder: Path, terms: Sequence[Term], *, encoding: str = "unix", packed: bool = False, shuffled: int = 0
) -> Path:
    """Write terms as MRCONSO, MRSTY and MRREL of a release, the rows in a random order if a seed is given."""
    rows = {
        "MRCONSO.RRF": [
            atom(term.id, name, rank=("P", "PF", "Y") if name == term.name else ("S", "VO", "N"))
            for term in terms
            for name in (term.name, *term.synonyms)
        ],
        "MRSTY.RRF": [typing(term.id, type_) for term in terms for type_ in term.types],
        "MRREL.RRF": [link(term.id, "isa", parent, rel="CHD") for term in terms for parent in term.parents],
    }
    for name, lines in rows.items():
        if shuffled:
            random.Random(shuffled).shuffle(lines)
        write(folder / name, lines, encoding=encoding, packed=packed)
    return folder


CONCEPT_COLUMNS = ["id", "effectiveTime", "active", "moduleId", "definitionStatusId"]
DESCRIPTION_COLUMNS = [
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "conceptId",
    "languageCode",
    "typeId",
    "term",
    "caseSignificanceId",
]
RELATIONSHIP_COLUMNS = [
    "id",
    "effectiveTime",
    "active",
    "moduleId",
    "sourceId",
    "destinationId",
    "relationshipGroup",
    "typeId",
    "characteristicTypeId",
    "modifierId",
]
LANGUAGE_COLUMNS = ["id", "effectiveTime", "active", "moduleId", "refsetId", "referencedComponentId", "acceptabilityId"]
FULL_NAME, SYNONYM = "900000000000003001", "900000000000013009"
PREFERRED, ACCEPTABLE = "900000000000548007", "900000000000549004"
IS_A, INFERRED, STATED = "116680003", "900000000000011006", "900000000000010007"


def concept_row(concept: str, *, active: str = "1") -> str:
    """Give a row of sct2_Concept_Snapshot."""
    return f"{concept}\t20260101\t{active}\tM1\tD1"


def description_row(  # noqa: PLR0913 - the columns that matter
    description: str, concept: str, term: str, *, kind: str = SYNONYM, active: str = "1", case: str = CASE_SENSITIVE
) -> str:
    """Give a row of sct2_Description_Snapshot."""
    return f"{description}\t20260101\t{active}\tM1\t{concept}\ten\t{kind}\t{term}\t{case}"


def relationship_row(
    source: str, destination: str, *, kind: str = IS_A, active: str = "1", characteristic: str = INFERRED
) -> str:
    """Give a row of sct2_Relationship_Snapshot."""
    return f"R1\t20260101\t{active}\tM1\t{source}\t{destination}\t0\t{kind}\t{characteristic}\tM2"


def language_row(description: str, acceptability: str, *, refset: str = US_ENGLISH, active: str = "1") -> str:
    """Give a row of der2_cRefset_LanguageSnapshot."""
    return f"m1\t20260101\t{active}\tM1\t{refset}\t{description}\t{acceptability}"


def write_rf2(
    folder: Path,
    rows: dict[str, Sequence[str]],
    *,
    encoding: str = "unix",
    packed: bool = False,
) -> Path:
    """Write the four tables of a release ("concept", "description", "relationship", "language") with their headers."""
    files = {
        "concept": ("Snapshot/Terminology/sct2_Concept_Snapshot_INT_20260101.txt", CONCEPT_COLUMNS),
        "description": ("Snapshot/Terminology/sct2_Description_Snapshot-en_INT_20260101.txt", DESCRIPTION_COLUMNS),
        "relationship": ("Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20260101.txt", RELATIONSHIP_COLUMNS),
        "language": ("Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_20260101.txt", LANGUAGE_COLUMNS),
    }
    for table, (name, columns) in files.items():
        lines = ["\t".join(columns), *rows.get(table, ())]
        write(folder / name, lines, encoding=encoding, packed=packed)
    return folder


def write_snomed(
    folder: Path, terms: Sequence[Term], *, encoding: str = "unix", packed: bool = False, shuffled: int = 0
) -> Path:
    """Write terms as the snapshot of an edition; the type of each is the semantic tag of its full name."""
    descriptions, language = [], []
    numbers = count(1)
    for term in terms:
        full_name = description_row(f"F{term.id}", term.id, f"{term.name} ({term.types[0]})", kind=FULL_NAME)
        descriptions.append(full_name)
        for name in (term.name, *term.synonyms):
            number = f"D{next(numbers)}"
            descriptions.append(description_row(number, term.id, name))
            language.append(language_row(number, PREFERRED if name == term.name else ACCEPTABLE))
    rows = {
        "concept": [concept_row(term.id) for term in terms],
        "description": descriptions,
        "relationship": [relationship_row(term.id, parent) for term in terms for parent in term.parents],
        "language": language,
    }
    if shuffled:
        for lines in rows.values():
            random.Random(shuffled).shuffle(lines)
    return write_rf2(folder, rows, encoding=encoding, packed=packed)
