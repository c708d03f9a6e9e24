"""The worked example of CONTRIBUTING.md is real."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from clinsynth.catalog import Catalog
from clinsynth.checks import Check, Parsed, judge
from clinsynth.checks.codes import codes_of, default_limits
from clinsynth.checks.parsing import parse
from clinsynth.records import Note

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog[Check]:
    """A catalog with the check of the worked example, taken from the page as it stands."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.DOTALL)
    (tmp_path / "excitement.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.util.find_spec("excitement")
    monkeypatch.delitem(sys.modules, "excitement", raising=False)
    return Catalog("checks", {"excitement": "excitement:ExcitementCheck"})


def test_the_worked_example_works(checks: Catalog[Check]) -> None:
    """Built from options as in YAML, it finds what it says, and a limit rejects."""
    check = checks.build("excitement", at_least="2")
    text = "Improved!! Well! Home!!!"
    (findings,) = check([Parsed(Note(id="n", text=text), parse)])
    assert [text[f.span.start : f.span.end] for f in findings if f.span] == ["!!", "!!!"]
    limits = default_limits({"form/excitement": 0.9}, codes=codes_of([check]))
    assert not judge("n", findings, limits).accepted
    assert judge("n", findings[:1], limits).accepted


def test_every_listed_place_exists() -> None:
    """The table of what to add where names places that are there."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    for path in re.findall(r"`(clinsynth/\w+)/<", page):
        assert (ROOT / path).is_dir(), path
