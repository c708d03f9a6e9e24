"""The records that flow from stage to stage: frozen, keyword-only, and without note text in their repr.

All positions are half-open ranges of Unicode code points: `text[span.start:span.end]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Span:
    """A half-open range of code points of a text.

    Raises:
        ValueError: The range is empty, reversed or negative.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span is half-open, with 0 <= start < end; got [{self.start}, {self.end})")

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two ranges share at least one code point."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that is so in a case: subject, relation, value; `negated` where it is known not to be so.

    Attributes:
        id: Unique within its case ("f3").
        kind: "age", "sex", "condition", "symptom", "finding" (of the examination, or what a procedure showed),
            "procedure", "medication", "dose", "frequency", "lab", "vital", "allergy", "course", "onset",
            "disposition" or "social".
        subject: "patient", or the name the fact is about: "metformin" for its dose, "potassium" for a result, "chest
            pain" for its onset, "chest x-ray" for what it showed, "mother" for what runs in the family.
        relation: "has"; "had" (a condition or procedure of the past), "runs_in_family"; "underwent" (a procedure now);
            "takes", "starts", "stops", "increases", "reduces" (one for each drug; a stopped one has no dose);
            "dose", "frequency" (those from now on); "measured", "measured_before" (at the encounter before);
            "allergic_to", "since" (an onset), "is".
        value: A name of the ontology, or a literal with its unit ("500 mg", "64", "female").
        code: The concept of the ontology that `value` names (for a lab, a vital sign and what a procedure showed: that
            `subject` names), if any.
        negated: The note must say that this is absent.
    """

    id: str
    kind: str
    subject: str
    relation: str
    value: str
    code: str | None = None
    negated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What one note must be about.

    Attributes:
        attributes: "age" (years, as text), "sex", "style", "ethnicity", "anesthesia" (of an operative note).
        facts: The gold labels of the note.
        patient: Who it is about ("patient-000004"); cases of one patient share it.
        encounter: The place among the encounters of the patient, from 0.
        day: Days since the first encounter.
    """

    id: str
    note_type: str
    specialty: str
    attributes: Mapping[str, str]
    facts: tuple[Fact, ...]
    patient: str = ""
    encounter: int = 0
    day: int = 0

    def fact(self, fact_id: str) -> Fact:
        """Give the fact of that id.

        Raises:
            KeyError: The case has no such fact.
        """
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """How a note came about: enough to write it again."""

    template: str
    template_hash: str
    backbone: str
    adapter_hash: str | None
    seed: int
    attempt: int
    versions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A clinical note, real or synthetic.

    Attributes:
        case: What it was asked to be about; None for a note from elsewhere.
        stated: Where each fact of the case is stated, by fact id, as far as it was located.
        written: The ranges that a model wrote; the rest was rendered from the case. Empty for a note from elsewhere.
        filled: Where each fact was filled into a typed slot that the model wrote, by fact id; exact.
        unfilled: The ids of facts whose slot the model was asked for and did not write.
        source: Where it was read from, for messages ("notes.jsonl:17"); never its text.
    """

    id: str
    text: str = field(repr=False)
    note_type: str = ""
    specialty: str = ""
    case: Case | None = field(default=None, repr=False)
    stated: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)
    written: tuple[Span, ...] = field(default=(), repr=False)
    filled: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)
    unfilled: tuple[str, ...] = ()
    origin: Origin | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """One side of a relation: an entity with all its mentions in the text."""

    type: str
    mentions: tuple[Span, ...]
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One labelled example of a task.

    Attributes:
        text: The sentence or document of a relation; the context of a question; the note of a note-level label.
        head: The first argument of a relation, else None.
        tail: The second argument of a relation, else None.
        question: The question, for questions, else None.
        group: Rows that must not be parted between splits (a document, a template); the id when empty.
    """

    id: str
    text: str = field(repr=False)
    label: str
    head: Argument | None = field(default=None, repr=False)
    tail: Argument | None = field(default=None, repr=False)
    question: str | None = field(default=None, repr=False)
    group: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing a check saw. It is no verdict: limits in the configuration decide.

    Attributes:
        code: "check/what" ("phi/mrn", "facts/missing"); ARCHITECTURE.md lists them all.
        score: How sure the check is, 0 to 1.
        span: Where; None for the note as a whole.
        evidence: Why, in words, without any text of the note.
    """

    note_id: str
    check: str
    code: str
    score: float
    span: Span | None = None
    evidence: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"the score of a finding is between 0 and 1; {self.code} has {self.score}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a note is kept, and the codes that reached their limit if not."""

    note_id: str
    accepted: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What a backbone is given.

    Attributes:
        text: The prompt as the model reads it; a backbone with a chat template wraps it as one user turn.
        system: What is said before it, as the system turn where the chat template knows one; "" for nothing.
        stops: Texts that end the writing; they are not part of what is returned.
        adapter: The folder of a PEFT adapter, or None for the bare model.
        temperature: 0 takes the most probable token each time.
        slots: Placeholders that the text has to hold, each once, and no other; a backbone that cannot see to it may
            leave it to what fills them.
        bare: The same prompt without what the text has to state.
        guidance: How much more the prompt weighs than it does by itself, 1 for no more: what the model would write
            after the bare prompt is taken off. A backbone that cannot read two prompts at once leaves it.
    """

    text: str = field(repr=False)
    max_new_tokens: int = 128
    temperature: float = 0.8
    top_p: float = 0.95
    top_k: int = 0
    repetition_penalty: float = 1.0
    stops: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    adapter: str | None = None
    system: str = field(default="", repr=False)
    bare: str = field(default="", repr=False)
    guidance: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """What a backbone wrote.

    Attributes:
        ended: "stop" (a stop text or the end token) or "length" (`max_new_tokens` reached).
        n_tokens: Tokens written.
        logprobs: Log-probability of each token under the model, if it was asked for.
        n_forced: Tokens that a constraint chose and that the model itself would hardly have written.
    """

    text: str = field(repr=False)
    ended: str
    n_tokens: int
    logprobs: tuple[float, ...] | None = field(default=None, repr=False)
    n_forced: int = 0
