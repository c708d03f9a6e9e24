"""The layouts that ship: nine types of note in four styles, each of which tells its case completely and truly."""

import dataclasses
import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling import NOTE_TYPES, STYLES, full_case, obedient, words_of

from clinsynth.checks import Parsed
from clinsynth.checks.facts.contradictions import against_case
from clinsynth.checks.facts.locating import is_amount, is_number, locate
from clinsynth.checks.facts.reading import read
from clinsynth.checks.form import FormCheck
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import parse
from clinsynth.checks.phi import PhiCheck
from clinsynth.config import find_config
from clinsynth.prompts import Section, assemble, load_template, split_sections
from clinsynth.prompts.layouts import load_layout
from clinsynth.prompts.selecting import FACT_KINDS, PATIENT
from clinsynth.prompts.variables import case_variables
from clinsynth.records import Case, Fact, Note

BOTH = ["prompts/attribute_controlled.yaml", "prompts/verbalized.yaml"]
each_case = given(
    note_type=st.sampled_from(NOTE_TYPES), style=st.sampled_from(STYLES), number=st.integers(min_value=0, max_value=999)
)


def _sections(case: Case, template: str = BOTH[0]) -> tuple[Section, ...]:
    return load_template(template).sections(case, 0)


def _note(case: Case, template: str = BOTH[0]) -> Note:
    """Write the note of a case as a model would that does as it is told."""
    sections = _sections(case, template)
    text, written = assemble(case, sections, [obedient(section) for section in sections])
    return Note(id=case.id, text=text, case=case, written=written)


def _untold(case: Case, sections: tuple[Section, ...]) -> Iterator[str]:
    said = "\n\n".join(f"{section.heading}: {section.prompt or section.text}" for section in sections)
    for fact in case.facts:
        if not re.search(words_of(fact), said, re.IGNORECASE):
            yield fact.kind


@each_case
@settings(max_examples=150)
def test_a_note_tells_every_fact_of_the_kinds_it_states(note_type: str, style: str, number: int) -> None:
    """What is rendered and what a model is asked to state tell each fact of a case, with its relation; no others."""
    case = full_case(note_type, style, number)
    states = load_template(BOTH[0]).states(note_type)
    assert states == set(FACT_KINDS) - set(_untold(case, _sections(case)))


@each_case
@pytest.mark.parametrize("template", BOTH)
@settings(max_examples=100)
def test_what_is_told_is_found_again(template: str, note_type: str, style: str, number: int) -> None:
    """The check of facts finds each fact where the note states it, in whatever style and words."""
    note = _note(full_case(note_type, style, number), template)
    assert note.case is not None
    told = load_template(template).states(note_type)
    stated = locate(note, mention_finder("core"))
    asked = [fact for fact in note.case.facts if fact.kind in told and not _is_of_a_healthy_relative(fact)]
    assert not [fact.id for fact in asked if fact.id not in stated]


def _is_of_a_healthy_relative(fact: Fact) -> bool:
    """What a relative does not have is told, and not looked for."""
    return fact.relation == "runs_in_family" and fact.negated


@each_case
@pytest.mark.parametrize("template", BOTH)
@settings(max_examples=100)
def test_nothing_told_is_taken_for_something_else(template: str, note_type: str, style: str, number: int) -> None:
    """Each number, dose and mention that the checks read out of a note is that of a fact of today.

    What was measured earlier, what relatives have and what is denied is not read as the patient's.
    """
    note = _note(full_case(note_type, style, number), template)
    assert note.case is not None
    reading = read(note.text, mention_finder("core"))
    assert not list(against_case(note.case, reading))
    facts = note.case.facts
    today = [fact for fact in facts if fact.relation == "measured"]
    assert all(any(one.code == fact.code and is_number(one, fact) for fact in today) for one in reading.results)
    amounts = [fact for fact in facts if fact.kind in {"dose", "frequency"}]
    assert all(any(is_amount(one, fact) for fact in amounts) for one in reading.amounts)
    known = {(fact.code, fact.negated) for fact in facts if fact.relation != "runs_in_family"}
    kinds = {"condition", "symptom", "medication"}
    read_out = {(one.concept.id, one.negated) for one in reading.mentions if one.concept.kind in kinds}
    assert read_out <= known


@each_case
@settings(max_examples=30)
def test_a_rendered_note_is_well_formed_and_free_of_phi(note_type: str, style: str, number: int) -> None:
    """The checks of form and of identifiers find nothing in what a record fills."""
    case = full_case(note_type, style, number)
    sections = [section for section in _sections(case) if section.text is not None]
    text, written = assemble(case, sections, [section.text or "" for section in sections])
    parsed = [Parsed(Note(id=case.id, text=text), parse)]
    assert written == ()
    assert FormCheck()(parsed) == [()]
    assert PhiCheck()(parsed) == [()]
    assert [heading for heading, _ in split_sections(text) if heading] == [
        part.heading for part in sections if part.heading
    ]


