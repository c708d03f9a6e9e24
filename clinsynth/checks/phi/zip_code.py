"""ZIP codes."""

import re

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import FROM_HERE, ClinicalRecognizer
from clinsynth.checks.phi.states import STATE_CODES, STATE_NAMES

_STATE = rf"(?:{'|'.join([*STATE_CODES, *STATE_NAMES])})"


class ZipCodeRecognizer(ClinicalRecognizer):
    """Finds ZIP codes behind a state or a label, and ZIP+4 codes; all five digits count, whatever the population."""

    ENTITY = "ZIP_CODE"
    FLAGS = re.MULTILINE
    PATTERNS = (
        Pattern(
            "labelled",
            rf"\b(?:ZIP|Zip|zip)(?:[ \t]?[Cc]ode)?[ \t]{{0,2}}[:#]?[ \t]{{0,2}}(?:is[ \t]"
            rf")?{FROM_HERE}\d{{5}}(?:-\d{{4}})?(?![\w-])",
            0.95,
        ),
        Pattern(
            "behind a state", rf",[ \t]{{0,2}}{_STATE}\.?,?[ \t]{{1,2}}{FROM_HERE}\d{{5}}(?:-\d{{4}})?(?![\w-])", 0.9
        ),
        Pattern("ZIP+4", r"(?<![\w.-])\d{5}-\d{4}(?![\w-])", 0.5),
    )
