"""Typed slots: what is put out of a text and filled in again is where it was, and nothing else passes for it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.prompts.framing import statements
from clinsynth.prompts.slots import SLOTS, fill, find_slots, placed, plain_wording, slots_of, slotted
from clinsynth.records import Fact, Span

AGE = Fact(id="f1", kind="age", subject="patient", relation="is", value="64")
GOUT = Fact(id="f2", kind="condition", subject="patient", relation="has", value="gout", code="condition/gout")
ULCER = Fact(id="f3", kind="condition", subject="patient", relation="has", value="ulcer", code="condition/ulcer")
FEVER = Fact(id="f4", kind="symptom", subject="patient", relation="has", value="fever", negated=True)
DRUG = Fact(id="f5", kind="medication", subject="patient", relation="takes", value="colchicine")
OTHER = Fact(id="f6", kind="medication", subject="patient", relation="takes", value="aspirin")
DOSE = Fact(id="f7", kind="dose", subject="aspirin", relation="dose", value="81 mg")
URATE = Fact(id="f8", kind="lab", subject="uric acid", relation="measured", value="9.1 mg/dL")
FACTS = (AGE, GOUT, ULCER, FEVER, DRUG, OTHER, DOSE, URATE)


def _words(fact: Fact, random: Random) -> str:
    del random
    return fact.value


def test_each_fact_has_one_slot_and_a_dose_that_of_its_drug() -> None:
    """Placeholders are distinct, by type, numbered in order; dose 2 belongs to drug 2."""
    slots = slots_of(FACTS)
    assert list(slots) == [
        "[AGE]",
        "[CONDITION_1]",
        "[CONDITION_2]",
        "[SYMPTOM_1]",
        "[DRUG_1]",
        "[DRUG_2]",
        "[DOSE_2]",
        "[LAB_1]",
    ]
    assert tuple(slots.values()) == FACTS


def test_a_prompt_names_each_fact_behind_its_slot() -> None:
    """The words of the State line are those without slots, each with its placeholder in front."""
    assert statements(slotted(FACTS)) == (
        "[CONDITION_1] gout",
        "[CONDITION_2] ulcer",
        "no [SYMPTOM_1] fever",
        "[DRUG_1] colchicine",
        "[DRUG_2] aspirin [DOSE_2] 81 mg",
        "[LAB_1] uric acid 9.1 mg/dL",
    )


@given(
    pieces=st.lists(st.tuples(st.text(alphabet="abc ,.\n", max_size=12), st.sampled_from(FACTS)), max_size=8),
    end=st.text(alphabet="abc ,.", max_size=12),
)
def test_what_is_filled_in_stands_where_it_is_said_to_stand(pieces: list[tuple[str, Fact]], end: str) -> None:
    """Each span holds its fact's words, every written slot is filled, and every slot is written or missing."""
    slots = slots_of(FACTS)
    placeholder = {fact.id: name for name, fact in slots.items()}
    text = "".join(f"{before}{placeholder[fact.id]}" for before, fact in pieces) + end
    filled = fill(text, slots, wording=_words, random=Random(1))
    values = {fact.id: fact.value for fact in FACTS}
    for fact_id, spans in filled.stated.items():
        for span in spans:
            assert filled.text[span.start : span.end].lower() == values[fact_id].lower()
    written = {fact.id for _, fact in pieces}
    assert set(filled.stated) == written
    assert filled.missing == tuple(fact.id for fact in FACTS if fact.id not in written)
    assert filled.invented == ()
    assert find_slots(filled.text) == ()
    assert sum(map(len, filled.stated.values())) == len(pieces)


@given(words=st.lists(st.text(alphabet="xyz", min_size=1, max_size=5), min_size=1, max_size=6), data=st.data())
def test_placing_slots_and_filling_them_gives_the_text_back(words: list[str], data: st.DataObject) -> None:
    """A text whose facts were put out and filled in again is the same text, with the same ranges."""
    place = data.draw(st.integers(0, len(words) - 1))
    text = " ".join([*words, *("gout" if index == place else "z" for index in range(len(words)))])
    start = text.index("gout")
    span = Span(start=start, end=start + 4)
    slotted_text = placed(text, [("[CONDITION_1]", span)])
    assert "gout" not in slotted_text
    filled = fill(slotted_text, slots_of([GOUT]), wording=_words, random=Random(1))
    assert (filled.text, filled.stated) == (text, {"f2": (span,)})


@pytest.mark.parametrize(
    "slot", ["[DRUG_9]", "DRUG_1]", "[DRUG_1", "[DRUG_1 ]", "[DRUG]", "[CONDITION_1}", "[LAB_1mg]", "DOSE_2"]
)
def test_a_slot_that_was_not_asked_for_or_is_misspelt_is_left_and_told(slot: str) -> None:
    """It is no fact: the text keeps it, and says where it is."""
    filled = fill(f"Give {slot} today.", slots_of([GOUT]), wording=_words, random=Random(1))
    assert filled.text == f"Give {slot} today."
    assert len(filled.invented) >= 1
    assert filled.missing == ("f2",)
    assert find_slots(filled.text) == filled.invented


@pytest.mark.parametrize(
    "text",
    ["The AGE of the patient is unknown.", "CONDITION: stable. DOSE: none.", "See [1] and [a].", "LAB DATA: none."],
)
def test_words_of_a_note_are_no_slots(text: str) -> None:
    """Headings and references that share a word with a type of slot are left alone."""
    assert find_slots(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[CONDITION_1] was found.", "Gout was found."),
        ("Plan.\n[CONDITION_1] again. [CONDITION_2].", "Plan.\nGout again. Ulcer."),
        ("She has a [CONDITION_2] and a [CONDITION_1].", "She has an ulcer and a gout."),
        ("An [CONDITION_1], [CONDITION_1].", "A gout, gout."),
        ("A [AGE]-year-old.", "A 64-year-old."),
    ],
)
def test_what_is_filled_in_fits_its_sentence(text: str, expected: str) -> None:
    """Capitals at the beginning of a sentence, and the right article."""
    assert fill(text, slots_of(FACTS), wording=_words, random=Random(1)).text == expected


def test_every_wording_of_a_result_holds_its_name_and_value() -> None:
    """However a result is worded, name and value stand in it in that order."""
    for seed in range(20):
        words = plain_wording(URATE, Random(seed))
        assert words.startswith("uric acid ")
        assert words.endswith(" 9.1 mg/dL")


def test_every_type_of_slot_is_named_once() -> None:
    """No two kinds of fact share a type."""
    assert len(set(SLOTS.values())) == len(SLOTS)


def _is_denied(text: str, span: Span) -> bool:
    return text[: span.start].lower().endswith(("no ", "denies "))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She has [SYMPTOM_1].", "She has no fever."),
        ("She denies [SYMPTOM_1].", "She denies fever."),
        ("No [SYMPTOM_1], gout.", "No fever, gout."),
        ("[SYMPTOM_1] and [CONDITION_1].", "No fever and gout."),
        ("She has a [SYMPTOM_1].", "She has no fever."),
    ],
)
def test_what_is_absent_is_filled_in_as_absent(text: str, expected: str) -> None:
    """An absent fact that the text does not deny is filled in with its denial; the place is the fact's alone."""
    filled = fill(text, slots_of(FACTS), wording=_words, random=Random(1), is_denied=_is_denied)
    assert filled.text == expected
    (span,) = filled.stated["f4"]
    assert filled.text[span.start : span.end].lower() == "fever"
