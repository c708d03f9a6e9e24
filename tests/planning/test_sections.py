"""Sections of real notes as training examples."""

import itertools
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.config import find_config
from clinsynth.data import DATASETS, data_root
from clinsynth.data.notes_input import read_input
from clinsynth.errors import MissingError
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.exchanging import Exchange
from clinsynth.planning.extract import extract
from clinsynth.planning.sections import (
    MAX_WORDS,
    MIN_WORDS,
    mixed_prompts,
    section_prompts,
    sections_of,
    whole_sections,
)
from clinsynth.records import Note

SLOT = re.compile(r"\[(?:AGE|[A-Z]+_\d+)\]")
FINDER = MentionFinder(load_ontology("core"))
TEXT = """HISTORY OF PRESENT ILLNESS: This is a 64-year-old woman with hypertension who denies chest pain and takes metformin 500 mg b.i.d.
PHYSICAL EXAMINATION:
GENERAL: She is in no distress at all today.
HEENT: Normal.
NECK: Supple.
PLAN:
Rest.
"""  # noqa: E501 - as notes are


def _note(text: str) -> Note:
    note = Note(id="n1", text=text, note_type="consultation", specialty="Cardiology")
    return extract(note, finder=FINDER)


def test_a_prompt_names_what_its_text_states() -> None:
    """Age and sex of the section itself are always in its prompt, and so are its facts; the text is the section's."""
    for seed in range(10):
        (prompt, text), _ = section_prompts(_note(TEXT), seed=seed)
        assert text.startswith("This is a 64-year-old woman")
        assert prompt.startswith("[Consultation | Cardiology | HISTORY OF PRESENT ILLNESS]\nAge: 64. Sex: female.")
        stated = prompt.split("State: ")[1].split(".\n")[0].split("; ")
        assert sorted(stated) == ["hypertension", "metformin 500 mg twice daily", "no chest pain"]
        assert prompt.endswith("\nText:\n")


def test_parts_of_an_examination_stay_together() -> None:
    """Headings such as HEENT do not cut an examination into pieces; a short section is no example."""
    _, (prompt, text) = section_prompts(_note(TEXT), seed=1)
    assert "PHYSICAL EXAMINATION" in prompt
    assert text == "GENERAL: She is in no distress at all today.\nHEENT: Normal.\nNECK: Supple."
    assert [heading for heading, _ in whole_sections(TEXT)][-1] == "PLAN"


def test_parts_without_their_whole_are_sections_of_their_own() -> None:
    """A review of systems and a lone HEENT are not merged into what happens to stand before."""
    text = "PLAN: Rest.\nHEENT: Normal.\nNECK: Supple."
    assert [heading for heading, _ in whole_sections(text)] == ["PLAN", "HEENT", "NECK"]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=30), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_long_sections_are_split_without_loss(lengths: list[int], seed: int) -> None:
    """Pieces are at most 220 words, begin where sentences do, and together hold every word of the section."""
    sentences = [f"Word{place} {'is here ' * length}now." for place, length in enumerate(lengths)]
    text = "PLAN:\n" + " ".join(sentences)
    pieces = list(section_prompts(_note(text), seed=seed))
    assert all(MIN_WORDS <= len(piece.split()) <= MAX_WORDS for _, piece in pieces)
    words = [word for _, piece in pieces for word in piece.split()]
    assert len(text.split()) - 1 - len(words) < MIN_WORDS
    assert all(piece.startswith("Word") for _, piece in pieces)
    assert all(("(CONTINUED)" in prompt) == (place > 0) for place, (prompt, _) in enumerate(pieces))


def test_the_seed_decides_and_nothing_else() -> None:
    """One seed gives the same prompts each time; another seed gives others, of the same texts."""
    note = _note(TEXT)
    assert list(section_prompts(note, seed=3)) == list(section_prompts(note, seed=3))
    prompts = {prompt for seed in range(20) for prompt, _ in itertools.islice(section_prompts(note, seed=seed), 1)}
    assert len(prompts) > 2


def test_a_prompt_does_not_contradict_itself() -> None:
    """What a section both affirms and denies is named once, as it comes first."""
    ((prompt, _),) = section_prompts(_note("PLAN: She had fever last week but there is no fever now at all."), seed=1)
    assert prompt.count("fever") == 1


def test_a_note_must_be_extracted_first() -> None:
    """A note without a case is a mistake of the caller."""
    with pytest.raises(ValueError, match="extract it first"):
        next(section_prompts(Note(id="n", text="PLAN: Rest."), seed=1))


def test_real_notes_give_examples_for_most_of_their_words() -> None:
    """Of a hundred real notes, nine words in ten come back as targets, and a third of the prompts state facts."""
    dataset = DATASETS.build("mtsamples")
    try:
        notes = [note for note in itertools.islice(dataset.read("all"), 100) if isinstance(note, Note)]
    except MissingError:
        pytest.skip(f"MTSamples is not below {data_root()}")
    pairs = [pair for note in notes for pair in section_prompts(extract(note, finder=FINDER), seed=1)]
    n_words = sum(len(note.text.split()) for note in notes)
    assert sum(len(text.split()) for _, text in pairs) > 0.9 * n_words
    assert sum("\nState: " in prompt for prompt, _ in pairs) > len(pairs) / 3
    assert max(len(prompt.split()) for prompt, _ in pairs) <= 90


def _sample_notes() -> list[Note]:
    return [extract(note, finder=FINDER) for note in read_input(find_config("sample/notes.jsonl"))]


