"""Each kind of contradiction is found where it is, and nothing where there is none."""

from dataclasses import replace

import pytest

from clinsynth.ontology import Concept, Ontology, Relation
from clinsynth.ontology.conflicts import PatientData, Regimen, conflicts


def _concept(concept_id: str, **attributes: str) -> Concept:
    kind, _, name = concept_id.partition("/")
    code = attributes.pop("icd10cm", "")
    return Concept(id=concept_id, name=name, kind=kind, codes={"icd10cm": code}, attributes=attributes)


ASTHMA = _concept("condition/asthma", age_min="18", age_max="100")
PROSTATITIS = _concept("condition/prostatitis", sex="male")
PREECLAMPSIA = _concept("condition/preeclampsia", sex="female", icd10cm="O14.90")
MASTITIS = _concept("condition/mastitis", sex="female", icd10cm="O91.22")
GOUT = _concept("condition/gout")
PSEUDOGOUT = _concept("condition/pseudogout")
BLOCKER = _concept("drug_class/beta blocker")
ATENOLOL = _concept("medication/atenolol", dose_min="25 mg", dose_max="100 mg", daily_max="200 mg")
NADOLOL = _concept("medication/nadolol", pregnancy="avoid")
METFORMIN = _concept("medication/metformin", renal_avoid="30")
WARFARIN = _concept("medication/warfarin")
PENICILLINS = _concept("allergen/penicillins")
AMOXICILLIN = _concept("medication/amoxicillin")
EGFR = _concept("lab/estimated-glomerular-filtration-rate", low="60", high="120", expected_low="5")
URATE = _concept("lab/uric acid", low="3", high="7", expected_low="1", expected_high="15", decimals="1")
_CONCEPTS = (
    *(ASTHMA, PROSTATITIS, PREECLAMPSIA, MASTITIS, GOUT, PSEUDOGOUT, BLOCKER, ATENOLOL, NADOLOL),
    *(METFORMIN, WARFARIN, PENICILLINS, AMOXICILLIN, EGFR, URATE),
)
ONTOLOGY = Ontology(
    name="small",
    version="1",
    concepts={each.id: each for each in _CONCEPTS},
    relations=(
        Relation(subject=BLOCKER.id, predicate="contraindicated_in", object=ASTHMA.id),
        Relation(subject=ATENOLOL.id, predicate="member_of", object=BLOCKER.id),
        Relation(subject=NADOLOL.id, predicate="member_of", object=BLOCKER.id),
        Relation(subject=AMOXICILLIN.id, predicate="in_class", object=PENICILLINS.id),
        Relation(subject=GOUT.id, predicate="treated_by", object=ATENOLOL.id, attributes={"with": NADOLOL.id}),
        Relation(subject=PSEUDOGOUT.id, predicate="excludes", object=GOUT.id),
        Relation(subject=GOUT.id, predicate="raises", object=URATE.id, source="a book"),
        Relation(
            subject=WARFARIN.id,
            predicate="interacts_with",
            object=BLOCKER.id,
            attributes={"severity": "major", "level": "class"},
        ),
    ),
)


def _codes(**data: object) -> list[str]:
    return [found.code for found in conflicts(replace(PatientData(), **data), ONTOLOGY)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"sex": "female", "conditions": (PROSTATITIS,)}, "wrong-sex"),
        ({"sex": "female", "past": (PROSTATITIS,)}, "wrong-sex"),
        ({"age": 12, "conditions": (ASTHMA,)}, "wrong-age"),
        ({"conditions": (ASTHMA,), "regimens": (Regimen(drug=ATENOLOL),)}, "contraindicated"),
        ({"regimens": (Regimen(drug=ATENOLOL), Regimen(drug=WARFARIN))}, "interaction"),
        ({"regimens": (Regimen(drug=AMOXICILLIN),), "allergens": (PENICILLINS,)}, "allergy"),
        ({"regimens": (Regimen(drug=ATENOLOL), Regimen(drug=NADOLOL))}, "class-twice"),
        ({"regimens": (Regimen(drug=ATENOLOL, dose="0.25 g"),)}, "dose"),
        ({"regimens": (Regimen(drug=ATENOLOL, dose="10 mg"),)}, "dose"),
        ({"regimens": (Regimen(drug=ATENOLOL, dose="100 mg", frequency="every 8 hours"),)}, "daily-dose"),
        ({"regimens": (Regimen(drug=METFORMIN),), "results": ((EGFR, 16.0),)}, "kidney"),
        ({"conditions": (PREECLAMPSIA,), "regimens": (Regimen(drug=NADOLOL),)}, "pregnancy"),
        ({"results": ((URATE, 40.0),)}, "impossible-result"),
        ({"conditions": (GOUT,), "results": ((URATE, 2.0),)}, "wrong-direction"),
    ],
)
def test_a_contradiction_is_found(data: dict[str, object], code: str) -> None:
    """What cannot be so together is one conflict, of its code."""
    assert _codes(**data) == [code]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"age": 40, "sex": "male", "conditions": (ASTHMA, PROSTATITIS), "regimens": (Regimen(drug=AMOXICILLIN),)},
        {"age": 9, "past": (ASTHMA,)},
        {"regimens": (Regimen(drug=ATENOLOL, dose="50 mg", frequency="twice daily"),), "allergens": (PENICILLINS,)},
        {"regimens": (Regimen(drug=METFORMIN),), "results": ((EGFR, 45.0),)},
        {"conditions": (MASTITIS,), "regimens": (Regimen(drug=NADOLOL),)},
        {"conditions": (GOUT,), "results": ((URATE, 5.0),)},
        {"results": ((URATE, 2.0),)},
        {"conditions": (GOUT,), "regimens": (Regimen(drug=ATENOLOL), Regimen(drug=NADOLOL))},
    ],
)
def test_what_goes_together_is_no_conflict(data: dict[str, object]) -> None:
    """What is past, what treatment brought back and what comes after birth contradict nothing."""
    assert _codes(**data) == []


def test_a_conflict_names_the_source_of_the_row_that_it_rests_on() -> None:
    """A check can tell what a book says from what is curated."""
    (found,) = conflicts(PatientData(conditions=(GOUT,), results=((URATE, 2.0),)), ONTOLOGY)
    assert (found.subject, found.object, found.source) == (URATE.id, GOUT.id, "a book")


def test_conditions_that_exclude_each_other_are_found_in_either_order() -> None:
    """Once for a pair, whichever is named first; what is over is beside nothing."""
    assert _codes(conditions=(GOUT, PSEUDOGOUT)) == _codes(conditions=(PSEUDOGOUT, GOUT)) == ["excluded"]
    assert _codes(conditions=(GOUT,), past=(PSEUDOGOUT,)) == []
