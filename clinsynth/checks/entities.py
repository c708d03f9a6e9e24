"""Entities: drugs nobody knows, and drugs and conditions that a case does not have."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from clinsynth.checks import Parsed
from clinsynth.checks.knowledge import drug_names, mention_finder
from clinsynth.checks.near_names import NearNames
from clinsynth.checks.others import Passages, about_others
from clinsynth.checks.parsing import readable
from clinsynth.checks.recognizing import find_recognizer, recognized, recognizer
from clinsynth.ontology.concepts import Concept, Ontology
from clinsynth.ontology.mentions import Mention, MentionFinder
from clinsynth.ontology.values import find_doses
from clinsynth.records import Case, Finding, Note, Span

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# How wrong it is to mention what the case does not have; a symptom more is colour, a drug more is an error.
_DENIED = re.compile(r"\b(?:no|without)\b")
_MIN_PLURAL = 5  # letters
_SCORES: Mapping[str, float] = MappingProxyType({"medication": 0.9, "condition": 0.8, "symptom": 0.4})
# A recognizer errs in notes more often than the ontology does: what it alone sees is for a person to look at.
_UNKNOWN: Mapping[str, float] = MappingProxyType({"CHEMICAL": 0.5, "DISEASE": 0.3})
# Endings of international nonproprietary names (WHO stem book), as far as other words do not share them.
_DRUG_ENDING = re.compile(
    "(?:olol|pril|sartan|statin|dipine|azole|prazole|cillin|mycin|micin|"
    "cycline|floxacin|oxacin|vir|mab|tinib|parin|xaban|gatran|"
    "formin|gliptin|gliflozin|glitazone|glutide|azepam|azolam|barbital|caine|"
    "curium|curonium|fentanil|triptan|setron|tidine|"
    "terol|phylline|lukast|thiazide|semide|lactone|sone|solone|olone|profen|"
    "fenac|oxicam|coxib|pramine|triptyline|oxetine|"
    "azine|peridol|apine|idone|piprazole|gabalin|zepine|tadine|zolamide|"
    "dronate|relin|grel|plase|stigmine|platin|rubicin|taxel)$",
    re.IGNORECASE,
)
_MISSPELT = 0.65
_NEAR = 0.45
_MIN_LETTERS = 4
_MAX_BETWEEN = 3  # tokens between a drug and its dose ("metoprolol, p.o. at 50 mg")
_BETWEEN = frozenset({",", ":", "-", "at", "of", "po", "p.o", "p.o.", "iv", "i.v.", "im", "sc", "oral", "orally"})
# Words that stand before a dose and are no drugs.
_NO_DRUGS = frozenset(
    """
    about above additional administered aerosol after agent agents amount another antibiotic antibiotics
    approximately area around average base baseline below blood bolus both capsule capsules cases catheter
    chewable continue continued continues continuing contrast cream current currently daily decreased delayed
    dosage dose dosed doses dosing drained drip drops drug drugs each elixir enema every exactly extended extra
    fluid fluids from full gave give given half here high home immediate increased inhaled inhaler initial
    initially injected injection insulin intramuscular intravenous intravenously lesion level levels liquid load
    loading lobe loss low lowered maintenance mass masses maximum maybe measured measuring medication
    medications minimum mixture more nasal nearly nebulized needed nightly nodule novel obtain ointment only
    oral orally output over patch patches patient per plus powder prescribed previous putting rate received
    receiving rectal reduced regular release removed resume resumed saline short site size solution spray
    standard start started starting steroid steroids stone stones strength subcutaneous sublingual suppository
    suspension sustained syrup tablet tablets take taken taking tapered than that then there this time times
    titrate titrated titrating topical total totaling transfused tube twice under unit units urine used using
    vitamin volume weekly weight where with within
    """.split()  # noqa: SIM905 - a list of so many literals reads worse
)


@dataclass(frozen=True)
class EntitiesCheck:
    """Finds unknown drugs, and mentions that the case or the ontology does not account for.

    unknown-drug: a word before a dose that is no known name. It scores 0.9 with the ending of a drug's name and nothing
    near it in the ontology, 0.7 where a known name is near (a misspelling) or the ending alone speaks for a drug, 0.5
    where only its place does. not-in-case: a drug scores 0.9, a condition 0.8, a symptom 0.4; what is denied, what is
    said of relatives, and what a name of the case contains ("diabetes" of "type 2 diabetes") is none. unknown-mention:
    what a recognizer takes for a substance (0.5) or a disease (0.3) and neither the ontology nor the case knows.

    Attributes:
        ontology: The name or folder of an ontology.
        model: A recognizer of chemicals and diseases: "embedded"; "auto" (scispaCy's where it is installed); the name
            of a spaCy package, or a folder. None looks for no unknown mentions.
    """

    ontology: str = "core"
    model: str | None = None

    def __post_init__(self) -> None:
        """Look for the recognizer before any note is checked.

        Raises:
            MissingError: It is not on this machine.
        """
        if self.model is not None:
            find_recognizer(self.model)

    @property
    def weights(self) -> Path | None:
        """Where the recognizer is; None without one."""
        if self.model is None:
            return None
        found = find_recognizer(self.model)
        # A package is loaded to know where it lies; a folder need not be.
        return found if isinstance(found, Path) else recognizer(self.model).path

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Look at the entities of each note."""
        return [self._findings(parsed) for parsed in notes]

    def _findings(self, parsed: Parsed) -> tuple[Finding, ...]:
        note = parsed.note
        mentions = [*self._finder(readable(note.text))]
        known = sorted([*(found.span for found in mentions), *_abbreviated(parsed.doc, mentions)])
        found = [*self._unknown_drugs(parsed, Passages(tuple(known)))]
        if self.model is not None:
            told = [*known, *(each.span for each in found if each.span is not None)]
            found += self._unknown_mentions(note, self.model, told)
        if note.case is not None:
            found += self._not_in_case(note, note.case, mentions)
        return tuple(sorted(found, key=lambda each: (each.span or Span(start=0, end=1), each.code)))

    def _unknown_drugs(self, parsed: Parsed, known: Passages) -> Iterator[Finding]:
        words = list(_words_before_doses(parsed.doc, known))
        nearest = self._drugs.nearest([word.text for word in words])
        for word, (name, similarity) in zip(words, nearest, strict=True):
            yield Finding(
                note_id=parsed.note.id,
                check="entities",
                code="entities/unknown-drug",
                score=_unknown_score(word.text, similarity),
                span=Span(start=word.idx, end=word.idx + len(word.text)),
                evidence=f"no known drug; the nearest name is {name} (similarity {similarity:.2f})",
            )

    def _unknown_mentions(self, note: Note, model: str, known: Sequence[Span]) -> Iterator[Finding]:
        stated = {fact.value.casefold() for fact in note.case.facts} if note.case is not None else set()
        taken = bytearray(len(note.text))
        for span in known:
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
        for span, label in recognized(model, note.text):
            score = _UNKNOWN.get(label)
            name = " ".join(note.text[span.start : span.end].casefold().split())
            if score is None or any(taken[span.start : span.end]) or any(name in value for value in stated):
                continue
            yield Finding(
                note_id=note.id,
                check="entities",
                code="entities/unknown-mention",
                score=score,
                span=span,
                evidence=f"the recognizer sees a {label.lower()} that neither the ontology nor the case knows",
            )

    def _not_in_case(self, note: Note, case: Case, mentions: Sequence[Mention]) -> Iterator[Finding]:
        own = {fact.code for fact in case.facts}
        shown = _shown(case)
        names = self._names_of(case) | shown
        others = about_others(readable(note.text))
        for found in mentions:
            score = _SCORES.get(found.concept.kind)
            if score is None or found.negated or found.concept.id in own or others.hold(found.span):
                continue
            if any(name.casefold() in names for name in found.concept.names) or _is_within(found.concept, names):
                continue
            if _is_among(note.text[found.span.start : found.span.end], shown):
                continue
            yield Finding(
                note_id=note.id,
                check="entities",
                code="entities/not-in-case",
                score=score,
                span=found.span,
                evidence=f"{found.concept.kind} {found.concept.name} is not in the case",
            )

    def _names_of(self, case: Case) -> frozenset[str]:
        """Give all names of what the case has, whatever its kind."""
        concepts = [self._ontology.concepts.get(fact.code) for fact in case.facts if fact.code]
        return frozenset(name.casefold() for concept in concepts if concept is not None for name in concept.names)

    @property
    def _ontology(self) -> Ontology:
        return self._finder.ontology

    @property
    def _finder(self) -> MentionFinder:
        return mention_finder(self.ontology)

    @property
    def _drugs(self) -> NearNames:
        return drug_names(self.ontology)


def _abbreviated(doc: "Doc", mentions: Sequence[Mention]) -> Iterator[Span]:
    """Give the places of abbreviations that the text itself defines for something known ("ceftriaxone (CTX)")."""
    places = {(found.span.start, found.span.end) for found in mentions}
    for short in doc._.abbreviations:
        long = short._.long_form
        if (long.start_char, long.end_char) in places:
            yield Span(start=short.start_char, end=short.end_char)


def _is_within(concept: Concept, names: frozenset[str]) -> bool:
    """Say whether a concept is a plainer word for something of the case: all words of its name are in one of theirs."""
    words = set(concept.name.casefold().split())
    return any(words <= set(name.split()) for name in names)


def _shown(case: Case) -> frozenset[str]:
    """Give what findings of the case affirm; they name conditions in passing: "osteopenia with anterior wedging"."""
    values = (fact.value.casefold() for fact in case.facts if fact.kind == "finding" and not fact.negated)
    return frozenset(_DENIED.split(value, maxsplit=1)[0].strip() for value in values)


def _is_among(mention: str, shown: frozenset[str]) -> bool:
    """Say whether the words of a mention, in the singular or plural, are all in one thing that was shown."""
    words = _singular(mention.casefold())
    return any(words <= _singular(value) for value in shown)


def _singular(name: str) -> set[str]:
    """Give the words of a name without the s of a plural ("effusions", not "stenosis" or "mass")."""
    return {
        word.removesuffix("s") if len(word) >= _MIN_PLURAL and not word.endswith(("ss", "us", "is")) else word
        for word in name.split()
    }


def _words_before_doses(doc: "Doc", known: Passages) -> Iterator["Token"]:
    """Yield the words in the place of a drug that are neither known names nor ordinary words, each once."""
    starts = [token.idx for token in doc]
    last = -1
    for dose in find_doses(doc.text):
        word = _word_before(doc, bisect_left(starts, dose.span.start))
        if word is None or word.i <= last:
            continue
        last = word.i
        if _may_be_drug(word) and not known.hold(Span(start=word.idx, end=word.idx + len(word))):
            yield word


def _word_before(doc: "Doc", index: int) -> "Token | None":
    """Give the word right before a token, past commas, routes and "at"; none beyond the start of the line."""
    for token in reversed(doc[max(0, index - _MAX_BETWEEN - 1) : index]):
        if "\n" in token.text:
            return None
        # The tokenizer parts "p.o." before an amount into "p.o" and ".".
        is_end_of_route = token.text == "." and token.i > 0 and token.nbor(-1).lower_ in _BETWEEN
        if token.lower_ not in _BETWEEN and not token.is_space and not is_end_of_route:
            return token
    return None


def _may_be_drug(word: "Token") -> bool:
    text = word.text
    return (
        len(text) >= _MIN_LETTERS
        and text.replace("-", "").isalpha()
        and not word.is_stop
        and not (text.isupper() and len(text) > _LONGEST_ABBREVIATION)
        and text.lower() not in _NO_DRUGS
        and not text.lower().endswith(("ly", "ed", "ing", "tion", "sion", "ment", "ture"))
    )


_LONGEST_ABBREVIATION = 5


def _unknown_score(word: str, similarity: float) -> float:
    has_ending = _DRUG_ENDING.search(word) is not None
    if has_ending and similarity < _NEAR:
        return 0.9
    return 0.7 if has_ending or similarity >= _MISSPELT else 0.5
