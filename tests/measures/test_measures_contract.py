"""What every measure of the catalog keeps to."""

import random
import tracemalloc
from collections.abc import Iterator

import pytest

from clinsynth.errors import InputError
from clinsynth.measures import MEASURES
from clinsynth.records import Case, Fact, Note, Origin, Span

WORDS = ["pain", "chest", "fever", "cough", "denies", "reports", "stable", "metformin", "potassium", "today"]
ORIGIN = Origin(
    template="t", template_hash="h", backbone="scripted", adapter_hash=None, seed=1, attempt=0, versions={}
)  # fmt: skip


def a_note(index: int) -> Note:
    """Make a note with a case, some of whose facts are stated; every fifth comes from elsewhere."""
    draw = random.Random(index)
    text = " ".join(draw.choices(WORDS, k=draw.randint(5, 40)))
    if index % 5 == 4:
        return Note(id=f"n{index}", text=text)
    facts = tuple(
        Fact(id=f"f{place}", kind="condition", subject="patient", relation="has", value="hypertension")
        for place in range(draw.randint(1, 4))
    )
    attributes = {"age": str(draw.randint(1, 90)), "sex": draw.choice(["female", "male"])}
    case = Case(id=f"n{index}", note_type="progress_note", specialty="Cardiology", attributes=attributes, facts=facts)
    return Note(
        id=case.id,
        text=text,
        note_type=case.note_type,
        specialty=case.specialty,
        case=case,
        stated={fact.id: (Span(start=0, end=4),) for fact in facts if draw.random() < 0.7},
        written=(Span(start=0, end=len(text) // 2),),
        origin=ORIGIN,
    )


@pytest.mark.parametrize("name", list(MEASURES))
def test_order_changes_nothing(name: str) -> None:
    """The same notes in any order give the same estimates, to the last digit."""
    notes = [a_note(index) for index in range(60)]
    shuffled = random.Random(3).sample(notes, k=len(notes))
    assert MEASURES.build(name)(shuffled) == MEASURES.build(name)(notes)


@pytest.mark.parametrize("name", list(MEASURES))
def test_an_empty_corpus_is_an_error(name: str) -> None:
    """No notes give one clear line, not a number."""
    with pytest.raises(InputError, match="no notes"):
        MEASURES.build(name)([])


@pytest.mark.parametrize("name", list(MEASURES))
@pytest.mark.parametrize("n", [1, 2, 60])
def test_estimates_are_in_their_intervals(name: str, n: int) -> None:
    """Each value lies in its interval, and every note was scored or counted as unscored."""
    estimates = MEASURES.build(name)(a_note(index) for index in range(n))
    assert estimates
    for measured in estimates.values():
        assert measured.low <= measured.value <= measured.high
        assert measured.n + measured.n_unscored == n


@pytest.mark.parametrize("name", list(MEASURES))
def test_a_note_without_words_can_be_measured(name: str) -> None:
    """Empty and wordless notes are notes too."""
    assert MEASURES.build(name)([Note(id="a", text=""), Note(id="b", text="--- ???")])


@pytest.mark.parametrize("name", list(MEASURES))
def test_notes_are_streamed(name: str) -> None:
    """Memory does not grow with the corpus: ten times the notes take about the same."""
    measure = MEASURES.build(name, **({"n_notes": 50} if name == "diversity" else {}))
    measure(notes(50))  # what is loaded once is loaded now
    small, large = peak(lambda: measure(notes(300))), peak(lambda: measure(notes(3000)))
    assert large < small * 1.5 + 100_000


def notes(n: int) -> Iterator[Note]:
    return (Note(id=f"n{index}", text=f"{index} chest pain " * 100) for index in range(n))


def peak(work: object) -> int:
    tracemalloc.start()
    work()  # type: ignore[operator]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most
