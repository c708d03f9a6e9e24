"""What goes into a run beside its configuration, by content: weights, and the notes or examples that it reads."""

from pathlib import Path

from clinsynth.adapters.loading import adapter_hash
from clinsynth.backbones import BACKBONES, Located
from clinsynth.checks import Trained
from clinsynth.config import Component, Config
from clinsynth.data import DATASETS, data_root
from clinsynth.recipes import Source
from clinsynth.storage import digest
from clinsynth.training.adapted import model_hash
from clinsynth.workflows.fitted import named_adapters
from clinsynth.workflows.hashing import content_hash
from clinsynth.workflows.sources import find_file
from clinsynth.workflows.stages import build_checks

BACKBONE = "backbone"


def run_inputs(config: Config) -> dict[str, str]:
    """Give the SHA-256 of all that a run reads, by what it is to the run; no key and no value names a place.

    Raises:
        ClinsynthError: Something is not there or cannot be read.
    """
    found = _backbone(config.backbone) | _recognizers(config)
    found |= named_adapters(config.writing).hashes()
    if config.writing.adapter is None and config.adapt is not None:
        found["adapt.train"] = _source(config.adapt.train, config.data_dir)
    return found | {f"reference {n}": _source(part, config.data_dir) for n, part in enumerate(config.reference, 1)}


def example_inputs(config: Config) -> dict[str, str]:
    """Give the same for `clinsynth examples`."""
    part = config.examples
    files = {"real": part.real, "test": part.test} if part is not None else {}
    return _backbone(config.backbone) | {
        f"examples.{name}": content_hash(find_file(file)) for name, file in files.items() if file is not None
    }


def weights_of(inputs: dict[str, str]) -> dict[str, str]:
    """Give the hash of the weights as provenance shows it, beside the versions; nothing for a backbone without any."""
    return {"backbone weights": inputs[BACKBONE]} if BACKBONE in inputs else {}


def _backbone(component: Component) -> dict[str, str]:
    backbone = BACKBONES.build(component.name, **component.options)
    weights = model_hash(str(backbone.find())) if isinstance(backbone, Located) else None
    found = {} if weights is None else {BACKBONE: weights}
    adapter = getattr(backbone, "adapter", None)
    return found if adapter is None else found | {"adapter of the backbone": adapter_hash(adapter)}


def _recognizers(config: Config) -> dict[str, str]:
    """Give the hash of each trained pipeline that a check finds names by."""
    checks = build_checks(config.checks, ontology=config.ontology, reference=None)
    folders = {
        part.name: check.weights
        for part, check in zip(config.checks, checks, strict=True)
        if isinstance(check, Trained)
    }
    return {f"recognizer of {name}": content_hash(folder) for name, folder in folders.items() if folder is not None}


def _source(source: Source, root: str | None) -> str:
    if source.dataset is None:
        return content_hash(find_file(str(source.file)))
    folder = data_root(root)
    return digest(*(Path(folder) / file for file in DATASETS.kind(source.dataset).files))