@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_each_style_has_its_own_words(note_type: str) -> None:
    """No two styles give the same rendered texts; what is carried over from an earlier note is said to be."""
    texts = {
        style: "\n".join(section.text or "" for section in _sections(full_case(note_type, style))) for style in STYLES
    }
    differing = STYLES if note_type not in {"radiology_report", "operative_note"} else STYLES[:3]
    assert len({texts[style] for style in differing}) == len(differing)
    carried = [style for style in STYLES if re.search(r"(?:Copied|Carried) (?:forward |over )?from", texts[style])]
    assert carried == (["copied_forward"] if "lab" in load_template(BOTH[0]).states(note_type) else [])


@pytest.mark.parametrize("number", range(6))
def test_a_first_encounter_copies_nothing_forward(number: int) -> None:
    """Where there is no earlier result there was no earlier note."""
    case = full_case("progress_note", "copied_forward", number)
    facts = tuple(fact for fact in case.facts if fact.relation != "measured_before")
    assert not re.search("Copied|Carried", _note(dataclasses.replace(case, facts=facts)).text)


@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_a_bare_case_has_a_note_too(note_type: str) -> None:
    """Age, sex and one condition are enough; no section is empty, and no text has gaps where facts would stand."""
    for style in STYLES:
        full = full_case(note_type, style)
        sections = _sections(dataclasses.replace(full, facts=full.facts[:3]))
        assert any(section.prompt for section in sections)
        assert all((section.prompt or section.text or "").strip() for section in sections)
        text = "\n".join(section.text or "" for section in sections)
        assert not re.search(r" [.,]|[(:] ?[.)]|  |\bNone\b(?!\.| [a-z])|\[\]", text)


def test_prompts_name_a_style_only_where_models_know_the_word() -> None:
    """A note that is copied forward is asked for without a style."""
    asked = {
        style: next(section.prompt or "" for section in _sections(full_case("consultation", style)) if section.prompt)
        for style in STYLES
    }
    assert [style for style in STYLES if f"Style: {style}." in asked[style]] == list(STYLES[:3])
    assert "Style" not in asked["copied_forward"]
    assert PATIENT not in asked["copied_forward"]


def test_only_sections_that_may_move_change_places() -> None:
    """Over many cases those sections stand in several orders; all others keep theirs, and none is lost."""
    layout = load_layout(find_config("prompts/slotted.yaml"), "layouts/clinical_notes.yaml")
    for note_type in NOTE_TYPES:
        plans = layout.plans(note_type)
        orders = {layout.order(note_type, Random(seed)) for seed in range(40)}
        assert all(sorted(order) == list(range(len(plans))) for order in orders)
        fixed = [place for place, plan in enumerate(plans) if not plan.moves]
        assert {tuple(place for place in order if not plans[place].moves) for order in orders} == {tuple(fixed)}
        assert all(order[place] == place for order in orders for place in fixed)
        if any(one.moves and other.moves for one, other in pairwise(plans)):
            assert len(orders) > 1


def test_vital_signs_stand_in_several_orders() -> None:
    """All of them are told, whatever comes first."""
    told = [case_variables(full_case("progress_note", number=number))["vitals"] for number in range(40)]
    assert len({tuple(map(str, signs)) for signs in told}) > 1
    assert {frozenset(map(str, signs)) for signs in told} == {frozenset(map(str, told[0]))}


@pytest.mark.parametrize(
    ("code", "may_say"),
    [
        ("condition/anaphylaxis", ()),
        ("condition/drug-eruption", ()),
        ("condition/ace-inhibitor-induced-angioedema", ()),
        ("condition/pollen-food-allergy-syndrome", ("drug", "medication", "NKDA")),
        ("condition/hymenoptera-venom-allergy", ("drug", "medication", "NKDA")),
    ],
)
def test_nothing_denies_an_allergy_that_the_case_has(code: str, may_say: tuple[str, ...]) -> None:
    """Beside a reaction to a drug no allergies are denied; beside another allergy those to drugs alone."""
    told = set()
    for style in STYLES:
        for number in range(60):
            case = full_case("consultation", style, number)
            of_another = [fact for fact in case.facts if fact.kind != "allergy" and fact.relation != "had"]
            allergic = dataclasses.replace(
                case.facts[3], id="f99", code=code, value=code.partition("/")[2], relation="had"
            )
            sections = _sections(dataclasses.replace(case, facts=(*of_another, allergic)))
            told |= {section.text or "" for section in sections if "ALLERG" in section.heading}
    assert bool(told) is bool(may_say)
    assert not [text for text in told if not any(word in text for word in may_say)]
