"""The n-gram model that the language model is measured beside."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kneser_ney import KneserNey, discounts_of, fit

from clinsynth.seeds import generator

START, VOCABULARY = 0, 6
Texts = st.lists(
    st.lists(st.integers(1, VOCABULARY - 1), min_size=1, max_size=12).map(lambda text: [START, *text, START]),
    min_size=1,
    max_size=6,
)


def probabilities(model: KneserNey, context: list[int]) -> list[float]:
    """Give the probability of each token after a context."""
    return [float(np.exp(-model.nats([*context, token])[-1])) for token in range(model.vocabulary)]


@settings(max_examples=60, deadline=None)
@given(texts=Texts, after=st.lists(st.integers(1, VOCABULARY - 1), max_size=6), order=st.integers(1, 5))
@example(texts=[[0, 3, 3, 1, 1, 0], [0, 3, 3, 2, 1, 1, 1, 0], [0, 3, 3, 1, 1, 1, 1, 4, 1, 1, 1, 0]], after=[3], order=4)
def test_probabilities_of_the_vocabulary_sum_to_one(texts: list[list[int]], after: list[int], order: int) -> None:
    """After any context, seen or not, the tokens share one, and none of them is impossible."""
    found = probabilities(fit(texts, vocabulary=VOCABULARY, order=order), [START, *after])
    assert sum(found) == pytest.approx(1.0)
    assert min(found) > 0


def written(n: int, seed: int) -> list[list[int]]:
    """Draw texts in which a token mostly follows the one below it."""
    random = generator(seed, "texts")
    texts = []
    for _ in range(n):
        text = [START]
        for _ in range(20):
            text.append(text[-1] % 4 + 1 if random.random() < 0.8 else random.randint(1, 5))
        texts.append([*text, START])
    return texts


def test_a_text_like_those_read_surprises_less_than_chance_and_longer_contexts_help() -> None:
    """On texts that it did not read, a bigram model beats unigrams, which beat the uniform distribution."""
    read, unread = written(60, 1), written(30, 2)
    surprise = [
        np.concatenate([fit(read, vocabulary=VOCABULARY, order=order).nats(text) for text in unread]).mean()
        for order in (1, 2, 5)
    ]
    assert surprise[1] < surprise[0] < np.log(VOCABULARY)
    assert surprise[2] < surprise[0]


def test_counts_by_hand() -> None:
    """For two small texts the bigram probabilities are those that the formula gives by hand, discounts of a half."""
    model = fit([[0, 1, 2, 0], [0, 1, 3, 0]], vocabulary=4, order=2)
    # Unigrams count the different tokens before them: 1 after 0; 2 and 3 after 1; 0 after 2 and 3. Sum 5, 2 spared.
    unigram = [(count - 0.5 + 2.0 / 4) / 5 for count in (2, 1, 1, 1)]
    assert probabilities(model, [0, 1])[2] == pytest.approx((1 - 0.5) / 2 + (2 * 0.5 / 2) * unigram[2])
    assert probabilities(model, [0])[1] == pytest.approx((2 - 0.5) / 2 + (0.5 / 2) * unigram[1])


def test_an_unread_context_falls_back_to_what_is_known_of_its_end() -> None:
    """Where a context was never read, its shorter ending decides."""
    model = fit(written(40, 3), vocabulary=VOCABULARY, order=3)
    assert probabilities(model, [START, 5, 5, 5, 5, 5, 2])[3] == max(probabilities(model, [START, 5, 5, 5, 5, 5, 2]))


def test_discounts_are_those_of_chen_and_goodman() -> None:
    """With 100, 50, 30 and 20 n-grams of counts one to four, the three discounts are as published."""
    counts = np.repeat(np.arange(1, 5), (100, 50, 30, 20))
    share = 100 / 200
    assert discounts_of(counts) == pytest.approx(
        [0, 1 - 2 * share * 50 / 100, 2 - 3 * share * 30 / 50, 3 - 4 * share * 20 / 30]
    )
