"""What a model is trained on: real, synthetic or both, and the controls that both must beat."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from clinsynth.records import Example
from clinsynth.seeds import generator

MAJORITY, REAL, SYNTHETIC, BOTH, COPIES = "majority", "real", "synthetic", "both", "real + copies"


@dataclass(frozen=True, kw_only=True)
class TrainingSets:
    """The training examples of every setting.

    Attributes:
        n_real: At most so many real examples of each label, drawn anew for each seed; all when None.
        seed: Root of the draws.
    """

    real: Sequence[Example] = field(repr=False)
    synthetic: Sequence[Example] = field(repr=False)
    n_real: int | None = None
    seed: int = 7

    @property
    def settings(self) -> tuple[str, ...]:
        """Those that can be trained with what there is."""
        if self.real and self.synthetic:
            return (MAJORITY, REAL, SYNTHETIC, BOTH, COPIES)
        return (MAJORITY, REAL if self.real else SYNTHETIC)

    def training(self, setting: str, index: int) -> list[Example]:
        """Give the training examples of a setting for one seed, by its index."""
        real = capped(self.real, self.n_real, seed=self.seed, index=index)
        if setting == SYNTHETIC:
            return list(self.synthetic)
        if setting == BOTH:
            return [*real, *self.synthetic]
        if setting == COPIES:
            return [*real, *self._copies(real, index)]
        return real or list(self.synthetic)

    def _copies(self, real: Sequence[Example], index: int) -> list[Example]:
        """Draw as many copies of real examples as there are synthetic ones, label by label where the real have it.

        What both gains over this is not owed to the number of examples, nor to how often each label occurs.
        """
        random = generator(self.seed, COPIES, index)
        by_label = _by_label(real)
        wanted = Counter(example.label for example in self.synthetic)
        return [
            random.choice(by_label.get(label) or list(real)) for label in sorted(wanted) for _ in range(wanted[label])
        ]


def capped(examples: Sequence[Example], cap: int | None, *, seed: int, index: int = 0) -> list[Example]:
    """Draw at most `cap` examples of each label, in their order; all when None."""
    if cap is None:
        return list(examples)
    random = generator(seed, "cap", index)
    by_label = _by_label(examples)
    drawn = {
        id(example)
        for label in sorted(by_label)
        for example in random.sample(by_label[label], min(cap, len(by_label[label])))
    }
    return [example for example in examples if id(example) in drawn]


def _by_label(examples: Sequence[Example]) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.label].append(example)
    return groups
