"""Which sections teach a model to say what it was told, and no more."""

from dataclasses import dataclass, field

from clinsynth.checks.codes import default_limits
from clinsynth.checks.parsing import parsed
from clinsynth.checks.phi import PhiCheck
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.prompts.slots import find_slots
from clinsynth.records import Note


@dataclass(frozen=True, kw_only=True)
class Faithful:
    """Says whether a text states something of its prompt, names no drug beside it, and nothing that looks like PHI.

    A model that is fitted to texts which say more than their prompts learns to make things up: dates, names, drugs.
    Where facts stand in slots, what the text still names is not told, and a condition counts as a drug does.
    """

    finder: MentionFinder = field(repr=False)
    # By patterns alone: what adapters that ship were fitted to stays what it was.
    phi: PhiCheck = field(default_factory=lambda: PhiCheck(names=None))

    def __call__(self, prompt: str, text: str) -> bool:
        """Look at a pair of prompt and text."""
        slots = bool(find_slots(prompt))
        told = set() if slots else {mention.concept.id for mention in self.finder(prompt)}
        kinds = {"medication", "condition"} if slots else {"medication"}
        said = [mention.concept for mention in self.finder(text) if not mention.negated]
        invented = any(concept.kind in kinds and concept.id not in told for concept in said)
        return "\nState:" in prompt and not invented and not self._looks_like_phi(text)

    def _looks_like_phi(self, text: str) -> bool:
        limits = default_limits()
        (findings,) = self.phi([parsed(Note(id="section", text=text))])
        return any(finding.score >= (limits[finding.code] or 0.0) for finding in findings)


def faithful_to(ontology: str) -> Faithful:
    """Judge by the names of an ontology."""
    return Faithful(finder=MentionFinder(load_ontology(ontology)))
