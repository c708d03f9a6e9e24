"""What every learner promises."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from examples import questions, relations

from clinsynth.errors import MissingError
from clinsynth.learners import LEARNERS, Learner
from clinsynth.learners.encoding import Encoder
from clinsynth.learners.laying import lay
from clinsynth.records import Example
from clinsynth.tasks.scoring import accuracy

Checkpoint = Callable[[str], Path]
# The same component with other options is tested like another component.
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in LEARNERS),
    ("linear", {"solver": "logistic", "class_weight": "none"}),
    ("encoder", {"fine_tune": True, "epochs": 1}),
]


@pytest.fixture(params=VARIANTS, ids=lambda variant: f"{variant[0]}{variant[1] or ''}")
def learner(request: pytest.FixtureRequest, checkpoint: Checkpoint) -> Learner:
    """Each learner of the catalog; the encoder on a tiny random model."""
    name, options = request.param
    if name == "encoder":
        options = options | {"model": str(checkpoint("llama")), "max_tokens": 96}
    return LEARNERS.build(name, **options)


@pytest.mark.parametrize("make", [relations, questions])
def test_the_same_seed_and_examples_give_the_same_predictions(
    learner: Learner, make: Callable[..., list[Example]]
) -> None:
    """Fitting twice changes nothing, and each example has one of the labels trained on."""
    train, test = make(18), make(8, start=40)
    predicted = [list(learner.fit(train, seed=3)(test)) for _ in range(2)]
    assert predicted[0] == predicted[1]
    assert len(predicted[0]) == len(test)
    assert set(predicted[0]) <= {example.label for example in train}


def test_labels_are_not_looked_at_in_predicting(learner: Learner) -> None:
    """Test examples with other labels, or unseen ones, are predicted the same."""
    test = relations(6, start=40)
    predictor = learner.fit(relations(12), seed=1)
    hidden = [replace(example, label="never seen") for example in test]
    assert list(predictor(hidden)) == list(predictor(test))


def test_nothing_is_learnt_from_nothing(learner: Learner) -> None:
    """No examples are an error."""
    with pytest.raises(ValueError, match="at least one example"):
        learner.fit([], seed=1)


def test_one_label_is_learnt_from_one_label(learner: Learner) -> None:
    """Examples of one label teach that label, and nothing to predict gives nothing."""
    train = [example for example in relations(12) if example.label == "effect"]
    predictor = learner.fit(train, seed=1)
    assert list(predictor(relations(3, start=30))) == ["effect"] * 3
    assert list(predictor([])) == []


@pytest.mark.parametrize("make", [relations, questions])
def test_the_linear_learner_learns_what_words_tell(make: Callable[..., list[Example]]) -> None:
    """Labels that the words decide are learnt from few examples."""
    test = make(30, start=60)
    predicted = LEARNERS.build("linear").fit(make(30), seed=1)(test)
    assert accuracy([example.label for example in test], predicted) == 1.0


def test_the_encoder_learns_what_words_tell(checkpoint: Checkpoint) -> None:
    """Even the averaged states of a random model tell such labels apart better than chance."""
    test = relations(30, start=60)
    predicted = LEARNERS.build("encoder", model=str(checkpoint("llama"))).fit(relations(60), seed=1)(test)
    assert accuracy([example.label for example in test], predicted) > 0.6


def test_the_encoder_that_ships_is_read_unless_another_is_named() -> None:
    """Without a model the learner fits on the embedded encoder, whose states are of its width."""
    train = relations(6)
    found = Encoder().vectors([lay(example) for example in train])
    assert Encoder().network.config.model_type == "eurobert"
    assert found.shape == (6, 4 * Encoder().network.config.hidden_size)


def test_a_missing_encoder_is_named(tmp_path: Path) -> None:
    """A model that is not there is a line that says which, and what to do."""
    with pytest.raises(MissingError, match="nowhere"):
        LEARNERS.build("encoder", model=str(tmp_path / "nowhere")).fit(relations(6), seed=1)
