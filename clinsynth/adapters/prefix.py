"""Prefix tuning: learned keys and values before every sequence (Li and Liang, 2021, arXiv:2101.00190)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from peft import PrefixTuningConfig
    from transformers import PreTrainedModel


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """Puts learned keys and values before the sequence in every layer; it cannot be merged into the weights.

    Attributes:
        n_tokens: How many positions; they count against what the model can read.
        projection: Learn them through a small network, as the paper does; it is left out of what is saved.
    """

    n_tokens: int = 16
    projection: bool = False

    def __post_init__(self) -> None:
        if self.n_tokens < 1:
            raise ConfigError(f"prefix: n_tokens is at least 1; got {self.n_tokens}")

    def peft_config(self, model: "PreTrainedModel") -> "PrefixTuningConfig":
        """Give the PEFT configuration for a model; sizes come from the model's configuration."""
        from peft import PrefixTuningConfig

        return PrefixTuningConfig(
            task_type="CAUSAL_LM",
            num_virtual_tokens=self.n_tokens,
            prefix_projection=self.projection,
            encoder_hidden_size=model.config.get_text_config().hidden_size,
        )
