"""What may happen is told from what is: every [[marked]] mention is hypothetical, every ((marked)) one is not."""

import re

import pytest

from clinsynth.ontology.hypothetical import is_hypothetical
from clinsynth.records import Span

_MARK = re.compile(r"\[\[(.+?)\]\]|\(\((.+?)\)\)")


@pytest.mark.parametrize(
    "marked",
    [
        "Return to the emergency department for [[fever]] or [[chest pain]].",
        "She returned to the emergency department for ((fever)).",
        "She returns for ((chest pain)). Return for any [[bleeding]].",
        "Risks of [[MI]], [[DVT]] and [[PE]] were discussed. Risk factors include ((hypertension)).",
        "If she develops [[fever]] she will call. ((Fever)) today.",
        "If stable, continue lisinopril for ((hypertension)).",
        "He should take metformin for ((diabetes)); should he have [[nausea]], stop.",
        "Call the office with [[fever]]. On call, seen for ((syncope)).",
        "Monitor for [[hypoglycemia]], but he has ((diabetes)).",
    ],
)
def test_what_may_come_is_told_from_what_is(marked: str) -> None:
    """Risks, reasons to return and conditions of a plan are hypothetical up to the end of their clause."""
    text, expected, position = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        mention = match[1] or match[2]
        expected.append((Span(start=len(text), end=len(text) + len(mention)), match[1] is not None))
        text += mention
        position = match.end()
    text += marked[position:]
    assert [(text[s.start : s.end], is_hypothetical(text, s)) for s, _ in expected] == [
        (text[s.start : s.end], hypothetical) for s, hypothetical in expected
    ]
