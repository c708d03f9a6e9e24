"""Wordings: what real notes call a concept, and nothing that would be read as another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling import NOTE_TYPES, full_case

from clinsynth.checks.knowledge import mention_finder
from clinsynth.errors import InputError
from clinsynth.extras import data_dir
from clinsynth.ontology import load_ontology
from clinsynth.prompts import Verbalizer, load_template, read_usage
from clinsynth.prompts.joining import sentence
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

USAGE = read_usage(data_dir("configs") / "prompts" / "usage.tsv")
SHIPPED = Verbalizer(usage=USAGE)
HEADER = "concept\twording\tcount\n"


def test_each_wording_is_found_again_as_its_concept() -> None:
    """Over the whole ontology: whatever a fact may be called in a sentence, the sentence names its concept."""
    finder = mention_finder("core")
    concepts = load_ontology("core").concepts
    known = [(concept, wording) for concept, met in USAGE.items() if concept in concepts for wording, _ in met]
    assert len(known) > 500
    for concept, wording in known:
        for said in (f"There is {wording} today.", f"1. {sentence(wording)}"):
            assert [found.concept.id for found in finder(said)] == [concept], wording


def test_each_wording_is_one_of_the_names() -> None:
    """Nothing is made up: a wording is the name or a synonym of its concept.

    After a change of the ontology, python -m clinsynth.workflows.usage counts again.
    """
    concepts = load_ontology("core").concepts
    assert not [
        (concept, wording)
        for concept, met in USAGE.items()
        if concept in concepts
        for wording, _ in met
        if wording not in concepts[concept].names
    ]


@given(number=st.integers(0, 999), attempt=st.integers(0, 5), note_type=st.sampled_from(NOTE_TYPES))
def test_words_depend_on_case_and_attempt_alone(number: int, attempt: int, note_type: str) -> None:
    """The same case and attempt give the same words, whatever else was worded; ids, codes and relations stay."""
    case = full_case(note_type, number=number)
    worded = SHIPPED.worded(case, attempt)
    SHIPPED.worded(full_case(note_type, number=number + 1), attempt)
    assert SHIPPED.worded(case, attempt) == worded
    kept = [(fact.id, fact.kind, fact.relation, fact.code, fact.negated) for fact in worded.facts]
    assert kept == [(fact.id, fact.kind, fact.relation, fact.code, fact.negated) for fact in case.facts]


def test_words_vary_as_often_as_real_notes_vary() -> None:
    """Over many cases a wording comes as often as it was counted, within what chance allows; so it does by attempt."""
    verbalizer = Verbalizer(usage={"condition/hypertension": (("hypertension", 300), ("HTN", 100))})

    def share(cases: list[Case], attempts: list[int]) -> float:
        said = [verbalizer.worded(case, attempt).facts[3].value for case in cases for attempt in attempts]
        return said.count("HTN") / len(said)

    many = [full_case("consultation", number=number) for number in range(1000)]
    assert 0.2 < share(many, [0]) < 0.3
    assert 0.2 < share(many[:1], list(range(1000))) < 0.3


@given(number=st.integers(0, 999))
def test_details_follow_what_they_are_of(number: int) -> None:
    """A dose, frequency or onset names its drug or symptom by the word that the fact itself has."""
    usage = {
        "medication/lisinopril": (("Zestril", 1), ("Prinivil", 1)),
        "symptom/cough": (("coughing", 1), ("cough", 1)),
        "lab/creatinine": (("Cr", 1), ("creatinine", 1)),
        "procedure/chest-x-ray": (("CXR", 1),),
    }
    case = Verbalizer(usage=usage).worded(full_case("consultation", number=number), 0)
    (drug,) = (fact.value for fact in case.facts if fact.code == "medication/lisinopril")
    (cough,) = (fact.value for fact in case.facts if fact.kind == "symptom" and fact.code == "symptom/cough")
    assert [fact.subject for fact in case.facts if fact.value in {"10 mg", "once daily"}] == [drug, drug]
    assert [fact.subject for fact in case.facts if fact.kind == "onset"] == [cough]
    assert len({fact.subject for fact in case.facts if fact.code == "lab/creatinine"}) == 1
    shown = [fact.value for fact in case.facts if fact.code == "procedure/chest-x-ray"]
    assert shown == ["CXR", "consolidation in the right lower lobe"]


def test_what_was_never_met_has_its_name() -> None:
    """A concept without a count is called by its name, and so is a fact without a concept."""
    case = full_case("consultation")
    assert Verbalizer(usage={}).worded(case, 0) == case
    social = Fact(id="f", kind="social", subject="patient", relation="is", value="former smoker")
    assert SHIPPED.word(social, generator(1)) == "former smoker"


def test_a_template_says_where_facts_are_verbalized(tmp_path: Path) -> None:
    """Prompts and rendered sections take wordings where the template names them, and names elsewhere."""
    (tmp_path / "usage.tsv").write_text(f"{HEADER}condition/hypertension\tHTN\t1\n")
    shipped = (data_dir("configs") / "prompts" / "verbalized.yaml").read_text()
    said = {}
    for places in ("[written, rendered]", "[written]", "[rendered]"):
        path = tmp_path / f"{len(places)}.yaml"
        path.write_text(shipped.replace("verbalize: [written, rendered]", f"verbalize: {places}"))
        sections = load_template(path).sections(full_case("history_and_physical"), 0)
        prompts = " ".join(section.prompt or "" for section in sections)
        texts = " ".join(section.text or "" for section in sections)
        said[places] = ("HTN" in prompts, "hypertension" in prompts, "HTN" in texts)
    assert said == {
        "[written, rendered]": (True, False, True),
        "[written]": (True, False, False),
        "[rendered]": (False, True, True),
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "cannot be read"),
        ("concept\tname\tcount\n", ":1 is not the header"),
        (f"{HEADER}condition/x\tx\n", ":2 is not a concept"),
        (f"{HEADER}condition/x\tx\t1\ncondition/x\ty\t0\n", ":3 is not a concept"),
        (f"{HEADER}condition/x\tx\tmany\n", ":2 is not a concept"),
    ],
)
def test_a_wrong_file_of_wordings_is_refused_with_its_line(tmp_path: Path, content: str, says: str) -> None:
    """One line says what is wrong and where."""
    path = tmp_path / "usage.tsv"
    path.write_text(content)
    with pytest.raises(InputError, match=says) as caught:
        read_usage(path)
    assert "\n" not in str(caught.value)
