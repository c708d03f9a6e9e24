"""Typed slots: the model writes placeholders ([DRUG_1], [DOSE_1], [AGE]) where facts stand, and the case fills them.

What was filled is spelt right, and where it stands is known exactly. A model that cannot copy a drug's name letter by
letter can still say where it belongs.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import MappingProxyType

from clinsynth.records import Fact, Span

SLOTS: Mapping[str, str] = MappingProxyType(
    {
        "age": "AGE",
        "condition": "CONDITION",
        "symptom": "SYMPTOM",
        "finding": "FINDING",
        "medication": "DRUG",
        "dose": "DOSE",
        "frequency": "FREQUENCY",
        "lab": "LAB",
        "vital": "VITAL",
        "allergy": "ALLERGEN",
        "procedure": "PROCEDURE",
    }
)
"""The type of the slot for each kind of fact that can be in one."""

_DETAILS = frozenset({"dose", "frequency"})
_RESULTS = frozenset({"lab", "vital"})
_TYPES = "|".join(SLOTS.values())
# A slot, whole, with a bracket lost or misspelt ("[SYMPH_"): nothing of the kind stands in a clinical note.
_SLOT = re.compile(
    rf"\[?\b(?:{_TYPES})_\d{{1,2}}\b\]?|\[(?:{_TYPES})(?![a-z])[^\]\n]{{0,12}}\]?"
    r"|\[(?:COND|SYM|FIND|DRU|DOS|FREQ|VIT|ALLE|PROC)[A-Z]{0,8}_[\w]{0,8}\]?"
)
_WHOLE = re.compile(rf"\[(?:AGE|(?:{_TYPES})_\d{{1,2}})\]")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s|\n)\s*$")
_ARTICLE = re.compile(r"\b([Aa])n?\s$")
_VOWELS = frozenset("aeiouAEIOU")
Wording = Callable[[Fact, Random], str]
Denial = Callable[[str, Span], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A section whose slots were filled.

    Attributes:
        stated: The id of each fact that was filled in, and where it stands now.
        missing: The ids of facts that had a slot and were not written, in their order.
        invented: Where the text holds slots that nothing was asked for; they are left as they are.
        n_denied: How often "no" had to be put before what is absent, for the text affirmed it.
    """

    text: str = field(repr=False)
    stated: Mapping[str, tuple[Span, ...]]
    missing: tuple[str, ...]
    invented: tuple[Span, ...]
    n_denied: int = 0


