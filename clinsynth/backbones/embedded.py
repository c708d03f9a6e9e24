"""The small model that ships: it writes without a network, an account or a GPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.checkpoints import Dtype
from clinsynth.errors import MissingError
from clinsynth.records import Generation, Prompt

_SHIPPED = Path(__file__).resolve().parent.parent / "embedded"


@dataclass(frozen=True, kw_only=True)
class EmbeddedBackbone:
    """Writes with a model of `clinsynth/embedded`.

    Attributes:
        model: Its folder there.
        adapter: The folder of a PEFT adapter for prompts that name none.
        dtype: "auto" keeps the precision that the weights are stored in.
        device: "auto" takes a GPU if there is one.
        logprobs: Whether a `Generation` holds the log-probability of each token.
        merge: Whether adapters are added into a copy of the weights: faster, for the memory of one more model each.
    """

    model: str = "lm"
    adapter: str | None = None
    dtype: Dtype = "auto"
    device: str = "auto"
    logprobs: bool = False
    merge: bool = False

    def __call__(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Write for a batch; see `TransformersBackbone`."""
        return self._backbone(prompts, seeds)

    def score(self, prompts: Sequence[Prompt], continuations: Sequence[str]) -> list[tuple[float, ...]]:
        """Give the natural-log probability of each token of each continuation after its prompt."""
        return self._backbone.score(prompts, continuations)

    @property
    def folder(self) -> Path:
        """Where the model is.

        Raises:
            MissingError: It did not come with this installation.
        """
        folder = _SHIPPED / self.model
        if not (folder / "config.json").is_file():
            raise MissingError(
                f"there is no embedded model {folder}; clinsynth pretrain configs/pretrain.yaml --out {folder} makes it"
            )
        return folder

    def find(self) -> Path:
        """Say where the model is, without loading it; raises what `folder` does."""
        return self.folder

    @cached_property
    def _backbone(self) -> TransformersBackbone:
        return TransformersBackbone(
            model=str(self.folder),
            adapter=self.adapter,
            dtype=self.dtype,
            device=self.device,
            logprobs=self.logprobs,
            merge=self.merge,
        )
