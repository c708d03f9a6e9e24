"""Account numbers and those of encounters, which lead to one patient just as well."""

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled

_LABEL = (
    r"(?:account|acct|billing|invoice|encounter|visit|admission|episode|accession|order|case|FIN|CSN|HAR|job|document)"
    r"[ \t.]{0,2}(?:number|no\b|num\b|id\b|#)|acct|account|CSN|FIN"
)


class AccountRecognizer(ClinicalRecognizer):
    """Finds account, encounter, visit, case, accession and order numbers behind their label."""

    ENTITY = "ACCOUNT_NUMBER"
    PATTERNS = (labelled("account number", _LABEL),)
