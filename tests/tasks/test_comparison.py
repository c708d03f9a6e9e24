"""Settings, and what a comparison may claim."""

from collections import Counter

from examples import relation, relations
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.learners.linear import LinearLearner
from clinsynth.records import Example
from clinsynth.tasks.comparison import Comparison, Run, holm, train_and_predict
from clinsynth.tasks.scoring import Accuracy
from clinsynth.tasks.settings import BOTH, COPIES, REAL, SYNTHETIC, TrainingSets, capped


def _run(setting: str, predicted: list[str], seed: int = 0) -> Run:
    return Run(setting=setting, learner="x", seed=seed, predicted=tuple(predicted), n_train=1, rows_hash="")


def _tests(n: int, group_size: int = 1) -> list[Example]:
    return [Example(id=str(i), text="t", label="yes", group=f"g{i // group_size}") for i in range(n)]


def test_settings_train_on_what_they_say() -> None:
    """Real, synthetic and both are those rows; copies add rows of the real ones, as many, with the same labels."""
    real = relations(12)
    synthetic = [example for example in relations(30, start=50, prefix="s") if example.label == "effect"]
    sets = TrainingSets(real=real, synthetic=synthetic)
    assert sets.training(REAL, 0) == real
    assert sets.training(SYNTHETIC, 0) == synthetic
    assert sets.training(BOTH, 0) == [*real, *synthetic]
    copies = sets.training(COPIES, 0)
    assert set(copies) == set(real)
    assert Counter(e.label for e in copies) == Counter(e.label for e in sets.training(BOTH, 0))


def test_a_cap_holds_for_each_label_and_each_seed_draws_anew() -> None:
    """No label has more than its cap; a smaller label keeps all it has."""
    real = [*relations(30), relation(100, "effect")]
    drawn = [capped(real, 4, seed=1, index=index) for index in range(3)]
    assert all(set(Counter(e.label for e in rows).values()) == {4} for rows in drawn)
    assert drawn[0] == capped(real, 4, seed=1, index=0)
    assert drawn[0] != drawn[1]
    assert capped(real, None, seed=1) == real


def test_without_synthetic_there_is_nothing_to_compare() -> None:
    """Real alone gives its rows and the majority, and no contrast."""
    real, test = relations(12), relations(9, start=30, prefix="t")
    runs = list(train_and_predict(TrainingSets(real=real, synthetic=()), test, LinearLearner(), name="l", seeds=2))
    comparison = Comparison(runs=runs, test=test, metrics=[Accuracy()])
    assert [(row.setting, row.seed) for row in comparison.rows] == [
        ("majority", None),
        ("majority", 0),
        ("real", None),
        ("real", 0),
        ("real", 1),
    ]
    assert comparison.contrasts == ()


def test_equal_predictions_are_no_difference() -> None:
    """Two settings that predict the same differ by nothing, p = 1, and the words say so."""
    test = _tests(40)
    predicted = ["yes", "no"] * 20
    comparison = Comparison(runs=[_run(REAL, predicted), _run(BOTH, predicted)], test=test, metrics=[Accuracy()])
    (contrast,) = comparison.contrasts
    assert (contrast.difference.value, contrast.p) == (0.0, 1.0)
    assert contrast.words.startswith("no difference found between both and real")


def test_a_plain_difference_is_found() -> None:
    """Forty examples right against forty wrong are a difference, with its sign."""
    test = _tests(40)
    runs = [_run(REAL, ["no"] * 40), _run(BOTH, ["yes"] * 40)]
    (contrast,) = Comparison(runs=runs, test=test, metrics=[Accuracy()]).contrasts
    assert contrast.difference.value == 1.0
    assert contrast.p_holm < 0.01
    assert contrast.words.startswith("both is better than real")


def test_examples_of_one_group_count_as_one() -> None:
    """The same predictions tell less where the examples come from fewer documents."""
    predicted = (["yes"] * 10 + ["no"] * 10) * 3
    widths = []
    for size in (1, 10):
        comparison = Comparison(runs=[_run(REAL, predicted)], test=_tests(60, size), metrics=[Accuracy()])
        estimate = comparison.rows[0].estimate
        assert estimate.n == 60
        widths.append(estimate.high - estimate.low)
    assert widths[1] > 1.5 * widths[0]


def test_every_setting_predicts_every_test_example() -> None:
    """Settings are paired: one prediction for each test example, in their order, never from its label."""
    real, synthetic, test = relations(24), relations(12, start=60, prefix="s"), relations(9, start=200, prefix="t")
    sets = TrainingSets(real=real, synthetic=synthetic)
    runs = list(train_and_predict(sets, test, LinearLearner(), name="linear", seeds=2))
    assert Counter(run.setting for run in runs) == {
        "majority": 1,
        "real": 2,
        "synthetic": 2,
        "both": 2,
        "real + copies": 2,
    }
    assert {len(run.predicted) for run in runs} == {len(test)}
    assert len({run.rows_hash for run in runs if run.setting in {REAL, "majority"}}) == 1


@settings(deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=8))
def test_holm_rejects_what_stepping_down_rejects(ps: list[float]) -> None:
    """At any level, the corrected values below it are those that Holm's procedure rejects one after the other."""
    corrected = holm(ps)
    for level in (0.01, 0.05, 0.3):
        rejected: set[int] = set()
        for place in sorted(range(len(ps)), key=lambda place: ps[place]):
            if (len(ps) - len(rejected)) * ps[place] > level:
                break
            rejected.add(place)
        assert {place for place, p in enumerate(corrected) if p <= level} == rejected
