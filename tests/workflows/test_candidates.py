"""Of several texts for a section the one with the fewest faults is kept."""

import pytest

from clinsynth.checks.codes import default_limits
from clinsynth.ontology import load_ontology
from clinsynth.prompts import Section, load_template
from clinsynth.records import Case, Fact
from clinsynth.workflows.candidates import Faults

NAMES = {"hypertension": "condition", "chest pain": "symptom"}
FACTS = tuple(
    Fact(
        id=f"f{number}",
        kind=kind,
        subject="patient",
        relation="has",
        value=name,
        code=concept.id,
        negated=kind == "symptom",
    )
    for number, (name, kind) in enumerate(NAMES.items())
    if (concept := load_ontology("core").by_name(name, kind)) is not None
)
SEX = Fact(id="f9", kind="sex", subject="patient", relation="is", value="female")
DRUG = Fact(
    id="f5", kind="medication", subject="patient", relation="takes", value="lisinopril", code="medication/lisinopril"
)
DOSE = Fact(id="f6", kind="dose", subject="lisinopril", relation="dose", value="10 mg")
CASE = Case(id="c1", note_type="consultation", specialty="Cardiology", attributes={}, facts=(*FACTS, DRUG, DOSE, SEX))
SECTION = Section(heading="HISTORY", prompt="Text:\n", facts=FACTS[1:])
DRUGS = Section(heading="PLAN", prompt="Text:\n", facts=(DRUG, DOSE), slots={"[DRUG_1]": DRUG, "[DOSE_1]": DOSE})
SLOTTED = Section(heading="HISTORY", prompt="Text:\n", facts=FACTS[1:], slots={"[SYMPTOM_1]": FACTS[1]})


def _faults(section: Section, text: str) -> int:
    count = Faults(template=load_template("prompts/slotted.yaml"), limits=default_limits())
    return count(CASE, section, text, seed=1)


@pytest.mark.parametrize(
    ("section", "good", "bad"),
    [
        (SECTION, "She denies chest pain today.", "She feels well today."),
        (SECTION, "She denies chest pain today.", "She denies chest pain today. She takes warfarin."),
        (SECTION, "She denies chest pain.", 4 * "She denies chest pain. "),
        (SECTION, "She denies chest pain.", 2 * "She denies chest pain. "),
        (SECTION, "She denies chest pain today.", "She denies chest pain today [SYMPH_."),
        (SECTION, "She denies chest pain today.", "He denies chest pain today."),
        (SECTION, "She denies chest pain today.", "She denies chest pain on 03/04/2021."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She feels well today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She was seen for [SYMPTOM_1] today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies [SYMPTOM_1] and [DRUG_7] today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies [SYMPTOM_1] today. She takes warfarin."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies [SYMPTOM_1] of the leftef arm today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies 500 mg of [SYMPTOM_1] today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies [SYMPTOM_1] 12 today."),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies [SYMPTOM_1] of the left arm, left arm today."),
        (
            SLOTTED,
            "She denies [SYMPTOM_1] today.",
            "She denies [SYMPTOM_1] on the right side of her abdomen, with a mass on the right side of her abdomen.",
        ),
        (SLOTTED, "She denies [SYMPTOM_1] today.", "She denies a prescription for [SYMPTOM_1] today."),
        (DRUGS, "Start [DRUG_1] at a dose of [DOSE_1].", "Start [DRUG_1]. She will return in two weeks for [DOSE_1]."),
        (DRUGS, "Start [DRUG_1] [DOSE_1].", "Start [DRUG_1] [DOSE_1]. She was given 20 mg."),
        (SECTION, "She denies chest pain. Lisinopril 10 mg.", "She denies chest pain. Lisinopril 10 mg, 40 mg."),
        (DRUGS, "Start [DRUG_1] [DOSE_1].", "Start [DRUG_1] [DOSE_1]. She was given 0 mg."),
    ],
)
def test_what_a_text_lacks_and_what_it_adds_is_counted(section: Section, good: str, bad: str) -> None:
    """A good text has no fault, a bad one at least one; facts of other sections are nobody's fault here."""
    assert _faults(section, good) == 0
    assert _faults(section, bad) > 0
