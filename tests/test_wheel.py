"""A real wheel, away from the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel, built from this tree, was installed without its dependencies."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)], check=True)
    return target


def command(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command, not the one of the checkout."""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, str(installed / "bin" / "clinsynth"), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        check=False,
    )


def test_the_wheel_carries_its_data(installed: Path) -> None:
    """Ontologies, configurations, the template of the report and the embedded model are inside; tests are not."""
    package = installed / "clinsynth"
    for name in (
        "_data/ontologies/core/concepts.tsv",
        "_data/configs/demo.yaml",
        "_data/configs/sample/notes.jsonl",
        "report/report.html.j2",
        "embedded/lm/model.safetensors",
        "py.typed",
    ):
        assert (package / name).is_file(), name
    assert not (installed / "tests").exists()


def test_the_installed_command_runs_the_main_job(installed: Path, tmp_path: Path) -> None:
    """A few cases from a configuration that ships, on the embedded model, in a folder far from any checkout."""
    done = command(
        installed, tmp_path, "run", "demo.yaml", "--out", "out", "--limit", "2",
        "--set", "adapt=null", "--set", "bench=[]", "--set", "writing.attempts=1", "--set", "writing.max_new_tokens=24",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").is_file()


def test_the_installed_command_is_the_installed_one(installed: Path, tmp_path: Path) -> None:
    """The package that answers is the one from the wheel."""
    code = "import clinsynth, clinsynth.extras as e; print(clinsynth.__file__, e.data_dir('configs'))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(installed)},
        cwd=tmp_path,
        check=True,
    )
    assert all(word.startswith(str(installed)) for word in answer.stdout.split())
