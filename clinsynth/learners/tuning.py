"""Fine-tuning: a model and a linear head on its averaged states, trained together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clinsynth.learners.encoding import Encoder
from clinsynth.learners.laying import Laid, lay
from clinsynth.records import Example
from clinsynth.seeds import generator

_WARM_UP = 0.1
_WEIGHT_DECAY = 0.01
_CLIP = 1.0


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Trains by AdamW on the cross-entropy, every label with the same total weight."""

    encoder: Encoder
    epochs: int
    learning_rate: float
    batch_size: int

    def fit(self, examples: Sequence[Example], *, seed: int) -> "TunedPredictor":
        """Train a fresh copy of the model."""
        import torch

        labels = sorted({example.label for example in examples})
        texts = [lay(example) for example in examples]
        targets = torch.tensor([labels.index(example.label) for example in examples])
        # Dropout draws from torch's own generator: it is seeded here, and put back as it was.
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = self.encoder.load()
            head = torch.nn.Linear(_width(network) * len(texts[0].groups), len(labels)).to(network.device)
            self._train(network, head, texts, targets, seed)
        return TunedPredictor(encoder=self.encoder, network=network, head=head, labels=tuple(labels))

    def _train(self, network: Any, head: Any, texts: Sequence[Laid], targets: Any, seed: int) -> None:  # noqa: ANN401
        import torch

        parameters = [*network.parameters(), *head.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=self.learning_rate, weight_decay=_WEIGHT_DECAY)
        n_steps = self.epochs * -(-len(texts) // self.batch_size)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, n_steps))
        loss_of = torch.nn.CrossEntropyLoss(weight=_balance(targets).to(network.device))
        network.train()
        for rows in self._batches(len(texts), seed):
            logits = head(self.encoder.pooled(network, [texts[row] for row in rows]))
            loss_of(logits, targets[rows].to(network.device)).backward()
            torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        network.eval()

    def _batches(self, n: int, seed: int) -> Iterator[list[int]]:
        for epoch in range(self.epochs):
            order = list(range(n))
            generator(seed, "order", epoch).shuffle(order)
            for start in range(0, n, self.batch_size):
                yield order[start : start + self.batch_size]


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

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give the most probable label."""
        import torch

        predicted: list[str] = []
        with torch.inference_mode():
            for start in range(0, len(examples), self.encoder.batch_size):
                batch = [lay(example) for example in examples[start : start + self.encoder.batch_size]]
                best = self.head(self.encoder.pooled(self.network, batch)).argmax(-1).tolist()
                predicted += [self.labels[index] for index in best]
        return predicted
