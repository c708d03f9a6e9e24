"""A linear classifier of hashed words and runs of words: seconds to train, hard to beat by little data."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clinsynth.learners import Predictor
from clinsynth.learners.constant import Constant
from clinsynth.learners.features import features
from clinsynth.records import Example

# scikit-learn takes 32-bit seeds.
_MAX_SEED = 2**32


@dataclass(frozen=True, kw_only=True)
class LinearLearner:
    """Fits scikit-learn's linear support vector machine or logistic regression, one against the rest.

    Features are hashed, so that nothing of the examples but their weights is kept, and the same training set
    gives the same features whatever else is compared.

    Attributes:
        solver: "svm" (squared hinge loss) or "logistic".
        inverse_penalty: scikit-learn's C: larger fits the training examples more closely.
        class_weight: "balanced" gives every label the same total weight; "none" every example.
        n_bits: The hashed space has 2 ** n_bits features.
        iterations: Limit of the solver; the fit is used as it is when it is reached.
    """

    solver: Literal["svm", "logistic"] = "svm"
    inverse_penalty: float = 1.0
    class_weight: Literal["balanced", "none"] = "balanced"
    n_bits: int = 20
    iterations: int = 50

    def fit(self, examples: Sequence[Example], *, seed: int) -> Predictor:
        """Fit a classifier; of one label only, that label is always predicted.

        Raises:
            ValueError: There are no examples.
        """
        if not examples:
            raise ValueError("a learner needs at least one example")
        labels = [example.label for example in examples]
        if len(set(labels)) == 1:
            return Constant(label=labels[0])
        vectorizer = self._vectorizer()
        classifier = self._classifier(seed % _MAX_SEED)
        rows = vectorizer.transform(examples)
        # Weights of features that no training example has would stay 0: a million of them cost most of a small fit.
        columns = np.unique(rows.indices)
        _fit(classifier, rows[:, columns], labels)
        return LinearPredictor(vectorizer=vectorizer, columns=columns, classifier=classifier)

    def _vectorizer(self) -> Any:  # noqa: ANN401 - a scikit-learn transformer
        from sklearn.feature_extraction.text import HashingVectorizer

        return HashingVectorizer(
            analyzer=features, n_features=2**self.n_bits, alternate_sign=False, binary=True, norm="l2"
        )

    def _classifier(self, seed: int) -> Any:  # noqa: ANN401 - a scikit-learn classifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.svm import LinearSVC

        kind = LinearSVC if self.solver == "svm" else LogisticRegression
        weight = None if self.class_weight == "none" else self.class_weight
        return kind(C=self.inverse_penalty, class_weight=weight, max_iter=self.iterations, random_state=seed)


def _fit(classifier: Any, rows: Any, labels: Sequence[str]) -> None:  # noqa: ANN401
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # What the limit of iterations leaves undone does not show in the labels predicted.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(rows, labels)


@dataclass(frozen=True, kw_only=True)
class LinearPredictor:
    """A fitted linear classifier."""

    vectorizer: Any
    columns: NDArray[np.int32]
    classifier: Any

    def __call__(self, examples: Sequence[Example]) -> Sequence[str]:
        """Give the label whose score is highest."""
        if not examples:
            return []
        rows = self.vectorizer.transform(examples)[:, self.columns]
        return [str(label) for label in self.classifier.predict(rows)]
