"""Identifiers of devices."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled


class DeviceRecognizer(ClinicalRecognizer):
    """Finds serial and lot numbers behind their label, and unique device identifiers (21 CFR part 801)."""

    ENTITY = "DEVICE_ID"
    PATTERNS = (
        labelled(
            "serial or lot number",
            r"serial(?:[ \t](?:number|no\b|#))?|S/N|lot[ \t](?:number|no\b|#)|lot[ \t]"
            r"?#|UDI|device[ \t]id(?:entifier)?",
        ),
        Pattern("unique device identifier", r"\(01\)\d{14}(?:\(\d{2}\)[A-Z0-9]{1,20}){0,4}", 0.95),
    )
