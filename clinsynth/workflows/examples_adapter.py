"""An adapter fitted to labelled examples, for writing more of them."""

from collections.abc import Sequence
from pathlib import Path

from clinsynth.config import Adapt, Config
from clinsynth.training.adapt import fit_texts
from clinsynth.training.adapted import Adapting
from clinsynth.training.model_card import TrainedOn
from clinsynth.workflows.adapt import base_model
from clinsynth.workflows.fitted import Fitted
from clinsynth.workflows.progress import Progress


def adapter_for_examples(
    config: Config, pairs: Sequence[tuple[str, tuple[str, str]]], out: Path, *, progress: Progress
) -> Fitted:
    """Fit an adapter to pairs of prompt and text by what stands under "adapt:", or its defaults.

    Args:
        config: The whole configuration; `adapt.train` is not read.
        pairs: The id of each example, and its prompt and text.
        out: The folder of the adapter; one that is there already is used.
        progress: Told of each step.

    Raises:
        ClinsynthError: As for `clinsynth adapt`.
    """
    options = config.backbone.options
    adapting = Adapting(
        config=config.adapt or Adapt(),
        model=base_model(config.backbone),
        out=out,
        seed=config.seed,
        data=TrainedOn(dataset=f"{len(pairs)} labelled examples", licence="as of the examples"),
        ontology=config.ontology,
        chat=options.get("chat"),
        allow_download=bool(options.get("allow_download", False)),
    )
    fitted = fit_texts(adapting, [(name, [pair]) for name, pair in pairs], progress=progress)
    return Fitted(folder=fitted.folder, hash=fitted.hash)
