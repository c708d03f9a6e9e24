"""Attribute spaces: every file that ships, and what is refused."""

from pathlib import Path

import pytest
import yaml

from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir
from clinsynth.ontology import load_ontology
from clinsynth.planning.spaces import load_space

SHIPPED = sorted(data_dir("configs").glob("attributes/*.yaml"))
GENERAL = data_dir("configs") / "attributes" / "general.yaml"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_space_fits_the_ontology(path: Path) -> None:
    """Each specialty of the ontology is covered, each prevalence weighted, and what disturbs vital signs exists."""
    ontology, space = load_ontology("core"), load_space(path)
    named = [*ontology.of_kind("condition"), *ontology.of_kind("symptom")]
    for condition in ontology.of_kind("condition"):
        specialty = condition.attributes["specialty"]
        own = [name for name in space.specialties if name == specialty or "*" not in space.specialties[name].covers]
        assert any(space.covers(name, specialty) for name in own), specialty
        assert condition.attributes["prevalence"] in space.prevalence
    for rule in space.vitals:
        assert ontology.by_name(rule.name, "vital"), rule.name
        assert set(rule.by) <= {concept.name for concept in named}, set(rule.by) - {concept.name for concept in named}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ages": []}, "ages"),
        ({"ages": [{"first": 40, "last": 30, "weight": 1}]}, "40 is above 30"),
        ({"sexes": {"femal": 1}}, 'got "femal"'),
        ({"styles": {"narrative": 0}}, "styles needs weights"),
        ({"note_types": {"consultation": -1}}, "note_types needs weights"),
        ({"facts": {"least": 9, "most": 8}}, "least is above most"),
        ({"vitals": [{"name": "temperature", "direction": "up", "by": ["fever"]}]}, "direction"),
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
