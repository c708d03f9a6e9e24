"""The check for PHI, on marked examples of every kind and of what is mistaken for it."""

import functools
import socket
from typing import TYPE_CHECKING

import pytest
from marks import note, unmark

from clinsynth.checks.parsing import MAX_CHARACTERS, parsed
from clinsynth.checks.phi import PhiCheck, online
from clinsynth.checks.phi.kinds import KINDS, TRAINED, kinds_table
from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

CHECK = PhiCheck(names=None)  # what a model finds besides is shown in test_trained_name.py
BY_PATTERN = [name for name, kind in KINDS.items() if set(kind.recognizers) != {TRAINED}]
SURE = 0.5

PHI = (
    "MRN: [[phi/mrn:00123456]], seen today.",
    "Medical record number is [[phi/mrn:AB-993812]].",
    "Chart # [[phi/mrn:44821-7]] was pulled; patient ID [[phi/mrn:P9912834]].",
    "Seen by Dr. [[phi/name:Jane Smith]] and Mr. [[phi/name:Okafor]].",
    "DR. [[phi/name:SMITH]] was paged. PCP: Dr. [[phi/name:A. B. Jones]].",
    "[[phi/name:John Smith]] is a 64-year-old man. [[phi/name:MARY JONES]], a pleasant 70 y/o woman, was seen.",
    "Signed by: [[phi/name:Maria de la Cruz]], MD",
    "Patient name: [[phi/name:Doe, John]]",
    "[[phi/name:Alice B. Wong]], M.D. dictated this note.",
    "His wife, [[phi/name:Mary]], brought him in.",
    "Dr. [[phi/name:Foley]] placed a Foley catheter.",
    "Mrs. [[phi/name:O'Brien-Hall]] agreed.",
    "Admitted on [[phi/date:03/14/2019]] and discharged [[phi/date:3-18-19]].",
    "Seen [[phi/date:March 3, 2020]]; follow-up on [[phi/date:4/12]].",
    "Last colonoscopy in [[phi/date:May 2015]], next on the [[phi/date:5th of June]].",
    "Dated [[phi/date:2021-07-04]] and [[phi/date:12 Aug 2018]].",
    "Call [[phi/phone:(555) 867-5309]] or fax [[phi/phone:555-123-4567 ext. 12]].",
    "Phone: [[phi/phone:867-5309]]. Pager [[phi/phone:4471]].",
    "From abroad [[phi/phone:+44 20 7946 0958]].",
    "Write to [[phi/email:jane.doe@example.com]] or see [[phi/url:https://example.org/p?id=7]].",
    "Portal: [[phi/url:www.mychart-example.com/login]] from [[phi/ip:192.168.10.24]].",
    "IPv6 [[phi/ip:2001:db8::ff00:42:8329]] was logged.",
    "SSN [[phi/ssn:536-90-4399]]; social security number [[phi/ssn:536904398]].",
    "Lives at [[phi/address:1420 Maple Street, Apt 4B]], [[phi/address:Springfield]], IL [[phi/zip:62704]].",
    "Mail to [[phi/address:P.O. Box 1182]], ZIP code [[phi/zip:02139-4307]].",
    "She lives in [[phi/address:Boise]] with her son.",
    "A [[phi/age-over-89:93]]-year-old man; his mother died at [[phi/age-over-89:101]].",
    "The patient is [[phi/age-over-89:ninety-four]] years old.",
    "NPI: [[phi/npi:1234567893]]; DEA [[phi/dea:AB1234563]].",
    "Account number [[phi/account:77120045]], encounter # [[phi/account:E-55120]].",
    "Member ID: [[phi/health-plan:XJH4471902]]; Medicare [[phi/health-plan:1EG4-TE5-MK73]].",
    "Driver's license [[phi/license:D1234567]] was shown; passport no. [[phi/license:C01X00T47]].",
    "Pacemaker serial number [[phi/device:PJN 904412]]".replace("PJN 904412", "PJN904412")
    + ", lot # [[phi/device:A7731]].",
    "UDI [[phi/device:(01)00844588003288(17)141120(10)7654321D]].",
    "License plate [[phi/vehicle:7ABC123]]; VIN [[phi/vehicle:1M8GDM9AXKP042788]].",
    "Fingerprint ID [[phi/biometric:FP-88213]]; see [[phi/photo:wound_left.jpg]].",
    "Study subject number [[phi/other-id:0193-44]]; requisition # [[phi/other-id:R88120]].",
)

