"""What several test modules share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from shapes import make_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a tiny random checkpoint of a shape (see shapes.SHAPES), made on first use."""
    root = tmp_path_factory.mktemp("checkpoints")

    def folder(shape: str) -> Path:
        made = root / shape
        return made if made.exists() else make_checkpoint(shape, made)

    return folder
