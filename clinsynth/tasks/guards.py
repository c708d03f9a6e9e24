"""What must not be trained on: synthetic examples that repeat test examples, or one another."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clinsynth.records import Example
from clinsynth.shingles import Hashes, NearCopies, shingle_hashes, words

EXACT, NEAR, QUESTION, DUPLICATE = "repeats-test", "near-test", "question-of-test", "duplicate"


@dataclass(frozen=True, kw_only=True)
class Screened:
    """What passed a guard, and why the rest did not.

    Attributes:
        dropped: Id and reason of each example that was dropped, in order.
    """

    kept: tuple[Example, ...] = field(repr=False)
    dropped: tuple[tuple[str, str], ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many were dropped for each reason."""
        return dict(sorted(Counter(reason for _, reason in self.dropped).items()))


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Keeps test examples out of training data.

    A text repeats another if it has the same words, whatever their case and the marks between them. It is near
    another if the runs of `run_words` words of both overlap by at least `near` (Jaccard); shorter texts are compared
    as one run. Of a question, its context and its words are compared each for itself, and a question alone is enough.

    Attributes:
        test: The examples that a model will be measured on.
        near: The lowest similarity that counts as a copy.
        run_words: Words of a run.
    """

    test: Sequence[Example] = field(repr=False)
    near: float = 0.5
    run_words: int = 5

    def reason(self, example: Example) -> str | None:
        """Say why an example must not be trained on; None where it may be."""
        text = _plain(example.text)
        if text in self._texts:
            return EXACT
        if example.question is not None and self._asks_again(_plain(example.question)):
            return QUESTION
        return NEAR if self._copies.find(self._runs(text)) else None

    def screen(self, examples: Iterable[Example]) -> Screened:
        """Drop what repeats test examples, and of examples with the same content all but the first."""
        kept: list[Example] = []
        dropped: list[tuple[str, str]] = []
        seen: set[tuple[object, ...]] = set()
        for example in examples:
            content = content_key(example)
            reason = DUPLICATE if content in seen else self.reason(example)
            seen.add(content)
            if reason is None:
                kept.append(example)
            else:
                dropped.append((example.id, reason))
        return Screened(kept=tuple(kept), dropped=tuple(dropped))

    def n_exact(self, examples: Iterable[Example]) -> int:
        """Count the examples whose text has the same words as that of a test example."""
        return sum(_plain(example.text) in self._texts for example in examples)

    def _asks_again(self, question: tuple[str, ...]) -> bool:
        return question in self._questions or bool(self._question_copies.find(self._runs(question)))

    def _runs(self, text: Sequence[str]) -> Hashes:
        return shingle_hashes(text, max(1, min(self.run_words, len(text))))

    @cached_property
    def _texts(self) -> frozenset[tuple[str, ...]]:
        return frozenset(_plain(example.text) for example in self.test)

    @cached_property
    def _questions(self) -> frozenset[tuple[str, ...]]:
        return frozenset(_plain(example.question) for example in self.test if example.question is not None)

    @cached_property
    def _copies(self) -> NearCopies:
        return self._index(self._texts)

    @cached_property
    def _question_copies(self) -> NearCopies:
        return self._index(self._questions)

    def _index(self, texts: Iterable[tuple[str, ...]]) -> NearCopies:
        return NearCopies([self._runs(text) for text in sorted(texts)], threshold=self.near)


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word for word, _ in words(text))


def content_key(example: Example) -> tuple[object, ...]:
    """Give what makes two examples the same whatever their ids and labels: words, arguments, question."""
    sides = tuple(side.mentions if side else () for side in (example.head, example.tail))
    return (_plain(example.text), sides, _plain(example.question or ""))
