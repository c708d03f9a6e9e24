"""The frame of a prompt: what the shipped model was trained on, to the letter.

    [Discharge Summary | Cardiology | HISTORY OF PRESENT ILLNESS]
    Age: 64. Sex: female. Style: narrative.
    State: hypertension; no chest pain; metformin 500 mg twice daily; potassium 5.9 mmol/L.
    Text:

What is not known is left out: a part of the second line, the whole of it, or the third line.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from clinsynth.prompts.headings import prompt_heading
from clinsynth.prompts.selecting import PATIENT
from clinsynth.records import Fact

_SMALL_WORDS = frozenset({"and", "of", "the", "or"})
_FIRST = ("age", "sex", "style")
_ABOUT_THE_PATIENT = frozenset({"age", "sex"})
_DETAILS = ("dose", "frequency", "onset", "finding")
_REGIMEN = frozenset({"dose", "frequency"})
_WITH_ONSET = frozenset({"symptom", "condition"})
CHANGES = MappingProxyType({"starts": "started", "stops": "stopped", "increases": "increased", "reduces": "reduced"})


def note_type_title(note_type: str) -> str:
    """Give the words for the machine name of a note type.

    >>> note_type_title("history_and_physical")
    'History and Physical'
    """
    words = note_type.replace("_", " ").split()
    return " ".join(word if word in _SMALL_WORDS else word[:1].upper() + word[1:] for word in words)


def frame(
    note_type: str,
    specialty: str,
    heading: str,
    attributes: Mapping[str, str],
    statements: Sequence[str],
) -> str:
    r"""Put together the prompt for one section; it ends in a line break, so that prompt + text is what a model reads.

    Args:
        note_type: A machine name ("discharge_summary") or a title ("Article").
        specialty: "Cardiology"; left out when empty.
        heading: Of the section, in any case; see `prompt_heading`.
        attributes: Age, sex and style come first, whatever else in the order given; empty values are left out.
        statements: What the section has to state, each as `state` puts it.

    >>> frame("progress_note", "Nephrology", "Plan:", {}, [])
    '[Progress Note | Nephrology | PLAN]\nText:\n'
    """
    about = (note_type_title(note_type), specialty, prompt_heading(heading))
    lines = [f"[{' | '.join(part for part in about if part)}]"]
    names = [*(name for name in _FIRST if name in attributes), *(name for name in attributes if name not in _FIRST)]
    if known := [f"{_label(name)}: {attributes[name]}." for name in names if attributes[name]]:
        lines.append(" ".join(known))
    if statements:
        lines.append(f"State: {'; '.join(statements)}.")
    return "\n".join([*lines, "Text:", ""])


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def state(fact: Fact, details: Sequence[Fact] = ()) -> str:
    """Put a fact in the words of the State line.

    Args:
        fact: Any fact of a case.
        details: What is said with it: of a medication its dose and frequency, of a symptom or condition its onset, of
            a procedure what it showed.

    >>> state(Fact(id="f1", kind="symptom", subject="patient", relation="has", value="chest pain", negated=True))
    'no chest pain'
    >>> state(Fact(id="f2", kind="lab", subject="potassium", relation="measured", value="5.9 mmol/L"))
    'potassium 5.9 mmol/L'
    >>> state(Fact(id="f3", kind="condition", subject="mother", relation="runs_in_family", value="breast cancer"))
    'family history of breast cancer (mother)'
    """
    words = _words(fact)
    if details:
        ordered = sorted(details, key=lambda detail: _DETAILS.index(detail.kind))
        words = " ".join([words, *_to(fact), *map(_as_detail, ordered)])
    return f"no {words}" if fact.negated else words


def _as_detail(detail: Fact) -> str:
    if detail.kind == "onset":
        return f"for {detail.value}"
    return f"showing {detail.value}" if detail.kind == "finding" else detail.value


def _to(fact: Fact) -> tuple[str, ...]:
    """A dose that is changed is changed to the one that is said with it."""
    return ("to",) if fact.relation in {"increases", "reduces"} else ()


def _words(fact: Fact) -> str:
    if fact.kind in _ABOUT_THE_PATIENT:
        return f"{fact.kind} {fact.value}"
    wording = _BY_RELATION.get(fact.relation) or _BY_KIND.get(fact.kind)
    return wording(fact) if wording else fact.value


def _changed(fact: Fact) -> str:
    return f"{CHANGES[fact.relation]} {fact.value}"


def _named(fact: Fact) -> str:
    return f"{fact.subject} {fact.value}"


def _course(fact: Fact) -> str:
    return f"{'clinically' if fact.subject == PATIENT else fact.subject} {fact.value}"


def _finding(fact: Fact) -> str:
    """An examination's finding stands alone; what an investigation shows comes behind its name."""
    return fact.value if fact.subject == PATIENT else f"{fact.subject} showing {fact.value}"


_Wording = Callable[[Fact], str]
_BY_RELATION: Mapping[str, _Wording] = MappingProxyType(
    {
        "had": lambda fact: f"history of {fact.value}",
        "runs_in_family": lambda fact: f"family history of {fact.value} ({fact.subject})",
        "measured_before": lambda fact: f"previous {_named(fact)}",
        **dict.fromkeys(CHANGES, _changed),
    }
)
_BY_KIND: Mapping[str, _Wording] = MappingProxyType(
    {
        "allergy": lambda fact: f"allergy to {fact.value}",
        **dict.fromkeys(("lab", "vital", *sorted(_REGIMEN)), _named),
        "onset": lambda fact: f"{fact.subject} for {fact.value}",
        "course": _course,
        "finding": _finding,
    }
)


def statements(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Put facts in words, in their order: details join what they are of, age and sex are for the second line.

    A detail without its drug or symptom among the facts stands alone ("metformin 500 mg", "chest pain for 3 days").
    """
    return tuple(state(fact, details) for fact, details in gather(facts))


def gather(facts: Sequence[Fact]) -> tuple[tuple[Fact, tuple[Fact, ...]], ...]:
    """Group facts as they are said: each with its details; age and sex are left out."""
    owners = {_owner(fact) for fact in facts}
    details: dict[_Owner, list[Fact]] = {}
    joined: set[int] = set()
    for fact in facts:
        of = _owned_by(fact)
        if of is not None and of in owners:
            details.setdefault(of, []).append(fact)
            joined.add(id(fact))
    return tuple(
        (fact, tuple(details.get(_owner(fact) or _NOBODY, ())))
        for fact in facts
        if fact.kind not in _ABOUT_THE_PATIENT and id(fact) not in joined
    )


_Owner = tuple[str, str]  # what sort of thing, and its name
_NOBODY: _Owner = ("", "")


def _owned_by(fact: Fact) -> _Owner | None:
    """Give what a fact is a detail of: its drug, what began so long ago, the procedure that showed it."""
    if fact.kind in _REGIMEN:
        return "drug", fact.subject
    if fact.kind == "onset":
        return "problem", fact.subject
    is_shown = fact.kind == "finding" and fact.subject != PATIENT and not fact.negated
    return ("procedure", fact.subject) if is_shown else None


def _owner(fact: Fact) -> _Owner | None:
    """Give the key under which the details of a fact find it, if it can have any."""
    if fact.kind == "medication":
        return "drug", fact.value
    if fact.negated or fact.relation in {"had", "runs_in_family"}:
        return None
    if fact.kind == "procedure":
        return "procedure", fact.value
    return ("problem", fact.value) if fact.kind in _WITH_ONSET else None
