"""Every ontology that ships, and what the core ontology promises."""

import os
from collections import Counter
from pathlib import Path
from shutil import copytree

import pytest

from clinsynth.extras import data_dir
from clinsynth.ontology import Concept, Ontology, load_ontology
from clinsynth.ontology.building import build, check, counts, main, verify
from clinsynth.ontology.loading import TABLES
from clinsynth.ontology.values import find_doses, find_frequencies, find_measurements
from clinsynth.records import Span

SHIPPED = sorted(path.parent.name for path in data_dir("ontologies").glob("*/ontology.toml"))
DATA = Path(os.environ.get("CLINSYNTH_DATA", "absent"))
needs_open_files = pytest.mark.skipif(
    not (DATA / "ontologies/icd10cm").is_dir(), reason="CLINSYNTH_DATA names no folder with ontologies/icd10cm"
)


@pytest.fixture(params=SHIPPED)
def ontology(request: pytest.FixtureRequest) -> Ontology:
    """Each ontology that ships, validated as it loads."""
    return load_ontology(request.param)


@pytest.fixture
def core() -> Ontology:
    """The ontology that ships by default."""
    return load_ontology("core")


def test_every_shipped_ontology_is_valid_and_says_where_each_row_comes_from(ontology: Ontology) -> None:
    """Loading validates; each row names a source."""
    assert ontology.concepts
    rows = (*ontology.concepts.values(), *ontology.relations, *ontology.ranges, *ontology.abbreviations)
    assert all(row.source for row in rows)


def test_a_condition_has_a_drug_exactly_when_it_says_so(ontology: Ontology) -> None:
    """A condition has at least one drug, or says that drugs are not its treatment."""
    for condition in ontology.of_kind("condition"):
        assert bool(ontology.related(condition.id, "treated_by")) == (condition.attributes["therapy"] == "drug")


def test_what_goes_together_is_possible_in_one_patient(ontology: Ontology) -> None:
    """No comorbidity, symptom, finding or drug of a condition is of the other sex, no comorbidity of other ages."""
    predicates = ("comorbid_with", "has_symptom", "has_finding", "treated_by")
    for condition in ontology.of_kind("condition"):
        for other in (each for predicate in predicates for each in ontology.related(condition.id, predicate)):
            assert {_sex(condition), _sex(other)} != {"female", "male"}, (condition.id, other.id)
        for other in ontology.related(condition.id, "comorbid_with"):
            assert (condition.number("age_min") or 0) <= (other.number("age_max") or 120), (condition.id, other.id)
            assert (other.number("age_min") or 0) <= (condition.number("age_max") or 120), (condition.id, other.id)


def _sex(concept: Concept) -> str:
    return concept.attributes.get("sex", "")


def test_core_is_as_large_as_promised(core: Ontology) -> None:
    """The core ontology has the promised numbers of concepts and relations, spread over the specialties."""
    counts = Counter(concept.kind for concept in core.concepts.values())
    promised = {"condition": 400, "medication": 400, "lab": 120, "vital": 8, "procedure": 100, "body_site": 60}
    assert all(counts[kind] >= least for kind, least in promised.items()), counts
    relations = Counter(row.predicate for row in core.relations)
    assert relations["treated_by"] >= 600
    assert relations["interacts_with"] >= 300
    specialties = Counter(condition.attributes["specialty"] for condition in core.of_kind("condition"))
    assert len([specialty for specialty, n in specialties.items() if n >= 10]) >= 14
    assert specialties.keys() <= {specialty.name for specialty in core.of_kind("specialty")}
    assert len(core.abbreviations) >= 1000
    assert {row.sex for row in core.ranges} == {"", "female", "male"}


def test_core_conditions_are_ready_for_planning(core: Ontology) -> None:
    """Each condition says at what ages, how often, with what course and onset it comes."""
    needed = ("age_min", "age_max", "prevalence", "course", "onset", "specialty")
    for condition in core.of_kind("condition"):
        assert all(condition.attributes[key] for key in needed), condition.id
        assert set(condition.values("onset")) <= {"hours", "days", "weeks", "months", "years"}, condition.id


def test_core_conditions_are_felt_or_silent(core: Ontology) -> None:
    """Few conditions have less than three symptoms; none has more than eight."""
    n_symptoms = [len(core.related(each.id, "has_symptom")) for each in core.of_kind("condition")]
    assert max(n_symptoms) <= 8
    assert sum(n < 3 for n in n_symptoms) <= 0.05 * len(n_symptoms)


def test_every_core_drug_treats_something_and_every_symptom_has_a_cause(core: Ontology) -> None:
    """Nothing in the core ontology is out of a planner's reach."""
    idle = [drug.id for drug in core.of_kind("medication") if not core.subjects(drug.id, "treated_by")]
    assert idle == []
    assert [each.id for each in core.of_kind("symptom") if not core.subjects(each.id, "has_symptom")] == []
    assert [each.id for each in core.of_kind("finding") if not core.subjects(each.id, "has_finding")] == []


