"""What is an adapter for a family of notes worth: do sections come out without faults, and are real notes foretold?

    clinsynth models train encounters --out FOLDER/encounters --data-dir DATA
    python benchmarks/embedded/adapters/measure.py FOLDER --data-dir DATA --out results.json

FOLDER holds adapters by the names of their recipes in configs/adapters. Each is measured beside the bare model: the
share of sections of planned cases whose first text has no fault, by typed slots and told; and nats a token of the
sections of real notes of the split "adapt", given their prompts, which neither the model nor the adapter has seen.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clinsynth import extras
from clinsynth.adapters.loading import adapter_hash
from clinsynth.checkpoints import context_length, load_adapter, load_model, load_tokenizer
from clinsynth.config import Adapt, Config, load_config, needed
from clinsynth.data.splits import read_notes
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.prompts import load_template
from clinsynth.records import Note
from clinsynth.storage import write_json
from clinsynth.training.losses import n_targets, text_nats
from clinsynth.training.model_card import Measuring, Score, add_scores, score
from clinsynth.training.packing import Document
from clinsynth.training.pairs import Encoder, note_texts
from clinsynth.workflows.fitted import Adapters, fitted_in
from clinsynth.workflows.planned import plan_cases
from clinsynth.workflows.shipped import SHIPPED_DIR
from clinsynth.workflows.stages import Writer, build_backbone

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAMILIES = ("encounters", "procedures", "imaging")
MODEL = str(SHIPPED_DIR / "lm")
SEED = 7
BARE = "bare model"
COMMAND = "python benchmarks/embedded/adapters/measure.py FOLDER --data-dir DATA --out results.json"
TEMPLATES = {"typed slots": "prompts/slotted.yaml", "told": "prompts/verbalized.yaml"}
NATS = "nats a token of real notes, given their prompts"
FAULTLESS = "sections without a fault at the first text"


def main() -> None:
    """Measure every adapter that is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", type=Path, metavar="FOLDER")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--n", type=int, default=80, help="real notes, and planned cases, of each family, at most")
    parser.add_argument("--card", action="store_true", help="put the figures on the cards of the adapters")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = {}
    for name in FAMILIES:
        scores = list(measured(options.adapters / name, options.data_dir, options.n))
        found[name] = {"adapter": adapter_hash(options.adapters / name), "scores": [asdict(each) for each in scores]}
        if options.card:
            add_scores(options.adapters / name, map(_on_card, scores))
    write_json(options.out, {"seed": SEED, "families": found, "versions": extras.versions()})


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measure with the adapter, without it, and how much more it is with it."""

    name: str
    data: str
    with_adapter: Estimate
    without: Estimate
    difference: Estimate


def _on_card(figure: Figure) -> Score:
    how = Measuring(data=figure.data, seed=SEED, command=COMMAND)
    return score(figure.name, figure.with_adapter, how, baseline=(BARE, figure.without))


def measured(adapter: Path, data_dir: Path | None, n: int) -> Iterator[Figure]:
    """Measure the adapter of a family, and the model without it."""
    config = load_config(f"adapters/{adapter.name}.yaml")
    part = needed(config.adapt, name="adapt", command="adapt")
    planned = {"n_cases": n, "note_types": part.note_types}
    config = config.model_copy(update={"plan": config.plan.model_copy(update=planned), "seed": SEED})
    for how in TEMPLATES:
        yield _shown(_faultless(config, adapter, how))
    yield _shown(_foretold(part, adapter, data_dir, n))


def _shown(figure: Figure) -> Figure:
    print(f"{figure.name} | {figure.data} | {figure.with_adapter} | {BARE}: {figure.without} | {figure.difference}")
    return figure


def _faultless(planned: Config, adapter: Path, how: str) -> Figure:
    """Give the share of sections whose first text has no fault, over cases that no adapter learnt from."""
    template = TEMPLATES[how]
    config = planned.model_copy(update={"writing": planned.writing.model_copy(update={"template": template})})
    writer = Writer(
        config=config,
        attempt=0,
        adapters=Adapters(),
        backbone=build_backbone(config.backbone),
        template=load_template(template),
    )
    adapted = replace(writer, adapters=Adapters(default=fitted_in(adapter)))
    ours, theirs = _without_faults(adapted, config), _without_faults(writer, config)
    return Figure(
        name=f"{FAULTLESS}, {how}",
        data=f"{config.plan.n_cases} cases planned from seed {SEED}, {adapter.name}",
        with_adapter=_share(ours),
        without=_share(theirs),
        difference=bootstrap(lambda rows: float(ours[rows].mean() - theirs[rows].mean()), len(ours), seed=SEED),
    )


def _without_faults(writer: Writer, config: Config) -> "NDArray[np.float64]":
    """Give the share of the sections of each case that come out without a fault, shape (cases,)."""
    cases = list(plan_cases(config))
    asked = [[s for s in writer.template.sections(case, 0) if s.prompt is not None] for case in cases]
    found = [case.id for case, _, _ in writer.faultless(cases, n_tries=1, n_kept=1)]
    return np.array(
        [found.count(case.id) / len(sections) for case, sections in zip(cases, asked, strict=True) if sections]
    )


def _share(shares: "NDArray[np.float64]") -> Estimate:
    return bootstrap(lambda rows: float(shares[rows].mean()), len(shares), seed=SEED)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Unseen notes of one family, each as the documents of its sections."""

    notes: Sequence[Sequence[Document]] = field(repr=False)
    pad: int

    def nats(self, model: Any) -> "NDArray[np.float64]":  # noqa: ANN401 - transformers or peft
        """Give (nats, tokens) of each note, shape (notes, 2)."""
        found = iter(text_nats(model, [document for note in self.notes for document in note], pad=self.pad))
        return np.array([(sum(next(found) for _ in note), sum(map(n_targets, note))) for note in self.notes])


