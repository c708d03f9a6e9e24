"""The writer: what it asks a backbone for, and what it makes of the answers."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from clinsynth.backbones import Backbone
from clinsynth.backbones.scripted import ScriptedBackbone
from clinsynth.checks import CHECKS, Code, Parsed, judge
from clinsynth.checks.codes import default_limits
from clinsynth.checks.facts import FactsCheck
from clinsynth.checks.form import FormCheck
from clinsynth.checks.parsing import parsed
from clinsynth.config import Component, Config, Writing
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.prompts import load_template
from clinsynth.prompts.slots import find_slots
from clinsynth.records import Case, Fact, Finding, Generation, Note, Prompt
from clinsynth.workflows.fitted import Adapters
from clinsynth.workflows.stages import Writer, build_checker

CASE = Case(
    id="case-000001",
    note_type="consultation",
    specialty="Cardiology",
    attributes={"age": "64", "sex": "female", "style": "narrative"},
    facts=(Fact(id="f1", kind="condition", subject="patient", relation="has", value="hypertension"),),
)


@dataclass(frozen=True)
class Listening:
    """A backbone that keeps what it was asked."""

    answers: ScriptedBackbone
    heard: list[Prompt] = field(default_factory=list)

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Hear, and answer from the script."""
        self.heard.extend(prompts)
        return self.answers(prompts, seeds)


def _written(template: str, answer: str) -> tuple[Note, list[Prompt]]:
    backbone = Listening(ScriptedBackbone(responses=(answer,)))
    writer = Writer(
        config=Config(name="small"),
        attempt=0,
        adapters=Adapters(),
        backbone=backbone,
        template=load_template(template),
    )
    (note,) = writer.notes([CASE])
    return note, backbone.heard


@pytest.mark.parametrize("name", ["instruct", "whole_note", "attribute_controlled"])
def test_the_system_text_of_a_template_goes_with_each_prompt(name: str) -> None:
    """A backbone hears the system text of the template, or none where it has none."""
    _, heard = _written(f"prompts/{name}.yaml", "Seen today.")
    assert {prompt.system for prompt in heard} == {load_template(f"prompts/{name}.yaml").system}


def test_a_whole_note_is_asked_for_once() -> None:
    """One prompt gives the note, headings and all, and all of it was written by the model."""
    answer = "HISTORY:\nHypertension.\n\nPLAN:\nRest."
    note, heard = _written("prompts/whole_note.yaml", answer)
    assert len(heard) == 1
    assert note.text == f"{answer}\n"
    assert [note.text[span.start : span.end] for span in note.written] == [answer]


def _cases(n: int) -> list[Case]:
    planner = Planner(ontology=load_ontology("core"), space=load_space("attributes/general.yaml"), seed=11)
    return [planner.case(index) for index in range(n)]


def _writer(backbone: Backbone) -> Writer:
    return Writer(
        config=Config(name="small"),
        attempt=0,
        adapters=Adapters(),
        backbone=backbone,
        template=load_template("prompts/slotted.yaml"),
    )


def _slotted(backbone: Backbone, n: int = 40) -> list[Note]:
    return _writer(backbone).notes(_cases(n))


def test_slots_are_filled_with_facts_at_exact_places() -> None:
    """A model that writes every slot states every fact it was asked for, and its place holds a wording of that fact."""
    ontology = load_ontology("core")
    n_places = 0
    for note in _slotted(ScriptedBackbone(echo=True)):
        assert note.case is not None
        assert note.unfilled == ()
        assert not find_slots(note.text)
        for fact_id, spans in note.filled.items():
            fact = note.case.fact(fact_id)
            for span in spans:
                words = note.text[span.start : span.end]
                n_places += 1
                assert any(written.start <= span.start and span.end <= written.end for written in note.written)
                if fact.kind in {"condition", "symptom", "medication"}:
                    found = ontology.by_name(words, fact.kind)
                    assert found is not None, (fact.value, words)
                    assert found.id == fact.code
                elif fact.kind in {"lab", "vital"}:
                    assert fact.value.lower() in words.lower()
    assert n_places > 200