def test_every_core_drug_says_how_it_is_given(core: Ontology) -> None:
    """Class, route, form, doses within their range, frequencies, pregnancy: all in words that texts are read by."""
    for drug in core.of_kind("medication"):
        assert all(drug.values(key) for key in ("class", "routes", "forms", "pregnancy")), drug.id
        assert len(core.related(drug.id, "member_of")) == 1
        doses = [
            find_doses(dose) for dose in (*drug.values("doses"), *drug.values("dose_min"), *drug.values("dose_max"))
        ]
        assert len(doses) >= 3, drug.id
        assert all(len(found) == 1 for found in doses), drug.id
        frequencies = [find_frequencies(each) for each in drug.values("frequencies")]
        assert frequencies, drug.id
        assert all(len(found) == 1 for found in frequencies), (drug.id, drug.values("frequencies"))


def test_the_result_of_every_core_lab_is_read_as_it_is_written(core: Ontology) -> None:
    """A name, a number and the unit of the ontology are found again as that number with that unit."""
    for test in (*core.of_kind("lab"), *core.of_kind("vital")):
        number = f"{test.number('high') or test.number('low') or 1:.{int(test.number('decimals') or 0)}f}"
        text = f"{test.name} {number} {test.attributes['unit']}"
        (found,) = find_measurements(text, [Span(start=0, end=len(test.name))])
        assert (found.number, found.unit) == (number, test.attributes["unit"]), test.id


def test_an_interaction_says_how_and_what_to_do(core: Ontology) -> None:
    """Mechanism, effect, severity and management are all there, and class-level rows are marked."""
    for row in core.relations:
        if row.predicate == "interacts_with":
            assert all(row.attributes[key] for key in ("mechanism", "effect", "severity", "management"))
            is_of_classes = "drug_class/" in f"{row.subject} {row.object}"
            assert row.attributes["level"] == ("class" if is_of_classes else "drug")


def test_nitrates_and_sildenafil_are_known_to_kill(core: Ontology) -> None:
    """A nitrate beside sildenafil is an interaction, whichever is named first, and whichever nitrate it is."""
    nitrates = [drug for drug in core.of_kind("medication") if drug.attributes["class"].endswith("nitrate")]
    assert len(nitrates) >= 3
    for drug in nitrates:
        for pair in (("medication/sildenafil", drug.id), (drug.id, "medication/sildenafil")):
            assert [row.attributes["severity"] for row in core.interactions(*pair)] == ["contraindicated"]


def test_ranges_differ_by_sex_and_age(core: Ontology) -> None:
    """The hemoglobin of women is lower; the sedimentation rate of the old is higher; others have one range."""
    hemoglobin = core.concepts["lab/hemoglobin"]
    assert core.range_of(hemoglobin, sex="female", age=40).low < core.range_of(hemoglobin, sex="male", age=40).low  # type: ignore[operator]
    rate = core.concepts["lab/erythrocyte-sedimentation-rate"]
    assert core.range_of(rate, sex="male", age=30).high < core.range_of(rate, sex="male", age=80).high  # type: ignore[operator]
    sodium = core.concepts["lab/sodium"]
    assert core.range_of(sodium, sex="female", age=30) == core.range_of(sodium)


def test_the_authored_tables_are_without_fault() -> None:
    """What is written by hand has no dangling name, no impossible range and no contradiction."""
    assert check(data_dir("ontologies") / "core") == []


def test_a_fault_is_named_with_the_authored_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dangling name is told where it was written, and the command ends with exit code 2."""
    copytree(data_dir("ontologies") / "core", tmp_path / "core")
    table = tmp_path / "core/authored/interactions.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines[3] = "\t".join(["medication/nothing", *lines[3].split("\t")[1:]])
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (found,) = check(tmp_path / "core")
    assert found.startswith("interactions.tsv:4: there is no concept medication/nothing")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "core")])
    assert ended.value.code == 2
    assert "interactions.tsv:4" in capsys.readouterr().err


@needs_open_files
def test_codes_and_sources_stand_in_the_open_files() -> None:
    """Each ICD-10-CM code is billable, each code names its concept, each source says what its row says."""
    assert verify(data_dir("ontologies") / "core", DATA) == []


@needs_open_files
def test_building_again_gives_the_same_tables(tmp_path: Path) -> None:
    """The tables in the repository are what the command makes of the authored tables."""
    core = data_dir("ontologies") / "core"
    copytree(core, tmp_path / "core")
    for table in TABLES:
        (tmp_path / "core" / table).write_text("")
    build(tmp_path / "core", DATA)
    for name in (*TABLES, "ontology.toml"):
        assert (tmp_path / "core" / name).read_bytes() == (core / name).read_bytes()


def test_the_readme_tells_the_counts_of_the_tables(core: Ontology) -> None:
    """What README says that the ontology holds is what the command counts."""
    text = (data_dir("ontologies") / "core/README.md").read_text(encoding="utf-8")
    told = text.partition("<!-- counts:begin -->\n")[2].partition("\n<!-- counts:end -->")[0]
    assert told == counts(core)
