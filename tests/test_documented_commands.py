"""The commands in the documents can be given as they stand: subcommands, options and configurations exist."""

import argparse
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import clinsynth
from clinsynth.cli import app
from clinsynth.config import load_config
from clinsynth.training.model_card import read_card
from clinsynth.workflows.shipped import RECIPES, SHIPPED_DIR

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "benchmarks").rglob("README.md")),
]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_STANDS_FOR_ANOTHER = re.compile(r"[$]|^[A-Z]+$")  # a variable of the shell, or CONFIG


def _documented() -> Iterator[tuple[str, str]]:
    """Give each command of pages and cards, with where it stands."""
    for page in PAGES:
        blocks = _BLOCK.findall(page.read_text(encoding="utf-8"))
        for block in (text for language, text in blocks if language in {"", "sh"}):
            for line in block.replace("\\\n", " ").splitlines():
                yield str(page.relative_to(ROOT)), line.strip()
    for name in RECIPES:
        for score in read_card(SHIPPED_DIR / name).scores:
            yield f"the card of {name}", score.command


def _beginning(*words: str) -> list[Any]:
    found = {command: place for place, command in _documented() if command.startswith(words)}
    return [pytest.param(command, id=f"{place}: {command}"[:90]) for command, place in found.items()]


def test_there_are_commands() -> None:
    """The pages are read: each kind of command is found."""
    assert len(_beginning("clinsynth ")) > 20
    assert len(_beginning("python ")) > 10


@pytest.mark.parametrize("command", _beginning("clinsynth "))
def test_a_clinsynth_command_is_understood(command: str) -> None:
    """The command line takes every argument and option, and configurations that are named ship, with what is set."""
    name, *arguments = shlex.split(command, comments=True)
    found: Any = get_command(app)
    while hasattr(found, "commands"):
        name, *arguments = arguments
        found = found.commands[name]
    given = found.make_context(name, arguments).params
    if "config" in given and not _STANDS_FOR_ANOTHER.search(given["config"]):
        settings = [setting for setting in given["settings"] or () if "adapter=" not in setting]
        load_config(given["config"], settings)
    if name == "train":
        assert given["name"] in RECIPES


class _Parsed(Exception):  # noqa: N818 - no error: the script has read its arguments
    """Ends a script before it works."""


@pytest.mark.slow
@pytest.mark.parametrize("command", _beginning("python "))
def test_a_script_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script or module of the repository is there and takes every argument and option."""
    arguments = shlex.split(command, comments=True)[1:]
    read = argparse.ArgumentParser.parse_args

    def parse(self: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        read(self, *args, **kwargs)
        raise _Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    monkeypatch.chdir(ROOT)
    if arguments[0] == "-m":
        monkeypatch.setattr(sys, "argv", arguments[1:])
        monkeypatch.delitem(sys.modules, arguments[1], raising=False)  # it would be told to be there already
        with pytest.raises(_Parsed):
            runpy.run_module(arguments[1], run_name="__main__")
    else:
        monkeypatch.setattr(sys, "argv", arguments)
        monkeypatch.syspath_prepend(str((ROOT / arguments[0]).parent))
        with pytest.raises(_Parsed):
            runpy.run_path(arguments[0], run_name="__main__")


def test_what_python_is_told_to_have_is_there() -> None:
    """Every function that README.md names in the package can be called by that name."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^In Python, (.*?) are functions", page, re.MULTILINE | re.DOTALL)
    for name in (*re.findall(r"`(\w+)`", listed), *re.findall(r"clinsynth\.(\w+)\(", page)):
        assert callable(getattr(clinsynth, name)), name
