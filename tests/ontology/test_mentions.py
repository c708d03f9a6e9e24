"""Finding concepts by name."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.ontology import Concept, MentionFinder, load_ontology

CORE = load_ontology("core")
FINDER = MentionFinder(CORE)
NAMED = [(concept, name) for concept in CORE.concepts.values() for name in concept.names]
FINDERS = {kind: MentionFinder(CORE, (kind,)) for kind in ("condition", "medication", "lab", "symptom")}


def test_every_name_and_synonym_is_found_where_it_stands() -> None:
    """In a carrier sentence each name gives one mention: its concept, its exact span, not negated."""
    for kind in {concept.kind for concept in CORE.concepts.values()}:
        finder = MentionFinder(CORE, (kind,))
        for concept, name in NAMED:
            if concept.kind == kind:
                text = f"Patient with {name}, stable."
                (mention,) = finder(text)
                assert (mention.concept.id, text[mention.span.start : mention.span.end]) == (concept.id, name)
                assert not mention.negated


@given(st.sampled_from(NAMED), st.sampled_from("abcxyz0189éß"), st.booleans())
def test_nothing_is_found_inside_a_word(named: tuple[Concept, str], letter: str, before: bool) -> None:  # noqa: FBT001 - a drawn side
    """A name that goes on as a longer word is no mention of the concept there, save for a plural."""
    _, name = named
    if not name[0].isalnum() or not name[-1].isalnum():
        return
    text = f"seen: {letter}{name} today" if before else f"seen: {name}{letter} today"
    start = 6 + before
    joined = start if before else start + len(name)
    assert all(not (m.span.start <= joined <= m.span.end and _cuts(text, m.span)) for m in FINDER(text))


def _cuts(text: str, span: object) -> bool:
    start, end = span.start, span.end  # type: ignore[attr-defined]
    return text[start - 1].isalnum() or text[end : end + 1].isalnum()


@given(st.lists(st.sampled_from([name for _, name in NAMED] + ["and", "no", ", ", ".\n", "é", "İ", "🙂"]), max_size=12))
def test_mentions_are_in_order_apart_and_name_their_concept(parts: list[str]) -> None:
    """Spans lie in the text in order without overlap, and each holds a name of its concept, singular or plural."""
    text = " ".join(parts)
    end = 0
    for mention in FINDER(text):
        assert end <= mention.span.start
        end = mention.span.end
        assert end <= len(text)
        written = text[mention.span.start : end].casefold()
        assert {written, written.removesuffix("s")} & {name.casefold() for name in mention.concept.names}


def test_a_batch_of_kinds_finds_what_each_kind_finds_alone() -> None:
    """Where names do not overlap, looking for all kinds at once loses nothing."""
    text = "Asthma treated with albuterol. Potassium is low. Wheezing today."
    alone = sorted((m for finder in FINDERS.values() for m in finder(text)), key=lambda mention: mention.span.start)
    assert [m.concept.name for m in FINDER(text)] == [m.concept.name for m in alone]


def _found(text: str) -> Iterator[str]:
    return (mention.concept.name for mention in FINDER(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("history of MI and CHF", ["acute myocardial infarction", "congestive heart failure"]),
        ("mi corazon, as needed, does well, walking aids", []),
        ("DOES WELL. She reports DOE.", ["dyspnea on exertion"]),
        ("TYPE 2 DIABETES MELLITUS", ["type 2 diabetes mellitus"]),
        ("type-2 diabetes\nmellitus", ["type 2 diabetes mellitus"]),
        ("Crohn’s disease", ["Crohn disease"]),  # noqa: RUF001 - a typographic apostrophe is the point
        ("migraines, UTIs and seizures", ["migraine", "urinary tract infection", "seizures"]),
        ("pulmonary hypertension", ["pulmonary hypertension"]),
        ("iron deficiency anemia", ["iron deficiency anemia"]),
        ("pulses equal", []),
        ("Na 130, K+ 5.9", ["sodium", "potassium"]),
        ("takes Lasix and Tylenol", ["furosemide", "acetaminophen"]),
        ("İ. Asthma, İİ; gout", ["asthma", "gout"]),
        ("", []),
    ],
)
def test_names_as_notes_write_them(text: str, names: list[str]) -> None:
    """Abbreviations, brands, plurals, hyphens and line breaks; the longest name counts."""
    assert list(_found(text)) == names


def test_a_name_of_two_kinds_means_the_earlier_kind() -> None:
    """Aspirin is the drug, unless only allergens are looked for."""
    (drug,) = FINDER("aspirin")
    (allergen,) = MentionFinder(CORE, ("allergen",))("aspirin")
    assert (drug.concept.kind, allergen.concept.kind) == ("medication", "allergen")
