"""Choices inside the texts of layouts and surfaces."""

from random import Random

import pytest

from clinsynth.errors import ConfigError
from clinsynth.prompts.choices import expanded
from clinsynth.prompts.rendering import compile_text


def _texts(source: str, **variables: object) -> set[str]:
    text = compile_text(expanded(source, where="here"), where="here", declared=tuple(variables), known=tuple(variables))
    return {text(variables, Random(seed)) for seed in range(200)}


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("[denies|has no] fever", {"denies fever", "has no fever"}),
        ("seen[ today|]", {"seen today", "seen"}),
        ("[a|b[c|d]]", {"a", "bc", "bd"}),
        ("[a\n|b\n]c", {"a\nc", "b\nc"}),
        ("[as it is]", {"[as it is]"}),
        ("a|b", {"a|b"}),
        ("[{{ drugs | sentences }}|{{ drugs[0] }}]", {"Aspirin.", "aspirin"}),
        ("{% for drug in drugs %}[x|y]{% endfor %}", {"x", "y"}),
    ],
)
def test_a_text_says_one_of_its_alternatives(source: str, texts: set[str]) -> None:
    """Each alternative is met and nothing else; Jinja inside and outside of brackets stays Jinja."""
    assert _texts(source, drugs=["aspirin"]) == texts


def test_what_a_case_says_is_never_taken_for_a_choice() -> None:
    """Brackets and bars in a value stay."""
    assert _texts("[{{ value }}|{{ value }}]", value="[a|b]") == {"[a|b]"}


def test_one_generator_gives_one_text() -> None:
    """The same seed chooses the same, in choices and filters alike."""
    text = compile_text(
        expanded("[a|b|c] {{ drugs | mixed | listed }}", where="here"),
        where="here",
        declared=["drugs"],
        known=["drugs"],
    )
    drugs = {"drugs": ["aspirin", "ramipril", "metformin"]}
    assert text(drugs, Random(5)) == text(drugs, Random(5))


@pytest.mark.parametrize(("source", "says"), [("[a|b", '"[" without "]"'), ("a|b]", '"]" without "["')])
def test_a_bracket_that_does_not_match_is_refused(source: str, says: str) -> None:
    """What is wrong is said when the file is read."""
    with pytest.raises(ConfigError) as caught:
        expanded(source, where="surfaces.yaml: labs, narrative")
    assert says in str(caught.value)
    assert "surfaces.yaml: labs, narrative" in str(caught.value)


def test_only_what_has_a_generator_can_choose() -> None:
    """The prompt of a template is the same for every case: what would choose in it is refused."""
    text = compile_text("{{ drugs | mixed }}", where="here", declared=["drugs"], known=["drugs"])
    with pytest.raises(ConfigError, match="only texts of layouts and surfaces can choose"):
        text({"drugs": ["aspirin"]})
