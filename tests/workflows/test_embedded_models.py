"""What every model that ships has to keep to."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clinsynth.config import Config, load_config
from clinsynth.data import DATASETS
from clinsynth.storage import digest
from clinsynth.training import checkpoints
from clinsynth.training.adapted import model_hash
from clinsynth.training.encoder.pretraining import EncoderTraining
from clinsynth.training.entities.recipe import EntitiesTraining
from clinsynth.training.model_card import page_of, read_card
from clinsynth.training.names.training import NamesTraining
from clinsynth.workflows.models import described
from clinsynth.workflows.shipped import BUDGETS, RECIPES, SHIPPED_DIR, budget_of

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY_BYTES = 60 * 2**20
NOWHERE = Path("nowhere")

models = pytest.mark.parametrize(
    "folder", sorted(path for path in SHIPPED_DIR.iterdir() if path.is_dir()), ids=lambda path: path.name
)


@models
def test_the_page_is_put_from_the_card(folder: Path) -> None:
    """Each model has facts, a page that agrees with them, its own name, and a first score beside a baseline."""
    card = read_card(folder)
    assert (folder / "README.md").read_text() == page_of(folder, card)
    assert card.name == folder.name
    assert card.scores
    assert all(each.command and each.baseline.name for each in card.scores)


@models
def test_it_was_trained_on_what_may_train(folder: Path) -> None:
    """Each data set may train weights that ship, under the licence that is told; of notes the base split alone."""
    for part in read_card(folder).data:
        if part.dataset in DATASETS:
            kind = DATASETS.kind(part.dataset)
            assert (kind.use, kind.licence) == ("train", part.licence), part.dataset
            assert part.split in {"base", "train", "dev", "devel", "train and dev"}, (part.dataset, part.split)


HASHES: dict[str, Callable[[Config], str]] = {
    "pretrain": lambda config: checkpoints.recipe_hash(_part(config, "pretrain"), seed=config.seed),
    "adapt": lambda config: checkpoints.recipe_hash(_part(config, "adapt"), seed=config.seed),
    "encoder": lambda config: (
        EncoderTraining(config=_part(config, "encoder"), seed=config.seed, out=NOWHERE, root=NOWHERE).recipe
    ),
    "entities": lambda config: (
        EntitiesTraining(config=_part(config, "entities"), seed=config.seed, out=NOWHERE, root=NOWHERE).recipe
    ),
    "names": lambda config: (
        NamesTraining(config=_part(config, "names"), seed=config.seed, out=NOWHERE, root=NOWHERE).recipe
    ),
}


def _part(config: Config, section: str):  # noqa: ANN202 - a section of its own class
    return getattr(config, section)


@models
def test_the_recipe_that_ships_is_the_one_that_made_it(folder: Path) -> None:
    """The hash on the card is that of the recipe of its name."""
    recipe = RECIPES[folder.name]
    assert read_card(folder).recipe_sha256 == HASHES[recipe.section](load_config(recipe.config))


@models
def test_what_it_builds_on_is_what_ships(folder: Path) -> None:
    """An adapter was fitted to the model that ships, and an encoder begun from it."""
    base = read_card(folder).base
    if base is not None:
        lm = SHIPPED_DIR / "lm"
        assert base.sha256 in {model_hash(str(lm)), digest(lm / "model.safetensors")}


@models
def test_it_is_whole_and_as_large_as_told(folder: Path) -> None:
    """Its weights can be read to the end, and have as many numbers as the card tells."""
    model = described(folder, "shipped")
    assert model.n_parameters == read_card(folder).n_parameters


def test_models_keep_to_their_room() -> None:
    """The models of each kind together, and the repository with all of them, are not larger than was agreed."""
    sizes = dict.fromkeys(BUDGETS, 0)
    for name in RECIPES:
        model = described(SHIPPED_DIR / name, "shipped")
        budget = budget_of(model.kind)
        assert budget is not None
        sizes[budget[0]] += model.n_bytes
    assert {name: size for name, size in sizes.items() if size > BUDGETS[name]} == {}


def test_the_repository_is_not_too_large() -> None:
    """All files that are kept, models included, take less than 60 MiB."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert sum(path.stat().st_size for path in files if path.is_file()) < REPOSITORY_BYTES
