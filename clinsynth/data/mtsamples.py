"""MTSamples: transcribed sample reports of forty specialties."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clinsynth.data.files import check_split, csv_rows, find
from clinsynth.data.layout import restore
from clinsynth.records import Note

SPECIALTIES: Mapping[str, str] = {
    "Allergy / Immunology": "Allergy and Immunology",
    "Autopsy": "Pathology",
    "Bariatrics": "Bariatrics",
    "Cardiovascular / Pulmonary": "Cardiology",
    "Chiropractic": "Chiropractic",
    "Cosmetic / Plastic Surgery": "Plastic Surgery",
    "Dentistry": "Dentistry",
    "Dermatology": "Dermatology",
    "Diets and Nutritions": "Nutrition",
    "ENT - Otolaryngology": "Otolaryngology",
    "Endocrinology": "Endocrinology",
    "Gastroenterology": "Gastroenterology",
    "General Medicine": "General Medicine",
    "Hematology - Oncology": "Hematology and Oncology",
    "Hospice - Palliative Care": "Palliative Care",
    "IME-QME-Work Comp etc.": "Occupational Medicine",
    "Lab Medicine - Pathology": "Pathology",
    "Nephrology": "Nephrology",
    "Neurology": "Neurology",
    "Neurosurgery": "Neurosurgery",
    "Obstetrics / Gynecology": "Obstetrics and Gynecology",
    "Ophthalmology": "Ophthalmology",
    "Orthopedic": "Orthopedics",
    "Pain Management": "Pain Management",
    "Pediatrics - Neonatal": "Pediatrics",
    "Physical Medicine - Rehab": "Rehabilitation",
    "Podiatry": "Podiatry",
    "Psychiatry / Psychology": "Psychiatry",
    "Rheumatology": "Rheumatology",
    "Sleep Medicine": "Sleep Medicine",
    "Speech - Language": "Speech and Language",
    "Urology": "Urology",
}
# What MTSamples also lists as specialties: kinds of document. They name the specialty only where no other row does.
DOCUMENT_KINDS: Mapping[str, str] = {
    "Emergency Room Reports": "Emergency Medicine",
    "Radiology": "Radiology",
    "Surgery": "Surgery",
    "Consult - History and Phy.": "General Medicine",
    "Discharge Summary": "General Medicine",
    "Letters": "General Medicine",
    "Office Notes": "General Medicine",
    "SOAP / Chart / Progress Notes": "General Medicine",
}
_LUNGS = re.compile(r"pulmon|lung|bronch|pneumo|pleur|copd|asthma|respirat|dyspnea|thoracent", re.IGNORECASE)
_HEART = re.compile(r"cardi|coronar|heart|aort|angio|atrial|valve|stent|pacemaker|echo", re.IGNORECASE)

_TYPES_BY_TITLE = (
    ("discharge_summary", re.compile(r"\bdischarge\b", re.IGNORECASE)),
    ("emergency_note", re.compile(r"\bER\b|\bED\b|emergency", re.IGNORECASE)),
    ("consultation", re.compile(r"\bconsult", re.IGNORECASE)),
    ("history_and_physical", re.compile(r"\bh&p\b|history and physical|\badmission\b", re.IGNORECASE)),
    ("progress_note", re.compile(r"\bsoap\b|progress|follow-?\s?up|\brecheck\b|office (?:note|visit)", re.IGNORECASE)),
)
_OPERATION = (
    r"(?:PRE|POST)-? ?OPERATIVE DIAGNOS[EI]S|PREPROCEDURE DIAGNOS[EI]S|"
    r"(?:TITLE|NAME) OF (?:THE )?(?:OPERATION|PROCEDURE)|"
    r"(?:OPERATIONS?|PROCEDURES?|SURGERY) PERFORMED|(?:DESCRIPTION|DETAILS) OF (?:THE )?(?:OPERATION|PROCEDURE)|"
    r"OPERATIVE (?:FINDINGS|PROCEDURE|NOTE)|PROCEDURE IN DETAIL|ESTIMATED BLOOD LOSS"
)
_IMAGE = r"TECHNIQUE|FINDINGS|COMPARISON|EXAM(?:INATION)?"
_TYPES_BY_HEADINGS = (
    ("discharge_summary", (r"(?:HOSPITAL|BRIEF HOSPITAL) COURSE|DISCHARGE DIAGNOS[EI]S",)),
    ("emergency_note", (r"(?:ED|ER|EMERGENCY (?:DEPARTMENT|ROOM)) COURSE",)),
    ("consultation", (r"REASON FOR (?:THE )?(?:CONSULT|REFERRAL)\w*",)),
    ("progress_note", (r"SUBJECTIVE|S|INTERVAL HISTORY", r"OBJECTIVE|O|ASSESSMENT|ASSESSMENT AND PLAN|PLAN")),
    (
        "history_and_physical",
        (
            r"CHIEF COMPLAINT|HISTORY|HISTORY OF PRESENT ILLNESS|HPI",
            r"(?:PAST |SURGICAL |MEDICAL )+HISTORY|PMH|SOCIAL HISTORY|FAMILY HISTORY",
            r"PHYSICAL EXAM\w*|EXAM|REVIEW OF SYSTEMS|PE",
        ),
    ),
)
# Told by headings where nothing else tells.
_DOCUMENTS_BY_HEADINGS = (("operative_note", (_OPERATION,)), ("radiology_report", (_IMAGE, "IMPRESSIONS?")))
_TYPES_BY_KIND = (
    ("discharge_summary", "Discharge Summary"),
    ("emergency_note", "Emergency Room Reports"),
    ("progress_note", "SOAP / Chart / Progress Notes"),
    ("progress_note", "Office Notes"),
    ("consultation", "Consult - History and Phy."),
)
# Of the dead and of tissue: none of the types, whatever headings they have.
_NO_NOTES = frozenset({"Autopsy", "Lab Medicine - Pathology"})
# What is done to a patient or seen in an image, and what is sent to a colleague: told by where MTSamples lists it.
_TYPES_OF_DOCUMENTS = (
    ("clinic_letter", "Letters", ""),
    ("operative_note", "Surgery", _OPERATION),
    ("radiology_report", "Radiology", ""),
)


@dataclass(frozen=True, kw_only=True)
class MtSamples:
    """Distinct texts: the first row of each, with the specialties of all its rows. Ids are "mtsamples-<note_id>"."""

    title: ClassVar[str] = "MTSamples"
    licence: ClassVar[str] = "CC0 (as published on Kaggle)"
    use: ClassVar[str] = "train"
    home: ClassVar[str] = "ML4LHS/clinspacy on GitHub (or the medical transcriptions set on Kaggle)"
    files: ClassVar[tuple[str, ...]] = ("notes/mtsamples.csv.gz",)
    splits: ClassVar[tuple[str, ...]] = ("all",)

    root: Path | None = None

    def read(self, split: str = "all") -> Iterator[Note]:
        """Yield the notes in the order of their first rows, lines restored.

        Raises:
            MissingError: The file is not on this machine.
        """
        check_split("mtsamples", split, self.splits)
        path = find(self.root, self.files[0], title=self.title, home=self.home)
        columns = ("note_id", "medical_specialty", "sample_name", "transcription")
        rows_of: dict[str, list[dict[str, str]]] = {}
        for _, row in csv_rows(path, *columns):
            if row["transcription"].strip(" ,"):
                rows_of.setdefault(row["transcription"], []).append(row)
        for flat, rows in rows_of.items():
            yield _note(restore(flat), rows)


def _note(text: str, rows: Sequence[Mapping[str, str]]) -> Note:
    listed = [row["medical_specialty"].strip() for row in rows]
    title = rows[0]["sample_name"]
    number = rows[0]["note_id"]
    return Note(
        id=f"mtsamples-{number}",
        text=text,
        note_type=note_type(listed, title, text),
        specialty=specialty(listed, title),
        source=f"mtsamples.csv:{number}",
    )


def specialty(listed: Sequence[str], title: str) -> str:
    """Name the specialty of a report from all that MTSamples lists it under, and its title.

    >>> specialty(["Surgery", "Cardiovascular / Pulmonary"], "Bronchoscopy - 8")
    'Pulmonology'
    """
    known = [name for name in listed if name in SPECIALTIES and name != "General Medicine"]
    if not known:
        kinds = [DOCUMENT_KINDS[name] for name in listed if name in DOCUMENT_KINDS]
        return next((kind for kind in kinds if kind != "General Medicine"), "General Medicine")
    if known[0] == "Cardiovascular / Pulmonary" and _LUNGS.search(title) and not _HEART.search(title):
        return "Pulmonology"
    return SPECIALTIES[known[0]]


def note_type(listed: Sequence[str], title: str, text: str) -> str:
    """Name the type of a report, or "" where it is none of ours.

    Letters, operations and images are told by what MTSamples lists them under, operations by their headings too; of
    the rest the title decides, then the headings, then what they are listed under. There are no nursing notes.
    """
    if _NO_NOTES.intersection(listed):
        return ""
    for name, kind, heading in _TYPES_OF_DOCUMENTS:
        if kind in listed and (not heading or _has_heading(text, heading)):
            return name
    return "" if "Surgery" in listed else _type_of_note(listed, title, text)


def _type_of_note(listed: Sequence[str], title: str, text: str) -> str:
    by_title = (name for name, pattern in _TYPES_BY_TITLE if pattern.search(title))
    by_kind = (name for name, kind in _TYPES_BY_KIND if kind in listed)
    ways = (by_title, _headed(text, _TYPES_BY_HEADINGS), by_kind, _headed(text, _DOCUMENTS_BY_HEADINGS))
    return next((name for names in ways for name in names), "")


def _headed(text: str, types: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    return (name for name, patterns in types if all(_has_heading(text, pattern) for pattern in patterns))


def _has_heading(text: str, pattern: str) -> bool:
    return re.search(rf"^(?:{pattern}):", text, re.IGNORECASE | re.MULTILINE) is not None
