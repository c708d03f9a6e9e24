"""Which written examples are kept."""

from dataclasses import replace

from examples import relations

from clinsynth.methods import Outcome, Request
from clinsynth.records import Example
from clinsynth.tasks.guards import Guard
from clinsynth.workflows.screening import Screen


def _outcome(example: Example) -> Outcome:
    return Outcome(request=Request(id=example.id, label=example.label, about={}), example=example)


def test_what_an_earlier_attempt_wrote_is_not_kept_twice() -> None:
    """An example that says what is kept already is a duplicate; others pass."""
    kept = relations(3)
    again, new = replace(kept[1], id="again"), relations(9)[8]
    screened = list(Screen(guard=Guard(test=[]), real=[])(kept, [_outcome(again), _outcome(new)]))
    assert [(outcome.reason, outcome.example) for outcome in screened] == [("duplicate", None), ("", new)]


def test_what_was_rejected_already_keeps_its_reason() -> None:
    """Screening adds reasons, and takes none away."""
    rejected = Outcome(request=Request(id="x", label="none", about={}), reason="no-pair")
    assert list(Screen(guard=Guard(test=relations(3)), real=[])([], [rejected])) == [rejected]
