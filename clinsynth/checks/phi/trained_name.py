"""Names of people, places and organisations by a trained spaCy pipeline: the one that ships, or any other.

It finds bare names ("Jane Doe was seen"), which patterns miss. It is a Presidio recognizer like those beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from presidio_analyzer import (  # noqa: TID253 - imported by the engine only, when it is built
    AnalysisExplanation,
    EntityRecognizer,
    RecognizerResult,
)

from clinsynth.checks.parsing import load_pipeline, parse
from clinsynth.checks.phi.eponyms import THING
from clinsynth.checks.phi.states import COUNTRIES, STATE_CODES, STATE_NAMES
from clinsynth.errors import ConfigError
from clinsynth.ontology.loading import load_ontology

if TYPE_CHECKING:
    from presidio_analyzer.nlp_engine import NlpArtifacts
    from spacy.language import Language
    from spacy.tokens import Doc, Span

EMBEDDED = "embedded"
# What pipelines call them, and what Presidio does. "GPE", "LOC", "FAC" and "ORG" are those of OntoNotes.
ENTITY_OF: Mapping[str, str] = MappingProxyType(
    {
        "PERSON": "PERSON",
        "PER": "PERSON",
        "PLACE": "LOCATION",
        "GPE": "LOCATION",
        "LOC": "LOCATION",
        "FAC": "LOCATION",
        "LOCATION": "LOCATION",
        "ORGANISATION": "ORGANIZATION",
        "ORGANIZATION": "ORGANIZATION",
        "ORG": "ORGANIZATION",
    }
)
# A spaCy pipeline tells no probabilities. A town or a hospital alone says little of who the patient is: these stay
# below the limit that rejects a note, and are still told.
SCORES: Mapping[str, float] = MappingProxyType({"PERSON": 0.7, "LOCATION": 0.4, "ORGANIZATION": 0.4})
_NO_PHI = frozenset(name.casefold() for name in (*STATE_NAMES, *STATE_CODES, *COUNTRIES))
_TITLE = re.compile(r"\b(?:Drs?|Mrs?|Ms|Miss|Prof|Doctor|Nurse)\b\.?$", re.IGNORECASE)
_THING = re.compile(THING)
_MEASURED = re.compile(r"\d|^\w{1,2}/\w{1,2}$")  # "Procalcitonin 0.16", "K/uL": no person's name
_LONGER_BY = 2  # tokens by which a term may go on behind what was marked as a name
# Tokens that the pipeline sees at once: memory stays the same however long a note is.
_AT_ONCE = 5_000


class TrainedNameRecognizer(EntityRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Finds names of people, places below a state, and organisations.

    Left out are states and countries, which the law does not count, and, where no title stands before it, what is a
    clinical term from end to end ("Bee venom") or one word before a thing that eponyms name ("Bell's palsy").
    """

    COUNTRY_CODE = "us"

    def __init__(
        self, supported_language: str = "en", name: str | None = None, pipeline: "str | Path | Language" = EMBEDDED
    ) -> None:
        """Take the pipeline: "embedded", the name or folder of any spaCy pipeline that marks names, or one loaded.

        Raises:
            ConfigError: There is no such pipeline, or it marks no names.
        """
        self._pipeline = load_names(str(pipeline)) if isinstance(pipeline, str | Path) else pipeline
        super().__init__(supported_entities=sorted(SCORES), supported_language=supported_language, name=name)

    def load(self) -> None:
        """Load nothing more."""

    def analyze(
        self,
        text: str,
        entities: Sequence[str],
        nlp_artifacts: "NlpArtifacts | None" = None,  # noqa: ARG002 - Presidio's signature
    ) -> list[RecognizerResult]:
        """Find names in one text."""
        (found,) = self.find([parse(text)])
        return [result for result in found if not entities or result.entity_type in entities]

    def find(self, docs: Sequence["Doc"]) -> list[list[RecognizerResult]]:
        """Find names in texts that are tokenised already, the pipeline run once over all of them."""
        pieces = [(at, piece) for at, doc in enumerate(docs) for piece in _pieces(doc)]
        found: list[list[RecognizerResult]] = [[] for _ in docs]
        ours = (_ours(self._pipeline, piece) for _, piece in pieces)
        for (at, piece), named in zip(pieces, self._pipeline.pipe(ours), strict=True):
            found[at] += self._results(named, offset=piece[0].idx if len(piece) else 0)
        return found

    def _results(self, named: "Doc", *, offset: int) -> Iterator[RecognizerResult]:
        for span in named.ents:
            entity = ENTITY_OF.get(span.label_)
            if entity is None or _is_no_phi(entity, span.text) or _names_a_thing(span):
                continue
            yield RecognizerResult(
                entity_type=entity,
                start=offset + span.start_char,
                end=offset + span.end_char,
                score=SCORES[entity],
                analysis_explanation=AnalysisExplanation(recognizer=self.name, original_score=SCORES[entity]),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )


@cache
def load_names(pipeline: str) -> "Language":
    """Load a pipeline that marks names: "embedded", an installed one by its name, or a folder.

    Raises:
        ConfigError: There is no such pipeline, or it marks no names.
    """
    place = str(resources.files("clinsynth") / "embedded" / "names") if pipeline == EMBEDDED else pipeline
    try:
        loaded = load_pipeline(place)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f'phi: names: "{pipeline}" is no spaCy pipeline: {reason}') from None
    labels = {label for name in loaded.pipe_names for label in getattr(loaded.get_pipe(name), "labels", ())}
    if not labels & set(ENTITY_OF):
        raise ConfigError(f'phi: names: "{pipeline}" marks no names; it needs a label of {", ".join(ENTITY_OF)}')
    return loaded


def _ours(pipeline: "Language", piece: "Span | Doc") -> "Doc":
    """Give the tokens to a pipeline as its own: it shares no vocabulary with the checks."""
    from spacy.tokens import Doc

    words = [token.text for token in piece]
    return Doc(pipeline.vocab, words=words, spaces=[bool(token.whitespace_) for token in piece])


def _pieces(doc: "Doc") -> "Iterator[Span | Doc]":
    if len(doc) <= _AT_ONCE:
        yield doc
        return
    for start, end in pairwise(_cuts(doc)):
        yield doc[start:end]


def _cuts(doc: "Doc") -> Iterable[int]:
    """Give where a long text is cut: where a sentence begins, if one does within reach."""
    cuts = [0]
    while len(doc) - cuts[-1] > _AT_ONCE:
        furthest = cuts[-1] + _AT_ONCE
        begins = (at for at in range(furthest, furthest - _AT_ONCE // 2, -1) if doc[at].is_sent_start)
        cuts.append(next(begins, furthest))
    return [*cuts, len(doc)]


def _is_no_phi(entity: str, text: str) -> bool:
    if entity == "PERSON":
        return _MEASURED.search(text) is not None
    return entity == "LOCATION" and text.strip(" .").casefold() in _NO_PHI


def _names_a_thing(span: "Span") -> bool:
    """Say whether it is a clinical term or begins one, or an eponym; behind a title it is neither."""
    doc, start, end = span.doc, span.start, span.end
    if start and _is_term(doc[start - 1 : end].text):
        return True
    if _TITLE.search(doc[max(0, start - 2) : start].text):
        return False
    if any(_is_term(doc[start : end + behind].text) for behind in range(_LONGER_BY + 1)):
        return True
    return len(span) == 1 and _THING.match(span[-1].whitespace_ + doc[end : end + 3].text) is not None


def _is_term(text: str) -> bool:
    return load_ontology("core").by_name(" ".join(text.split())) is not None
