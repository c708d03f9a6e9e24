"""Cases as a clinician reads them."""

from collections.abc import Iterator, Sequence

from clinsynth.ontology import Ontology
from clinsynth.planning.judging import number_of
from clinsynth.records import Case, Fact
from clinsynth.seeds import generator

N_ALONE = 9
_SIDES = {"raised": " (high)", "lowered": " (low)", "normal": ""}


def chosen(cases: Sequence[Case], seed: int) -> list[Case]:
    """Draw cases: the first of each note type in an order that the seed decides, then any."""
    order = generator(seed, "printed").sample(cases, len(cases))
    firsts = {case.note_type: case for case in reversed(order)}
    listed = [case for case in order if firsts[case.note_type] is case]
    return [*listed, *(case for case in order if firsts[case.note_type] is not case)][:N_ALONE]


def page(alone: Sequence[Case], patient: Sequence[Case], ontology: Ontology, *, seed: int, n: int) -> str:
    """Print cases, then one patient's encounters, as Markdown."""
    head = [
        "# Ten planned cases",
        "",
        f"Written by `measure.py`: of {n} cases of seed {seed}, the first of each type of note in an order that the",
        "seed decides, and one patient with several encounters. Nobody chose or edited them. What stands in *italics*",
        "is denied; (high) and (low) are against the reference range for age and sex.",
    ]
    for number, case in enumerate(alone, start=1):
        head += ["", f"## {number}. {title(case)}", "", *described(case, ontology)]
    head += ["", f"## {len(alone) + 1}. One patient, {len(patient)} encounters ({patient[0].patient})"]
    for case in patient:
        head += ["", f"### Day {case.day}: {title(case)}", "", *described(case, ontology)]
    return "\n".join(head) + "\n"


def title(case: Case) -> str:
    """Name the type of note, the specialty and the id."""
    return f"{case.note_type.replace('_', ' ').capitalize()}, {case.specialty} ({case.id})"


def described(case: Case, ontology: Ontology) -> list[str]:
    """Give attributes, then facts in groups, each a line; a group without facts has none."""
    who = case.attributes
    extra = [who["anesthesia"] + " anesthesia"] if "anesthesia" in who else []
    first = ", ".join([f"{who['age']}-year-old {who['sex']}", who["ethnicity"], who["style"].replace("_", " "), *extra])
    groups = ((name, list(told)) for name, told in _groups(case, ontology))
    return [f"{first}.", "", *(f"- **{name}**: {'; '.join(told)}" for name, told in groups if told)]


def _groups(case: Case, ontology: Ontology) -> Iterator[tuple[str, Iterator[str]]]:
    def told(kind: str, *relations: str) -> Iterator[str]:
        for fact in case.facts:
            if fact.kind == kind and fact.relation in relations and fact.subject == "patient":
                yield f"*no {fact.value}*" if fact.negated else fact.value

    yield "Conditions", told("condition", "has")
    yield "Past", (each for kind in ("condition", "procedure") for each in told(kind, "had"))
    yield "Family", (f"{f.value} ({f.subject})" for f in case.facts if f.relation == "runs_in_family")
    yield "Symptoms", told("symptom", "has")
    yield "Onset", (f"{f.subject} for {f.value}" for f in case.facts if f.kind == "onset")
    yield "Drugs", (_drug(fact, case) for fact in case.facts if fact.kind == "medication")
    yield "Allergies", told("allergy", "allergic_to")
    yield "Vital signs", _results(case, "vital", ontology)
    yield "Labs", _results(case, "lab", ontology)
    yield "Examination", told("finding", "has")
    yield "Procedures", (_procedure(fact, case) for fact in case.facts if fact.relation == "underwent")
    yield "Social", told("social", "is")
    yield "Course", (_of(fact) for fact in case.facts if fact.kind == "course")
    yield "Disposition", told("disposition", "is")


def _of(fact: Fact) -> str:
    return fact.value if fact.subject == "patient" else f"{fact.subject} {fact.value}"


def _drug(fact: Fact, case: Case) -> str:
    regimen = [f.value for f in case.facts if f.kind in {"dose", "frequency"} and f.subject == fact.value]
    change = "" if fact.relation == "takes" else f" ({fact.relation})"
    return " ".join([fact.value, *regimen]) + change


def _procedure(fact: Fact, case: Case) -> str:
    shown = [f.value for f in case.facts if f.kind == "finding" and f.subject == fact.value]
    return ": ".join([fact.value, *shown])


def _results(case: Case, kind: str, ontology: Ontology) -> Iterator[str]:
    before = {f.subject: f.value for f in case.facts if f.kind == kind and f.relation == "measured_before"}
    for fact in case.facts:
        if fact.kind == kind and fact.relation == "measured":
            was = f", before {before[fact.subject]}" if fact.subject in before else ""
            yield f"{fact.subject} {fact.value}{_side(fact, case, ontology)}{was}"


def _side(fact: Fact, case: Case, ontology: Ontology) -> str:
    limits = ontology.range_of(
        ontology.concepts[fact.code or ""], sex=case.attributes["sex"], age=int(case.attributes["age"])
    )
    return _SIDES[limits.direction(float(number_of(fact).partition("/")[0]))]
