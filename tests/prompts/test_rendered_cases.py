"""Planned cases, rendered without a model: not a fact is lost, and no check rejects what a record fills."""

from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from telling import NOTE_TYPES

from clinsynth.checks import Check, Parsed
from clinsynth.checks.codes import CODES
from clinsynth.checks.entities import EntitiesCheck
from clinsynth.checks.facts import FactsCheck, locate
from clinsynth.checks.form import FormCheck
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import parse
from clinsynth.checks.phi import PhiCheck
from clinsynth.checks.plausibility import PlausibilityCheck
from clinsynth.config import Plan, find_config
from clinsynth.measures.grams import self_bleu
from clinsynth.ontology.loading import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.prompts import assemble, load_template
from clinsynth.prompts.layouts import load_layout
from clinsynth.records import Case, Fact, Finding, Note
from clinsynth.shingles import words

SEED = 11
N_CASES = 500  # of nine types of note
N_CHECKED = 300
N_LOOKED_AT_FOR_PHI = 150
TEMPLATES = ["prompts/attribute_controlled.yaml", "prompts/slotted.yaml"]


@cache
def _cases() -> tuple[Case, ...]:
    plan = Plan(n_cases=N_CASES)
    planner = Planner(ontology=load_ontology("core"), space=load_space(plan.attributes), seed=SEED, plan=plan)
    return tuple(planner.case(index) for index in range(N_CASES))


def _rendered(case: Case, template: str) -> Note:
    sections = [section for section in load_template(template).sections(case, 0) if section.text is not None]
    text, _ = assemble(case, sections, [section.text or "" for section in sections])
    return Note(id=case.id, text=text, case=case)


def _left_to_the_model(case: Case) -> Iterator[str]:
    """Give the ids of facts that only written sections state: whom a note is about, and what it is about."""
    main = next(fact for fact in case.facts if fact.kind == "condition" and fact.relation == "has")
    yield main.id
    yield from (fact.id for fact in case.facts if fact.kind in {"age", "sex"})
    if case.note_type in {"discharge_summary", "progress_note", "clinic_letter"}:
        yield from (fact.id for fact in case.facts if fact.kind == "symptom" and fact.negated)


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_rendered_sections_lose_no_fact(template: str) -> None:
    """Each fact that is not left to the model is read back, relatives without a condition and earlier results too."""
    finder = mention_finder("core")
    lost: list[tuple[str, Fact]] = []
    for case in _cases():
        stated = {*locate(_rendered(case, template), finder), *_left_to_the_model(case)}
        lost += [(case.id, fact) for fact in case.facts if fact.id not in stated]
    assert {case.note_type for case in _cases()} == set(NOTE_TYPES)
    assert lost == []


@pytest.mark.slow
def test_no_check_rejects_what_a_record_fills() -> None:
    """What is rendered is well formed, names nothing that the case lacks, contradicts nothing and is plausible."""
    checks = (FormCheck(), EntitiesCheck(), PlausibilityCheck(), FactsCheck())
    notes = (_rendered(case, TEMPLATES[1]) for case in _cases()[:N_CHECKED])
    assert [found for note in notes for found in _rejections(note, checks)] == []


def _rejections(note: Note, checks: Sequence[Check]) -> Iterator[Finding]:
    """Give the findings that reject a note; that it lacks what a model would write does not count here."""
    assert note.case is not None
    for found in (found for check in checks for found in check([Parsed(note, parse)])[0]):
        limit = CODES[found.code].limit
        if found.code != "facts/missing" and limit is not None and found.score >= limit:
            yield found


@pytest.mark.slow
def test_no_word_of_a_rendered_text_looks_like_an_identifier() -> None:
    """The recognizers of names, dates and numbers find nothing but what the ontology itself calls a finding."""
    values = " ".join(fact.value for case in _cases() for fact in case.facts)
    marks = [
        note.text[found.span.start : found.span.end]
        for note in (_rendered(case, TEMPLATES[0]) for case in _cases()[:N_LOOKED_AT_FOR_PHI])
        for found in _rejections(note, [PhiCheck()])
        if found.span
    ]
    assert [mark for mark in marks if mark not in values] == []


@pytest.mark.slow
def test_rendered_texts_are_as_varied_as_they_were_made() -> None:
    """Self-BLEU of 144 rendered notes stays below .40; it was .53 with a handful of texts for each section."""
    texts = [[word for word, _ in words(_rendered(case, TEMPLATES[1]).text)] for case in _cases()[:144]]
    scores = self_bleu(texts)
    assert sum(scores) / len(scores) < 0.40


def test_no_two_sections_of_a_note_can_share_a_heading() -> None:
    """A reader of sections by name finds one of each; a name shared by places that move would mix them."""
    layout = load_layout(find_config("prompts/slotted.yaml"), "layouts/clinical_notes.yaml")
    for note_type in NOTE_TYPES:
        headings = [name for plan in layout.plans(note_type) for name in dict.fromkeys(plan.headings) if name]
        assert len(headings) == len(set(headings)), note_type


def test_what_moves_has_a_neighbour_to_change_places_with() -> None:
    """No section is marked as moving alone."""
    layout = load_layout(find_config("prompts/slotted.yaml"), "layouts/clinical_notes.yaml")
    for note_type in NOTE_TYPES:
        moves = ["", *(plan.moves for plan in layout.plans(note_type)), ""]
        runs = zip(moves, moves[1:], moves[2:], strict=False)
        assert not [each for before, each, after in runs if each and each not in {before, after}], note_type
