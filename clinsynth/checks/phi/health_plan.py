"""Numbers of health plan beneficiaries."""

from presidio_analyzer.predefined_recognizers import UsMbiRecognizer  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_LABEL = (
    "(?:member|subscriber|policy|group|insurance|insured|plan|medicare|medicaid|"
    "beneficiary|claim|coverage|payer|authorization|auth|"
    r"referral)(?:[ \t](?:policy|member|plan|group))?[ \t.]{0,2}(?:number|no\b|num\b|id\b|identifier|#)|HICN|MBI"
)


class HealthPlanRecognizer(ClinicalRecognizer):
    """Finds member, subscriber, policy, group, claim and authorization numbers behind their label."""

    ENTITY = "HEALTH_PLAN_ID"
    PATTERNS = (labelled("health plan number", _LABEL),)


class MedicareRecognizer(UsMbiRecognizer):  # type: ignore[misc]  # Presidio's classes are not typed strictly
    """Presidio's recognizer of Medicare beneficiary identifiers, under the entity of all health plan numbers."""

    def __init__(self, supported_language: str = "en", name: str | None = None) -> None:
        """Take the language of the engine and, if it shall differ from the class, the recognizer's name."""
        super().__init__(supported_language=supported_language, supported_entity="HEALTH_PLAN_ID", name=name)
