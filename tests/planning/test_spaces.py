"""Attribute spaces: every file that ships, and what is refused."""

from pathlib import Path

import pytest
import yaml

from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir
from clinsynth.ontology import load_ontology
from clinsynth.planning.spaces import load_space

CONSULTATION = {"weight": 1, "setting": "clinic", "courses": {"acute": 1}, "tells": ["age"]}
STEP = {"note_type": "letter", "days": [0, 1]}
BACKWARD = {"note_type": "consultation", "days": [3, 1]}
SHIPPED = sorted(data_dir("configs").glob("attributes/*.yaml"))
GENERAL = data_dir("configs") / "attributes" / "general.yaml"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_space_fits_the_ontology(path: Path) -> None:
    """Each specialty and prevalence of the ontology is weighted; vital signs, panels and linked labs exist."""
    ontology, space = load_ontology("core"), load_space(path)
    for condition in ontology.of_kind("condition"):
        specialty = condition.attributes["specialty"]
        own = [name for name in space.specialties if name == specialty or "*" not in space.specialties[name].covers]
        assert any(space.covers(name, specialty) for name in own), specialty
        assert condition.attributes["prevalence"] in space.prevalence
    for name in space.vital_signs:
        assert ontology.by_name(name, "vital"), name
    assert {lab.attributes["panel"] for lab in ontology.of_kind("lab")} >= set(space.routine_panels)
    for habit in space.habits.values():
        assert any(c.codes["icd10cm"].startswith(habit.icd10cm) for c in ontology.of_kind("condition")), habit.icd10cm


def test_the_space_that_ships_is_as_wide_as_promised() -> None:
    """Nine types of note, twelve or more specialties, four styles."""
    space = load_space(GENERAL)
    assert len(space.note_types) == 9
    assert len(space.specialties) >= 12
    assert set(space.styles) == {"narrative", "telegraphic", "dictated", "copied_forward"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ages": []}, "ages"),
        ({"ages": [{"first": 40, "last": 30, "weight": 1}]}, "40 is above 30"),
        ({"sexes": {"femal": 1}}, 'got "femal"'),
        ({"styles": {"narrative": 0}}, "styles needs weights"),
        ({"note_types": {"consultation": CONSULTATION | {"weight": -1}}}, "weight"),
        ({"note_types": {"consultation": CONSULTATION | {"weight": 0}}}, "note_types needs one"),
        ({"note_types": {"consultation": CONSULTATION | {"setting": "home"}}}, 'got "home"'),
        ({"pathways": {"p": {"weight": 1, "courses": {"acute": 1}, "steps": [STEP], "then": STEP}}}, '"letter"'),
        ({"pathways": {"p": {"weight": 1, "courses": {"acute": 1}, "steps": [BACKWARD], "then": STEP}}}, "got 3 and 1"),
        ({"ethnicities": {"Asian": 0}}, "ethnicities needs weights"),
        ({"facts": {"least": 9, "most": 8}}, "least is above most"),
        ({"allergy_share": 2}, "allergy_share"),
        ({"agse": []}, "agse"),
    ],
)
def test_a_wrong_space_is_refused_with_one_clear_line(tmp_path: Path, changed: dict[str, object], says: str) -> None:
    """The message names the field and the file, on one line."""
    path = tmp_path / "space.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(GENERAL.read_text()) | changed))
    with pytest.raises(ConfigError) as caught:
        load_space(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_file_is_no_space(tmp_path: Path) -> None:
    """An empty file says what was expected."""
    path = tmp_path / "space.yaml"
    path.write_text("")
    with pytest.raises(ConfigError, match="is empty"):
        load_space(path)
