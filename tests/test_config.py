"""Configurations."""

from pathlib import Path

import pytest
import yaml

from clinsynth.config import Config, dump_config, find_config, load_config, needed
from clinsynth.errors import ClinsynthError, ConfigError
from clinsynth.extras import data_dir

SHIPPED = sorted(data_dir("configs").glob("*.yaml"))


def config_file(folder: Path, text: str) -> Path:
    path = folder / "c.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    """What ships can be loaded, and loads again from what is written back."""
    config = load_config(path)
    assert Config.model_validate(yaml.safe_load(dump_config(config))) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: x\nwriting:\n  temprature: 1\n",
            r'c.yaml:3: there is no "writing.temprature"; did you mean "temperature"',
        ),
        ("name: x\nwritting: {}\n", r'c.yaml:2: there is no "writting"; did you mean "writing"'),
        ("name: x\nplan:\n  n_cases: many\n", r"c.yaml:3: plan.n_cases: .*integer"),
        ("name: x\nplan:\n  n_cases: 0\n", r"c.yaml:3: plan.n_cases: .*greater than or equal to 1"),
        ("seed: 7\n", r"c.yaml: name: .*required"),
        ("name: [x\n", r"c.yaml:\d is not YAML"),
        ("", r"c.yaml is empty"),
        (
            "name: x\nbench:\n- learner: {name: linear}\n  seedz: 1\n",
            r'c.yaml:4: there is no "bench.0.seedz"; did you mean "seeds"',
        ),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    """One line: where, what, and the nearest right key."""
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(config_file(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    """A setting replaces a value, and makes a part that the file lacks."""
    path = config_file(tmp_path, "name: x\nwriting:\n  temperature: 0.5\n")
    config = load_config(path, ["writing.temperature=0", "plan.n_cases=3", "backbone.name=scripted"])
    assert (config.writing.temperature, config.plan.n_cases, config.backbone.name) == (0, 3, "scripted")


@pytest.mark.parametrize("setting", ["x", "=1", "name.deeper=1", "nothing=1", "backbone={name: x", "seed=&a *b"])
def test_a_wrong_setting_is_refused(tmp_path: Path, setting: str) -> None:
    """A setting that is no key=value, or names no key, is an error for the user."""
    with pytest.raises(ConfigError):
        load_config(config_file(tmp_path, "name: x\n"), [setting])


def test_an_unknown_configuration_names_the_nearest() -> None:
    """A name that nearly ships is answered with the one that does."""
    with pytest.raises(ConfigError, match=r'did you mean "demo.yaml"'):
        find_config("dmeo.yaml")


def test_a_configuration_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and characters that YAML forbids, are errors for the user."""
    path = tmp_path / "c.yaml"
    for content in (b"name: \xff\n", b"name: \x00\n"):
        path.write_bytes(content)
        with pytest.raises(ClinsynthError):
            load_config(path)


def test_a_missing_part_is_asked_for_by_name() -> None:
    """A command that needs a part says which."""
    for name in ("adapt", "pretrain", "examples"):
        with pytest.raises(ConfigError, match=f'clinsynth {name} needs "{name}:"') as caught:
            needed(None, name=name, command=name)
        shown = next(word for word in str(caught.value).split() if word.startswith("configs/"))
        assert getattr(load_config(shown), name) is not None
