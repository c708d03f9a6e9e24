"""The shape of the package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_imports_follow_the_layers() -> None:
    """A part imports only from the layers below its own."""
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_heavy_libraries_are_not_imported_by_the_command_line() -> None:
    """Asking for help loads no model library."""
    heavy = (
        "torch",
        "transformers",
        "peft",
        "spacy",
        "scispacy",
        "presidio_analyzer",
        "datasets",
        "sklearn",
        "pyarrow",
    )
    code = f"import clinsynth.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
