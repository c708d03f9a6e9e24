"""The form of a note: whether it reads as a whole, clean text, whatever it says."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinsynth.checks import Parsed
from clinsynth.checks.parsing import MAX_CHARACTERS
from clinsynth.checks.weights import weight
from clinsynth.prompts.headings import Heading, find_headings, split_sections
from clinsynth.prompts.slots import find_slots
from clinsynth.records import Finding, Note, Span

# A run of words said this often in a row, or a sentence this often in a note, is a model going in circles.
_REPEATS = 3
_MIN_SENTENCE_WORDS = 6
# A word or up to eight of them, three times or more in a row.
_LOOP = re.compile(r"(?<!\w)((?:[\w%./-]{1,40}[ ,;\t\n]{1,3}){1,8}?)(?:\1){2,}", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]")
# Parts of a prompt that a model has copied into its text.
_FRAME = re.compile(
    r"^\[[^\[\]\n|]{1,80}(?:\|[^\[\]\n|]{1,80}){1,2}\][ \t]*$"
    r"|^State: [^\n]{1,800}\.[ \t]*$|^Age: \d{1,3}\. Sex: [^\n]{0,80}$|^Text:[ \t]*$"
    r"|<\|[a-z_]{1,20}\|>|</?s>|\[/?INST\]|^#{2,3} (?:Instruction|Response)",
    re.MULTILINE,
)
_STRANGE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff\u200b-\u200f\u202a-\u202e\u2060-\u206"
    r"9\ufeff\ud800-\udfff]+"
)
# Words that no sentence ends on, and how long a sentence is before that counts: "Plan for:" is a label.
_LONG_SENTENCE_WORDS = 4
_DANGLING = re.compile(
    r"(?:^|\s)(?:a|an|the|and|or|of|with|to|in|on|for|by|from|at|is|was|were|"
    "are|has|had|which|that|this|her|his|as|no|mg)$",
    re.IGNORECASE,
)
_ENDS_WELL = re.compile(r"[.!?:)\]\"”'%]\s*$")
_MIN_NARRATIVE_WORDS = 12
# Headings that stand over others.
_OVER_OTHERS = re.compile(r"\b(?:EXAM(?:INATION)?|OBJECTIVE|REVIEW OF SYSTEMS|ROS|STUDIES|DATA)\b", re.IGNORECASE)
_MOSTLY = 0.5


@dataclass(frozen=True)
class FormCheck:
    """Finds notes that are empty, too short or long, repeat themselves, break off, lack sections or are garbled.

    Of notes written with typed slots it also finds slots that were asked for and are not there (scored by the fact that
    is lacking), and slots left in the text because nothing was asked for.

    Attributes:
        min_words: A note of fewer words is too short.
        max_characters: A longer note is too long; other checks look no further than the default.
    """

    min_words: int = 20
    max_characters: int = MAX_CHARACTERS

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Look at the form of each note."""
        return [self._check(parsed.note) for parsed in notes]

    def _check(self, note: Note) -> tuple[Finding, ...]:
        if not note.text.strip():
            return (_finding(note, "empty", 1.0, None, "the note has no text"),)
        text = note.text[:MAX_CHARACTERS]
        whole = [*self._length(note), *_garbled_share(note, text), *_repeated_sentences(note, text)]
        whole += _missing_slots(note)
        placed = [
            *_strange_characters(note, text),
            *_loops(note, text),
            *_frames(note, text),
            *_invented_slots(note, text),
            *_sections(note, text),
        ]
        return (*whole, *sorted(placed, key=lambda found: (found.span or Span(start=0, end=1), found.code)))

    def _length(self, note: Note) -> Iterator[Finding]:
        if len(note.text) > self.max_characters:
            evidence = f"{len(note.text):,} characters; at most {self.max_characters:,} are expected"
            yield _finding(note, "too-long", 1.0, None, evidence)
            return
        n_words = sum(1 for _ in _WORD.finditer(note.text))
        if n_words < self.min_words:
            evidence = f"{n_words} words; at least {self.min_words} are expected"
            yield _finding(note, "too-short", 1.0 - n_words / (2 * self.min_words), None, evidence)


def _finding(note: Note, what: str, score: float, span: Span | None, evidence: str) -> Finding:
    return Finding(note_id=note.id, check="form", code=f"form/{what}", score=score, span=span, evidence=evidence)


