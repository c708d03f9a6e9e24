"""Names of people, where something beside them says that they are names.

A bare name ("Jane Doe was seen") is left to a trained recognizer. Eponyms are names of things: what makes one is the
word behind it ("Parkinson disease", "Foley catheter"), so that Dr. Foley stays a person.
"""

import re

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.eponyms import THING
from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer

_GIVEN = rf"(?:[A-Z]['\u2019][A-Z])?[A-Z][a-z]{{1,20}}(?:-[A-Z][a-z]{{1,20}})?(?!{THING})"
_PARTICLE = r"(?:(?:van|von|de|del|der|la|Van|Von|De|Del|St\.)[ \t]){0,2}"
_MAC = r"(?:Mc|Mac|O['\u2019]|D['\u2019])?"
_SURNAME = rf"{_PARTICLE}{_MAC}[A-Z][a-z]{{1,20}}(?:-[A-Z][a-z]{{1,20}})?(?!{THING})"
_CAPITALS = r"[A-Z][A-Z'\u2019-]{2,20}"
# Not X, Y, Z: "by Dr. X. Upon" is a placeholder and the next sentence.
_INITIAL = r"[A-W]\."
_FULL = rf"(?:{_GIVEN}[ \t](?:{_INITIAL}[ \t]?|[A-Z][ \t]|{_GIVEN}[ \t])?{_SURNAME})(?![\w])"
_FULL_CAPITALS = rf"(?:{_CAPITALS}[ \t](?:[A-Z]\.?[ \t])?{_CAPITALS})(?![\w])"
_LAST_FIRST = rf"(?:{_SURNAME},[ \t]?{_GIVEN}(?:[ \t][A-Z]\b\.?)?)(?![\w])"
_DEGREE = r"(?:M\.?D|D\.?O|R\.?N|N\.?P|Ph\.?D|PA-?C|DDS|DMD|DPM|FACS|FACP|FACC|CRNA|LPN|FNP|ARNP|PharmD|MSN|LCSW)\b"
_TITLE = (
    r"\b(?:Dr|DR|Mr|MR|Mrs|MRS|Ms|MS|Miss|Prof|Professor|Doctor|Nurse|Rev|Reverend|Judge|Officer)\b\.?[ \t]{1,2}"
    r"(?!C(?:ontin|ONTIN)\b)"  # MS Contin is morphine
)
_LABEL = (
    r"\b(?:[Pp]atient(?:['\u2019]?s)?[ \t][Nn]ame|PATIENT(?:['\u2019]?S)?(?:[ \t]"
    r"NAME)?|[Pp]atient|[Nn]ame|NAME|(?:[Ff]irst|[Ll]ast|[Ff]ull|[Mm]aiden)"
    r"[ \t][Nn]ame|"
    r"[Ss]igned[ \t]by|[Dd]ictated[ \t][Bb]y|DICTATED[ \t]BY|[Ss]igned|[Tt]ranscribed[ \t]by|[Aa]uthor|"
    r"(?:[Aa]ttending|[Rr]eferring|[Pp]rimary[ \t][Cc]are|[Cc]onsulting)(?:[ \t]"
    r"[Pp](?:hysician|rovider))?|[Pp]hysician|[Pp]rovider|PCP|"
    r"[Ss]urgeon|SURGEON|[Aa]ssistants?|ASSISTANT|[Aa]nesthesiologist|[Nn]ext[ \t]"
    r"of[ \t][Kk]in|[Ee]mergency[ \t][Cc]ontact|[Gg]uardian|[Cc]aregiver)"
    r"[ \t]{0,2}:[ \t,]{0,3}"
)
_RELATIVE = (
    r"\b(?:wife|husband|spouse|partner|son|daughter|mother|father|brother|"
    r"sister|friend|caregiver|fiancee?|aunt|uncle|niece|nephew),?[ \t](?:named[ \t]"
    r")?"
)
_CALLED = r"\b(?:named|(?:name|Name)[ \t]is|(?<!better[ \t])known[ \t]as|goes[ \t]by)[ \t]"

# Words that stand in capitals where names do; what de-identification left behind ("Dr. XYZ") among them.
_NO_NAMES = frozenset(
    """
    abc abcd above admission after age alert alive allergies also and anesthesia anesthesiology as assessment
    assistant at attending awake below breast by cancer cardiology care center chief clinic colon complaint
    consultant consulting currently date denies department dermatology diabetes diagnoses diagnosis died
    discharge disease doctor emergency endotracheal epidural examination fair family female findings first
    follow followup for from gastroenterology general good gynecology had has he health heart hemostasis her his
    history hospital however hypertension if illness impression in indication indications internal is it labs
    last left lives living local lower lung male medical medications medicine meticulous monitored negative
    nephrology neurology next no none normal not nurse nursing obstetrics of on oncology ophthalmology or
    orthopaedic orthopedic past pathology patient pediatric pediatrics per physical physician plan pleasant poor
    positive practice present primary procedure provider psychiatry psychology pulmonary radiology referring
    regional reportedly reports resident review right same sample second sedation see self service she signs
    social spinal stable states stroke summary surgeon surgery surgical syndrome systems test that the there
    they third this time to type unfortunately unknown upon upper urology vital was well who will with without
    works dr mr mrs ms prof xxx xxxx xyz yes yyy zzz
    """.split()  # noqa: SIM905 - a list of so many literals reads worse
)


class NameRecognizer(ClinicalRecognizer):
    """Finds names beside a title, a degree, a label or a relative; not the titles and labels themselves."""

    ENTITY = "PERSON"
    FLAGS = re.MULTILINE
    PATTERNS = (
        Pattern(
            "title and full name",
            rf"{_TITLE}{FROM_HERE}(?:{_FULL}|{_GIVEN}[ \t]{_INITIAL}[ \t]{_SURNAME}|{_INITIAL}[ \t]?"
            rf"(?:{_INITIAL}[ \t]?)?{_SURNAME})",
            0.9,
        ),
        Pattern("title and name", rf"{_TITLE}{FROM_HERE}(?:{_SURNAME}|{_CAPITALS}(?:[ \t]{_CAPITALS})?)(?![\w])", 0.85),
        Pattern(
            "name and degree",
            rf"(?<![\w])(?:{_FULL}|{_FULL_CAPITALS}|{_INITIAL}[ \t]?(?:{_INITIAL}[ \t]"
            rf"?)?{_SURNAME}|{_LAST_FIRST})(?=,?[ \t]{{1,2}}{_DEGREE})",
            0.85,
        ),
        Pattern("labelled", rf"{_LABEL}{FROM_HERE}(?:{_FULL}|{_LAST_FIRST}|{_FULL_CAPITALS})", 0.8),
        Pattern(
            "subject of an age",
            rf"(?<![\w])(?:{_FULL}|{_FULL_CAPITALS})(?=,?[ \t](?:(?:is|was)[ \t])?an?[ \t]"
            r"(?:[a-z-]{1,20}[ \t]){0,3}\d{1,3}[ -]?(?:y/?o\b|years?\b))",
            0.85,
        ),
        Pattern("called", rf"{_CALLED}{FROM_HERE}(?:{_FULL}|{_GIVEN}(?![\w]))", 0.6),
        Pattern("relative", rf"{_RELATIVE}{FROM_HERE}(?:{_FULL}|{_GIVEN}(?![\w'\u2019])),?(?<![,])", 0.5),
    )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Say whether a word in it is no part of a name."""
        return any(word.casefold() in _NO_NAMES for word in re.findall(r"[^\W\d_]{2,}", pattern_text))
