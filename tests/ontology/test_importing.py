"""Making ontologies of vocabularies: what goes in comes out of `load_ontology`. All contents are invented."""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vocabularies import vocabularies, write_obo, write_snomed, write_umls

from clinsynth.errors import ConfigError, OutputError
from clinsynth.ontology import MentionFinder, Ontology, load_ontology
from clinsynth.ontology.importing import About, import_terms, main
from clinsynth.ontology.readers import Term, read_obo, read_snomed, read_umls
from clinsynth.ontology.readers.kinds import RXNORM_KINDS, SNOMED_KINDS, UMLS_KINDS, KindRule

ABOUT = About(name="invented", version="1", licence="CC0-1.0", origin="written here")
LAYOUTS: dict[str, Callable[[Path, list[Term]], list[Term]]] = {
    "obo": lambda folder, terms: list(read_obo(write_obo(folder / "x.obo", terms))),
    "umls": lambda folder, terms: list(read_umls(write_umls(folder, terms))),
    "snomed": lambda folder, terms: list(read_snomed(write_snomed(folder, terms))),
}


def _imported(terms: Sequence[Term], folder: Path, rule: KindRule) -> Ontology:
    import_terms(terms, folder, about=ABOUT, kinds=rule)
    return load_ontology(str(folder))


@settings(max_examples=60)
@given(st.sampled_from(list(LAYOUTS)), vocabularies(["T047", "T184"]))
def test_a_vocabulary_survives_from_its_files_to_a_loaded_ontology(layout: str, terms: list[Term]) -> None:
    """Each name is found, by the term that had it first as its preferred name, else as a synonym; with its code."""
    with tempfile.TemporaryDirectory() as name:
        read = LAYOUTS[layout](Path(name) / "source", terms)
        ontology = _imported(read, Path(name) / "made", KindRule(otherwise="condition"))
    by_preference = [(term, term.name) for term in read]
    by_preference += [(term, synonym) for term in read for synonym in term.synonyms]
    owners: dict[str, Term] = {}
    for term, written in by_preference:
        owners.setdefault(written.casefold(), term)
    for written, term in owners.items():
        concept = ontology.by_name(written, "condition")
        assert concept is not None
        assert term.id in {code for codes in concept.codes.values() for code in codes.split("|")}


def test_names_that_clash_go_to_the_first_and_are_counted(tmp_path: Path) -> None:
    """A preferred name wins over a synonym, the earlier term over the later; what has no name left is left out."""
    terms = [
        Term(id="1", name="ague", synonyms=("grippe", "marsh fever")),
        Term(id="2", name="grippe", synonyms=("flu",)),
        Term(id="3", name="Ague", synonyms=("other ague", "flu")),
        Term(id="4", name="AGUE", synonyms=("Flu",)),
        Term(id="5", name="ague", types=("drug",)),
        Term(id="6", name="nothing of ours", types=("animal",)),
    ]
    rule = KindRule(by_type={"drug": "medication", "animal": ""}, otherwise="condition")
    imported = import_terms(terms, tmp_path / "made", about=ABOUT, kinds=rule)
    ontology = load_ontology(str(tmp_path / "made"))
    assert [(concept.kind, concept.names) for concept in ontology.concepts.values()] == [
        ("condition", ("ague", "marsh fever")),
        ("condition", ("grippe", "flu")),
        ("condition", ("other ague",)),
        ("medication", ("ague",)),
    ]
    assert imported.n_names_dropped == 1 + 2 + 2
    assert (imported.n_terms, imported.n_without_kind, imported.n_renamed, imported.n_left_out) == (6, 1, 1, 1)
    assert imported.n_concepts == {"condition": 3, "medication": 1}


def test_names_of_no_latin_letter_and_of_the_same_letters_have_ids(tmp_path: Path) -> None:
    """An id is made from the name where it can be, and from the code beside it where another has it."""
    terms = [
        Term(id="1", name="X-fever"),
        Term(id="2", name="x fever"),
        Term(id="3", name="лихорадка"),
        Term(id="?", name="№"),
        Term(id="!", name="§"),
    ]
    ontology = _imported(terms, tmp_path / "made", KindRule(otherwise="symptom"))
    assert list(ontology.concepts) == [
        "symptom/x-fever",
        "symptom/x-fever-2",
        "symptom/3",
        "symptom/term",
        "symptom/term-2",
    ]


def test_only_relations_that_hold_are_kept(tmp_path: Path) -> None:
    """A relation needs a predicate and kinds of ours, and stands once; what contradicts an earlier one goes."""
    terms = [
        Term(
            id="1",
            name="fever",
            types=("c",),
            relations=(
                ("363698007", "3"),
                ("363698007", "3"),
                ("has_finding_site", "2"),
                ("may_be_treated_by", "2"),
                ("part_of", "2"),
                ("treated_by", "9"),
            ),
        ),
        Term(id="2", name="drug", types=("m",), relations=(("contraindicated_with_disease", "1"),)),
        Term(id="3", name="skin", types=("b",)),
    ]
    rule = KindRule(by_type={"c": "condition", "m": "medication", "b": "body_site"})
    rows = _imported(terms, tmp_path / "made", rule).relations
    assert [(row.subject, row.predicate, row.object, row.source) for row in rows] == [
        ("condition/fever", "located_in", "body_site/skin", "invented"),
        ("condition/fever", "treated_by", "medication/drug", "invented"),
    ]


