"""Adapters: the PEFT methods that fit a frozen model to notes."""

from typing import TYPE_CHECKING, Protocol

from clinsynth.catalog import Catalog

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel


class Adapter(Protocol):
    """A parameter-efficient method with its options."""

    def peft_config(self, model: "PreTrainedModel") -> "PeftConfig":
        """Give the PEFT configuration for a model; target modules are found from its architecture."""
        ...


ADAPTERS: Catalog[Adapter] = Catalog(
    "adapters",
    {
        "lora": "clinsynth.adapters.lora:Lora",
        "ia3": "clinsynth.adapters.ia3:Ia3",
        "prefix": "clinsynth.adapters.prefix:Prefix",
        "prompt": "clinsynth.adapters.prompt:PromptTuning",
    },
)
