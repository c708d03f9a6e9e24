"""What a template renders from a case, extraction reads back."""

from collections import Counter

from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.extract import extract
from clinsynth.planning.spaces import load_space
from clinsynth.prompts import assemble, load_template
from clinsynth.records import Note

RENDERED = {"medication", "dose", "frequency", "lab", "vital", "allergy"}


def test_rendered_facts_are_read_back() -> None:
    """Of the drugs, doses, frequencies, results and allergies that sections render, 98 in 100 come back unchanged."""
    ontology = load_ontology("core")
    planner = Planner(ontology=ontology, space=load_space("attributes/general.yaml"), seed=11)
    template, finder = load_template("prompts/attribute_controlled.yaml"), MentionFinder(ontology)
    missed: Counter[tuple[str, str, str]] = Counter()
    n_facts = 0
    for case in map(planner.case, range(150)):
        sections = [section for section in template.sections(case, 0) if section.text]
        text, written = assemble(case, sections, [section.text or "" for section in sections])
        assert written == ()
        found = extract(Note(id=case.id, text=text), finder=finder).case
        assert found is not None
        read = {(fact.kind, fact.subject, fact.value) for fact in found.facts}
        facts = [(fact.kind, fact.subject, fact.value) for fact in case.facts if fact.kind in RENDERED]
        n_facts += len(facts)
        missed.update(fact for fact in facts if fact not in read)
    assert missed.total() < 0.02 * n_facts, missed.most_common(8)
