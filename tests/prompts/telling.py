"""Cases that have a fact of every kind and relation, and notes that say exactly what they are asked to."""

import re

from clinsynth.prompts import Section
from clinsynth.prompts.joining import sentence
from clinsynth.prompts.regimens import ways
from clinsynth.prompts.selecting import PATIENT
from clinsynth.records import Case, Fact

NOTE_TYPES = (
    "clinic_letter",
    "consultation",
    "discharge_summary",
    "emergency_note",
    "history_and_physical",
    "nursing_note",
    "operative_note",
    "progress_note",
    "radiology_report",
)
STYLES = ("narrative", "telegraphic", "dictated", "copied_forward")

# kind, relation, value, subject, code; "-" before the kind of what is denied.
_ROWS = """
age|is|64||
sex|is|female||
condition|has|community-acquired pneumonia||condition/community-acquired-pneumonia
condition|has|hypertension||condition/hypertension
condition|has|type 2 diabetes mellitus||condition/type-2-diabetes-mellitus
condition|had|deep vein thrombosis||condition/deep-vein-thrombosis
condition|runs_in_family|breast cancer|mother|condition/breast-cancer
-condition|runs_in_family|colon cancer|father|condition/colon-cancer
symptom|has|cough||symptom/cough
symptom|has|fever||symptom/fever
-symptom|has|chest pain||symptom/chest-pain
-symptom|has|hemoptysis||symptom/hemoptysis
onset|since|3 days|cough|symptom/cough
finding|has|dullness to percussion||
finding|has|absent breath sounds on one side||
-finding|has|tracheal deviation||
procedure|underwent|chest x-ray||procedure/chest-x-ray
finding|has|consolidation in the right lower lobe|chest x-ray|procedure/chest-x-ray
procedure|had|appendectomy||procedure/appendectomy
medication|takes|lisinopril||medication/lisinopril
dose|dose|10 mg|lisinopril|
frequency|frequency|once daily|lisinopril|
medication|starts|azithromycin||medication/azithromycin
dose|dose|500 mg|azithromycin|
frequency|frequency|every 12 hours|azithromycin|
medication|increases|metformin||medication/metformin
dose|dose|1000 mg|metformin|
frequency|frequency|twice daily|metformin|
medication|stops|furosemide||medication/furosemide
lab|measured|1.6 mg/dL|creatinine|lab/creatinine
lab|measured|14.2 K/uL|white blood cell count|lab/white-blood-cell-count
lab|measured_before|1.1 mg/dL|creatinine|lab/creatinine
lab|measured_before|18.9 K/uL|white blood cell count|lab/white-blood-cell-count
vital|measured|152/94 mmHg|blood pressure|vital/systolic-blood-pressure
vital|measured|38.4 C|temperature|vital/temperature
vital|measured_before|148/90 mmHg|blood pressure|vital/systolic-blood-pressure
vital|measured_before|39.1 C|temperature|vital/temperature
allergy|allergic_to|latex||allergen/latex
course|is|improving||
course|is|resolved|deep vein thrombosis|
disposition|is|discharged home||
social|is|former smoker||
"""


def full_case(note_type: str, style: str = "narrative", number: int = 1) -> Case:
    """Give a case with every kind of fact and every relation."""
    rows = [row.split("|") for row in _ROWS.split("\n") if row]
    return Case(
        id=f"case-{number:06d}",
        note_type=note_type,
        specialty="Pulmonology",
        attributes={"age": "64", "sex": "female", "style": style},
        facts=tuple(
            Fact(
                id=f"f{place}",
                kind=kind.removeprefix("-"),
                relation=relation,
                value=value,
                subject=subject or "patient",
                code=code or None,
                negated=kind.startswith("-"),
            )
            for place, (kind, relation, value, subject, code) in enumerate(rows, start=1)
        ),
    )


def obedient(section: Section) -> str:
    """Write a section as a model would that states what its prompt asks for, and nothing else."""
    if section.text is not None:
        return section.text
    lines = (section.prompt or "").split("\n")
    said = next((line.removeprefix("State: ") for line in lines if line.startswith("State: ")), "")
    told = [sentence(part) for part in said.removesuffix(".").split("; ")]
    person = re.match(r"Age: (\d+)\. Sex: (\w+)\.", lines[1])
    return " ".join([f"A {person[1]}-year-old {person[2]}." if person else "Seen.", *told])


_PAST = (
    "(?:histor|S/p|h/o|Hx|previous|prior|past|formerly|has had|had|underwent|undergone|status post|surg|operations|PSH)"
)
_BEFORE = r"(?:previous|prior|earlier)"


def words_of(fact: Fact) -> str:
    """Give a pattern for the words in which texts may tell a fact: what it is about near what is so."""
    value, subject, number = (re.escape(each) for each in (fact.value, fact.subject, fact.value.partition(" ")[0]))
    negated = r"\b(?:no|or|nor|not|without|w/o|free of|denies|denied|negative for)\b[^.]*" if fact.negated else ""
    often = "|".join(map(re.escape, {*ways(fact.value, "full"), *ways(fact.value, "short")}))
    forms = {
        "age": rf"(?:age: |\b){value}(?:\b|yo)",
        "sex": rf"\b(?:{value}|woman|(?<=y/o )F|(?<=yo )F)\b",
        "frequency": rf"{subject}[^;\n]*?(?:{often})",
        "dose": rf"{subject}[^;\n]*?{number}\s?{re.escape(fact.value.partition(' ')[2])}",
        "lab": rf"{subject}[^.,;\n]*? {number}|{subject}={number}",
        "vital": rf"(?:{subject}|BP|temp)[^.,;\n]*?[ =]{number}",
        "onset": rf"(?:{number}|three)[ -]{fact.value.partition(' ')[2].removesuffix('s')}s?",
        "course": rf"\b{'' if fact.subject == PATIENT else subject}\b[^.\n]*?{re.sub('(ing|ed)$', '', value)}",
    }
    related = {
        "had": rf"{_PAST}[^.]*?{value}",
        "runs_in_family": rf"(?:{value}[^.]*{subject}|{subject}[^.]*{value})",
        "measured_before": rf"{_BEFORE} (?:{subject}|BP|temp|temperature)[^.,;\n]*?[ =]{number}",
        "starts": rf"(?:{value}[^;\n]*\((?:(?:newly |just )?started|new|added|new start)\)|started {value})",
        "increases": rf"(?:{value}[^;\n]*\((?:(?:dose )?(?:increased|raised)|titrated up)\)|increased {value} to)",
        "stops": rf"(?:{value} (?:stopped|discontinued)|(?:stopped|off|discontinued) [^.]*{value})",
    }
    return related.get(fact.relation) or negated + forms.get(fact.kind, rf"\b{value}\b")
