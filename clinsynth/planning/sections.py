"""Training examples from a real note: one prompt and its text for each section."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from types import MappingProxyType

from clinsynth.planning.exchanging import Exchange
from clinsynth.planning.styles import style_of
from clinsynth.prompts.framing import frame, gather, state
from clinsynth.prompts.headings import find_headings, prompt_heading, stripped
from clinsynth.prompts.slots import fill, placed, slots_of, slotted
from clinsynth.records import Case, Fact, Note, Span
from clinsynth.seeds import generator

MIN_WORDS = 8
MAX_WORDS = 220
MAX_STATEMENTS = 8
MAX_SENTENCES = 4  # of a passage
MAX_SLOTTED = 12  # facts that are told with a slot: what is not told is learnt as an invention
SHARES: Mapping[str, float] = MappingProxyType({"told": 0.3, "exchanged": 0.35, "slots": 0.25, "bare": 0.1})
"""How often a section with facts takes each form in a mixture; a stage leaves out the bare ones every second time."""
_SHARE_KNOWN = 0.5  # how often an attribute is named that this section does not state
_SHARE_STYLE = 0.5
_SHARE_SHUFFLED = 0.5
_SHARE_CUT = 0.5
_DETAILS = frozenset({"dose", "frequency"})
_NUMBER = re.compile(r"\d{1,3}")
_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.?!]['\")]?\s{1,4}(?=[A-Z0-9\"'(])|\n+")

# Headings of parts belong to the section they stand in: "HEENT" to a physical examination.
_WHOLES = frozenset({"PHYSICAL EXAMINATION", "PHYSICAL EXAM", "EXAM", "EXAMINATION", "PE", "OBJECTIVE"}) | {
    "REVIEW OF SYSTEMS",
    "ROS",
}
_PARTS = frozenset(
    part.strip()
    for part in """
    ABDOMEN, ABDOMINAL, ALLERGIC/IMMUNOLOGIC, BACK, BREAST, BREASTS, CARDIAC, CARDIOVASCULAR, CHEST, CNS,
    CONSTITUTIONAL, COORDINATION, CRANIAL NERVES, EARS, ENDOCRINE, ENT, EXTREMITIES, EYES, GAIT, GASTROINTESTINAL,
    GENERAL, GENERAL APPEARANCE, GENITALIA, GENITOURINARY, GI, GU, HEAD, HEART, HEENT, HEMATOLOGIC,
    HEMATOLOGIC/LYMPHATIC, INTEGUMENTARY, LUNGS, LYMPHATICS, MOTOR, MOUTH, MUSCULOSKELETAL, NECK, NEURO,
    NEUROLOGIC, NEUROLOGICAL, NEUROLOGICAL EXAMINATION, NOSE, PELVIC, PELVIS, PSYCH, PSYCHIATRIC, PULMONARY,
    RECTAL, REFLEXES, RESPIRATORY, SENSATION, SENSORY, SKIN, SPINE, THROAT, VITAL SIGNS, VITALS
    """.split(",")  # noqa: SIM905 - a list of 50 literals reads worse
)


def section_prompts(note: Note, *, seed: int, slots: bool = False) -> Iterator[tuple[str, str]]:
    """Give (prompt, text) for each section of an extracted note: `prompt + text` is one training example.

    A prompt names age, sex and style some of the time (age and sex always where the section states them), and up to
    eight of the facts that this section states: in the order of the text or shuffled. Headings of parts ("HEENT") stay
    inside their examination. Sections of fewer than 8 words are left out; those of more than about 220 are split at
    ends of sentences, each piece with its own facts and a heading that says "(CONTINUED)".

    Args:
        note: As `clinsynth.planning.extract.extract` gives it.
        seed: The same seed and note give the same prompts.
        slots: Name each fact with a typed placeholder, and put that in its place in the text.

    Raises:
        ValueError: The note has no case.
    """
    return (section.slotted() if slots else section.told() for section in sections_of(note, seed=seed))


def mixed_prompts(note: Note, exchange: Exchange, *, seed: int) -> Iterator[tuple[str, str]]:
    """Give (prompt, text) for each section, in a form drawn for it: see `SHARES`.

    "told" and "slots" are as `section_prompts` gives them. "exchanged" has other facts of the same kinds, in the prompt
    and in the text: a model that cannot know them can only copy them. "bare" has no more than the heading, so that a
    model can also be asked what it would write unprompted. A section without facts is always told. Half of those with
    facts come in passages of a few sentences, each with its own facts: what a plan asks for is short and full of facts.

    Raises:
        ValueError: The note has no case.
    """
    for section in sections_of(note, seed=seed):
        is_cut = bool(section.facts) and section.random.random() < _SHARE_CUT
        for part in section.passages() if is_cut else (section,):
            yield _mixed(part, exchange)


def _mixed(section: "Section", exchange: Exchange) -> tuple[str, str]:
    form = section.random.choices(tuple(SHARES), tuple(SHARES.values()))[0] if section.facts else "told"
    if form == "exchanged":
        return section.exchanged(exchange)
    if form == "bare":
        return section.bare()
    if form == "slots":
        return section.slotted(shuffled=section.random.random() < _SHARE_SHUFFLED)
    return section.told()


def sections_of(note: Note, *, seed: int) -> Iterator["Section"]:
    """Give the sections of an extracted note that are worth learning, the long ones in pieces.

    Raises:
        ValueError: The note has no case.
    """
    if note.case is None:
        raise ValueError(f"{note.id} has no case; extract it first")
    for place, (heading, span) in enumerate(whole_sections(note.text)):
        for number, piece in enumerate(_pieces(note.text, span)):
            if len(_WORD.findall(note.text[piece.start : piece.end])) < MIN_WORDS:
                continue
            title = f"{heading or 'NOTE'} (CONTINUED)" if number else heading or "NOTE"
            yield Section(
                note=note, case=note.case, heading=title, span=piece, random=generator(seed, note.id, place, number)
            )


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of a note, or a piece of it, as a pair of prompt and text.

    Attributes:
        case: What the whole note states.
        random: Draws for this section alone; each pair moves it on.
    """

    note: Note = field(repr=False)
    case: Case = field(repr=False)
    heading: str
    span: Span
    random: Random = field(repr=False)

    @property
    def text(self) -> str:
        """The section as it was written."""
        return self.note.text[self.span.start : self.span.end]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that this section states, in the order of the case."""
        return tuple(fact for fact in self.case.facts if _is_stated(self.note, fact, self.span))

    def passages(self) -> Iterator["Section"]:
        """Cut the section into passages of one to four sentences, and give those with facts."""
        cuts = [match.end() for match in _SENTENCE_END.finditer(self.note.text, self.span.start, self.span.end)]
        start = self.span.start
        while start < self.span.end:
            later = [cut for cut in cuts if cut > start]
            size = self.random.randint(1, MAX_SENTENCES)
            end = later[size - 1] if size <= len(later) else self.span.end
            span = stripped(self.note.text, start, end)
            if span is not None and len(_WORD.findall(self.note.text[span.start : span.end])) >= MIN_WORDS:
                part = replace(self, span=span)
                if part.facts:
                    yield part
            start = end

    def told(self) -> tuple[str, str]:
        """Give a prompt that names facts of the section, and its text."""
        return _prompt(self.note, self.case, self.heading, self.span, self.random), self.text

    def slotted(self, *, shuffled: bool = False) -> tuple[str, str]:
        """Give a prompt that names each fact with its placeholder, and the text with placeholders in their place.

        The facts are named in the order of the text: a model learns to go through its prompt, from one slot to the
        next. Shuffled, it has to find an order itself.
        """
        told = _in_order(self.note, self.case, self.span)
        if shuffled:
            told = _shuffled(told, self.random)
        shown = slotted(told)
        said = [state(*group) for group in gather(shown)]
        text = placed(self.text, _placeholders(self.note, told, self.span))
        return frame(self.case.note_type, self.case.specialty, self.heading, self._attributes(shown), said), text

    def bare(self) -> tuple[str, str]:
        """Give a prompt that says no more than where the section stands, and its text."""
        return frame(self.case.note_type, self.case.specialty, self.heading, {}, []), self.text

    def exchanged(self, exchange: Exchange) -> tuple[str, str]:
        """Give prompt and text of the section with other facts of the same kinds in both."""
        told = _in_order(self.note, self.case, self.span)
        others = exchange(told, self.random)
        text = placed(self.text, _placeholders(self.note, told, self.span))
        filled = fill(text, slots_of(others.facts), wording=others.wording, random=self.random)
        said = [state(*group) for group in gather(others.facts)]
        if self.random.random() < _SHARE_SHUFFLED:
            self.random.shuffle(said)
        attributes = self._attributes(others.facts)
        return frame(self.case.note_type, self.case.specialty, self.heading, attributes, said), filled.text

    def _attributes(self, told: Iterable[Fact]) -> dict[str, str]:
        """Give the sex of the patient, the age as it is told, and at times the style."""
        attributes = {fact.kind: fact.value for fact in self.case.facts if fact.kind == "sex"}
        attributes |= {fact.kind: fact.value for fact in told if fact.kind == "age"}
        return attributes | ({"style": style_of(self.text)} if self.random.random() < _SHARE_STYLE else {})


def _prompt(note: Note, case: Case, heading: str, piece: Span, random: Random) -> str:
    here = tuple(fact for fact in case.facts if _is_stated(note, fact, piece))
    attributes = {
        fact.kind: fact.value
        for fact in case.facts
        if fact.kind in {"age", "sex"} and (fact in here or random.random() < _SHARE_KNOWN)
    }
    if random.random() < _SHARE_STYLE:
        attributes["style"] = style_of(note.text[piece.start : piece.end])
    groups = _said_once(group for group in gather(here) if group[0].kind not in _DETAILS)
    chosen = sorted(random.sample(range(len(groups)), min(MAX_STATEMENTS, len(groups))))
    said = [state(*groups[index]) for index in chosen]
    if random.random() < _SHARE_SHUFFLED:
        random.shuffle(said)
    return frame(case.note_type, case.specialty, heading, attributes, said)


def _in_order(note: Note, case: Case, piece: Span) -> list[Fact]:
    """Give the facts that a piece states and that are told with a slot, in the order of the text, the age first."""
    here = sorted(
        (fact for fact in case.facts if _is_stated(note, fact, piece)), key=lambda fact: _first(note, fact, piece)
    )
    groups = _said_once(group for group in gather(here) if group[0].kind not in _DETAILS)
    # In "an 18-month-old" the number is not the age.
    told = [fact for fact in here if fact.kind == "age" and _is_number_of(note, fact, piece)]
    return told + [each for fact, details in groups[:MAX_SLOTTED] for each in (fact, *details)]


def _shuffled(told: Sequence[Fact], random: Random) -> list[Fact]:
    """Put facts in any order, the age still first and details behind what they are of."""
    groups = list(gather(told))
    random.shuffle(groups)
    return [fact for fact in told if fact.kind == "age"] + [
        each for fact, details in groups for each in (fact, *details)
    ]


def _placeholders(note: Note, told: Sequence[Fact], piece: Span) -> list[tuple[str, Span]]:
    """Give each placeholder of the told facts and where in a piece it stands."""
    text = note.text[piece.start : piece.end]
    slots = {fact.id: placeholder for placeholder, fact in slots_of(told).items()}
    return [
        (slots[fact.id], _slot_range(text, fact, span, piece))
        for fact in told
        if fact.id in slots
        for span in note.stated.get(fact.id, ())
        if piece.start <= span.start and span.end <= piece.end
    ]


def _is_number_of(note: Note, age: Fact, piece: Span) -> bool:
    """Say whether every number that states an age in a piece is the age."""
    spans = (span for span in note.stated[age.id] if piece.start <= span.start and span.end <= piece.end)
    numbers = [_NUMBER.search(note.text, span.start, span.end) for span in spans]
    return all(number is None or number[0] == age.value for number in numbers)


def _first(note: Note, fact: Fact, piece: Span) -> int:
    return min(span.start for span in note.stated[fact.id] if piece.start <= span.start)


def _slot_range(text: str, fact: Fact, span: Span, piece: Span) -> Span:
    """Give where a slot stands in a piece; of an age ("64-year-old") its number alone."""
    start, end = span.start - piece.start, span.end - piece.start
    if fact.kind == "age" and (number := _NUMBER.search(text, start, end)):
        return Span(start=number.start(), end=number.end())
    return Span(start=start, end=end)


def _said_once(groups: Iterable[tuple[Fact, tuple[Fact, ...]]]) -> list[tuple[Fact, tuple[Fact, ...]]]:
    """Keep the first of what a text both affirms and denies: a prompt does not contradict itself."""
    first: dict[tuple[str, str, str], tuple[Fact, tuple[Fact, ...]]] = {}
    for group in groups:
        fact = group[0]
        first.setdefault((fact.kind, fact.subject, fact.value), group)
    return list(first.values())


def _is_stated(note: Note, fact: Fact, piece: Span) -> bool:
    return any(piece.start <= span.start and span.end <= piece.end for span in note.stated.get(fact.id, ()))


def whole_sections(text: str) -> tuple[tuple[str, Span], ...]:
    """Split a note as `split_sections` does, with the parts of an examination or review of systems kept together."""
    headings = find_headings(text)
    starts = [("", 0, 0), *((heading.name, heading.span.start, heading.span.end) for heading in headings)]
    ends = [*(heading.span.start for heading in headings), len(text)]
    sections: list[tuple[str, int, int]] = []
    for (name, _, start), end in zip(starts, ends, strict=True):
        if sections and prompt_heading(name) in _PARTS and prompt_heading(sections[-1][0]) in _WHOLES:
            sections[-1] = (sections[-1][0], sections[-1][1], end)
        else:
            sections.append((name, start, end))
    bodies = ((name, stripped(text, start, end)) for name, start, end in sections)
    return tuple((name, span) for name, span in bodies if span is not None)


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """Cut a range at ends of sentences into pieces of at most `MAX_WORDS` words; a longer sentence is cut anywhere."""
    cuts = {match.end() for match in _SENTENCE_END.finditer(text, span.start, span.end)}
    start, n_words, last_cut = span.start, 0, None
    for word in _WORD.finditer(text, span.start, span.end):
        if word.start() in cuts:
            last_cut = word.start()
        n_words += 1
        if n_words > MAX_WORDS:
            end = last_cut if last_cut is not None and last_cut > start else word.start()
            if piece := stripped(text, start, end):
                yield piece
            start, last_cut = end, None
            n_words = len(_WORD.findall(text, start, word.end()))
    if piece := stripped(text, start, span.end):
        yield piece
