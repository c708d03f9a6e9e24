"""`python -m clinsynth.workflows.usage`: count how real notes word the concepts of an ontology.

    python -m clinsynth.workflows.usage --data DATA --out configs/prompts/usage.tsv

Only notes whose counts may ship are read: those of the base split of MTSamples.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clinsynth.checks.others import about_others
from clinsynth.data.splits import read_notes
from clinsynth.errors import ClinsynthError
from clinsynth.ontology import Concept, MentionFinder, Ontology, load_ontology
from clinsynth.ontology.phrases import folded
from clinsynth.prompts.verbalizers import COLUMNS
from clinsynth.records import Note, Span
from clinsynth.storage import write_text

# Of these kinds, some synonyms are adjectives or say more than the name; others are nouns that say the same.
_PROBLEMS = frozenset({"condition", "symptom", "finding", "procedure"})
_KINDS = _PROBLEMS | {"medication", "lab", "vital", "allergen"}
# A noun stands behind these and before the end of its phrase; behind a form of "to be" stands an adjective.
_BEFORE_A_NOUN = re.compile(
    r"\b(?:of|with|for|without|from|denie[sd]|denying|no|any|has|had|have|having|includ(?:es|ing)|underwent)\s$",
    re.IGNORECASE,
)
_BEFORE_AN_ADJECTIVE = re.compile(
    r"\b(?:is|was|were|are|been|being|be|became|feels?|felt|feeling|very|not|remain(?:s|ed)|appears?|patient)\s$",
    re.IGNORECASE,
)
_BEHIND_A_NOUN = re.compile(
    r"[.,;:)\n]|$|\s(?:and|or|with|in|for|of|on|at|to|from|who|which|as|is|was|were|has|had|but|since|status|by|after)\b",
    re.IGNORECASE,
)
# Brands of one form of a drug, and a stage that stands for the disease: read as the concept, not written for it.
_SAYS_MORE = re.compile(r"\b(?:XR|XL|SR|LA|CR|ER|CD|Depo|HFA|AIDS)\b|abnormal Pap")
_SPACE_BEFORE = 16
# Notes are not always grammatical ("symptoms of lightheaded, dizziness").
_NOUNS_FOR_AN_ADJECTIVE = 2


@dataclass
class _Use:
    """How often a wording was met, and how often as a noun and as an adjective."""

    n: int = 0
    as_noun: int = 0
    as_adjective: int = 0


def count_wordings(notes: Iterable[Note], ontology: Ontology) -> dict[str, Counter[str]]:
    """Count by which of its names each concept is called: id to wording to number of mentions.

    Wordings are spelled as the ontology spells them. Of conditions, symptoms, findings and procedures, those that are
    met as adjectives rather than as nouns ("febrile"), and those that only add words to the name, are left out.
    """
    finder = MentionFinder(ontology)
    spellings = _Spellings(ontology)
    uses: defaultdict[tuple[str, str], _Use] = defaultdict(_Use)
    for note in notes:
        for mention in finder(note.text):
            if mention.concept.kind in _KINDS:
                wording = spellings.of(mention.concept, note.text[mention.span.start : mention.span.end])
                _add(uses[mention.concept.id, wording], note.text, mention.span)
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (concept_id, wording), use in uses.items():
        if _is_fit(ontology.concepts[concept_id], wording, use):
            found[concept_id][wording] = use.n
    return dict(found)


@dataclass(frozen=True)
class _Spellings:
    """The ontology's spelling of what a text holds, which may be in other case, in the plural or with hyphens."""

    ontology: Ontology
    _known: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, concept: Concept, text: str) -> str:
        if concept.id not in self._known:
            self._known[concept.id] = {folded(name): name for name in reversed(concept.names)}
        known = self._known[concept.id]
        plain = folded(text)
        return known.get(plain) or known[plain.removesuffix("s")]


def _add(use: _Use, text: str, span: Span) -> None:
    before = text[max(0, span.start - _SPACE_BEFORE) : span.start]
    use.n += 1
    use.as_adjective += _BEFORE_AN_ADJECTIVE.search(before) is not None
    if _BEHIND_A_NOUN.match(text, span.end):
        use.as_noun += _BEFORE_A_NOUN.search(before) is not None


def _is_fit(concept: Concept, wording: str, use: _Use) -> bool:
    """Say whether a wording can stand for the concept's name in any sentence, and is read as the patient's there."""
    if about_others(wording).spans:  # "baby aspirin" is for no baby
        return False
    if wording != concept.name and _SAYS_MORE.search(wording):
        return False
    if wording == concept.name or concept.kind not in _PROBLEMS:
        return True
    says_more = set(concept.name.lower().split()) < set(wording.lower().split())
    return not says_more and use.as_noun > _NOUNS_FOR_AN_ADJECTIVE * use.as_adjective


def usage_lines(counts: Mapping[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of the file that `clinsynth.prompts.verbalizers.read_usage` reads, in the order of the ids."""
    yield "\t".join(COLUMNS)
    for concept_id in sorted(counts):
        for wording, n in sorted(counts[concept_id].items(), key=lambda each: (-each[1], each[0])):
            yield f"{concept_id}\t{wording}\t{n}"


def main(arguments: list[str] | None = None) -> None:
    """Count, and write the file."""
    parser = argparse.ArgumentParser(prog="python -m clinsynth.workflows.usage")
    parser.add_argument("--data", help="where the data sets are, if CLINSYNTH_DATA does not say it")
    parser.add_argument("--ontology", default="core", help="a name below ontologies/, or a folder")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    given = parser.parse_args(arguments)
    try:
        counts = count_wordings(read_notes("mtsamples", "base", given.data), load_ontology(given.ontology))
        write_text(given.out, "\n".join(usage_lines(counts)) + "\n")
    except ClinsynthError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
