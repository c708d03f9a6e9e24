"""Interpolated modified Kneser-Ney over token numbers (Chen & Goodman, 1999, doi:10.1006/csla.1999.0128), in numpy.

A document begins with a start token, which is context alone and not predicted. N-grams that begin with it keep their
raw counts below the highest order, for nothing stands before it. Below the unigrams stands the uniform distribution,
so that no token of the vocabulary is impossible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1  # the number of an n-gram that is not there


@dataclass(frozen=True, kw_only=True)
class Order:
    """The n-grams of one length.

    Attributes:
        keys: The number of the context times the vocabulary plus the last token, ascending; the place of a key is the
            number of its n-gram.
        counts: Adjusted count of each n-gram.
        totals: Sum of the counts after each context, shape (contexts,).
        spared: What discounting took from them, shape (contexts,).
        discounts: Of n-grams counted 0, 1, 2 and more times.
    """

    keys: Ints = field(repr=False)
    counts: Ints = field(repr=False)
    totals: Floats = field(repr=False)
    spared: Floats = field(repr=False)
    discounts: Floats

    def find(self, keys: Ints) -> Ints:
        """Give the numbers of n-grams by their keys."""
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, NONE)

    def refined(self, below: Floats, contexts: Ints, found: Ints) -> Floats:
        """Interpolate the probabilities of the next lower order with the counts of this one."""
        known = (contexts != NONE) & (self.totals[contexts] > 0)
        counts = np.where(found != NONE, self.counts[found], 0)
        kept = counts - discounted(counts, self.discounts)
        return np.where(
            known, (kept + self.spared[contexts] * below) / np.where(known, self.totals[contexts], 1), below
        )


@dataclass(frozen=True, kw_only=True)
class KneserNey:
    """A model of documents of tokens 0 to `vocabulary` - 1; `orders` from the unigrams up."""

    vocabulary: int
    orders: tuple[Order, ...]

    def nats(self, document: Sequence[int]) -> Floats:
        """Give the surprise of each token after the first, which starts the document; shape (n - 1,)."""
        tokens = np.asarray(document, dtype=np.int64)
        contexts = np.zeros(len(tokens), dtype=np.int64)  # of a unigram: the empty one, which has the number 0
        probabilities = np.full(len(tokens), 1.0 / self.vocabulary)
        for order in self.orders:
            found = np.where(contexts == NONE, NONE, order.find(contexts * self.vocabulary + tokens))
            probabilities = order.refined(probabilities, contexts, found)
            contexts = np.concatenate([[NONE], found[:-1]])
        surprise: Floats = -np.log(probabilities[1:])
        return surprise


def fit(documents: Sequence[Sequence[int]], *, vocabulary: int, order: int = 5) -> KneserNey:
    """Count documents of two tokens or more, each beginning with the start token; no order is longer than they are."""
    tokens = np.concatenate([np.asarray(document, dtype=np.int64) for document in documents])
    lengths = [len(document) for document in documents]
    places = np.concatenate([np.arange(length) for length in lengths])  # in the document
    counted = list(_counted(tokens, places, vocabulary=vocabulary, order=order))
    return KneserNey(vocabulary=vocabulary, orders=tuple(_smoothed(counted, vocabulary)))


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """The n-grams of one length as they were read.

    Attributes:
        raw: How often each is there and predicted.
        suffixes: The number of the n-gram without its first token, one order below.
        is_first: Whether it begins with the start of a document.
    """

    keys: Ints
    raw: Ints
    suffixes: Ints
    is_first: NDArray[np.bool_]


def _counted(tokens: Ints, places: Ints, *, vocabulary: int, order: int) -> Iterator[_Counted]:
    below = np.zeros(len(tokens), dtype=np.int64)  # the number of the shorter n-gram that ends at each token
    for n in range(1, order + 1):
        (ends,) = np.nonzero(places >= n - 1)
        if not len(ends):
            return
        contexts = below[ends - 1] if n > 1 else np.zeros(len(ends), dtype=np.int64)
        keys, first, numbers = np.unique(contexts * vocabulary + tokens[ends], return_index=True, return_inverse=True)
        is_first = places[ends[first]] == n - 1 if n > 1 else np.zeros(len(keys), dtype=np.bool_)
        raw = np.bincount(numbers[places[ends] > 0], minlength=len(keys))
        yield _Counted(keys=keys, raw=raw, suffixes=below[ends[first]], is_first=is_first)
        below = np.full(len(tokens), NONE, dtype=np.int64)
        below[ends] = numbers


def _smoothed(counted: Sequence[_Counted], vocabulary: int) -> Iterator[Order]:
    n_contexts = 1
    for n, grams in enumerate(counted):
        counts = grams.raw
        if n + 1 < len(counted):
            # Below the highest order a count is that of the different tokens that an n-gram follows.
            followed = np.bincount(counted[n + 1].suffixes, minlength=len(grams.keys))
            counts = np.where(grams.is_first, grams.raw, followed)
        contexts, discounts = grams.keys // vocabulary, discounts_of(counts)
        yield Order(
            keys=grams.keys,
            counts=counts,
            totals=_summed(counts.astype(float), contexts, n_contexts),
            spared=_summed(discounted(counts, discounts), contexts, n_contexts),
            discounts=discounts,
        )
        n_contexts = len(grams.keys)


def _summed(values: Floats, places: Ints, n: int) -> Floats:
    total: Floats = np.bincount(places, weights=values, minlength=n).astype(float)
    return total


def discounted(counts: Ints, discounts: Floats) -> Floats:
    """Give what is taken from each count."""
    taken: Floats = discounts[np.minimum(counts, 3)]
    return taken


def discounts_of(counts: Ints) -> Floats:
    """Estimate the discounts of counts of 0, 1, 2 and more from how many there are of each, at most the count.

    Where a text is so small that no n-gram is counted once, twice, three or four times, or that a discount comes to
    nothing (what no shorter context would then have a share of is impossible), half of one is taken.
    """
    of_counts = np.bincount(np.minimum(counts, 5), minlength=6).astype(float)
    if not of_counts[1:5].all():
        return np.array([0.0, 0.5, 0.5, 0.5])
    share = of_counts[1] / (of_counts[1] + 2 * of_counts[2])
    taken = [count - (count + 1) * share * of_counts[count + 1] / of_counts[count] for count in (1, 2, 3)]
    kept = [discount if discount > 0 else 0.5 for discount in taken]
    return np.minimum(np.array([0.0, *kept]), np.arange(4))
