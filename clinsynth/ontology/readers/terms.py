"""What every reader of a vocabulary yields: terms, and the one spelling of the coding systems they refer to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# The same system under the names that vocabularies give it.
_SYSTEMS = {
    "hp": "hpo",
    "icd-10": "icd10",
    "icd-10-cm": "icd10cm",
    "icd-9": "icd9",
    "lnc": "loinc",
    "msh": "mesh",
    "sctid": "snomedct",
    "snomedct_us": "snomedct",
    "umls_cui": "umls",
}
_RELEASE = re.compile(r"_\d{4}(_\d\d)*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One concept of somebody else's vocabulary, as its files have it.

    Attributes:
        id: Its identifier there ("DOID:9352", a CUI, a SNOMED CT concept id).
        name: The preferred name.
        synonyms: Other names, none of them twice, whatever the case, and none that is the name.
        codes: Coding system ("icd10cm", "umls", "snomedct", "mesh") to the codes there, its own system included.
        parents: Ids of the terms it is a kind of.
        types: What sort of thing it is: UMLS semantic types ("T047"), SNOMED CT semantic tags ("disorder"), RxNorm
            term types ("IN").
        relations: Names and objects of the other relations ("has_symptom", "SYMP:0000614").
        attributes: What else is known of it, as lists of text.
        alternates: Earlier ids that were merged into it.
    """

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    parents: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    relations: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    alternates: tuple[str, ...] = ()


def tidy(text: str) -> str:
    """Make one line of a name, with single blanks.

    >>> tidy("  Type 2   diabetes ")
    'Type 2 diabetes'
    """
    return " ".join(text.split())


def distinct(names: Iterable[str], *, but: str) -> tuple[str, ...]:
    """Give tidy names in their order, none twice whatever the case, without one of them.

    >>> distinct(["Flu", "influenza", "flu", ""], but="Influenza")
    ('Flu',)
    """
    found = {name.casefold(): name for name in reversed([tidy(each) for each in names]) if name}
    found.pop(but.casefold(), None)
    return tuple(reversed(found.values()))


def code_system(name: str) -> str:
    """Give the name of a coding system as our tables have it, without the date of a release.

    >>> code_system("SNOMEDCT_US_2016_03_01"), code_system("MeSH"), code_system("UMLS_CUI")
    ('snomedct', 'mesh', 'umls')
    """
    folded = _RELEASE.sub("", name.lower())
    return _SYSTEMS.get(folded, folded)


def grouped(codes: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Group codes by their coding system, none twice, in their order.

    >>> grouped([("MSH", "D006394"), ("UMLS", "C0018923"), ("MESH", "D006394")])
    {'mesh': ('D006394',), 'umls': ('C0018923',)}
    """
    found: dict[str, dict[str, None]] = {}
    for system, code in codes:
        if system and code:
            found.setdefault(code_system(system), {})[code] = None
    return {system: tuple(each) for system, each in found.items()}
