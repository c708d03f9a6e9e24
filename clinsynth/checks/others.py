"""Whom a passage is about: what is said of relatives must not count for or against the patient."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from clinsynth.prompts.headings import find_headings
from clinsynth.records import Span

_FAMILY_HEADING = re.compile(r"\b(?:FAMILY|FHX?|FAM)\b", re.IGNORECASE)
RELATIVE = (
    "(?:mother|father|parents?|brothers?|sisters?|siblings?|sons?|daughters?|"
    "child(?:ren)?|grand(?:mother|father|parents?|sons?|"
    "daughters?)|uncles?|aunts?|cousins?|nephews?|nieces?|wife|husband|spouse|"
    "partner|fianc[eé]e?|boyfriend|girlfriend|"
    r"roommate|twins?|baby|infant|newborn|caregivers?|neighbou?rs?|friends?)"
)
# A relative as the one spoken of, not as company ("lives with her daughter", "brought in by his wife").
_SPOKEN_OF = re.compile(
    rf"(?<!\bwith )(?<!\bby )(?<!\bwith his )(?<!\bwith her )(?<!\bby his )(?<!\bby her )(?<!\bwith the )(?<!\bby the )"
    rf"\b(?:{RELATIVE}\b(?!['\u2019]s[ ]report)|family history\b)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n\s*(?![a-z\s])")
_PATIENT_AGAIN = re.compile(r"\b(?:the|this) patient\b", re.IGNORECASE)


@dataclass(frozen=True)
class Passages:
    """Stretches of a text, in order and apart."""

    spans: tuple[Span, ...] = field(repr=False)

    def hold(self, span: Span) -> bool:
        """Say whether a place begins within one of them."""
        place = bisect_right(self.spans, span.start, key=lambda passage: passage.start) - 1
        return place >= 0 and span.start < self.spans[place].end


def about_others(text: str) -> Passages:
    """Find the passages of a text that are not about the patient: family history, sentences from a relative on."""
    found = sorted([*sections_headed(text, _FAMILY_HEADING), *_sentences_on_relatives(text)])
    merged: list[Span] = []
    for span in found:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(start=merged[-1].start, end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return Passages(tuple(merged))


def sections_headed(text: str, heading_like: re.Pattern[str]) -> Iterator[Span]:
    """Yield the sections, from heading to next heading, whose heading the pattern finds."""
    headings = find_headings(text)
    ends = [*(heading.span.start for heading in headings[1:]), len(text)]
    for heading, end in zip(headings, ends, strict=False):
        if heading_like.search(heading.name):
            yield Span(start=heading.span.start, end=end)


def _sentences_on_relatives(text: str) -> Iterator[Span]:
    end = 0
    for match in _SPOKEN_OF.finditer(text):
        if match.start() < end:
            continue
        stop = _SENTENCE_END.search(text, match.end())
        end = stop.start() if stop else len(text)
        again = _PATIENT_AGAIN.search(text, match.end(), end)
        end = again.start() if again else end
        if end > match.start():
            yield Span(start=match.start(), end=end)
