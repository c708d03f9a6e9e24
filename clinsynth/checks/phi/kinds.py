"""The kinds of PHI that are looked for: what the law calls them, who finds them, what is done.

The letters are the items of HIPAA's Safe Harbor list, 45 CFR 164.514(b)(2)(i)(A) to (R).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of PHI.

    Attributes:
        item: The letter of the Safe Harbor list.
        entity: What Presidio calls it.
        recognizers: "module:class" of the Presidio recognizers that look for it.
        label: What stands in its place in a masked text, without the brackets.
        looked_for: What is found, in words; what is known to be missed belongs here too.
    """

    item: str
    entity: str
    recognizers: tuple[str, ...]
    label: str
    looked_for: str


_OURS = "clinsynth.checks.phi"
# Runs a model over a whole batch at once, where the others look for patterns in one text.
TRAINED = f"{_OURS}.trained_name:TrainedNameRecognizer"

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "name": Kind(
            item="A",
            entity="PERSON",
            recognizers=(f"{_OURS}.name:NameRecognizer", TRAINED),
            label="NAME",
            looked_for="names of people: beside titles, degrees, labels by patterns, anywhere by a trained recognizer",
        ),
        "organisation": Kind(
            item="A",
            entity="ORGANIZATION",
            recognizers=(TRAINED,),
            label="ORGANISATION",
            looked_for="names of hospitals, homes, employers, schools, churches by a trained recognizer (score 0.4)",
        ),
        "place": Kind(
            item="B",
            entity="LOCATION",
            recognizers=(TRAINED,),
            label="PLACE",
            looked_for="cities, counties, streets by a trained recognizer (score 0.4); states and countries are none",
        ),
        "address": Kind(
            item="B",
            entity="ADDRESS",
            recognizers=(f"{_OURS}.address:AddressRecognizer",),
            label="ADDRESS",
            looked_for="street addresses, post office boxes, city before state and ZIP",
        ),
        "zip": Kind(
            item="B",
            entity="ZIP_CODE",
            recognizers=(f"{_OURS}.zip_code:ZipCodeRecognizer",),
            label="ZIP",
            looked_for="ZIP codes beside a state or a label, and all ZIP+4 codes",
        ),
        "date": Kind(
            item="C",
            entity="CALENDAR_DATE",
            recognizers=(f"{_OURS}.date:DateRecognizer",),
            label="DATE",
            looked_for="dates with a day or a month; a year alone, ratios and relative dates are none",
        ),
        "age-over-89": Kind(
            item="C",
            entity="AGE_OVER_89",
            recognizers=(f"{_OURS}.age:AgeOver89Recognizer",),
            label="AGE",
            looked_for="ages of 90 and above in figures or words",
        ),
        "phone": Kind(
            item="D, E",
            entity="TELEPHONE",
            recognizers=(f"{_OURS}.phone:PhoneRecognizer",),
            label="PHONE",
            looked_for="telephone, fax and pager numbers of the North American plan, international ones with a plus",
        ),
        "email": Kind(
            item="F",
            entity="EMAIL_ADDRESS",
            recognizers=(f"{_OURS}.online:OfflineEmailRecognizer",),
            label="EMAIL",
            looked_for="e-mail addresses",
        ),
        "ssn": Kind(
            item="G",
            entity="US_SSN",
            recognizers=(f"{_OURS}.ssn:SsnRecognizer",),
            label="SSN",
            looked_for="social security numbers, with separators or beside their label",
        ),
        "mrn": Kind(
            item="H",
            entity="MEDICAL_RECORD_NUMBER",
            recognizers=(f"{_OURS}.mrn:MrnRecognizer",),
            label="MRN",
            looked_for="medical record, chart and patient numbers beside their label",
        ),
        "health-plan": Kind(
            item="I",
            entity="HEALTH_PLAN_ID",
            recognizers=(f"{_OURS}.health_plan:HealthPlanRecognizer", f"{_OURS}.health_plan:MedicareRecognizer"),
            label="HEALTH-PLAN",
            looked_for="member, policy, group and claim numbers beside their label; Medicare identifiers",
        ),
        "account": Kind(
            item="J",
            entity="ACCOUNT_NUMBER",
            recognizers=(f"{_OURS}.account:AccountRecognizer",),
            label="ACCOUNT",
            looked_for="account, encounter, visit, case, accession and order numbers beside their label",
        ),
        "license": Kind(
            item="K",
            entity="LICENSE_NUMBER",
            recognizers=(f"{_OURS}.license:LicenseRecognizer",),
            label="LICENSE",
            looked_for="licence, certificate and passport numbers beside their label",
        ),
        "npi": Kind(
            item="K",
            entity="US_NPI",
            recognizers=(f"{_OURS}.provider:NpiRecognizer",),
            label="NPI",
            looked_for="national provider identifiers with a right check digit, beside their label or grouped",
        ),
        "dea": Kind(
            item="K",
            entity="US_DEA",
            recognizers=(f"{_OURS}.provider:DeaRecognizer",),
            label="DEA",
            looked_for="DEA registration numbers with a right check digit",
        ),
        "vehicle": Kind(
            item="L",
            entity="VEHICLE_ID",
            recognizers=(f"{_OURS}.vehicle:VehicleRecognizer",),
            label="VEHICLE",
            looked_for="licence plates beside their label, vehicle identification numbers with a right check digit",
        ),
        "device": Kind(
            item="M",
            entity="DEVICE_ID",
            recognizers=(f"{_OURS}.device:DeviceRecognizer",),
            label="DEVICE",
            looked_for="serial, lot and model numbers beside their label, unique device identifiers",
        ),
        "url": Kind(
            item="N",
            entity="URL",
            recognizers=(f"{_OURS}.online:WebAddressRecognizer",),
            label="URL",
            looked_for="web addresses with a scheme, www or a common ending",
        ),
        "ip": Kind(
            item="O",
            entity="IP_ADDRESS",
            recognizers=(f"{_OURS}.online:IpAddressRecognizer",),
            label="IP",
            looked_for="IPv4 and IPv6 addresses",
        ),
        "biometric": Kind(
            item="P",
            entity="BIOMETRIC_ID",
            recognizers=(f"{_OURS}.biometric:BiometricRecognizer",),
            label="BIOMETRIC",
            looked_for="identifiers of finger, voice and retina prints beside their label",
        ),
        "photo": Kind(
            item="Q",
            entity="PHOTOGRAPH",
            recognizers=(f"{_OURS}.biometric:PhotographRecognizer",),
            label="PHOTO",
            looked_for="names of image files and references to a photograph of the face",
        ),
        "other-id": Kind(
            item="R",
            entity="OTHER_ID",
            recognizers=(f"{_OURS}.other_id:OtherIdRecognizer",),
            label="ID",
            looked_for="other numbers beside a label that makes them somebody's: ID, specimen, employee, study subject",
        ),
    }
)


def kinds_table() -> str:
    """Give the table of kinds in Markdown: what is looked for, by whom, and what is done."""
    lines = ["| kind | HIPAA item | looked for | recognizer | in reports |", "|---|---|---|---|---|"]
    for name, kind in KINDS.items():
        classes = ", ".join(target.partition(":")[2] for target in kind.recognizers)
        lines.append(f"| phi/{name} | {kind.item} | {kind.looked_for} | {classes} | flagged, shown as [{kind.label}] |")
    return "\n".join(lines) + "\n"