def test_slots_stand_in_the_text_where_the_prompt_names_them() -> None:
    """Every slot of a text is named in its prompt and the other way round, and filling them leaves none."""
    n_slots = 0
    for note in _sample_notes():
        for prompt, text in section_prompts(note, seed=3, slots=True):
            named, written = (set(SLOT.findall(part)) for part in (prompt, text))
            assert named == written
            n_slots += len(written)
    assert n_slots > 100


def test_a_text_whose_slots_are_filled_states_what_it_stated() -> None:
    """Filled with the words of the ontology, a text states the facts that were put out of it."""
    (prompt, text), _ = section_prompts(_note(TEXT), seed=1, slots=True)
    assert text == (
        "This is a [AGE]-year-old woman with [CONDITION_1] who denies [SYMPTOM_1] and takes "
        "[DRUG_1] [DOSE_1] [FREQUENCY_1]"
    )
    assert "no [SYMPTOM_1] chest pain" in prompt
    assert "[DRUG_1] metformin [DOSE_1] 500 mg [FREQUENCY_1] twice daily" in prompt
    assert prompt.startswith("[Consultation | Cardiology | HISTORY OF PRESENT ILLNESS]\nAge: [AGE] 64. Sex: female.")


def test_exchanged_facts_stand_in_prompt_and_text_alike() -> None:
    """The other names and numbers of a prompt are in its text, letter for letter, but for the synonyms of a few."""
    note = _note(TEXT)
    exchange = Exchange.of([note], load_ontology("core"))
    n_copied = n_told = 0
    for seed in range(60):
        prompt, text = next(sections_of(note, seed=seed)).exchanged(exchange)
        values = re.sub(r"^no ", "", prompt.split("State: ")[1].split(".\n")[0]).split("; ")
        n_told += len(values)
        n_copied += sum(value.removeprefix("no ").casefold() in text.casefold() for value in values)
        assert re.search(rf"\b{prompt.split('Age: ')[1].split('.')[0]}-year-old", text)
        assert "denies" in text
    assert n_copied > 0.6 * n_told


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_an_exchange_keeps_what_a_fact_is(seed: int) -> None:
    """Id, kind, relation and polarity stay; a dose follows its drug; a child stays a child."""
    note = _note(TEXT)
    assert note.case is not None
    facts = note.case.facts
    others = Exchange.of([note], load_ontology("core"))(facts, Random(seed)).facts
    assert [(f.id, f.kind, f.relation, f.negated) for f in others] == [
        (f.id, f.kind, f.relation, f.negated) for f in facts
    ]
    drug = next(fact.value for fact in others if fact.kind == "medication")
    assert {fact.subject for fact in others if fact.kind in {"dose", "frequency"}} == {drug}
    assert 18 <= int(next(fact.value for fact in others if fact.kind == "age")) <= 89


def test_a_mixture_has_every_form() -> None:
    """Over many draws a section is told, slotted, exchanged and bare; one without facts is told."""
    note = _note(TEXT)
    exchange = Exchange.of([note], load_ontology("core"))
    drawn = [list(mixed_prompts(note, exchange, seed=seed)) for seed in range(80)]
    firsts = [pairs[0] for pairs in drawn]
    bare = [prompt for prompt, _ in firsts if "State" not in prompt and "Age" not in prompt]
    slotted = [text for _, text in firsts if SLOT.search(text)]
    told = [text for prompt, text in firsts if text.startswith("This is a 64-year-old woman with hypertension")]
    assert bare
    assert slotted
    assert len(bare) < len(told) < len(firsts) - len(slotted)
    assert all("State" not in pairs[1][0] for pairs in drawn)


def test_passages_are_parts_of_their_section_with_their_own_facts() -> None:
    """Passages do not overlap, state at least one fact each, and their prompts name no fact of another passage."""
    text = (
        "HISTORY: She has hypertension and diabetes mellitus for years now. She takes metformin 500 mg twice daily. "
        "She denies chest pain and any shortness of breath. She was told to rest at home for a while."
    )
    for seed in range(20):
        (section,) = sections_of(_note(text), seed=seed)
        parts = list(section.passages())
        assert parts
        assert all(one.span.end <= other.span.start for one, other in itertools.pairwise(parts))
        for part in parts:
            prompt, told = part.told()
            assert told in section.text
            assert ("metformin" in prompt) == ("metformin" in told)
            assert "\nState: " in prompt


def test_shuffled_slots_are_numbered_as_their_prompt_has_them() -> None:
    """Whatever the order, the first drug of a prompt is the first slot, and each slot of the prompt is in the text."""
    for seed in range(20):
        prompt, text = next(sections_of(_note(TEXT), seed=seed)).slotted(shuffled=True)
        assert sorted(SLOT.findall(prompt)) == sorted(set(SLOT.findall(text)))
        assert prompt.index("[DRUG_1]") < prompt.index("[DOSE_1]")


def test_an_age_in_months_has_no_slot() -> None:
    """The number of months is not the age: neither a slot nor another age may stand in its place."""
    note = _note("HISTORY: This is an 18-month-old boy with asthma who has had fever and cough for two days now.")
    exchange = Exchange.of([note], load_ontology("core"))
    for seed in range(10):
        section = next(sections_of(note, seed=seed))
        assert "[AGE]" not in "".join(section.slotted())
        assert "18-month-old" in section.exchanged(exchange)[1]
