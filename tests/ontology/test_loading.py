"""What loading an ontology refuses, by file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clinsynth.errors import ConfigError, InputError
from clinsynth.ontology import load_ontology
from clinsynth.ontology.building import main, seal

CONCEPTS = """id\tkind\tname\tsynonyms\tcodes\tattributes\tsource
condition/gout\tcondition\tgout\tpodagra\ticd10cm=M10.9\tsex=; age_min=30; age_max=95; prevalence=common; \
specialty=Rheumatology; therapy=drug\tcurated
medication/colchicine\tmedication\tcolchicine\tColcrys\t\tclass=antigout agent; doses=0.6 mg; \
frequencies=once daily|twice daily; route=oral; form=tablet\tcurated
lab/uric-acid\tlab\turic acid\turate\t\tunit=mg/dL; low=2.5; high=7.2; critical_low=; critical_high=12; \
decimals=1\tcurated
symptom/toe-pain\tsymptom\ttoe pain\t\t\t\tcurated
"""
RELATIONS = """subject\tpredicate\tobject\tattributes\tsource
condition/gout\ttreated_by\tmedication/colchicine\t\tcurated
condition/gout\traises\tlab/uric-acid\tstrength=marked\tcurated
condition/gout\thas_symptom\tsymptom/toe-pain\t\tcurated
"""
RANGES = """test\tsex\tage_min\tage_max\tlow\thigh\tcritical_low\tcritical_high\tsource
lab/uric-acid\tfemale\t\t\t2.4\t6.0\t\t\tcurated
lab/uric-acid\t\t70\t\t\t8.0\t\t\tcurated
"""
ABOUT = """name = "small"
version = "1"
licence = "CC0-1.0"
sources = { curated = "written here" }

[sha256]
"concepts.tsv" = ""
"relations.tsv" = ""
"""
WITH_RANGES = f'{ABOUT}"ranges.tsv" = ""\n'

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an ontology of the two tables, sealed, in a folder of its own."""

    def written(concepts: str, relations: str) -> Path:
        for name, text in (("ontology.toml", ABOUT), ("concepts.tsv", concepts), ("relations.tsv", relations)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        seal(tmp_path)
        return tmp_path

    return written


def test_a_folder_of_the_user_loads_like_one_that_ships(write: Write) -> None:
    """Concepts, relations both ways, names whatever the case, lists and numbers by sex."""
    ontology = load_ontology(str(write(CONCEPTS, RELATIONS)))
    gout = ontology.by_name("PODAGRA")
    assert gout is not None
    assert [drug.name for drug in ontology.related(gout.id, "treated_by")] == ["colchicine"]
    assert ontology.subjects("lab/uric-acid", "raises") == (gout,)
    assert ontology.by_name("gout", "medication") is None
    assert ontology.concepts["medication/colchicine"].values("frequencies") == ("once daily", "twice daily")
    assert ontology.concepts["lab/uric-acid"].number("critical_low") is None
    assert ontology.rows("condition/gout", "raises")[0].attributes == {"strength": "marked"}


def test_a_range_is_that_of_the_narrowest_row(write: Write) -> None:
    """A row of one sex goes before one of both, and what no row says is that of the lab."""
    folder = write(CONCEPTS, RELATIONS)
    (folder / "ontology.toml").write_text(WITH_RANGES, encoding="utf-8")
    (folder / "ranges.tsv").write_text(RANGES, encoding="utf-8")
    seal(folder)
    ontology = load_ontology(str(folder))
    uric_acid = ontology.concepts["lab/uric-acid"]
    highs = [
        ontology.range_of(uric_acid, sex=sex, age=age).high for sex, age in (("female", 80), ("male", 80), ("", 40))
    ]
    assert highs == [6.0, 8.0, 7.2]
    female = ontology.range_of(uric_acid, sex="female", age=30)
    assert (female.low, female.critical_high, female.decimals) == (2.4, 12.0, 1)
    assert [female.direction(value) for value in (2.3, 2.4, 6.0, 6.1)] == ["lowered", "normal", "normal", "raised"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("lab/urat\tfemale\t\t\t2.4\t6.0\t\t\tcurated", "there is no lab or vital sign lab/urat"),
        ("lab/uric-acid\tfemale\t50\t40\t2.4\t6.0\t\t\tcurated", "a range is of a sex"),
        ("lab/uric-acid\tmale\t\t\t9\t8\t\t\tcurated", "lab/uric-acid has impossible limits for male"),
        ("lab/uric-acid\tmale\t\told\t2\t8\t\t\tcurated", "an age or a limit is not a number"),
    ],
)
def test_a_wrong_range_is_named_by_file_and_line(write: Write, row: str, message: str) -> None:
    """Dangling tests, ages in disorder and limits that cannot be are refused with their line."""
    folder = write(CONCEPTS, RELATIONS)
    (folder / "ontology.toml").write_text(WITH_RANGES, encoding="utf-8")
    (folder / "ranges.tsv").write_text(f"{RANGES}{row}\n", encoding="utf-8")
    seal(folder)
    with pytest.raises(InputError, match=rf"ranges\.tsv:4: .*{message}"):
        load_ontology(str(folder))


