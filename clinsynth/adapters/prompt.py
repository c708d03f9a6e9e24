"""Prompt tuning: learned embeddings before every sequence (Lester et al., 2021, arXiv:2104.08691)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from peft import PromptTuningConfig
    from transformers import PreTrainedModel


@dataclass(frozen=True, kw_only=True)
class PromptTuning:
    """Puts learned embeddings before the sequence; it cannot be merged into the weights.

    Attributes:
        n_tokens: How many positions; they count against what the model can read.
        init_text: Begin from the embeddings of this text, repeated or cut to n_tokens; None: from words of the
            vocabulary, drawn at random.
    """

    n_tokens: int = 16
    init_text: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.n_tokens < 1:
            raise ConfigError(f"prompt: n_tokens is at least 1; got {self.n_tokens}")
        if self.init_text is not None and not self.init_text.strip():
            raise ConfigError("prompt: init_text is empty; leave it out to begin from the vocabulary")

    def peft_config(self, model: "PreTrainedModel") -> "PromptTuningConfig":
        """Give the PEFT configuration for a model; with `init_text` its tokenizer is read from where the model is."""
        from peft import PromptTuningConfig

        return PromptTuningConfig(
            task_type="CAUSAL_LM",
            num_virtual_tokens=self.n_tokens,
            prompt_tuning_init="SAMPLE_VOCAB" if self.init_text is None else "TEXT",
            prompt_tuning_init_text=self.init_text,
            tokenizer_name_or_path=None if self.init_text is None else model.name_or_path,
        )
