"""Names found by the trained recognizer: marked examples of people, places and organisations, and of what is none."""

import functools
import warnings
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import note, unmark

from clinsynth.checks import Parsed
from clinsynth.checks.parsing import parsed
from clinsynth.checks.phi import PhiCheck
from clinsynth.checks.phi.check import merged
from clinsynth.checks.phi.engine import recognizers
from clinsynth.checks.phi.kinds import KINDS
from clinsynth.checks.phi.trained_name import _AT_ONCE, TrainedNameRecognizer, load_names
from clinsynth.errors import ConfigError
from clinsynth.records import Finding

CHECK = PhiCheck(names="embedded")
FOLDER = Path(str(resources.files("clinsynth"))) / "embedded" / "names"
MOST_BYTES = 4_000_000

NAMED = (
    "[[phi/name:Jane Doe]] was seen in clinic today and denies chest pain.",
    "Discussed with her daughter [[phi/name:Maria Gonzalez]] by phone.",
    "We examined [[phi/name:Abdul Rahman]] this morning; he is doing well.",
    "Dr. [[phi/name:Okonkwo]] was consulted for the rash.",
    "Mr. [[phi/name:Parkinson]] has Parkinson's disease.",
    "Dr. [[phi/name:Bell]] ruled out Bell's palsy.",
    "She works at [[phi/organisation:Lakeview Elementary School]].",
    "He was transferred from [[phi/organisation:St. Mary's Hospital]] yesterday.",
    "She was admitted to [[phi/organisation:Mercy General Hospital]].",
    "He grew up in [[phi/place:Springfield]] and moved here last year.",
    "Her family farm is in [[phi/place:Cedar County]].",
)

NO_NAMES = (
    "Parkinson's disease is stable on carbidopa-levodopa.",
    "A Foley catheter was placed. Bell's palsy was ruled out.",
    "Babinski sign is negative; Glasgow Coma Scale 15.",
    "McBurney's point is tender. Kelly clamp and Allis clamp were used.",
    "Steri-Strips were applied; instruments on the Mayo stand.",
    "Hodgkin lymphoma in remission; Crohn's disease on Humira.",
    "Take MS Contin, Lasix and Tylenol as needed.",
    "Seen by Dr. X at ABC Hospital; Mr. XYZ agrees.",
    "She was moved to the Intensive Care Unit, then to Radiology.",
    "PAST MEDICAL HISTORY: Diabetes Mellitus, Congestive Heart Failure.",
    "In May she may go home; rose from a chair without help.",
)


def _named(text: str) -> list[tuple[str, object]]:
    (findings,) = CHECK([parsed(note(text))])
    return [(f.code, f.span) for f in findings if f.code in {"phi/name", "phi/place", "phi/organisation"}]


@pytest.mark.parametrize("marked", NAMED)
def test_finds_what_is_marked(marked: str) -> None:
    """Names are found with their bounds and their kind, beside things of the same name that are none."""
    text, expected = unmark(marked)
    assert _named(text) == expected


@pytest.mark.parametrize("text", NO_NAMES)
def test_things_named_after_people_are_no_names(text: str) -> None:
    """Eponyms, drugs, devices, departments, headings and placeholders are none."""
    assert _named(text) == []


def test_every_trained_kind_is_shown_by_an_example() -> None:
    """People, places and organisations each have a marked example."""
    assert {code for example in NAMED for code, _ in unmark(example)[1]} == {
        "phi/name",
        "phi/place",
        "phi/organisation",
    }


def test_places_and_organisations_alone_reject_nothing() -> None:
    """Their score stays below the limit of their code, and that of people does not."""
    from clinsynth.checks.codes import CODES

    (findings,) = CHECK([parsed(note(unmark(NAMED[7])[0] + " " + unmark(NAMED[0])[0]))])
    over = {finding.code for finding in findings if finding.score >= (CODES[finding.code].limit or 0)}
    assert over == {"phi/name"}


def test_states_and_countries_are_no_phi() -> None:
    """The law counts what lies below a state."""
    assert _named("She is from Ohio and was born in Mexico.") == []


def test_patterns_find_the_same_with_and_without_the_model() -> None:
    """What patterns found stays, or is widened to a name they found a part of."""
    text = "Dr. Jane Smith saw MRN 00123456 on 03/14/2019 in Boise, ID 83702. Jane Doe was there."
    (alone,) = PhiCheck(names=None)([parsed(note(text))])
    (both,) = CHECK([parsed(note(text))])
    assert {(f.code, f.span, f.score) for f in alone} <= {(f.code, f.span, f.score) for f in both}


def test_a_name_found_twice_is_one_finding() -> None:
    """Patterns and the model both find Dr. Jane Smith; the note has one finding of her."""
    (findings,) = CHECK([parsed(note("Dr. Jane Smith was called."))])
    assert [f.code for f in findings] == ["phi/name"]


