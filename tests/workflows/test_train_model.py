"""Training again what ships."""

from inspect import signature
from pathlib import Path

import pytest

from clinsynth.config import load_config
from clinsynth.errors import ConfigError
from clinsynth.workflows.progress import silent
from clinsynth.workflows.shipped import RECIPES, SHIPPED_DIR
from clinsynth.workflows.train_model import train_model


def test_every_model_that_ships_has_its_recipe_and_no_recipe_is_without_a_model() -> None:
    """The table of recipes and the folders of models name each other."""
    assert set(RECIPES) == {folder.name for folder in SHIPPED_DIR.iterdir() if folder.is_dir()}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_whole(name: str) -> None:
    """The configuration ships with the section that is the recipe, and what trains by it can be called as it is."""
    recipe = RECIPES[name]
    assert getattr(load_config(recipe.config), recipe.section) is not None
    called = signature(recipe.function()).bind(recipe.config, Path("out"), settings=(), data_dir=None, progress=silent)
    assert called.arguments.keys() >= {"config", "out"}


def test_a_name_that_does_not_ship_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """A misspelt model is one line with the right name, and no folder is made."""
    with pytest.raises(ConfigError, match='did you mean "encoder"'):
        train_model("encodr", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_settings_reach_the_recipe(tmp_path: Path) -> None:
    """What is set over the recipe is checked by the configuration that ships."""
    with pytest.raises(ConfigError, match="layers"):
        train_model("lm", tmp_path / "out", settings=["pretrain.layer=1"])