def test_slots_that_are_missing_or_invented_are_caught() -> None:
    """What was asked for and not written is told by fact; what was not asked for stays in the text and rejects it."""
    notes = _slotted(ScriptedBackbone(responses=("Seen today, takes [DRUG_17] as before, and feels well again.",)), 6)
    for note in notes:
        assert note.case is not None
        assert note.filled == {}
        kinds = {note.case.fact(fact_id).kind for fact_id in note.unfilled}
        assert "condition" in kinds
        findings = FormCheck()([parsed(note)])[0]
        codes = {finding.code for finding in findings}
        assert {"form/missing-slot", "form/invented-slot"} <= codes
        places = [finding.span for finding in findings if finding.code == "form/invented-slot"]
        assert {note.text[span.start : span.end] for span in places if span} == {"[DRUG_17]"}
        assert not judge(note.id, findings, default_limits()).accepted


def test_what_was_filled_counts_as_stated() -> None:
    """The exact places of filled facts are among those where the note states them."""
    checker = build_checker(Config(name="small", checks=()), reference=None)
    for checked in checker.checked(_slotted(ScriptedBackbone(echo=True), 5)):
        for fact_id, spans in checked.note.filled.items():
            assert set(spans) <= set(checked.note.stated[fact_id])


@dataclass(frozen=True)
class Forgetful:
    """A backbone that writes all slots only where the seed is even."""

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Echo, or forget."""
        complete = ScriptedBackbone(echo=True)(prompts, seeds)
        return [
            whole if seed % 2 == 0 else Generation(text="Seen today, no change at all.", ended="stop", n_tokens=6)
            for whole, seed in zip(complete, seeds, strict=True)
        ]


def test_a_section_that_lacks_slots_is_written_again_within_an_attempt() -> None:
    """More candidates leave fewer slots unwritten, and what was complete at first stays as it was."""
    unfilled = {}
    for n in (1, 8):
        writer = dataclasses.replace(_writer(Forgetful()), config=Config(name="small", writing=Writing(candidates=n)))
        notes = writer.notes(_cases(10))
        unfilled[n] = sum(len(note.unfilled) for note in notes)
        assert notes == writer.notes(_cases(10))
    assert unfilled[8] < unfilled[1] / 8


@dataclass(frozen=True)
class Moody:
    """A check of another package, with a code of its own."""

    codes: ClassVar[Mapping[str, Code]] = {"mood/low": Code("a low note", 0.9)}

    def __call__(self, batch: Sequence[Parsed]) -> list[list[Finding]]:
        """Find nothing."""
        return [[] for _ in batch]


def test_limits_of_other_packages_do_not_stop_the_choice_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit for a code that an installed check declares is as good as one of ours, with several candidates too."""
    monkeypatch.setitem(CHECKS._entries, "moody", f"{__name__}:Moody")
    config = Config(
        name="small", writing=Writing(candidates=2), checks=(Component(name="moody"),), limits={"mood/low": 0.5}
    )
    writer = dataclasses.replace(_writer(ScriptedBackbone(echo=True)), config=config)
    assert len(writer.notes(_cases(1))) == 1


@dataclass(frozen=True)
class Denying:
    """A backbone that denies conditions where the seed is odd."""

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Echo, with denials or without."""
        return [
            dataclasses.replace(said, text=re.sub(r"(?=\[CONDITION_)", "No ", said.text) if seed % 2 else said.text)
            for said, seed in zip(ScriptedBackbone(echo=True)(prompts, seeds), seeds, strict=True)
        ]


def test_a_section_that_denies_what_it_had_to_affirm_is_written_again() -> None:
    """With more candidates fewer conditions are told as absent."""
    check = FactsCheck()
    turned = {}
    for n in (1, 8):
        writer = dataclasses.replace(_writer(Denying()), config=Config(name="small", writing=Writing(candidates=n)))
        findings = check([parsed(note) for note in writer.notes(_cases(12))])
        turned[n] = sum(each.code == "facts/contradicted" for found in findings for each in found)
    assert turned[8] < turned[1] / 3


def test_what_a_model_does_not_deny_is_filled_in_as_absent() -> None:
    """A model that affirms every slot still writes notes that deny what is absent."""
    check = FactsCheck()
    notes = _slotted(ScriptedBackbone(echo=True), 20)
    assert not [
        each for found in check([parsed(note) for note in notes]) for each in found if "denied" in each.evidence
    ]
