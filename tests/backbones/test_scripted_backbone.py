import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.backbones import BACKBONES
from clinsynth.backbones.scripted import ScriptedBackbone
from clinsynth.errors import ConfigError
from clinsynth.prompts.framing import frame
from clinsynth.records import Prompt

WORD = st.text("abcdefghij -", min_size=1, max_size=12).map(str.strip).filter(bool)


def test_responses_go_round_by_seed() -> None:
    """A list of texts is cycled by seed, wherever the prompt stands in its batch."""
    writes = ScriptedBackbone(responses=("one", "two", "three"))
    texts = [generation.text for generation in writes([Prompt(text="x")] * 4, [0, 5, 1, 3])]
    assert texts == ["one", "three", "two", "one"]


def test_responses_go_by_what_a_prompt_contains() -> None:
    """A mapping answers by the first text that the prompt contains; the empty one answers the rest."""
    writes = BACKBONES.build("scripted", responses={"PLAN": "Follow up.", "": "Nothing new."})
    texts = [generation.text for generation in writes([Prompt(text="[Note | PLAN]"), Prompt(text="[Note]")], [1, 2])]
    assert texts == ["Follow up.", "Nothing new."]


def test_a_prompt_without_an_answer_is_an_error_without_its_text() -> None:
    """The message names no part of the prompt."""
    with pytest.raises(ConfigError) as caught:
        ScriptedBackbone(responses={"PLAN": "Follow up."})([Prompt(text="[Secret]")], [1])
    assert "Secret" not in str(caught.value)


def test_nothing_to_say_is_refused_at_once() -> None:
    """A backbone that could answer nothing is not built."""
    with pytest.raises(ConfigError, match="give responses, or echo"):
        ScriptedBackbone()


@given(statements=st.lists(WORD, min_size=1, max_size=6), seed=st.integers(0, 2**63 - 1))
def test_echo_states_each_fact_in_a_sentence_of_its_own(statements: list[str], seed: int) -> None:
    """Every statement of the prompt's State line, and age and sex, is in the text."""
    prompt = frame("progress_note", "Nephrology", "Plan", {"age": "64", "sex": "female"}, statements)
    (generation,) = ScriptedBackbone(echo=True)([Prompt(text=prompt, max_new_tokens=500)], [seed])
    sentences = [sentence.casefold() for sentence in generation.text.split(". ")]
    assert "64-year-old female" in generation.text
    assert [f"{s}".casefold() for s in statements] == [s.removesuffix(".") for s in sentences[-len(statements) :]]


def test_stops_and_length_end_the_text() -> None:
    """A stop is cut off, and no more words come than asked for."""
    writes = ScriptedBackbone(responses=("one two three END four",))
    stopped, short = writes(
        [Prompt(text="x", stops=("END",)), Prompt(text="x", max_new_tokens=2, stops=("END",))], [0, 0]
    )
    assert (stopped.text.strip(), stopped.ended, stopped.n_tokens) == ("one two three", "stop", 3)
    assert (short.text, short.ended, short.n_tokens) == ("one two", "length", 2)