def _missing_slots(note: Note) -> Iterator[Finding]:
    for fact_id in note.unfilled:
        fact = note.case.fact(fact_id) if note.case else None
        if fact is not None:
            evidence = f"the slot of {fact.id} ({fact.kind}) was not written"
            yield _finding(note, "missing-slot", weight(fact), None, evidence)


def _invented_slots(note: Note, text: str) -> Iterator[Finding]:
    for span in find_slots(text):
        yield _finding(note, "invented-slot", 1.0, span, "a slot that nothing was asked for, or that is misspelt")


def _garbled_share(note: Note, text: str) -> Iterator[Finding]:
    """Find a note that is mostly no letters: digits and signs, or one word without an end."""
    dense = "".join(text.split())
    share = len(_LETTERS.findall(dense)) / len(dense)
    if share < _MOSTLY:
        yield _finding(note, "garbled", 1.0 - share, None, f"{share:.0%} of the characters are letters")


def _strange_characters(note: Note, text: str) -> Iterator[Finding]:
    for match in _STRANGE.finditer(text):
        kinds = sorted({f"U+{ord(character):04X}" for character in match[0]})
        evidence = f"characters that no note holds: {', '.join(kinds[:3])}"
        yield _finding(note, "garbled", 0.8, Span(start=match.start(), end=match.end()), evidence)


def _loops(note: Note, text: str) -> Iterator[Finding]:
    for match in _LOOP.finditer(text):
        phrase = match[1].split()
        if not any(_LETTERS.search(word) for word in phrase):
            continue
        times = (match.end() - match.start()) // len(match[1])
        evidence = f"{len(phrase)} words stand {times} times in a row"
        score = min(1.0, 0.4 + 0.1 * times + 0.05 * len(phrase))
        yield _finding(note, "repetition", score, Span(start=match.start(), end=match.end()), evidence)


def _repeated_sentences(note: Note, text: str) -> Iterator[Finding]:
    sentences = (" ".join(match[0].lower().split()) for match in _SENTENCE.finditer(text))
    counts = Counter(sentence for sentence in sentences if sentence.count(" ") >= _MIN_SENTENCE_WORDS - 1)
    repeated = sum(count - 1 for count in counts.values() if count >= _REPEATS)
    if repeated:
        share = repeated / sum(counts.values())
        evidence = f"{share:.0%} of the sentences were said before, word for word"
        yield _finding(note, "repetition", min(1.0, 0.4 + share), None, evidence)


def _frames(note: Note, text: str) -> Iterator[Finding]:
    for match in _FRAME.finditer(text):
        evidence = "a part of a prompt stands in the text"
        yield _finding(note, "prompt-leak", 1.0, Span(start=match.start(), end=match.end()), evidence)


def _sections(note: Note, text: str) -> Iterator[Finding]:
    headings = find_headings(text)
    ends = [*(heading.span.start for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=False):
        if _is_missing(text, heading, end):
            yield _finding(note, "missing-section", 0.8, heading.span, "a heading without text")
    for _, span in split_sections(text):
        if score := _breaks_off(text[span.start : span.end]):
            start = _last_sentence(text, span)
            evidence = "a section breaks off in the middle of a sentence"
            yield _finding(note, "unfinished", score, Span(start=start, end=span.end), evidence)


def _is_missing(text: str, heading: Heading, end: int) -> bool:
    """Say whether nothing stands under a heading.

    One right above another ("OBJECTIVE:" over "HEENT:") needs nothing, nor does a title.
    """
    between = text[heading.span.end : end]
    if between.strip(" \t\n,"):
        return False
    if end == len(text):
        return True
    return "\n\n" in between and heading.span.start > 0 and not _OVER_OTHERS.search(heading.name)


def _breaks_off(section: str) -> float:
    """Score how surely a section was cut: by its last word, or by a long last sentence without an end."""
    if _ENDS_WELL.search(section):
        return 0.0
    last = section[_last_sentence(section, Span(start=0, end=len(section))) :]
    n_words = len(last.split())
    if n_words >= _LONG_SENTENCE_WORDS and (last.endswith((",", ";", "-")) or _DANGLING.search(last)):
        return 0.9
    return 0.7 if n_words >= _MIN_NARRATIVE_WORDS else 0.0


def _last_sentence(text: str, span: Span) -> int:
    start = max(text.rfind(mark, span.start, span.end - 1) for mark in (". ", "! ", "? ", ".\n", "\n"))
    while start + 1 < span.end and (start < span.start or not text[start].isalnum()):
        start += 1
    return start
