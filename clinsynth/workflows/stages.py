"""What a worker of a run does with a shard: write notes for cases; check notes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from clinsynth import extras
from clinsynth.backbones import BACKBONES, Backbone
from clinsynth.checks import CHECKS, Check, Parsed, judge
from clinsynth.checks.codes import codes_of, default_limits
from clinsynth.checks.facts.locating import locate
from clinsynth.checks.knowledge import mention_finder
from clinsynth.checks.parsing import parse
from clinsynth.config import Component, Config, EngineConfig
from clinsynth.engines import ENGINES, Engine, Shard, Worker
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.ontology.negation import is_negated
from clinsynth.prompts import Section, Template, assemble, load_template
from clinsynth.prompts.slots import Filled
from clinsynth.records import Case, Finding, Generation, Note, Origin, Prompt, Span, Verdict
from clinsynth.seeds import derive_seed
from clinsynth.storage import read_records, write_records
from clinsynth.workflows.candidates import Faults
from clinsynth.workflows.fitted import Adapters


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A note with what the checks saw in it and what was decided."""

    note: Note
    findings: tuple[Finding, ...]
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Asked:
    """A section that a model is asked for."""

    case: Case
    place: int
    section: Section


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes one note for each case of a shard, section by section.

    Attributes:
        weights: Hashes for provenance, beside the versions.
    """

    config: Config
    attempt: int
    adapters: Adapters
    backbone: Backbone
    template: Template
    weights: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, shard: Shard) -> None:
        """Read cases, write notes in their order."""
        write_records(shard.output, self.notes(list(read_records(shard.input, Case))))

    def notes(self, cases: Sequence[Case]) -> list[Note]:
        """Write the notes of these cases; batches are cut by their order alone."""
        sections = {case.id: self.template.sections(case, self.attempt) for case in cases}
        texts = self._write(cases, sections)
        return [self._note(case, sections[case.id], texts[case.id]) for case in cases]

    def _write(self, cases: Sequence[Case], sections: Mapping[str, Sequence[Section]]) -> dict[str, list[str]]:
        """Give the text of each section, by case: what was rendered as it is, the rest from the backbone.

        A section is written again, up to `writing.candidates` times in all, while it has faults (see `Faults`) or a
        constraint forced words that the model would not have written; the text with the fewest is kept, of equal ones
        the first.
        """
        texts = {case_id: [section.text or "" for section in listed] for case_id, listed in sections.items()}
        asked = _asked(cases, sections)
        faults: dict[_Asked, tuple[int, int]] = {}
        for candidate in range(self.config.writing.candidates):
            for one, generation in self._generated(asked, candidate):
                text = finished(generation)
                found = self._n_faults(one, text), generation.n_forced
                if one not in faults or found < faults[one]:
                    faults[one], texts[one.case.id][one.place] = found, text
            asked = [one for one in asked if any(faults[one])]
        return texts

    def faultless(self, cases: Sequence[Case], *, n_tries: int, n_kept: int) -> Iterator[tuple[Case, Section, str]]:
        """Yield texts of sections without a fault, which ended by themselves and as the model would have written them.

        Args:
            cases: What to write about.
            n_tries: Texts of each section, at most.
            n_kept: Different texts of each section that are enough.
        """
        asked = _asked(cases, {case.id: self.template.sections(case, self.attempt) for case in cases})
        kept: dict[_Asked, set[str]] = {one: set() for one in asked}
        for candidate in range(n_tries):
            for one, generation in self._generated(asked, candidate):
                text = finished(generation)
                seed = self._seed(one.case.id, one.place)
                if generation.ended == "length" or generation.n_forced or text in kept[one]:
                    continue
                if self._faults(one.case, one.section, text, seed=seed) == 0:
                    kept[one].add(text)
                    yield one.case, one.section, text
            asked = [one for one in asked if len(kept[one]) < n_kept]

    def _generated(self, asked: Sequence[_Asked], candidate: int) -> Iterator[tuple[_Asked, Generation]]:
        """Ask the backbone in batches of the configured size."""
        size = self.config.writing.batch_size
        for start in range(0, len(asked), size):
            batch = asked[start : start + size]
            prompts = [self._prompt(one) for one in batch]
            seeds = [self._seed(one.case.id, one.place, candidate) for one in batch]
            yield from zip(batch, self.backbone(prompts, seeds), strict=True)

    def _seed(self, case_id: str, place: int, candidate: int = 0) -> int:
        again = ("candidate", candidate) if candidate else ()
        return derive_seed(self.config.seed, case_id, self.attempt, place, *again)

    def _n_faults(self, one: _Asked, text: str) -> int:
        """Count the faults of a text; nobody asks where there is but one candidate."""
        if self.config.writing.candidates == 1:
            return 0
        return self._faults(one.case, one.section, text, seed=self._seed(one.case.id, one.place))

    @cached_property
    def _faults(self) -> Faults:
        codes = codes_of(CHECKS.kind(part.name) for part in self.config.checks)
        limits = default_limits(self.config.limits, codes=codes)
        return Faults(template=self.template, limits=limits, ontology=self.config.ontology)

    def _fill(self, section: Section, text: str, seed: int) -> Filled:
        return self.template.fill(section, text, seed, is_denied=is_negated)

    def _filled(self, case: Case, sections: Sequence[Section], texts: Sequence[str]) -> dict[int, Filled]:
        """Fill the slots of the sections that have any, by place."""
        return {
            place: self._fill(section, text, self._seed(case.id, place))
            for place, (section, text) in enumerate(zip(sections, texts, strict=True))
            if section.slots
        }

    def _prompt(self, one: _Asked) -> Prompt:
        writing, section = self.config.writing, one.section
        adapter = self.adapters.of(one.case.note_type)
        return Prompt(
            text=section.prompt or "",
            slots=tuple(section.slots) if writing.constrained else (),
            max_new_tokens=writing.max_new_tokens,
            temperature=writing.temperature,
            top_p=writing.top_p,
            top_k=writing.top_k,
            repetition_penalty=writing.repetition_penalty,
            stops=("\n\n\n",),
            adapter=str(adapter.folder) if adapter else None,
            system=self.template.system,
            bare=section.bare,
            guidance=writing.guidance,
        )

    def _note(self, case: Case, sections: Sequence[Section], texts: Sequence[str]) -> Note:
        filled = self._filled(case, sections, texts)
        texts = [filled[place].text if place in filled else text for place, text in enumerate(texts)]
        text, written = assemble(case, sections, texts)
        adapter = self.adapters.of(case.note_type)
        return Note(
            id=case.id,
            text=text,
            note_type=case.note_type,
            specialty=case.specialty,
            case=case,
            written=written,
            filled=_placed(filled, written, sections, texts),
            unfilled=tuple(fact_id for section in filled.values() for fact_id in section.missing),
            origin=Origin(
                template=self.template.name,
                template_hash=self.template.hash,
                backbone=label(self.config.backbone),
                adapter_hash=adapter.hash if adapter else None,
                seed=derive_seed(self.config.seed, case.id, self.attempt),
                attempt=self.attempt,
                versions={**extras.versions(), **self.weights},
            ),
        )


def _asked(cases: Sequence[Case], sections: Mapping[str, Sequence[Section]]) -> list[_Asked]:
    """Give the sections that a model is to write."""
    return [
        _Asked(case=case, place=place, section=section)
        for case in cases
        for place, section in enumerate(sections[case.id])
        if section.prompt is not None
    ]


def _placed(
    filled: Mapping[int, Filled], written: Sequence[Span], sections: Sequence[Section], texts: Sequence[str]
) -> dict[str, tuple[Span, ...]]:
    """Move the ranges of filled facts from their sections to the note; `written` has those of sections with text."""
    places = [place for place, section in enumerate(sections) if section.prompt is not None and texts[place].strip()]
    found: dict[str, tuple[Span, ...]] = {}
    for place, body in zip(places, written, strict=True):
        if place not in filled:
            continue
        start = body.start - (len(texts[place]) - len(texts[place].lstrip()))
        for fact_id, spans in filled[place].stated.items():
            moved = tuple(Span(start=start + span.start, end=start + span.end) for span in spans)
            found[fact_id] = (*found.get(fact_id, ()), *moved)
    return found


def finished(generation: Generation) -> str:
    """Give the text, without a last sentence that the limit of tokens cut off; all of it where nothing else is left."""
    text = generation.text.strip()
    if generation.ended != "length":
        return text
    end = max(text.rfind(mark) for mark in (". ", ".\n", "? ", "! "))
    return text[: end + 1] if end > 0 else text


def label(component: Component) -> str:
    """Name a component with its options, for provenance: `transformers(model=biogpt)`, whatever folder that lies in."""
    options = ", ".join(f"{name}={_unplaced(value)}" for name, value in sorted(component.options.items()))
    return f"{component.name}({options})" if options else component.name


def _unplaced(value: object) -> object:
    """Take the folder off an absolute path: a corpus is passed on, and names no place on this machine."""
    return Path(value).name if isinstance(value, str) and Path(value).is_absolute() else value


@dataclass(frozen=True, kw_only=True)
class Checker:
    """Checks the notes of a shard and decides on each."""

    checks: Sequence[Check]
    limits: Mapping[str, float | None]
    finder: MentionFinder

    def __call__(self, shard: Shard) -> None:
        """Read notes, write what was found and decided."""
        write_records(shard.output, self.checked(list(read_records(shard.input, Note))))

    def checked(self, notes: Sequence[Note]) -> Iterator[Checked]:
        """Check a batch of notes; facts that are stated are located on the way."""
        located = [_located(note, self.finder) for note in notes]
        parsed = [Parsed(note, parse) for note in located]
        found = [check(parsed) for check in self.checks]
        for note, *groups in zip(located, *found, strict=True):
            findings = tuple(finding for group in groups for finding in group)
            yield Checked(note=note, findings=findings, verdict=judge(note.id, findings, self.limits))


def _located(note: Note, finder: MentionFinder) -> Note:
    """Say where the facts of the case are stated: where they were filled in, and where they are read."""
    if note.case is None:
        return note
    read = locate(note, finder)
    stated = {
        fact.id: tuple(sorted({*read.get(fact.id, ()), *note.filled.get(fact.id, ())}))
        for fact in note.case.facts
        if fact.id in read or fact.id in note.filled
    }
    return replace(note, stated=stated)


def build_checks(components: Sequence[Component], *, ontology: str, reference: str | None) -> list[Check]:
    """Build checks; those with an option for the ontology or the reference are told which, unless they say it."""
    known = {"ontology": ontology, "reference": reference}
    built = []
    for component in components:
        taken = CHECKS.options(component.name)
        given = {name: value for name, value in known.items() if name in taken and value is not None}
        built.append(CHECKS.build(component.name, **(given | component.options)))
    return built


@lru_cache(maxsize=2)
def _backbone(component: str) -> Backbone:
    """Keep a loaded model from one pass to the next; a component is a small JSON text, so that it can be a key."""
    return BACKBONES.build(**json.loads(component))


def build_backbone(component: Component) -> Backbone:
    """Build a backbone, or give the one that was built for the same component."""
    return _backbone(json.dumps({"component": component.name} | component.options, sort_keys=True))


def build_engine(component: EngineConfig, workers: int | None) -> Engine:
    """Build an engine as configured; a number of workers that was asked for goes over the configuration."""
    asked = {} if workers is None else {"workers": workers}
    return ENGINES.build(component.name, **(component.options | asked))


def write_worker(spec: Mapping[str, Any]) -> Worker:
    """Build the worker that writes."""
    config = Config.model_validate(spec["config"])
    return Writer(
        config=config,
        attempt=spec["attempt"],
        adapters=Adapters.from_spec(spec["adapters"]),
        backbone=build_backbone(config.backbone),
        template=load_template(config.writing.template),
        weights=spec["weights"],
    )


def check_worker(spec: Mapping[str, Any]) -> Worker:
    """Build the worker that checks."""
    return build_checker(Config.model_validate(spec["config"]), reference=spec["reference"])


def build_checker(config: Config, *, reference: str | None) -> Checker:
    """Build the checks of a configuration, with the limits that decide."""
    checks = build_checks(config.checks, ontology=config.ontology, reference=reference)
    return Checker(
        checks=checks,
        limits=default_limits(config.limits, codes=codes_of(checks)),
        finder=mention_finder(config.ontology),
    )
