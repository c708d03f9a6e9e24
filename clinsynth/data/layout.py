"""The lines of a MTSamples report, which its csv turned into commas, put back.

Each end of a line became one comma, with the blanks around it left: `…clear.,ASSESSMENT:,  Rhinitis.,PLAN:,1. She`.
A comma of the text is followed by a blank, as typists do; one that stands for a line is not, or it comes after a colon,
or after a blank.
"""

import re

# A run of commas with the blanks between and around them; what stood there is decided on the run as a whole.
_COMMAS = re.compile(r"\s*,(?:\s*,)*\s*")
_DETACHED_COLON = re.compile(r"(?<=[A-Za-z]),\s*:|:,\s*:")
_CAPITALS_STOP = re.compile(r"[A-Z]{3,}\.$")
_BLANKS = re.compile(r"[ \t\xa0]+")
_QUOTES = "\"'\u2019\u201d"
_UNFINISHED = re.compile(r"(?:\b(?:AND|FOR|OF|OR|THE|WITH)|&)$")
_HEADING = re.compile(r"[A-Z][A-Za-z0-9 /&'(),.#-]{1,69}:")
_SMALL_WORDS = frozenset({"a", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"})

# Headings that are also typed without their colon; any other line in capitals may as well be what stands below one.
_BARE_HEADINGS = frozenset(
    """
    ADMITTING DIAGNOSES|ALLERGIES|ANESTHESIA|ASSESSMENT|ASSESSMENT AND PLAN|CHIEF COMPLAINT|COMPLICATIONS|CONCLUSION|
    CONCLUSIONS|CURRENT MEDICATIONS|DESCRIPTION OF PROCEDURE|DIAGNOSES|DIAGNOSES AT DISCHARGE|DIAGNOSES ON DISCHARGE|
    DIAGNOSTIC FINDINGS|DISCHARGE DIAGNOSES|DISCHARGE INSTRUCTIONS|DISCHARGE MEDICATIONS|DISPOSITION|
    ESTIMATED BLOOD LOSS|FAMILY HISTORY|FINAL DIAGNOSES|FINDINGS|HISTORY|HISTORY OF PRESENT ILLNESS|HOME MEDICATIONS|
    HOSPITAL COURSE|IMPRESSION|IMPRESSION AND PLAN|INDICATION FOR SURGERY|INDICATIONS|INDICATIONS FOR SURGERY|
    INDICATIONS FOR THE PROCEDURE|LABORATORY DATA|MEDICATIONS|NAME OF PROCEDURE|OBJECTIVE|OPERATION|
    OPERATION PERFORMED|OPERATIONS|OPERATIONS PERFORMED|OPERATIVE FINDINGS|OPERATIVE PROCEDURE|
    OPERATIVE PROCEDURE IN DETAIL|OPERATIVE PROCEDURES|PAST MEDICAL HISTORY|PAST SURGICAL HISTORY|PHYSICAL EXAM|
    PHYSICAL EXAMINATION|PHYSICAL FINDINGS|PLAN|POSTOPERATIVE DIAGNOSES|POSTOPERATIVE DIAGNOSIS|PREOPERATIVE DIAGNOSES|
    PREOPERATIVE DIAGNOSIS|PROCEDURE|PROCEDURE IN DETAIL|PROCEDURE PERFORMED|PROCEDURES|PROCEDURES PERFORMED|
    RECOMMENDATIONS|REVIEW OF SYSTEMS|SOCIAL HISTORY|SPECIMEN|SPECIMENS|SUBJECTIVE|SUMMARY|TITLE OF OPERATION|
    TITLE OF PROCEDURE|URINE OUTPUT|VITAL SIGNS
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def restore(flat: str) -> str:
    r"""Give a report its lines back: a heading on its own line ("PLAN:"), a blank line before it, its text below.

    Runs of blanks become one. Sub-headings that had text beside them ("HEENT: Normal.") keep it.

    >>> restore("SUBJECTIVE:,  Cough, dry.,PLAN: ,1.  Rest.,2.  Fluids.,")
    'SUBJECTIVE:\nCough, dry.\n\nPLAN:\n1. Rest.\n2. Fluids.'
    """
    flat = _DETACHED_COLON.sub(":,", flat).strip()
    broken = _COMMAS.sub(_line_end, flat)
    lines = [_BLANKS.sub(" ", line).strip() for line in broken.split("\n")]
    return _spaced([_with_colon(line) for line in lines if line])


def _line_end(commas: re.Match[str]) -> str:
    """Say what a run of commas stood for: a line's end, a comma, both, or the fold of a long line."""
    text, run = commas.string, commas[0]
    before, after = text[: commas.start()], text[commas.end() : commas.end() + 4]
    if not before or not after:
        return "\n"
    n_commas = run.count(",")
    if before.endswith(":"):
        return "\n"
    if n_commas > 1:
        return ",\n" if run == ",," else ", " if run.startswith(",,") and run.endswith(" ") else "\n"
    return _single(before, run, after)


def _single(before: str, run: str, after: str) -> str:
    if _is_number(before[-4:], after) and run == ",":
        return ","
    if not run[-1].isspace():
        return _at_line_end(before, run, after)
    after_bare_heading = len(run) > len(", ") and _CAPITALS_STOP.search(before[-6:]) is not None
    stray = run[0].isspace() and before[-1] in ".?!"
    return "\n" if stray or after_bare_heading else ", "


def _at_line_end(before: str, run: str, after: str) -> str:
    if after[0] in _QUOTES and run == "," and before[-1].isalnum():  # the comma inside a quotation
        return ","
    folded = run[0].isspace() and (after[0].islower() or _UNFINISHED.search(before[-6:]))
    return " " if folded else "\n"


def _is_number(before: str, after: str) -> bool:
    digits = re.search(r"(?<!\d)\d{1,3}$", before)
    return digits is not None and re.match(r"\d{3}(?!\d)", after) is not None


def _with_colon(line: str) -> str:
    bare = line.rstrip(".")
    return f"{bare}:" if bare in _BARE_HEADINGS else line


def is_heading(line: str) -> bool:
    """Say whether a line is the heading of a section: short, capitalised, and ended by a colon.

    >>> is_heading("Past Medical History:"), is_heading("The plan is as follows:"), is_heading("PLAN: Rest.")
    (True, False, False)
    """
    if _HEADING.fullmatch(line) is None:
        return False
    return all(word[0].isupper() or word in _SMALL_WORDS or not word[0].isalpha() for word in line.split())


def _spaced(lines: list[str]) -> str:
    """Join lines, with an empty one before each heading but the first line."""
    text: list[str] = []
    for line in lines:
        if is_heading(line) and text:
            text.append("")
        text.append(line)
    return "\n".join(text)
