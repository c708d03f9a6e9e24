"""Every ontology that ships, and what the core ontology promises."""

import os
from collections import Counter
from pathlib import Path

import pytest

from clinsynth.extras import data_dir
from clinsynth.ontology import Ontology, load_ontology
from clinsynth.ontology.building import build, verify

SHIPPED = sorted(path.parent.name for path in data_dir("ontologies").glob("*/ontology.toml"))
DATA = Path(os.environ.get("CLINSYNTH_DATA", "absent"))
needs_open_files = pytest.mark.skipif(
    not (DATA / "ontologies/icd10cm").is_dir(), reason="CLINSYNTH_DATA names no folder with ontologies/icd10cm"
)


@pytest.fixture(params=SHIPPED)
def ontology(request: pytest.FixtureRequest) -> Ontology:
    """Each ontology that ships, validated as it loads."""
    return load_ontology(request.param)


def test_every_shipped_ontology_is_valid_and_says_where_each_row_comes_from(ontology: Ontology) -> None:
    """Loading validates; each row names a source."""
    assert ontology.concepts
    assert all(concept.source for concept in ontology.concepts.values())
    assert all(relation.source for relation in ontology.relations)


def test_a_condition_has_a_drug_exactly_when_it_says_so(ontology: Ontology) -> None:
    """A condition has at least one drug, or says that drugs are not its treatment."""
    for condition in ontology.of_kind("condition"):
        assert bool(ontology.related(condition.id, "treated_by")) == (condition.attributes["therapy"] == "drug")


def test_a_condition_of_one_sex_is_comorbid_with_none_of_the_other(ontology: Ontology) -> None:
    """No pair of comorbid conditions is impossible in one patient, by sex or by age."""
    for condition in ontology.of_kind("condition"):
        for other in ontology.related(condition.id, "comorbid_with"):
            assert {condition.attributes["sex"], other.attributes["sex"]} != {"female", "male"}
            assert condition.number("age_min") <= other.number("age_max")  # type: ignore[operator]
            assert other.number("age_min") <= condition.number("age_max")  # type: ignore[operator]


def test_a_symptom_of_one_sex_belongs_to_no_condition_of_the_other(ontology: Ontology) -> None:
    """A condition has no symptom that its patients cannot have."""
    for condition in ontology.of_kind("condition"):
        for symptom in ontology.related(condition.id, "has_symptom"):
            assert {condition.attributes["sex"], symptom.attributes.get("sex", "")} != {"female", "male"}


def test_core_is_as_large_as_promised() -> None:
    """The core ontology has the promised numbers of concepts, spread over the specialties."""
    core = load_ontology("core")
    counts = Counter(concept.kind for concept in core.concepts.values())
    promised = {"condition": 100, "medication": 120, "lab": 40, "vital": 8, "symptom": 80, "allergen": 12}
    assert all(counts[kind] >= least for kind, least in promised.items())
    specialties = Counter(condition.attributes["specialty"] for condition in core.of_kind("condition"))
    assert len([specialty for specialty, n in specialties.items() if n >= 3]) >= 14


def test_core_conditions_have_three_to_six_symptoms() -> None:
    """Each condition has three to six symptoms; hyperlipidemia is silent."""
    core = load_ontology("core")
    n_symptoms = {each.name: len(core.related(each.id, "has_symptom")) for each in core.of_kind("condition")}
    assert {name for name, n in n_symptoms.items() if not 3 <= n <= 6} == {"hyperlipidemia"}


def test_every_core_drug_treats_something_and_every_symptom_has_a_cause() -> None:
    """Nothing in the core ontology is out of a planner's reach."""
    core = load_ontology("core")
    assert all(core.subjects(drug.id, "treated_by") for drug in core.of_kind("medication"))
    assert all(core.subjects(symptom.id, "has_symptom") for symptom in core.of_kind("symptom"))


def test_no_nitrate_is_given_beside_sildenafil() -> None:
    """Whoever has a condition that nitrates treat is not given sildenafil: together they can kill."""
    core = load_ontology("core")
    nitrates = [drug for drug in core.of_kind("medication") if drug.attributes["class"] == "nitrate"]
    treated = {condition.id for drug in nitrates for condition in core.subjects(drug.id, "treated_by")}
    forbidden = {condition.id for condition in core.related("medication/sildenafil", "contraindicated_in")}
    assert treated
    assert treated <= forbidden


@needs_open_files
def test_codes_and_sourced_treatments_stand_in_the_open_files() -> None:
    """Each ICD-10-CM code is billable, each DOID names its condition, each sourced treatment is a row that exists."""
    assert verify(data_dir("ontologies") / "core", DATA) == []


@needs_open_files
def test_building_again_gives_the_same_tables(tmp_path: Path) -> None:
    """The tables in the repository are what the command makes of the authored tables."""
    core = data_dir("ontologies") / "core"
    (tmp_path / "authored").mkdir()
    for path in [*core.glob("authored/*.tsv"), core / "ontology.toml"]:
        (tmp_path / path.relative_to(core)).write_bytes(path.read_bytes())
    for table in ("concepts.tsv", "relations.tsv"):
        (tmp_path / table).write_text("")
    build(tmp_path, DATA)
    for name in ("concepts.tsv", "relations.tsv", "ontology.toml"):
        assert (tmp_path / name).read_bytes() == (core / name).read_bytes()
