"""What the doctor sees."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from model_folders import facts, weights

from clinsynth import extras
from clinsynth.data import DATASETS
from clinsynth.errors import InputError
from clinsynth.training.model_card import write_card
from clinsynth.workflows import doctor as doctor_module
from clinsynth.workflows import models
from clinsynth.workflows import shipped as shipping
from clinsynth.workflows.doctor import Diagnosis, doctor


def seen(data_dir: Path) -> dict[str, Diagnosis]:
    return {diagnosis.name: diagnosis for diagnosis in doctor(data_dir)}


def test_what_is_wrong_comes_with_what_to_do(tmp_path: Path) -> None:
    """Every warning about data says how to get it; Python, packages and ontologies of this environment are fine."""
    found = seen(tmp_path)
    assert {found[name].state for name in ("Python", "packages", "ontology core", "network", "cores")} == {"ok"}
    for name in DATASETS:
        assert found[f"data set {name}"].state != "ok"
        assert "--data-dir" in found[f"data set {name}"].action


def test_data_that_is_there_is_found(tmp_path: Path) -> None:
    """A data set whose files lie in the folder is ok."""
    for file in DATASETS.kind("mtsamples").files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert seen(tmp_path)["data set mtsamples"].state == "ok"


def test_a_package_out_of_range_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is too old or absent is a failure with the command that mends it."""
    versions = {"torch": "1.0", "peft": "absent"}
    real = extras.version
    monkeypatch.setattr(extras, "version", lambda package: versions.get(package) or real(package))
    found = seen(tmp_path)
    assert found["package torch"].state == found["package peft"].state == "fail"
    assert 'pip install "torch' in found["package torch"].action
    assert found["packages"].found.startswith(f"{len(needed()) - 2} of {len(needed())}")


def needed() -> list[str]:
    return [text for text in metadata.requires("clinsynth") or () if "extra ==" not in text]


def test_little_memory_and_disk_are_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below what a run takes, the doctor says so and what to do."""
    monkeypatch.setattr(doctor_module, "available_bytes", lambda: 2**30)
    monkeypatch.setattr(doctor_module, "ENOUGH_DISK_BYTES", 2**80)
    found = seen(tmp_path)
    assert found["memory"].state == found["disk"].state == "warn"
    assert found["memory"].action
    assert found["disk"].action


def test_a_broken_part_does_not_stop_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ontology or a model that cannot be read is a failure in its line; the others are still looked at."""

    def broken(*_: object) -> None:
        raise InputError("it is damaged")

    monkeypatch.setattr(doctor_module, "load_ontology", broken)
    monkeypatch.setattr(doctor_module, "model_folders", broken)
    found = seen(tmp_path)
    assert found["ontology core"].state == found["models"].state == "fail"
    assert "it is damaged" in str(found["models"])
    assert found["network"].state == "ok"


def test_each_model_that_ships_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is missing, cut off, without a card or too large is said to be; the others are fine."""
    shipped = tmp_path / "embedded"
    monkeypatch.setattr(models, "SHIPPED_DIR", shipped)
    monkeypatch.setattr(doctor_module, "RECIPES", dict.fromkeys(("whole", "cut", "gone", "bare", "large")))
    monkeypatch.setattr(shipping, "BUDGETS", {"language model": 5000})
    for name in ("whole", "cut", "bare", "large"):
        weights(shipped / name, shape=(100, 100) if name == "large" else (3, 4))
        if name != "bare":
            write_card(shipped / name, facts(name=name))
    path = shipped / "cut" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    found = seen(tmp_path)
    assert {name: found[f"model {name}"].state for name in ("whole", "cut", "gone", "bare", "large")} == {
        "whole": "ok", "cut": "fail", "gone": "fail", "bare": "fail", "large": "warn",
    }  # fmt: skip
    assert "clinsynth models train gone" in found["model gone"].action


def test_room_that_no_model_takes_is_not_told(tmp_path: Path) -> None:
    """Neither the list nor the doctor speaks of the room for a kind of which no model ships."""
    listed = models.list_models()
    told = "\n".join(map(str, (*listed, *doctor(tmp_path))))
    taken = {budget[0] for model in listed if (budget := shipping.budget_of(model.kind)) is not None}
    assert "language model" in taken
    for kind in set(shipping.BUDGETS) - taken:
        assert not any(word in told for word in kind.split(" and ")), kind


def test_no_model_library_is_loaded(tmp_path: Path) -> None:
    """The doctor looks at versions and files; it does not import what takes seconds."""
    heavy = ("torch", "transformers", "spacy", "presidio_analyzer", "datasets", "pyarrow", "sklearn", "peft")
    code = (
        "import sys\nfrom clinsynth.workflows.doctor import doctor\n"
        f"doctor({str(tmp_path)!r})\nprint([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
