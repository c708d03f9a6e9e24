"""Reading the Rich Release Format: the UMLS Metathesaurus and RxNorm. All codes are invented."""

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vocabularies import ENCODINGS, atom, essence, link, strength, typing, vocabularies, write, write_umls

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers import Term, read_rxnorm, read_umls
from clinsynth.ontology.readers.tables import gathered


@settings(max_examples=60)
@given(vocabularies(["T047", "T184"]), st.sampled_from(list(ENCODINGS)), st.booleans(), st.integers(0, 9))
def test_what_was_written_is_read(
    terms: list[Term],
    encoding: str,
    packed: bool,  # noqa: FBT001 - hypothesis gives it
    seed: int,
) -> None:
    """Concepts with their names, semantic types and parents survive, whatever the order of the rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_umls(Path(name), terms, encoding=encoding, packed=packed, shuffled=seed)
        read = essence(read_umls(folder, relations=True))
    if seed:
        # The order of synonyms is that of the rows.
        assert {term.id: set(term.synonyms) for term in read.values()} == {
            term.id: set(term.synonyms) for term in terms
        }
    else:
        assert read == essence(terms)


@pytest.fixture
def umls(tmp_path: Path) -> Callable[..., Path]:
    """Write a release of the given rows of MRCONSO, MRSTY and MRREL into its META folder."""

    def written(conso: list[str], sty: list[str], rel: list[str] | None = None) -> Path:
        for name, rows in (("MRCONSO.RRF", conso), ("MRSTY.RRF", sty), ("MRREL.RRF", rel or [])):
            write(tmp_path / "META" / name, rows)
        return tmp_path

    return written


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ([("S", "PF", "Y"), ("P", "VO", "N")], "second"),
        ([("P", "VO", "Y"), ("P", "PF", "N")], "second"),
        ([("P", "PF", "N"), ("P", "PF", "Y")], "second"),
        ([("P", "PF", "Y"), ("P", "PF", "Y")], "first"),
    ],
)
def test_the_preferred_name_is_chosen_by_rank(
    umls: Callable[..., Path], ranks: list[tuple[str, str, str]], expected: str
) -> None:
    """Term status goes before string type, string type before preferred atom; then the first row counts."""
    rows = [atom("C1", name, rank=rank) for name, rank in zip(("first", "second"), ranks, strict=True)]
    (term,) = read_umls(umls(rows, [typing("C1", "T047")]))
    assert term.name == expected
    assert len(term.synonyms) == 1


def test_rows_that_are_not_wanted_are_left_out(umls: Callable[..., Path]) -> None:
    """Other languages, suppressible and obsolete rows, full names with tags; other vocabularies and types if asked."""
    rows = [
        atom("C1", "marsh fever", sab="MSH", code="D1"),
        atom("C1", "Marsh Fever", sab="MTH", code="NOCODE", rank=("S", "VO", "N")),
        atom("C1", "Sumpffieber", lat="GER"),
        atom("C1", "old fever", suppress="O"),
        atom("C1", "hidden fever", suppress="Y"),
        atom("C1", "Marsh fever (disorder)", sab="SNOMEDCT_US", tty="FN", code="9"),
        atom("C1", "swamp fever", sab="SNOMEDCT_US", tty="SY", code="9", rank=("S", "PF", "Y")),
        atom("C2", "marsh", sab="MSH", code="D2"),
        atom("C3", "never typed"),
    ]
    folder = umls(rows, [typing("C1", "T047"), typing("C1", "T033"), typing("C2", "T083")])
    fever, marsh = read_umls(folder)
    assert fever == Term(
        id="C1",
        name="marsh fever",
        synonyms=("swamp fever",),
        codes={"umls": ("C1",), "mesh": ("D1",), "snomedct": ("9",)},
        types=("T047", "T033"),
    )
    assert marsh.types == ("T083",)
    assert [term.id for term in read_umls(folder, types=["T033"])] == ["C1"]
    assert [term.synonyms for term in read_umls(folder, vocabularies=["MSH"])] == [(), ()]
    assert [term.name for term in read_umls(folder, language="GER")] == ["Sumpffieber"]


def test_relations_are_said_of_the_second_concept(umls: Callable[..., Path]) -> None:
    """CHD and PAR give parents in both directions; suppressed rows and concepts that are not wanted give nothing."""
    rel = [
        link("C2", "isa", "C1", rel="CHD"),
        link("C1", "inverse_isa", "C3", rel="PAR"),
        link("C2", "has_finding_site", "C3"),
        link("C2", "", "C3"),
        link("C2", "gone", "C3", suppress="O"),
        link("C2", "same", "C2"),
        link("C2", "isa", "C9", rel="CHD"),
    ]
    folder = umls([atom(f"C{n}", f"name {n}") for n in (1, 2, 3)], [typing(f"C{n}", "T047") for n in (1, 2, 3)], rel)
    terms = {term.id: term for term in read_umls(folder, relations=True)}
    assert {key: term.parents for key, term in terms.items()} == {"C1": (), "C2": ("C1",), "C3": ("C1",)}
    assert terms["C2"].relations == (("has_finding_site", "C3"),)
    assert all(not term.parents and not term.relations for term in read_umls(folder))


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("MRCONSO.RRF", "C1|ENG|P|", r"MRCONSO\.RRF:2: 3 columns closed with \|; 18 were expected"),
        ("MRCONSO.RRF", atom("C1", "a|b"), r"MRCONSO\.RRF:2: 19 columns"),
        ("MRCONSO.RRF", atom("C1", "unclosed") + "x", r"MRCONSO\.RRF:2: 18 columns"),
        ("MRSTY.RRF", "C1\tT047", r"MRSTY\.RRF:2: 0 columns closed with \|; 6 were expected"),
        ("MRREL.RRF", "C1|", r"MRREL\.RRF:2: 1 columns closed with \|; 16 were expected"),
    ],
)
def test_a_row_with_other_columns_is_refused(umls: Callable[..., Path], table: str, row: str, message: str) -> None:
    """The message names file and line, and how many columns there should be."""
    folder = umls([atom("C1", "a")], [typing("C1", "T047")], [link("C1", "isa", "C1")])
    with (folder / "META" / table).open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    with pytest.raises(InputError, match=message):
        list(read_umls(folder, relations=True))


def test_a_line_that_is_not_utf8_is_refused(umls: Callable[..., Path]) -> None:
    """A release that was converted is refused by its line, not read with wrong letters."""
    folder = umls([atom("C1", "a")], [typing("C1", "T047")])
    with (folder / "META" / "MRCONSO.RRF").open("ab") as file:
        file.write(atom("C1", "Ménière").encode("latin-1"))
    with pytest.raises(InputError, match=r"MRCONSO\.RRF:2 is not UTF-8"):
        list(read_umls(folder))


@pytest.mark.parametrize("table", ["MRCONSO.RRF", "MRSTY.RRF", "MRREL.RRF"])
def test_a_file_that_is_not_there_is_named(umls: Callable[..., Path], table: str) -> None:
    """The message names the file that was looked for."""
    folder = umls([], [])
    (folder / "META" / table).unlink()
    with pytest.raises(MissingError, match=table):
        list(read_umls(folder, relations=True))


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers()), max_size=30))
def test_rows_of_an_id_come_together_in_any_order(rows: list[tuple[str, int]]) -> None:
    """Each id comes once, when its last row was read, with all its rows in their order."""
    groups = list(gathered(lambda: iter(rows)))
    last = {key: number for number, (key, _) in enumerate(rows)}
    assert [key for key, _ in groups] == sorted(last, key=last.__getitem__)
    assert all(values == [value for other, value in rows if other == key] for key, values in groups)


def test_of_sorted_rows_one_id_is_held() -> None:
    """The rows of an id are handed over before those of the next one are read."""
    read = 0

    def rows() -> Iterator[tuple[str, int]]:
        nonlocal read
        for number in range(3_000):
            read += 1
            yield str(number // 3), number

    groups = gathered(rows)
    for expected in range(1, 50):
        next(groups)
        assert read == 3_000 + 3 * expected


RXNCONSO = [
    *(
        atom(concept, text, sab="RXNORM", tty=tty, code=concept)
        for concept, tty, text in (
            ("1", "IN", "inventamol"),
            ("2", "IN", "fictacillin"),
            ("3", "MIN", "fictacillin / inventamol"),
            ("4", "PIN", "inventamol hydrochloride"),
            ("5", "BN", "Noachol"),
            ("6", "BN", "Twobrand"),
            ("7", "DF", "Oral Tablet"),
            ("8", "DF", "Oral Capsule"),
            ("9", "SCDF", "inventamol Oral Tablet"),
            ("10", "SCDF", "fictacillin / inventamol Oral Capsule"),
            ("11", "SCDC", "inventamol 1000 MG"),
            ("12", "SCDC", "inventamol 500 MG"),
            ("13", "SCDC", "inventamol 5 MG/ML"),
            ("14", "BN", "Halfgone"),
            ("16", "SCD", "inventamol 500 MG Oral Tablet"),
        )
    ),
    atom("1", "INN inventamol", sab="RXNORM", tty="SY", code="1"),
    atom("1", "inventamol of another vocabulary", sab="MTHSPL", tty="SY", code="1"),
    atom("15", "suppressed ingredient", sab="RXNORM", tty="IN", code="15", suppress="O"),
    atom("16", "inventamol 500 MG tablet", sab="RXNORM", tty="SY", code="16"),
]
RXNREL = [
    link("5", "tradename_of", "1", sab="RXNORM", suppress=""),
    link("1", "has_tradename", "5", sab="RXNORM", suppress=""),
    link("6", "tradename_of", "1", sab="RXNORM", suppress=""),
    link("2", "has_tradename", "6", sab="RXNORM", suppress=""),
    link("14", "tradename_of", "1", sab="RXNORM", suppress=""),
    link("14", "tradename_of", "15", sab="RXNORM", suppress=""),
    link("4", "form_of", "1", sab="RXNORM", suppress=""),
    link("3", "has_part", "1", sab="RXNORM", suppress=""),
    link("2", "part_of", "3", sab="RXNORM", suppress=""),
    link("1", "ingredient_of", "9", sab="RXNORM", suppress=""),
    link("9", "has_dose_form", "7", sab="RXNORM", suppress=""),
    link("10", "has_ingredient", "1", sab="RXNORM", suppress=""),
    link("10", "has_ingredient", "2", sab="RXNORM", suppress=""),
    link("8", "dose_form_of", "10", sab="RXNORM", suppress=""),
    *(link(component, "has_ingredient", "1", sab="RXNORM", suppress="") for component in ("11", "12", "13")),
    link("5", "tradename_of", "2", sab="OTHER"),
]
RXNSAT = [
    strength("11", "1000 MG"),
    strength("12", "500 MG"),
    strength("13", "5 MG/ML"),
    strength("12", "another attribute", name="RXN_QUANTITY"),
]


def _rxnorm(folder: Path, *, seed: int = 0) -> Path:
    for name, rows in (("RXNCONSO.RRF", RXNCONSO), ("RXNREL.RRF", RXNREL), ("RXNSAT.RRF", RXNSAT)):
        ordered = list(rows)
        if seed:
            random.Random(seed).shuffle(ordered)
        write(folder / "rrf" / name, ordered)
    return folder


def test_ingredients_have_their_brands_forms_and_strengths(tmp_path: Path) -> None:
    """A brand of two ingredients is one of the combination; a strength in a volume is no plain one."""
    inventamol, fictacillin, both = read_rxnorm(_rxnorm(tmp_path))
    assert inventamol == Term(
        id="1",
        name="inventamol",
        synonyms=("INN inventamol", "inventamol hydrochloride", "Noachol"),
        codes={"rxnorm": ("1",)},
        types=("IN",),
        attributes={"forms": ("oral tablet",), "strengths": ("500 mg", "1000 mg")},
    )
    assert fictacillin == Term(id="2", name="fictacillin", codes={"rxnorm": ("2",)}, types=("IN",))
    assert both == Term(
        id="3",
        name="fictacillin / inventamol",
        synonyms=("fictacillin-inventamol", "fictacillin/inventamol", "Twobrand"),
        codes={"rxnorm": ("3",)},
        types=("MIN",),
        relations=(("has_part", "1"), ("has_part", "2")),
        attributes={"forms": ("oral capsule",)},
    )


@given(st.integers(1, 10_000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    """Whatever the order of rows in each file, the same drugs have the same names and attributes."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ordered = {term.id: term for term in read_rxnorm(_rxnorm(Path(one)))}
        shuffled = {term.id: term for term in read_rxnorm(_rxnorm(Path(other), seed=seed))}
    assert ordered.keys() == shuffled.keys()
    for key, term in ordered.items():
        assert set(term.synonyms) == set(shuffled[key].synonyms)
        assert term.attributes == shuffled[key].attributes
        assert set(term.relations) == set(shuffled[key].relations)


@pytest.mark.parametrize("table", ["RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF"])
def test_a_table_of_rxnorm_is_missing_or_broken_by_its_name(tmp_path: Path, table: str) -> None:
    """A row with other columns is refused by file and line, a file that is not there by its name."""
    path = _rxnorm(tmp_path) / "rrf" / table
    path.write_text("a|b|\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{table}:1: 2 columns"):
        list(read_rxnorm(tmp_path))
    path.unlink()
    with pytest.raises(MissingError, match=table):
        list(read_rxnorm(tmp_path))
