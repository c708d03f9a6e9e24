"""Catalogs."""

from dataclasses import dataclass

import pytest

from clinsynth.catalog import Catalog
from clinsynth.errors import ConfigError, MissingError


@dataclass(frozen=True)
class Ruler:
    """A component for the tests."""

    length: int
    unit: str = "cm"


RULERS: Catalog[Ruler] = Catalog("rulers", {"plain": f"{__name__}:Ruler", "lost": "clinsynth_no_such_package.x:Ruler"})


def test_options_are_checked_and_converted() -> None:
    """What comes from YAML has the types of the fields."""
    assert RULERS.build("plain", length="3") == Ruler(length=3)
    assert RULERS.options("plain") == {"length": str(int), "unit": str(str)}


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("plian", {}, r'there is no "plian" in rulers; did you mean "plain"'),
        ("plain", {"length": 1, "unti": "m"}, r'rulers.plain has no option "unti"; did you mean "unit"'),
        ("plain", {"length": "long"}, r"rulers.plain.length: .*integer"),
        ("plain", {}, r"rulers.plain.length: .*required"),
    ],
)
def test_a_wrong_name_or_option_is_answered_with_the_right_one(
    name: str, options: dict[str, object], message: str
) -> None:
    """The message names the component, the option and the nearest right one."""
    with pytest.raises(ConfigError, match=message):
        RULERS.build(name, **options)


def test_a_component_whose_package_is_absent_says_so() -> None:
    """The package to install is named."""
    with pytest.raises(MissingError, match="pip install clinsynth_no_such_package"):
        RULERS.build("lost", length=1)
