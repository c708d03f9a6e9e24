"""Extraction finds in a text what is marked in it, where it is marked."""

import re

import pytest

from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.extract import extract
from clinsynth.records import Fact, Note

FINDER = MentionFinder(load_ontology("core"))
_MARK = re.compile(r"\[\[(.+?)=>(.+?)\]\]")


def _unmark(marked: str) -> tuple[str, list[tuple[str, str]]]:
    return _MARK.sub(r"\1", marked), _MARK.findall(marked)


def _told(fact: Fact) -> str:
    subject = "" if fact.subject == "patient" else f" {fact.subject}"
    return f"{'no ' if fact.negated else ''}{fact.kind}{subject} {fact.value}"


def _extracted(text: str) -> Note:
    return extract(Note(id="n", text=text, note_type="consultation", specialty="Cardiology"), finder=FINDER)


@pytest.mark.parametrize(
    "marked",
    [
        "This is a [[64-year-old=>age 64]] [[woman=>sex female]] with [[hypertension=>condition hypertension]].",
        (
            "A [[70 y/o=>age 70]] [[gentleman=>sex male]] with [[chest pain=>symptom chest pain]] but "
            "no [[fever=>no symptom fever]]."
        ),
        "She denies [[nausea=>no symptom nausea]] or [[vomiting=>no symptom vomiting]].",
        (
            "MEDICATIONS:\n1. [[Metformin=>medication metformin]] [[500 mg=>dose metformin 500 mg]] p.o. "
            "[[b.i.d.=>frequency metformin twice daily]]\n2. [[Lisinopril=>medication lisinopril]] "
            "[[10mg=>dose lisinopril 10 mg]] [[q.d.=>frequency lisinopril once daily]]"
        ),
        ("[[Aspirin=>medication aspirin]], [[metoprolol=>medication metoprolol]] [[25 mg=>dose metoprolol 25 mg]]."),
        (
            "LABS: [[Potassium 3.5=>lab potassium 3.5 mmol/L]], [[creatinine of 1.4 mg/dL=>lab creatinine 1.4 mg/dL]], "
            "[[WBC 12.3=>lab white blood cell count 12.3 K/uL]]."
        ),
        (
            "VITAL SIGNS: [[Blood pressure 120/80=>vital blood pressure 120/80 mmHg]], "
            "[[temperature 98.6=>vital temperature 98.6 F]], [[pulse 88=>vital heart rate 88 beats/min]]."
        ),
        "[[BP: 120/80=>vital blood pressure 120/80 mmHg]]\n[[O2 sat 97%=>vital oxygen saturation 97%]]",
        "ALLERGIES: [[Penicillin=>allergy penicillins]].",
        "He is allergic to [[aspirin=>allergy aspirin]].",
        "FAMILY HISTORY: Mother with hypertension, died at age 86. Brother is a man with asthma.",
        "Latex gloves were worn.",
        "Risks of MI, DVT and PE were discussed. Return to the ER for fever.",
        "[[Pulse 88=>vital heart rate 88 beats/min]]. Blood pressure 130s-150s/60s-70s. Men age 35 or older.",
        "Negative [[rash=>no symptom skin rash]], negative [[jaundice=>no symptom jaundice]].",
    ],
)
def test_extracts_what_is_marked(marked: str) -> None:
    """The facts of a text and their places are the marks: no more, no fewer."""
    text, expected = _unmark(marked)
    note = _extracted(text)
    assert note.case is not None
    found = [
        (span.start, text[span.start : span.end], _told(fact))
        for fact in note.case.facts
        for span in note.stated.get(fact.id, ())
    ]
    assert [(place, told) for _, place, told in sorted(found)] == expected


def test_a_fact_stated_twice_is_one_fact_with_two_places() -> None:
    """Facts are distinct; every place where one is stated is kept."""
    note = _extracted("History of asthma. The asthma is stable.")
    assert note.case is not None
    (fact,) = note.case.facts
    assert [note.text[span.start : span.end] for span in note.stated[fact.id]] == ["asthma", "asthma"]


def test_what_is_present_and_absent_is_both() -> None:
    """A text that affirms and denies has both facts: extraction does not decide."""
    note = _extracted("Fever last week. No fever today.")
    assert note.case is not None
    assert [fact.negated for fact in note.case.facts] == [False, True]


def test_the_sex_may_be_known_from_pronouns_alone() -> None:
    """Without a word for it the pronouns tell the sex; it is then known, but stated nowhere."""
    note = _extracted("She came with her pills. She feels well.")
    assert note.case is not None
    assert note.case.attributes == {"sex": "female"}
    assert note.stated == {}


def test_the_note_itself_stays_as_it_was() -> None:
    """Extraction adds a case under the note's id and changes nothing else."""
    note = Note(id="mtsamples-7", text="Hypertension.", note_type="consultation", specialty="Cardiology", source="x:1")
    done = extract(note, finder=FINDER)
    assert (done.id, done.text, done.source, done.written) == (note.id, note.text, note.source, ())
    assert done.case is not None
    assert (done.case.id, done.case.note_type, done.case.specialty) == ("mtsamples-7", "consultation", "Cardiology")


def test_every_dose_frequency_and_unit_of_the_ontology_is_read_back() -> None:
    """What a planned case says in its values is what extraction would find in a text that says so."""
    ontology = load_ontology("core")
    for drug in ontology.of_kind("medication"):
        for dose in drug.values("doses"):
            note = _extracted(f"{drug.name} {dose}")
            assert note.case is not None
            assert [fact.value for fact in note.case.facts if fact.kind == "dose"] == [dose], (drug.name, dose)
    for test in ontology.of_kind("lab"):
        unit = test.attributes["unit"]
        number = test.attributes["low"] or test.attributes["high"]
        note = _extracted(f"{test.name} {number} {unit}")
        assert note.case is not None
        value = f"{number}%" if unit == "%" else f"{number} {unit}".strip()
        assert [fact.value for fact in note.case.facts if fact.kind == "lab"] == [value], test.name