def test_kinds_come_from_roots_then_types_then_the_rest() -> None:
    """The first root that has a term counts, also through parents that stand later, and cycles end."""
    terms = [
        Term(id="1", name="a", parents=("2",), types=("T184", "T047")),
        Term(id="2", name="b", parents=("3", "1")),
        Term(id="3", name="c"),
        Term(id="4", name="d", types=("T184", "T047")),
        Term(id="5", name="e"),
        Term(id="6", name="f", parents=("2", "5")),
    ]
    rule = KindRule(by_root={"2": "procedure", "5": "lab"}, by_type=UMLS_KINDS, otherwise="finding")
    kinds = {term.id: kind for kind, term in rule(terms)}
    assert kinds == {"1": "procedure", "2": "procedure", "3": "finding", "4": "condition", "5": "lab", "6": "procedure"}


def test_the_tables_of_kinds_name_kinds_of_ours() -> None:
    """Each kind in a table loads."""
    rows = [UMLS_KINDS, SNOMED_KINDS, RXNORM_KINDS]
    terms = [
        Term(id=f"{table}.{number}", name=f"{table} {number}", types=(type_,))
        for table, kinds in enumerate(rows)
        for number, type_ in enumerate(kinds)
    ]
    with tempfile.TemporaryDirectory() as name:
        every = {type_: kind for kinds in rows for type_, kind in kinds.items()}
        assert len(_imported(terms, Path(name) / "made", KindRule(by_type=every)).concepts) == len(terms)


def test_bars_and_semicolons_do_not_part_cells(tmp_path: Path) -> None:
    """A name with a bar stays one name, and a code or attribute with a semicolon one value."""
    term = Term(
        id="1",
        name="this|that",
        synonyms=("the|other", "this/that"),
        codes={"x": ("a; b=c", "d")},
        attributes={"forms": ("oral tablet", "gel; cream")},
    )
    ontology = _imported([term], tmp_path / "made", KindRule(otherwise="medication"))
    (concept,) = ontology.concepts.values()
    assert concept.names == ("this/that", "the/other")
    assert concept.codes == {"x": "a, b=c|d"}
    assert concept.values("forms") == ("oral tablet", "gel, cream")


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_any_licence_text_stands_in_the_folder(licence: str, version: str) -> None:
    """What the user says of a vocabulary is kept as one line of TOML."""
    with tempfile.TemporaryDirectory() as name:
        about = About(name="x", version=version, licence=licence, origin="written here")
        import_terms([], Path(name) / "made", about=about, kinds=KindRule(otherwise="condition"))
        text = (Path(name) / "made" / "ontology.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    assert read["licence"] == "".join(character for character in licence if character.isprintable())
    assert list(read["sources"]) == ["x"]


@pytest.mark.parametrize(("name", "licence"), [("My Terms", "CC0"), ("", "CC0"), ("x", " ")])
def test_a_vocabulary_has_a_plain_name_and_a_licence(name: str, licence: str) -> None:
    """A name that cannot be a folder and a source, and a missing licence, are refused."""
    with pytest.raises(ConfigError):
        About(name=name, version="1", licence=licence, origin="here")


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    """What stood there stays, and no term is read."""
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError, match="holds something already"):
        import_terms(iter(()), tmp_path, about=ABOUT, kinds=KindRule(otherwise="condition"))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


TERMS = [
    Term(id="1", name="invented fever", synonyms=("noone's disease",), types=("disorder",)),
    Term(id="2", name="invented pain", types=("finding",), parents=("1",)),
]


def test_the_command_makes_an_ontology_that_finds_mentions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command goes from a release to concepts that are found in a text, and says what was lost."""
    write_snomed(tmp_path / "release", TERMS)
    given_options = ["--name", "snomed", "--licence", "none needed"]
    main(["snomed", str(tmp_path / "release"), str(tmp_path / "made"), *given_options])
    told = capsys.readouterr().out
    assert told.startswith("2 terms read, 2 concepts written (condition 1, finding 1), 0 relations; 0 terms without")
    mentions = MentionFinder(load_ontology(str(tmp_path / "made")))("No invented pain, but Noone's disease.")
    assert [(each.concept.codes["snomedct"], each.negated) for each in mentions] == [("2", True), ("1", False)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "disorder=symptom"], {"symptom": 1, "finding": 1}),
        (["--kind", "finding="], {"condition": 1}),
        (["--root", "1=lab"], {"lab": 2}),
    ],
)
def test_kinds_are_changed_by_options(tmp_path: Path, options: list[str], expected: dict[str, int]) -> None:
    """An option changes the kind of a type, leaves a type out, or takes what is a kind of a term."""
    write_snomed(tmp_path / "release", TERMS)
    main(["snomed", str(tmp_path / "release"), str(tmp_path / "made"), "--name", "x", "--licence", "y", *options])
    ontology = load_ontology(str(tmp_path / "made"))
    assert {kind: len(ontology.of_kind(kind)) for kind in expected} == expected
    assert len(ontology.concepts) == sum(expected.values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["obo", "none.obo", "made", "--kind", "condition"], "there is no file none.obo"),
        (["obo", "none.obo", "made"], "no kind is given; say --kind condition"),
        (["obo", "none.obo", "made", "--kind", "conditoin"], 'there is no kind conditoin; did you mean "condition"?'),
        (["umls", "nowhere", "made"], "nowhere has no MRCONSO.RRF"),
        (["rxnorm", "nowhere", "made"], "nowhere has no RXNCONSO.RRF"),
        (["snomed", "nowhere", "made"], "nowhere has no sct2_Concept_Snapshot"),
    ],
)
def test_what_the_user_can_mend_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    """The command leaves with 2 and says what is wrong; nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main([*options, "--name", "x", "--licence", "y"])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "made").exists()


def test_the_module_runs() -> None:
    """`python -m clinsynth.ontology.importing --help` names the layouts, and loads no model library."""
    command = [sys.executable, "-X", "importtime", "-m", "clinsynth.ontology.importing", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "{obo,umls,rxnorm,snomed}" in done.stdout
    assert "torch" not in done.stderr
    assert "networkx" not in done.stderr
