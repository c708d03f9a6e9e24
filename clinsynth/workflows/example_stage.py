"""What a worker of `clinsynth examples` does with a shard: write for requests, read examples out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clinsynth.backbones import Backbone
from clinsynth.config import Config, Examples, Writing, needed
from clinsynth.engines import Shard, Worker
from clinsynth.methods import METHODS, Method, Outcome, Request
from clinsynth.methods.material import Material
from clinsynth.methods.schemes import load_scheme
from clinsynth.ontology import load_ontology
from clinsynth.records import Example, Generation, Prompt
from clinsynth.seeds import derive_seed, generator
from clinsynth.storage import read_records, write_records
from clinsynth.workflows.stages import build_backbone, finished

_STOPS = ("\n",)


@dataclass(frozen=True, kw_only=True)
class ExampleWriter:
    """Writes one text for each request of a shard, and reads the example out of it."""

    config: Config
    attempt: int
    adapter: str | None
    backbone: Backbone
    method: Method
    material: Material = field(repr=False)

    def __call__(self, shard: Shard) -> None:
        """Read requests, write outcomes in their order."""
        write_records(shard.output, self.outcomes(list(read_records(shard.input, Request))))

    def outcomes(self, requests: Sequence[Request]) -> Iterator[Outcome]:
        """Write for these requests; batches are cut by their order alone."""
        size = self.config.writing.batch_size
        for start in range(0, len(requests), size):
            batch = requests[start : start + size]
            prompts = [self._prompt(request) for request in batch]
            seeds = [derive_seed(self.config.seed, request.id, self.attempt) for request in batch]
            for request, generation in zip(batch, self.backbone(prompts, seeds), strict=True):
                yield self._outcome(request, generation)

    def _prompt(self, request: Request) -> Prompt:
        random = generator(self.config.seed, request.id, "prompt", self.attempt)
        text = self.method.prompt(request, self.material, random)
        return written_by(self.config.writing, text, self.adapter)

    def _outcome(self, request: Request, generation: Generation) -> Outcome:
        text = " ".join(finished(generation).split())
        if not text:
            return Outcome(request=request, reason="empty")
        outcome = self.method.parse(request, text, self.material)
        part = needed(self.config.examples, name="examples", command="examples")
        if outcome.example is not None and (reason := unfit(outcome.example, part)):
            return replace(outcome, example=None, reason=reason)
        return outcome


def written_by(writing: Writing, text: str, adapter: str | None) -> Prompt:
    """Put a prompt as configured; what is asked for is one line."""
    return Prompt(
        text=text,
        max_new_tokens=writing.max_new_tokens,
        temperature=writing.temperature,
        top_p=writing.top_p,
        top_k=writing.top_k,
        repetition_penalty=writing.repetition_penalty,
        stops=_STOPS,
        adapter=adapter,
    )


def unfit(example: Example, part: Examples) -> str:
    """Give the code of what is wrong with the length of what was written, or nothing."""
    n_words = len((example.question or example.text).split())
    if n_words < part.min_words:
        return "too-short"
    return "too-long" if n_words > part.max_words else ""


def build_material(config: Config, layout: str, labels: Sequence[str], real: Sequence[Example]) -> Material:
    """Put together what a method draws from."""
    part = needed(config.examples, name="examples", command="examples")
    return Material(
        scheme=load_scheme(part.task, labels, layout=layout),
        layout=layout,
        real=real,
        ontology=load_ontology(config.ontology),
    )


def build_method(part: Examples) -> Method:
    """Build the method; with an adapter, prompts ask for nothing that the adapter has not seen."""
    options = part.method.options
    if part.adapt and "describe" in METHODS.options(part.method.name):
        options = {"describe": False} | options
    return METHODS.build(part.method.name, **options)


def write_worker(spec: Mapping[str, Any]) -> Worker:
    """Build the worker that writes examples."""
    config = Config.model_validate(spec["config"])
    part = needed(config.examples, name="examples", command="examples")
    real = list(read_records(Path(spec["real"]), Example))
    return ExampleWriter(
        config=config,
        attempt=spec["attempt"],
        adapter=spec["adapter"],
        backbone=build_backbone(config.backbone),
        method=build_method(part),
        material=build_material(config, spec["layout"], spec["labels"], real),
    )