def test_a_table_that_differs_from_its_checksum_is_refused_until_sealed(write: Write) -> None:
    """An edit is noticed; `seal` accepts it."""
    folder = write(CONCEPTS, RELATIONS)
    path = folder / "concepts.tsv"
    path.write_text(path.read_text().replace("Colcrys", "Mitigare"))
    with pytest.raises(InputError, match=r"concepts\.tsv differs from its sha256"):
        load_ontology(str(folder))
    main(["seal", str(folder)])
    assert load_ontology(str(folder)).by_name("mitigare") is not None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("toe pain", "Gout", None),
        ("Colcrys", "colchicine", None),
        (
            "symptom/toe-pain\tsymptom\ttoe pain",
            "condition/x\tcondition\tpodagra",
            r'5: "podagra" names condition/gout',
        ),
        ("\tcolchicine\tColcrys", "\tcolchicine\tColcrys\t\t", r"3: 9 cells; 7 were expected"),
        ("critical_high=12", "critical_high=7", r"4: lab/uric-acid has impossible limits"),
        ("low=2.5", "low=7.2", r"4: lab/uric-acid has impossible limits"),
        ("low=2.5", "low=two", r'4: the low of lab/uric-acid is a number; got "two"'),
        ("age_min=30", "age_min=99", r"2: condition/gout has age_min above age_max"),
        ("prevalence=common", "prevalence=often", r"2: the prevalence of condition/gout is one of"),
        ("sex=;", "sex=f;", r"2: the sex of condition/gout is one of"),
        ("\tsymptom\t", "\tsymptm\t", r'5: there is no kind symptm; did you mean "symptom"'),
        ("symptom/toe-pain", "condition/gout", r"5: "),
        ("kind\tname", "name\tkind", r"1: the header must be id, kind"),
    ],
)
def test_a_wrong_concept_is_named_by_file_and_line(write: Write, old: str, new: str, message: str | None) -> None:
    """Each fault in the concepts is refused with its line; a name shared by two kinds is no fault."""
    folder = write(CONCEPTS.replace(old, new, 1), RELATIONS)
    if message is None:
        assert load_ontology(str(folder)).concepts
        return
    with pytest.raises(InputError, match=rf"concepts\.tsv:{message}"):
        load_ontology(str(folder))


def test_one_name_for_two_concepts_of_a_kind_is_refused(write: Write) -> None:
    """The message names the other line."""
    second = "symptom/sore-toe\tsymptom\tsore toe\tToe Pain\t\t\tcurated\n"
    with pytest.raises(InputError, match=r'concepts\.tsv:6: "Toe Pain" names symptom/toe-pain in line 5 already'):
        load_ontology(str(write(CONCEPTS + second, RELATIONS)))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "condition/gaut\traises\tlab/uric-acid\t\tcurated",
            r'there is no concept condition/gaut; did you mean "condi',
        ),
        ("condition/gout\ttreats\tmedication/colchicine\t\tcurated", r"there is no predicate treats"),
        (
            "condition/gout\tlowers\tmedication/colchicine\t\tcurated",
            r"lowers needs a lab or vital where medication/colchicine",
        ),
        ("medication/colchicine\tcontraindicated_in\tcondition/gout\t\tcurated", r"contradicts line 2 \(treated_by\)"),
        ("condition/gout\tlowers\tlab/uric-acid\t\tcurated", r"contradicts line 3 \(raises\)"),
        ("condition/gout\traises\tlab/uric-acid\t\tcurated", r"stands in line 3 already"),
        ("condition/gout\tcomorbid_with\tcondition/gout\t\t", r"a relation has a source"),
        ("condition/gout\texcludes\tcondition/gout\t\tcurated", r"excludes itself"),
        ("condition/gout\texcludes\tsymptom/toe-pain\t\tcurated", r"excludes needs a condition"),
    ],
)
def test_a_wrong_relation_is_named_by_file_and_line(write: Write, row: str, message: str) -> None:
    """Dangling ids, wrong kinds and contradictions are refused with their line."""
    with pytest.raises(InputError, match=rf"relations\.tsv:5: .*{message}"):
        load_ontology(str(write(CONCEPTS, f"{RELATIONS}{row}\n")))


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    """There is no ontology "cores"; "core" was meant."""
    with pytest.raises(ConfigError, match='did you mean "core"'):
        load_ontology("cores")


def test_an_ontology_says_its_licence(write: Write) -> None:
    """Each of name, version, licence, sources and sha256 is needed."""
    folder = write(CONCEPTS, RELATIONS)
    path = folder / "ontology.toml"
    path.write_text(path.read_text().replace('licence = "CC0-1.0"\n', ""))
    with pytest.raises(InputError, match=r'ontology\.toml has no "licence"'):
        load_ontology(str(folder))


def test_conditions_exclude_each_other_in_both_directions_and_do_not_go_together(write: Write) -> None:
    """One row says it for both; a row the other way round, or a comorbidity beside it, is refused."""
    concepts = f"{CONCEPTS}condition/sprain\tcondition\tsprain\t\t\tcourse=acute\tcurated\n"
    relations = f"{RELATIONS}condition/gout\texcludes\tcondition/sprain\t\tcurated\n"
    for row, message in (("excludes", "the other way round"), ("comorbid_with", "contradicts comorbid_with")):
        with pytest.raises(InputError, match=message):
            load_ontology(str(write(concepts, f"{relations}condition/sprain\t{row}\tcondition/gout\t\tcurated\n")))
    ontology = load_ontology(str(write(concepts, relations)))
    assert ontology.excluded("condition/sprain") == {"condition/gout"}
    assert ontology.excluded("condition/gout") == {"condition/sprain"}
