"""The frame of a prompt: what the shipped model was trained on, to the letter.

    [Discharge Summary | Cardiology | HISTORY OF PRESENT ILLNESS]
    Age: 64. Sex: female. Style: narrative.
    State: hypertension; no chest pain; metformin 500 mg twice daily; potassium 5.9 mmol/L.
    Text:

What is not known is left out: a part of the second line, the whole of it, or the third line.
"""

from collections.abc import Mapping, Sequence

from clinsynth.prompts.headings import prompt_heading
from clinsynth.records import Fact

_SMALL_WORDS = frozenset({"and", "of", "the", "or"})
_FIRST = ("age", "sex", "style")
_ABOUT_THE_PATIENT = frozenset({"age", "sex"})
_DETAILS = ("dose", "frequency")


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
        details: For a medication: its dose and frequency, said with it.

    >>> state(Fact(id="f1", kind="symptom", subject="patient", relation="has", value="chest pain", negated=True))
    'no chest pain'
    >>> state(Fact(id="f2", kind="lab", subject="potassium", relation="measured", value="5.9 mmol/L"))
    'potassium 5.9 mmol/L'
    """
    words = _words(fact)
    if details:
        ordered = sorted(details, key=lambda detail: _DETAILS.index(detail.kind))
        words = " ".join([words, *(detail.value for detail in ordered)])
    return f"no {words}" if fact.negated else words


def _words(fact: Fact) -> str:
    if fact.kind == "allergy":
        return f"allergy to {fact.value}"
    if fact.kind in _ABOUT_THE_PATIENT:
        return f"{fact.kind} {fact.value}"
    if fact.kind in {"lab", "vital", *_DETAILS}:
        return f"{fact.subject} {fact.value}"
    return fact.value


def statements(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Put facts in words, in their order: doses and frequencies join their drug, age and sex are for the second line.

    A dose or frequency whose drug is not among the facts stands alone ("metformin 500 mg").
    """
    return tuple(state(fact, details) for fact, details in gather(facts))


def gather(facts: Sequence[Fact]) -> tuple[tuple[Fact, tuple[Fact, ...]], ...]:
    """Group facts as they are said: each with its details; age and sex are left out."""
    drugs = {fact.value for fact in facts if fact.kind == "medication"}
    details: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind in _DETAILS and fact.subject in drugs:
            details.setdefault(fact.subject, []).append(fact)
    joined = {id(fact) for group in details.values() for fact in group}
    return tuple(
        (fact, tuple(details.get(fact.value, ())) if fact.kind == "medication" else ())
        for fact in facts
        if fact.kind not in _ABOUT_THE_PATIENT and id(fact) not in joined
    )
