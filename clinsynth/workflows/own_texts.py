"""Texts that a model writes itself and that have no fault, for an adapter to learn from.

A model of this kind learns what to write from notes, and what is asked for from a plan only by chance: most of what it
writes for a planned case has some fault. Those texts that have none show it what is wanted (rejection sampling, as Yuan
et al., 2023, arXiv:2308.01825, do it for sums).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice

from clinsynth.config import Config, OwnTexts
from clinsynth.extras import data_dir
from clinsynth.prompts import load_template
from clinsynth.records import Case
from clinsynth.storage import digest, write_json
from clinsynth.training.adapted import Adapting, model_hash
from clinsynth.workflows import known_words, slot_places
from clinsynth.workflows.fitted import Adapters
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.progress import Progress
from clinsynth.workflows.stages import Writer, build_backbone

_BATCH = 16  # cases written between two points that a killed run can go on from
_PART = "own"
_DECIDE = {"seed", "plan", "writing", "limits", "checks", "ontology", "backbone"}
OwnPairs = tuple[str, list[tuple[str, str]]]


@dataclass(frozen=True, kw_only=True)
class OwnWriting:
    """Writes texts for planned cases and keeps those without a fault.

    Attributes:
        config: Of the plan and the writing.
        adapting: Whose model writes; batches are kept among its checkpoints, so that an interrupted fit goes on.
    """

    config: Config
    adapting: Adapting
    own: OwnTexts
    writers: dict[str, Writer] = field(default_factory=dict, repr=False)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that decides the texts: 64 hex digits."""
        counted = (data_dir("configs") / name for name in (known_words.FILE, slot_places.FILE))
        told = {
            "config": self._planned().model_dump(mode="json", include=_DECIDE),
            "own": self.own.model_dump(mode="json"),
            "templates": [load_template(name).hash for name in self.own.templates],
            "model": model_hash(self.adapting.model) or self.adapting.model,
            "counted": digest(*counted),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def pairs(self, *, progress: Progress) -> Iterator[OwnPairs]:
        """Yield each case's id with its pairs of prompt and text, in the order of the plan."""
        cases = plan_cases(self._planned())
        for number, batch in enumerate(iter(lambda: list(islice(cases, _BATCH)), [])):
            progress("own texts", number * _BATCH, self.own.n_cases)
            yield from self._batch(number, batch)

    def _planned(self) -> Config:
        types = self.adapting.config.note_types or self.config.plan.note_types
        plan = self.config.plan.model_copy(update={"n_cases": self.own.n_cases, "note_types": types})
        return self.config.model_copy(update={"plan": plan, "seed": self.own.seed})

    def _batch(self, number: int, cases: Sequence[Case]) -> list[OwnPairs]:
        path = self.adapting.work / f"{_PART}-{number:04}.json"
        if path.is_file() and (kept := json.loads(path.read_text(encoding="utf-8")))["made_from"] == self.hash:
            return [(name, [(prompt, text) for prompt, text in pairs]) for name, pairs in kept["pairs"]]
        n = len(self.own.templates)
        found = [pair for place, name in enumerate(self.own.templates) for pair in self._written(name, cases[place::n])]
        write_json(path, {"made_from": self.hash, "pairs": found})
        return found

    def _written(self, template: str, cases: Sequence[Case]) -> list[OwnPairs]:
        found = self._writer(template).faultless(cases, n_tries=self.own.n_tries, n_kept=self.own.n_kept)
        texts = sorted(((f"own {case.id}", section.prompt or "", text) for case, section, text in found))
        return [
            (name, [(prompt, text) for _, prompt, text in group])
            for name, group in groupby(texts, lambda each: each[0])
        ]

    def _writer(self, template: str) -> Writer:
        if template not in self.writers:
            writing = self.config.writing.model_copy(update={"template": template})
            self.writers[template] = Writer(
                config=self._planned().model_copy(update={"writing": writing}),
                attempt=0,
                adapters=Adapters(),
                backbone=build_backbone(self.config.backbone),
                template=load_template(template),
            )
        return self.writers[template]
