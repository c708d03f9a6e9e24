"""Does an adapter for a family of notes predict notes of that family better than the bare model does?

    clinsynth adapt benchmarks/embedded/adapters/encounters.yaml --out FOLDER/encounters --data-dir DATA
    python benchmarks/embedded/adapters/measure.py FOLDER --out benchmarks/embedded/adapters/results.json

FOLDER holds adapters by the names of the configurations beside this file. They are measured on notes of the split
"adapt" of MTSamples, which neither the model nor they were fitted to: nats a token of each section given its prompt.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clinsynth import extras
from clinsynth.adapters.loading import adapter_hash
from clinsynth.checkpoints import context_length, load_model, load_tokenizer
from clinsynth.config import load_config, needed
from clinsynth.data.splits import read_notes
from clinsynth.estimates import Estimate, bootstrap
from clinsynth.records import Note
from clinsynth.storage import write_json
from clinsynth.training.losses import n_targets, text_nats
from clinsynth.training.packing import Document
from clinsynth.training.pairs import Encoder, note_texts
from clinsynth.workflows.shipped import SHIPPED_DIR

if TYPE_CHECKING:
    from numpy.typing import NDArray

HERE = Path(__file__).parent
MODEL = str(SHIPPED_DIR / "lm")
SEED = 7
BARE = "bare model"


@dataclass(frozen=True, kw_only=True)
class Family:
    """Unseen notes of one family, each as the documents of its sections."""

    name: str
    notes: Sequence[Sequence[Document]] = field(repr=False)
    pad: int

    def nats(self, model: Any) -> "NDArray[np.float64]":  # noqa: ANN401 - transformers or peft
        """Give (nats, tokens) of each note, shape (notes, 2)."""
        found = iter(text_nats(model, [document for note in self.notes for document in note], pad=self.pad))
        return np.array([(sum(next(found) for _ in note), sum(map(n_targets, note))) for note in self.notes])


def main() -> None:
    """Measure every adapter that is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", type=Path, metavar="FOLDER")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--n", type=int, default=150, help="notes of each family, at most")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = {path.stem: measured(path, options) for path in sorted(HERE.glob("*.yaml"))}
    write_json(options.out, {"seed": SEED, "families": found, "versions": extras.versions()})


def measured(recipe: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Measure the adapter of a family, and the model without it."""
    from peft import PeftModel

    adapter = options.adapters / recipe.stem
    family = family_of(recipe, options.data_dir, options.n)
    model = load_model(MODEL, dtype="float32")
    without = family.nats(model)
    with_adapter = family.nats(PeftModel.from_pretrained(model, str(adapter)))
    rows = {
        BARE: per_token(without),
        "with the adapter": per_token(with_adapter),
        "difference": difference(with_adapter, without),
    }
    for name, estimate in rows.items():
        print(f"{recipe.stem} | {name} | {estimate}")
    return {"adapter": adapter_hash(adapter), **{name: asdict(each) for name, each in rows.items()}}


def family_of(recipe: Path, data_dir: Path | None, n: int) -> Family:
    """Read the notes that a family is measured on."""
    config = load_config(recipe)
    part = needed(config.adapt, name="adapt", command="adapt")
    tokenizer = load_tokenizer(MODEL)
    encoder = Encoder(tokenizer=tokenizer, context=context_length(load_model(MODEL)) or part.context)
    notes = (note for note in read_notes("mtsamples", "adapt", data_dir) if note.note_type in part.note_types)
    found = list(documents(list(islice(notes, n)), encoder, form=part.form))
    return Family(name=recipe.stem, notes=found, pad=int(tokenizer.pad_token_id))


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
