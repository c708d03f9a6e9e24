"""Fine-tuning: a model and a linear head on its averaged states, trained together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clinsynth.checkpoints import multiplies_bf16
from clinsynth.learners.encoding import Encoder
from clinsynth.learners.laying import Laid, lay
from clinsynth.records import Example
from clinsynth.seeds import generator

_WARM_UP = 0.1
_WEIGHT_DECAY = 0.01
_CLIP = 1.0
_SORTED_BATCHES = 16  # within so many batches, examples of one length are read together: less padding


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Trains by AdamW on the cross-entropy.

    Attributes:
        named: As `lay` takes it.
        balanced: Whether every label has the same total weight; otherwise every example has.
    """

    encoder: Encoder
    epochs: int
    learning_rate: float
    batch_size: int
    named: bool
    balanced: bool

    def fit(self, examples: Sequence[Example], *, seed: int) -> "TunedPredictor":
        """Train a fresh copy of the model."""
        import torch

        labels = sorted({example.label for example in examples})
        texts = [lay(example, named=self.named) for example in examples]
        targets = torch.tensor([labels.index(example.label) for example in examples])
        # Dropout draws from torch's own generator: it is seeded here, and put back as it was.
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = self.encoder.load()
            head = torch.nn.Linear(_width(network) * len(texts[0].groups), len(labels)).to(network.device)
            self._train(network, head, texts, targets, seed)
        return TunedPredictor(encoder=self.encoder, network=network, head=head, labels=tuple(labels), named=self.named)

    def _train(self, network: Any, head: Any, texts: Sequence[Laid], targets: Any, seed: int) -> None:  # noqa: ANN401
        import torch

        parameters = [*network.parameters(), *head.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=self.learning_rate, weight_decay=_WEIGHT_DECAY)
        n_steps = self.epochs * -(-len(texts) // self.batch_size)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, n_steps))
        loss_of = torch.nn.CrossEntropyLoss(weight=_balance(targets).to(network.device) if self.balanced else None)
        network.train()
        for rows in self._batches([len(text.text) for text in texts], seed):
            with _half(network):
                logits = head(self.encoder.pooled(network, [texts[row] for row in rows]))
            loss_of(logits.float(), targets[rows].to(network.device)).backward()
            torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        network.eval()

    def _batches(self, lengths: Sequence[int], seed: int) -> Iterator[list[int]]:
        stretch = self.batch_size * _SORTED_BATCHES
        for epoch in range(self.epochs):
            random = generator(seed, "order", epoch)
            order = list(range(len(lengths)))
            random.shuffle(order)
            batches: list[list[int]] = []
            for start in range(0, len(order), stretch):
                alike = sorted(order[start : start + stretch], key=lambda row: lengths[row])
                batches += [alike[first : first + self.batch_size] for first in range(0, len(alike), self.batch_size)]
            random.shuffle(batches)
            yield from batches


def _half(network: Any) -> Any:  # noqa: ANN401 - torch
    """Multiply in bf16 where that is fast."""
    import torch

    return torch.autocast(network.device.type, dtype=torch.bfloat16, enabled=multiplies_bf16())


def _rate(step: int, n_steps: int) -> float:
    warm_up = max(1, round(_WARM_UP * n_steps))
    return (step + 1) / warm_up if step < warm_up else (n_steps - step) / max(1, n_steps - warm_up)


def _balance(targets: Any) -> Any:  # noqa: ANN401 - torch
    import torch

    counts = Counter(targets.tolist())
    return torch.tensor([len(targets) / (len(counts) * counts[label]) for label in sorted(counts)])


def _width(network: Any) -> int:  # noqa: ANN401 - transformers
    return int(network.config.get_text_config().hidden_size)


@dataclass(frozen=True, kw_only=True)
class TunedPredictor:
    """A fine-tuned model with its head."""

    encoder: Encoder
    network: Any
    head: Any
    labels: tuple[str, ...]
    named: bool

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give the most probable label."""
        import torch

        texts = [lay(example, named=self.named) for example in examples]
        order = sorted(range(len(texts)), key=lambda row: len(texts[row].text))
        predicted = [""] * len(texts)
        with torch.inference_mode(), _half(self.network):
            for start in range(0, len(order), self.encoder.batch_size):
                rows = order[start : start + self.encoder.batch_size]
                best = self.head(self.encoder.pooled(self.network, [texts[row] for row in rows])).argmax(-1).tolist()
                for row, index in zip(rows, best, strict=True):
                    predicted[row] = self.labels[index]
        return predicted