def slots_of(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Give each fact that can be in a slot its placeholder, in their order; a dose has the number of its drug.

    Of two doses of one drug the first has the slot.

    >>> drug = Fact(id="f1", kind="medication", subject="patient", relation="takes", value="metformin")
    >>> dose = Fact(id="f2", kind="dose", subject="metformin", relation="dose", value="500 mg")
    >>> list(slots_of([drug, dose]))
    ['[DRUG_1]', '[DOSE_1]']
    """
    slots: dict[str, Fact] = {}
    numbers = {fact.value: number for number, fact in enumerate(_of_kind(facts, "medication"), start=1)}
    counts: dict[str, int] = {}
    for fact in facts:
        if fact.kind not in SLOTS:
            continue
        counts[fact.kind] = counts.get(fact.kind, 0) + 1
        if fact.kind == "age":
            slots["[AGE]"] = fact
            continue
        number = counts[fact.kind]
        if fact.kind in _DETAILS:
            number = numbers.get(fact.subject, len(numbers) + number)
        slots.setdefault(f"[{SLOTS[fact.kind]}_{number}]", fact)
    return slots


def _of_kind(facts: Sequence[Fact], kind: str) -> list[Fact]:
    return [fact for fact in facts if fact.kind == kind]


def slotted(facts: Sequence[Fact]) -> list[Fact]:
    """Put its placeholder before the words of each fact, as a prompt shows it: "[DRUG_1] metformin [DOSE_1] 500 mg".

    The facts are for the words of a prompt only.
    """
    placeholders = {fact.id: placeholder for placeholder, fact in slots_of(facts).items()}
    drugs = {fact.value: f"{placeholders[fact.id]} {fact.value}" for fact in _of_kind(facts, "medication")}
    return [_shown(fact, placeholders.get(fact.id, ""), drugs) for fact in facts]


def _shown(fact: Fact, placeholder: str, drugs: Mapping[str, str]) -> Fact:
    if not placeholder:
        return fact
    if fact.kind in _RESULTS:
        return replace(fact, subject=f"{placeholder} {fact.subject}")
    subject = drugs.get(fact.subject, fact.subject) if fact.kind in _DETAILS else fact.subject
    return replace(fact, subject=subject, value=f"{placeholder} {fact.value}")


def placed(text: str, stated: Iterable[tuple[str, Span]]) -> str:
    """Put placeholders where facts are stated: what a model that fills no slot itself learns from.

    Args:
        text: Of a section.
        stated: Placeholders and ranges; of ranges that overlap the first counts.
    """
    parts: list[str] = []
    end = 0
    for placeholder, span in sorted(stated, key=lambda each: (each[1].start, -each[1].end)):
        if span.start >= end:
            parts += [text[end : span.start], placeholder]
            end = span.end
    return "".join([*parts, text[end:]])


def fill(
    text: str, slots: Mapping[str, Fact], *, wording: Wording, random: Random, is_denied: Denial | None = None
) -> Filled:
    """Put facts in the place of their slots.

    A surface that begins a sentence begins with a capital; "a" becomes "an" before a vowel. Slots that nothing was
    asked for are left, and told.

    Args:
        text: As the model wrote it.
        slots: What was asked for, by placeholder; see `slots_of`.
        wording: Words a fact, with a generator to choose by.
        random: Draws for this section alone.
        is_denied: Says whether a text denies what stands at a place; what is absent and not denied there is filled in
            with "no" before it.
    """
    written = _Written(is_denied=is_denied)
    end = 0
    for match in _SLOT.finditer(text):
        written.add(text[end : match.start()])
        end = match.end()
        fact = slots.get(match[0]) if _WHOLE.fullmatch(match[0]) else None
        if fact is None:
            written.leave(match[0])
        else:
            written.fill(fact, wording(fact, random))
    written.add(text[end:])
    return Filled(
        text=written.text,
        stated={fact_id: tuple(spans) for fact_id, spans in written.stated.items()},
        missing=tuple(fact.id for fact in slots.values() if fact.id not in written.stated),
        invented=tuple(written.invented),
        n_denied=written.n_denied,
    )


@dataclass
class _Written:
    """A text as it grows, with what stands where."""

    is_denied: Denial | None = None
    text: str = ""
    stated: dict[str, list[Span]] = field(default_factory=dict)
    invented: list[Span] = field(default_factory=list)
    n_denied: int = 0

    def add(self, text: str) -> None:
        self.text += text

    def leave(self, slot: str) -> None:
        self.invented.append(Span(start=len(self.text), end=len(self.text) + len(slot)))
        self.text += slot

    def fill(self, fact: Fact, surface: str) -> None:
        if fact.negated and self.is_denied is not None and not self._denies(surface):
            self.text = _ARTICLE.sub("", self.text)
            start = self._begin("no")
            self.text += f"{self._begun(start, 'no')} "
            self.n_denied += 1
        start = self._begin(surface)
        surface = self._begun(start, surface)
        self.stated.setdefault(fact.id, []).append(Span(start=start, end=start + len(surface)))
        self.text += surface

    def _denies(self, surface: str) -> bool:
        assert self.is_denied is not None
        span = Span(start=len(self.text), end=len(self.text) + len(surface))
        return self.is_denied(f"{self.text}{surface}", span)

    def _begin(self, surface: str) -> int:
        """Mend the article before a surface, and give where that begins."""
        if (article := _ARTICLE.search(self.text)) is not None:
            self.text = f"{self.text[: article.start()]}{article[1]}{'n' if surface[:1] in _VOWELS else ''} "
        return len(self.text)

    def _begun(self, start: int, surface: str) -> str:
        return surface[:1].upper() + surface[1:] if _SENTENCE_START.search(self.text[:start]) else surface


def find_slots(text: str) -> tuple[Span, ...]:
    """Find what looks like a slot: none stands in a note that was filled completely."""
    return tuple(Span(start=match.start(), end=match.end()) for match in _SLOT.finditer(text))


def plain_wording(fact: Fact, random: Random) -> str:
    """Word a fact by its own value, a lab by one of a few forms ("potassium 5.9 mmol/L", "potassium of 5.9 mmol/L")."""
    if fact.kind in _RESULTS:
        joined = random.choice((" ", " ", " of ", " was ")) if fact.kind == "lab" else " "
        return f"{fact.subject}{joined}{fact.value}"
    return fact.value