NO_PHI = (
    "BP 120/80, HR 88, T 98.6, RR 16, O2 sat 95% on 2 L.",
    "Strength 5/5 in all groups, 3/6 systolic murmur, 2+ pulses, pain 7/10.",
    "GCS 15, APGAR 8/9, MELD 22, NIHSS 4, EF 55-60%.",
    "Metformin 500 mg twice daily; heparin 5000 units; 0.9% saline at 125 mL/h.",
    "Insulin 70/30, 10 units; Percocet 5/325 q.6h; lisinopril 20-12.5 mg.",
    "Sodium 138, potassium 4.2, BUN/creatinine 18/1.1, glucose 142, WBC 11,200.",
    "ICD-10 E11.9, I25.10; CPT 99213; DRG 470.",
    "Parkinson disease, Crohn's disease, Bell's palsy, Foley catheter, Hodgkin lymphoma, Babinski sign.",
    "Chief Complaint is a 64-year-old with pain. Past History: The Patient was a 50-year-old woman.",
    "Her counselor's name is Mr. XYZ. Conjunctivitis, better known as Pink Eye, is contagious.",
    "Follow up in 2 weeks; symptoms began 3 days ago; yesterday; postoperative day 5.",
    "History of breast cancer in 2009 and stroke in 1998.",
    "She is 89 years old; her father is 64.",
    "Gestational age 39 weeks, EGA 38-2/7.",
    "MR was mild; MRI of the brain; MRSA positive; no MR or AS.",
    "May take 2 tablets; he may 5 times a day; march 3 steps.",
    "L4-L5 and C5-6 disc, T12-L1; S1 radiculopathy; 10-0 nylon; 5-0 Vicryl; 14-French.",
    "The pain resolved.It was worse in the morning.No fever.",
    "Seen by Dr. X and Dr. ABC; the patient is in no distress.",
    "Mother with diabetes; father Hypertension. Patient: None.",
    "Attending: Internal Medicine. Surgeon: None.",
    "Sent to the Emergency Department; lives in Assisted Living; lives in the United States.",
    "Time 10:30:00; at 14:05; from 1:2:3 dilution.",
    "ANESTHESIA: General endotracheal. ESTIMATED BLOOD LOSS: 100 mL.",
    "Vitamin B12 400; HLA-B27; CD4 350; HbA1c 7.2; CA 19-9; CA-125.",
    "Serial troponins were drawn; a lot of pain; policy on opioids; case number unknown.",
    "Increased from 5/10 to 10/10; on 2/2 tests; vision 20/20.",
    "Weight 95 kg, age-appropriate; 92 beats; 97 F; oxygen 98.",
    "Call if fever above 101.5; call 911.",
)


@pytest.mark.parametrize("marked", PHI)
def test_finds_what_is_marked(marked: str) -> None:
    """The sure findings are the marks: no more, no fewer."""
    text, expected = unmark(marked)
    (findings,) = CHECK([parsed(note(text))])
    found = {(f.code, f.span) for f in findings if f.score >= SURE}
    assert found == set(expected)


@pytest.mark.parametrize("text", NO_PHI)
def test_clinical_text_is_not_mistaken_for_phi(text: str) -> None:
    """Doses, scores, ratios, codes, eponyms and relative dates are no PHI."""
    (findings,) = CHECK([parsed(note(text))])
    assert [(f.code, f.span) for f in findings if f.score >= SURE] == []


def test_every_kind_is_shown_by_an_example() -> None:
    """No kind that patterns find is without a marked example."""
    marked = {code.partition("/")[2] for example in PHI for code, _ in unmark(example)[1]}
    assert marked == set(BY_PATTERN)


@pytest.mark.parametrize("marked", PHI)
def test_recognizers_work_in_anybodys_engine(marked: str) -> None:
    """An AnalyzerEngine with an NLP engine of its own finds the same with our recognizers."""
    text, expected = unmark(marked)
    found = {(result.entity_type, result.start, result.end) for result in _foreign_engine().analyze(text, "en")}
    assert {(KINDS[code.partition("/")[2]].entity, span.start, span.end) for code, span in expected} <= found


@functools.cache
def _foreign_engine() -> "AnalyzerEngine":
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    from clinsynth.checks.phi.engine import recognizers

    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers(BY_PATTERN)),
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]),
    )


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for PHI, e-mail domains included, asks nobody on the network."""
    online._domains.cache_clear()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    (findings,) = PhiCheck()([parsed(note("Write to jane@hospital.example.co.uk or www.example.com."))])
    assert [finding.code for finding in findings] == ["phi/email", "phi/url"]


def test_only_the_kinds_asked_for_are_looked_for() -> None:
    """An option names the kinds; one that does not exist is answered with the nearest."""
    (findings,) = PhiCheck(kinds=("mrn",))([parsed(note("MRN 00123456, seen 03/14/2019."))])
    assert [finding.code for finding in findings] == ["phi/mrn"]
    with pytest.raises(ConfigError, match='did you mean "mrn"'):
        PhiCheck(kinds=("mnr",))


def test_a_note_past_the_limit_says_what_was_not_looked_at() -> None:
    """The end of an endless note is reported, never silently skipped."""
    (findings,) = CHECK([parsed(note("MRN 00123456. " + "x" * MAX_CHARACTERS))])
    assert [finding.code for finding in findings] == ["phi/mrn", "phi/unchecked"]


def test_the_table_says_what_is_looked_for() -> None:
    """Each kind has its line, with the item of the law."""
    table = kinds_table()
    assert all(f"| phi/{name} | {kind.item} |" in table for name, kind in KINDS.items())
