"""Pairs of prompt and text, marked: which teach a model to say what it was told, and no more."""

import pytest

from clinsynth.training.faithful import Faithful, faithful_to

HEAD = "[Progress Note | Cardiology | PLAN]\nAge: 64. Sex: female.\n"
PROMPT = f"{HEAD}State: hypertension; metformin 500 mg twice daily; no chest pain.\nText:\n"


@pytest.fixture(scope="module")
def faithful() -> Faithful:
    return faithful_to("core")


@pytest.mark.parametrize(
    "text",
    [
        "The patient has hypertension and no chest pain. Continue metformin 500 mg twice daily.",
        "She is to go on with Glucophage as before.",  # a brand name of what is stated
        "She may also have asthma; look at the home readings in three months.",  # a condition is no drug
        "Return in two weeks.",
    ],
)
def test_what_keeps_to_its_prompt_is_faithful(faithful: Faithful, text: str) -> None:
    """Stated drugs by any of their names, and words that identify nobody, are no invention."""
    assert faithful(PROMPT, text)


@pytest.mark.parametrize(
    "text",
    [
        "Continue metformin, and start lisinopril 10 mg once daily.",  # a drug that is not stated
        "Go on with Lipitor as before.",  # the same under a brand name
        "She was first seen on 03/14/2019 for this.",
        "She was admitted on March 14, 2019, for hypertension.",
        "Dr. Quentin Zebrowski has seen her today.",
        "Call 415-555-0132 with the readings.",
    ],
)
def test_what_says_more_than_its_prompt_is_not(faithful: Faithful, text: str) -> None:
    """A drug beside those stated, a date, a name or a number would teach a model to make such things up."""
    assert not faithful(PROMPT, text)


def test_a_prompt_that_states_nothing_teaches_nothing(faithful: Faithful) -> None:
    """Without a State line any text says more than it was told."""
    text = "The patient has hypertension."
    assert faithful(PROMPT, text)
    assert not faithful(f"{HEAD}Text:\n", text)


def test_a_drug_is_judged_by_its_own_prompt(faithful: Faithful) -> None:
    """The same text is faithful to the prompt that states its drug, and to no other."""
    text = "Start lisinopril 10 mg once daily."
    assert faithful(f"{HEAD}State: lisinopril 10 mg once daily.\nText:\n", text)
    assert not faithful(PROMPT, text)


def test_with_slots_a_text_that_names_a_condition_or_drug_itself_is_not_faithful() -> None:
    """What stands in words beside the slots is not told by the prompt; what is denied is no invention."""
    faithful = faithful_to("core")
    prompt = "[Consultation | Cardiology | PLAN]\nState: [CONDITION_1] hypertension; [DRUG_1] metformin.\nText:\n"
    assert faithful(prompt, "We treat [CONDITION_1] with [DRUG_1].")
    assert faithful(prompt, "We treat [CONDITION_1] with [DRUG_1]; no asthma.")
    assert not faithful(prompt, "We treat [CONDITION_1] and asthma.")
    assert not faithful(prompt, "We treat [CONDITION_1] with metformin.")
