"""Which of our kinds a term of a vocabulary is: by what the vocabulary says it is, or by what it is a kind of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from clinsynth.ontology.readers.terms import Term

# Where a term has several types, the earliest of the table counts.
UMLS_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "T047": "condition",  # Disease or Syndrome
        "T191": "condition",  # Neoplastic Process
        "T048": "condition",  # Mental or Behavioral Dysfunction
        "T046": "condition",  # Pathologic Function
        "T037": "condition",  # Injury or Poisoning
        "T019": "condition",  # Congenital Abnormality
        "T190": "condition",  # Anatomical Abnormality
        "T184": "symptom",  # Sign or Symptom
        "T033": "finding",  # Finding
        "T121": "medication",  # Pharmacologic Substance
        "T195": "medication",  # Antibiotic
        "T200": "medication",  # Clinical Drug
        "T059": "lab",  # Laboratory Procedure
        "T034": "lab",  # Laboratory or Test Result
        "T060": "procedure",  # Diagnostic Procedure
        "T061": "procedure",  # Therapeutic or Preventive Procedure
        "T023": "body_site",  # Body Part, Organ, or Organ Component
        "T029": "body_site",  # Body Location or Region
        "T030": "body_site",  # Body Space or Junction
    }
)
SNOMED_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "disorder": "condition",
        "finding": "finding",
        "procedure": "procedure",
        "regime/therapy": "procedure",
        "product": "medication",
        "medicinal product": "medication",
        "substance": "medication",
        "body structure": "body_site",
        "observable entity": "lab",
    }
)
RXNORM_KINDS: Mapping[str, str] = MappingProxyType({"IN": "medication", "MIN": "medication"})


@dataclass(frozen=True, kw_only=True, slots=True)
class KindRule:
    """Gives terms a kind; those without one are left out.

    Attributes:
        by_root: Id of a term to the kind of all that are a kind of it, itself included; the first root that has a term
            counts, and roots come before types.
        by_type: Type of a term to kind, "" for none; the first type of the table counts.
        otherwise: The kind of all others; "" leaves them out.
    """

    by_root: Mapping[str, str] = field(default_factory=dict)
    by_type: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""

    def __call__(self, terms: Iterable[Term]) -> Iterator[tuple[str, Term]]:
        """Yield each term with its kind, "" when it has none. With roots, all terms are held first."""
        if self.by_root:
            terms = tuple(terms)
        rooted = self._rooted(terms) if self.by_root else {}
        for term in terms:
            yield rooted[term.id] if term.id in rooted else self._by_type(term), term

    def _by_type(self, term: Term) -> str:
        return next((kind for type_, kind in self.by_type.items() if type_ in term.types), self.otherwise)

    def _rooted(self, terms: Iterable[Term]) -> dict[str, str]:
        children: dict[str, list[str]] = {}
        for term in terms:
            for parent in term.parents:
                children.setdefault(parent, []).append(term.id)
        found: dict[str, str] = {}
        for root, kind in self.by_root.items():
            below = [root]
            while below:
                term_id = below.pop()
                if term_id not in found:
                    found[term_id] = kind
                    below.extend(children.get(term_id, ()))
        return found
