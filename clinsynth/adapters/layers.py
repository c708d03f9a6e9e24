"""Which layers of a model a method changes: found from the model itself, whatever its architecture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinsynth.errors import ConfigError, nearest

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def linear_layers(model: "PreTrainedModel") -> dict[str, bool]:
    """Name the linear layers, less the output layer, in full, and say whether each stores its weight transposed."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    output = model.get_output_embeddings()
    return {
        name: isinstance(layer, Conv1D)
        for name, layer in model.named_modules()
        if isinstance(layer, (Linear, Conv1D)) and layer is not output
    }


def matching(layers: Sequence[str], target: str) -> list[str]:
    """Give the layers of that name, or whose name ends in it after a dot.

    >>> matching(["h.0.attn.c_proj", "h.0.mlp.c_proj"], "mlp.c_proj")
    ['h.0.mlp.c_proj']
    """
    return [name for name in layers if f".{name}".endswith(f".{target}")]


def check_targets(model: "PreTrainedModel", targets: Sequence[str]) -> None:
    """Make sure that every target names layers of a model.

    Raises:
        ConfigError: One names none; the message gives the nearest that does.
    """
    layers = list(linear_layers(model))
    for target in targets:
        if not matching(layers, target):
            known = {name.rpartition(".")[2] for name in layers}
            raise ConfigError(f'target: the model has no linear layer "{target}"; {nearest(target, known)}')


def stored_transposed(model: "PreTrainedModel", targets: Sequence[str] | None = None) -> bool:
    """Say whether the layers of those targets (None: all linear layers) are stored as input by output, as in GPT-2."""
    layers = linear_layers(model)
    names = layers if targets is None else [name for target in targets for name in matching(list(layers), target)]
    return any(layers[name] for name in names)
