"""Presidio's AnalyzerEngine over our tokens: no model, no network, linear time."""

import bisect
import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: TID253 - imported when the check first runs
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer  # noqa: TID253 - the same
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine  # noqa: TID253 - the same

from clinsynth.checks.parsing import parse
from clinsynth.checks.phi.kinds import KINDS, TRAINED

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer
    from spacy.tokens import Doc

LANGUAGE = "en"
# Below it, Presidio's patterns say "any nine digits".
LOWEST_SCORE = 0.3


def recognizers(kinds: Iterable[str]) -> "list[EntityRecognizer]":
    """Build the Presidio recognizers of some kinds of PHI, the trained one included, for any AnalyzerEngine."""
    return [_built(target) for target in _targets(kinds)]


def _targets(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(target for kind in kinds for target in KINDS[kind].recognizers))


def _built(target: str) -> "EntityRecognizer":
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)()


def analyzer(kinds: Iterable[str]) -> AnalyzerEngine:
    """Build an AnalyzerEngine that looks for some kinds of PHI by patterns and for nothing else."""
    patterns = [_built(target) for target in _targets(kinds) if target != TRAINED]
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=patterns, supported_languages=[LANGUAGE]),
        nlp_engine=DocEngine(),
        supported_languages=[LANGUAGE],
        default_score_threshold=LOWEST_SCORE,
        context_aware_enhancer=WordsNearby(),
    )


def artifacts(doc: "Doc") -> NlpArtifacts:
    """Give Presidio the tokens of a Doc; the words in lower case stand for lemmas."""
    rows = [(token.idx, token.lower_, token.is_stop or token.is_punct) for token in doc]
    found = NlpArtifacts(
        entities=[],
        tokens=doc,
        tokens_indices=[start for start, _, _ in rows],
        lemmas=[word for _, word, _ in rows],
        nlp_engine=None,
        language=LANGUAGE,
    )
    # A set, where Presidio makes a list: it looks up each word near each match in it.
    found.keywords = frozenset(word for _, word, is_common in rows if not is_common)
    return found


class DocEngine(NlpEngine):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """An NlpEngine that tokenises as all our checks do, and finds no entities of its own."""

    def load(self) -> None:
        """Load nothing: the rules are there."""

    def is_loaded(self) -> bool:
        """Say that it is ready."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:  # noqa: ARG002 - Presidio's signature
        """Tokenise a text."""
        return artifacts(parse(text))

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,  # noqa: ARG002 - Presidio's signature
        n_process: int = 1,  # noqa: ARG002 - the same
        **_: Any,  # noqa: ANN401 - the same
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Tokenise texts one by one."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002 - Presidio's signature
        """Say whether a word is too common to be context."""
        from spacy.lang.en.stop_words import STOP_WORDS

        return word.lower() in STOP_WORDS

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002 - Presidio's signature
        """Say whether a word is punctuation."""
        return not any(character.isalnum() for character in word)

    def get_supported_entities(self) -> list[str]:
        """Give none: recognizers find them."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Give the one language of the rules."""
        return [LANGUAGE]


class WordsNearby(LemmaContextAwareEnhancer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's context words, matched whole, and found by bisection.

    Presidio walks over all tokens for each match, and an error it then may raise quotes the text.
    """

    def __init__(self) -> None:
        """Match whole words: "lic" is no part of "complicated"."""
        super().__init__(context_matching_mode="whole_word")

    @staticmethod
    def _find_index_of_match_token(
        word: str,  # noqa: ARG004 - Presidio's signature
        start: int,
        tokens: "Doc",  # noqa: ARG004 - the same
        tokens_indices: Sequence[int],
    ) -> int:
        return max(0, bisect.bisect_right(tokens_indices, start) - 1)
