"""Scores, against cases worked by hand and against scikit-learn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.tasks.scoring import Accuracy, MacroF1, MicroF1, accuracy, macro_f1, micro_f1, score

LABELS = ("none", "effect", "advise", "int")
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        # 1 agrees; 3 are predicted, 3 are so.
        (["none", "effect", "advise", "effect"], ["effect", "effect", "effect", "none"], 2 * 1 / 6),
        (["none", "none"], ["none", "none"], 0.0),
        (["effect", "none"], ["effect", "none"], 1.0),
        # Positive but the wrong type: predicted wrongly and missed as well.
        (["effect"], ["advise"], 0.0),
    ],
)
def test_micro_f1_worked_by_hand(gold: list[str], predicted: list[str], expected: float) -> None:
    """Micro-F1 is twice the agreements over all positives predicted and all that are so."""
    assert micro_f1(gold, predicted, ("effect", "advise")) == pytest.approx(expected)


def test_macro_f1_worked_by_hand() -> None:
    """Macro-F1 averages labels, whatever their number of examples."""
    # yes: agree 2, predicted 3, so 2 -> 4/5; no: 0 of 0 and 1 -> 0; maybe: 1, 1, 1 -> 1.
    gold, predicted = ["yes", "yes", "no", "maybe"], ["yes", "yes", "yes", "maybe"]
    assert macro_f1(gold, predicted, ("yes", "no", "maybe")) == pytest.approx((0.8 + 0 + 1) / 3)


@settings(deadline=None)
@given(PAIRS)
def test_scores_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    """Every score is what scikit-learn computes."""
    from sklearn.metrics import accuracy_score, f1_score

    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    positive = list(LABELS[1:])
    ours = (micro_f1(gold, predicted, positive), macro_f1(gold, predicted, LABELS), accuracy(gold, predicted))
    theirs = (
        f1_score(gold, predicted, labels=positive, average="micro", zero_division=0),
        f1_score(gold, predicted, labels=list(LABELS), average="macro", zero_division=0),
        accuracy_score(gold, predicted),
    )
    assert ours == pytest.approx(theirs)


@settings(deadline=None)
@given(PAIRS)
def test_tallies_add_up(pairs: list[tuple[str, str]]) -> None:
    """Examples scored in two halves give the same sums as together: a bootstrap sample costs one sum."""
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    half = len(pairs) // 2
    for metric in (MicroF1(positive=frozenset(LABELS[1:])), MacroF1(labels=LABELS), Accuracy()):
        whole = metric.tally(gold, predicted).sum(axis=0)
        parts = [metric.tally(gold[part], predicted[part]).sum(axis=0) for part in (slice(half), slice(half, None))]
        assert (parts[0] + parts[1] == whole).all()


@pytest.mark.parametrize(("gold", "predicted"), [([], []), (["none"], [])])
def test_nothing_is_not_scored(gold: list[str], predicted: list[str]) -> None:
    """A score of nothing, or of unequal lists, is an error and not 0."""
    with pytest.raises(ValueError, match=r"predictions|nothing to score"):
        score(Accuracy(), gold, predicted)
