"""LoRA: low-rank additions to linear layers (Hu et al., 2021, arXiv:2106.09685)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clinsynth.adapters.layers import check_targets, stored_transposed
from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import PreTrainedModel

ALL_LINEAR = "all-linear"


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Adds a product of two thin matrices to the weight of each target layer.

    Attributes:
        rank: The inner size of the product.
        alpha: The product is scaled by alpha / rank.
        dropout: Share of the input that is dropped while fitting.
        target: "all-linear" (every linear layer but the output), or names of layers ("q_proj", "mlp.c_proj").
        rslora: Scale by alpha / sqrt(rank) instead (Kalajdzievski, 2023, arXiv:2312.03732).
    """

    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.0
    target: str | tuple[str, ...] = ALL_LINEAR
    rslora: bool = False

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha <= 0:
            raise ConfigError(f"lora: rank and alpha are above 0; got rank {self.rank} and alpha {self.alpha}")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"lora: dropout is at least 0 and below 1; got {self.dropout}")

    def peft_config(self, model: "PreTrainedModel") -> "LoraConfig":
        """Give the PEFT configuration for a model.

        Raises:
            ConfigError: The model has no layer of a target's name.
        """
        from peft import LoraConfig

        names = None if self.target == ALL_LINEAR else [self.target] if isinstance(self.target, str) else self.target
        check_targets(model, names or ())
        return LoraConfig(
            task_type="CAUSAL_LM",
            r=self.rank,
            lora_alpha=self.alpha,
            lora_dropout=self.dropout,
            target_modules=ALL_LINEAR if names is None else list(names),
            use_rslora=self.rslora,
            fan_in_fan_out=stored_transposed(model, names),
        )
