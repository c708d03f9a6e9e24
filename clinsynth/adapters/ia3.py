"""(IA)3: learned scales of keys, values and feed-forward activations (Liu et al., 2022, arXiv:2205.05638)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinsynth.adapters.layers import check_targets, linear_layers, matching, stored_transposed
from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from peft import IA3Config
    from transformers import PreTrainedModel

# The names that architectures give to the layers that (IA)3 scales. Where keys and values share a layer with the
# queries, all three are scaled.
_KEYS_AND_VALUES = ("k_proj", "v_proj", "c_attn", "qkv_proj", "query_key_value", "Wqkv")
_FEED_FORWARD = ("down_proj", "fc2", "mlp.c_proj", "dense_4h_to_h", "fc_out", "w2")


@dataclass(frozen=True, kw_only=True)
class Ia3:
    """Scales the output of some layers and the input of the last feed-forward layers.

    Attributes:
        target: Layers whose output is scaled; empty: the keys and values, found by their usual names.
        feed_forward: Layers whose input is scaled; empty: the last layer of each feed-forward block, found likewise.
    """

    target: tuple[str, ...] = ()
    feed_forward: tuple[str, ...] = ()

    def peft_config(self, model: "PreTrainedModel") -> "IA3Config":
        """Give the PEFT configuration for a model.

        Raises:
            ConfigError: The model has no layer of a given name, or none of the usual names.
        """
        from peft import IA3Config

        check_targets(model, (*self.target, *self.feed_forward))
        outputs = self.target or _present(model, _KEYS_AND_VALUES, option="target")
        inputs = self.feed_forward or _present(model, _FEED_FORWARD, option="feed_forward")
        return IA3Config(
            task_type="CAUSAL_LM",
            target_modules=[*outputs, *inputs],
            feedforward_modules=list(inputs),
            fan_in_fan_out=stored_transposed(model, (*outputs, *inputs)),
        )


def _present(model: "PreTrainedModel", usual: tuple[str, ...], *, option: str) -> tuple[str, ...]:
    layers = list(linear_layers(model))
    found = tuple(name for name in usual if matching(layers, name))
    if not found:
        known = sorted({name.rpartition(".")[2] for name in layers})
        raise ConfigError(
            f"ia3 knows no layer of {model.config.model_type}; give {option}, names among {', '.join(known)}"
        )
    return found