def _foretold(part: Adapt, adapter: Path, data_dir: Path | None, n: int) -> Figure:
    family = family_of(part, data_dir, n)
    model = load_model(MODEL, dtype="float32")
    theirs = family.nats(model)
    ours = family.nats(load_adapter(model, str(adapter)))
    return Figure(
        name=NATS,
        data=f'MTSamples, split "adapt", {adapter.name}',
        with_adapter=per_token(ours),
        without=per_token(theirs),
        difference=difference(ours, theirs),
    )


def family_of(part: Adapt, data_dir: Path | None, n: int) -> Family:
    """Read the notes that a family is measured on."""
    tokenizer = load_tokenizer(MODEL)
    encoder = Encoder(tokenizer=tokenizer, context=context_length(load_model(MODEL)) or part.context)
    notes = (note for note in read_notes("mtsamples", "adapt", data_dir) if note.note_type in part.note_types)
    found = list(documents(list(islice(notes, n)), encoder, form=part.form))
    return Family(notes=found, pad=int(tokenizer.pad_token_id))


def documents(notes: Sequence[Note], encoder: Encoder, *, form: str) -> Iterator[list[Document]]:
    """Yield the documents of each note that has some."""
    for _, pairs in note_texts(notes, ontology="core", seed=SEED, faithful=True, form=form):
        if made := [document for pair in pairs if (document := encoder(*pair)) is not None]:
            yield made


def per_token(table: "NDArray[np.float64]") -> Estimate:
    """Estimate nats a token, over notes."""
    return bootstrap(lambda rows: float(table[rows, 0].sum() / table[rows, 1].sum()), len(table), seed=SEED)


def difference(ours: "NDArray[np.float64]", theirs: "NDArray[np.float64]") -> Estimate:
    """Estimate how many nats a token more the first takes, over the same notes: less than 0 is a gain."""
    return bootstrap(
        lambda rows: float((ours[rows, 0].sum() - theirs[rows, 0].sum()) / ours[rows, 1].sum()), len(ours), seed=SEED
    )


if __name__ == "__main__":
    main()