@pytest.mark.parametrize(
    ("pattern", "named", "spans"),
    [
        (("PERSON", 4, 9), ("PERSON", 4, 9), [(4, 9)]),
        (("PERSON", 4, 9), ("PERSON", 6, 14), [(4, 14)]),
        (("ADDRESS", 4, 20), ("LOCATION", 9, 14), [(4, 20)]),
        (("URL", 4, 9), ("PERSON", 6, 14), [(4, 9), (6, 14)]),
        (("PERSON", 4, 9), ("PERSON", 12, 14), [(4, 9), (12, 14)]),
    ],
)
def test_findings_are_merged(
    pattern: tuple[str, int, int], named: tuple[str, int, int], spans: list[tuple[int, int]]
) -> None:
    """What lies within a pattern's finding adds nothing, and names that overlap become one."""
    from presidio_analyzer import RecognizerResult

    one, other = (RecognizerResult(entity, start, end, 0.7) for entity, start, end in (pattern, named))
    assert [(found.start, found.end) for found in merged([one], [other])] == spans


@functools.cache
def _texts() -> tuple[str, ...]:
    return tuple(unmark(marked)[0] for marked in NAMED) + NO_NAMES


def test_a_batch_gives_the_same_as_one_by_one() -> None:
    """The model sees a batch at once; no note changes what is found in another."""
    notes = [parsed(note(text, f"n{at}")) for at, text in enumerate(_texts())]
    together = CHECK(notes)
    alone = [CHECK([each])[0] for each in notes]
    assert [tuple(found) for found in together] == [tuple(found) for found in alone]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=400), st.sampled_from(_texts()))
def test_findings_lie_within_the_text(noise: str, text: str) -> None:
    """Whatever the text, every finding is a stretch of it, none empty."""
    whole = noise + " " + text
    (findings,) = CHECK([parsed(note(whole))])
    assert all(0 <= f.span.start < f.span.end <= len(whole) for f in findings if f.span)


def test_a_name_far_into_a_long_note_is_found() -> None:
    """Notes longer than what the model sees at once are looked at to the end, with places in the whole note."""
    filler = "The patient is stable. " * (_AT_ONCE // 4)
    text = filler + "Jane Doe was seen in clinic today and denies chest pain."
    (findings,) = CHECK([parsed(note(text))])
    found = [f for f in findings if f.code == "phi/name"]
    assert [text[f.span.start : f.span.end] for f in found if f.span] == ["Jane Doe"]


def test_it_works_in_anybodys_engine() -> None:
    """An AnalyzerEngine with an NLP engine of its own takes it like any recognizer."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    engine = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=[TrainedNameRecognizer()]),
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]),
    )
    text, _ = unmark(NAMED[0])
    assert [(r.entity_type, text[r.start : r.end]) for r in engine.analyze(text, "en")] == [("PERSON", "Jane Doe")]
    assert sum(isinstance(each, TrainedNameRecognizer) for each in recognizers(KINDS)) == 1


def test_any_pipeline_that_marks_names_will_do(tmp_path: Path) -> None:
    """A folder with rules of one's own is taken, its labels read as OntoNotes has them."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Acme"}])  # type: ignore[attr-defined]
    pipeline.to_disk(tmp_path / "own")
    (findings,) = PhiCheck(names=str(tmp_path / "own"))([parsed(note("He works at Acme."))])
    assert [f.code for f in findings] == ["phi/organisation"]


def test_what_is_no_pipeline_of_names_is_refused(tmp_path: Path) -> None:
    """A folder that holds none, and a pipeline that marks no names, are answered in one line."""
    import spacy

    with pytest.raises(ConfigError, match="is no spaCy pipeline"):
        load_names(str(tmp_path / "none"))
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigError, match="marks no names"):
        load_names(str(tmp_path / "blank"))


def test_nothing_is_loaded_where_names_are_not_asked_for() -> None:
    """Without the model, or without kinds it finds, the check is that of the patterns."""
    text = "Jane Doe was seen in clinic today and denies chest pain."
    for check in (PhiCheck(names=None), PhiCheck(kinds=("mrn",), names="/no/such/folder")):
        findings: tuple[tuple[Finding, ...], ...] = tuple(check([parsed(note(text))]))
        assert findings == ((),)
    assert isinstance(parsed(note(text)), Parsed)


def test_the_folder_that_ships_is_small_and_holds_no_names() -> None:
    """4 MB with its card, no pickle, and no string but the tokenizer's and the labels."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert {path.suffix for path in files} <= {"", ".json", ".cfg", ".md", ".bin"}
    strings = (FOLDER / "vocab" / "strings.json").read_text(encoding="utf-8")
    assert "Gonzalez" not in strings
    assert "ORGANISATION" in strings


def test_it_loads_as_any_pipeline_does() -> None:
    """`spacy.load` needs neither scispaCy nor ours."""
    import spacy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        pipeline = spacy.load(FOLDER)
    assert pipeline.pipe_names == ["ner"]
    assert [ent.label_ for ent in pipeline("Jane Doe was seen in clinic today.").ents] == ["PERSON"]
