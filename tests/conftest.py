"""What several test modules share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from shapes import make_checkpoint

# No deadlines: these machines are noisy. In CI the same examples each time; elsewhere new ones.
settings.register_profile("clinsynth", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("clinsynth")


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a tiny random checkpoint of a shape (see shapes.SHAPES), made on first use."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(shape: str) -> Path:
        made = root / shape
        return made if made.exists() else make_checkpoint(shape, made)

    return folder
