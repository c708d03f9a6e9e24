"""Class-conditional prompts: the label in words and nothing else; what it is about is found in what was written.

The setting of ZeroGen (Ye et al., 2022, arXiv:2202.07922) and SuperGen (Meng et al., 2022, arXiv:2202.04538), without
their selection.
"""

from dataclasses import dataclass
from random import Random

from clinsynth.methods import Outcome, Request
from clinsynth.methods.material import Material
from clinsynth.methods.parsing import Unreadable, asked, first_pair
from clinsynth.methods.prompting import Form, ask, with_demonstrations
from clinsynth.records import Example


@dataclass(frozen=True, kw_only=True)
class ClassConditional:
    """Asks for a label alone.

    The arguments of a relation are the first two different names that the text has; the context of a question is the
    real one that shares most of its words.

    Attributes:
        demonstrations: Real examples of the label that are shown first.
        form: "frame" for the shipped model and other plain language models, "instruction" for those that follow them.
    """

    demonstrations: int = 0
    form: Form = "frame"

    def request(self, request_id: str, label: str, material: Material, random: Random) -> Request:  # noqa: ARG002 - open
        """Leave everything but the label open."""
        return Request(id=request_id, label=label, about={})

    def prompt(self, request: Request, material: Material, random: Random) -> str:
        """Ask for the label, after demonstrations of it."""
        known = material.by_label[request.label]
        shown = random.sample(list(known), min(self.demonstrations, len(known)))
        text = ask(material.scheme, request.label, {}, self.form)
        return with_demonstrations(text, [self.pair(example, material) for example in shown])

    def pair(self, example: Example, material: Material) -> tuple[str, str]:
        """Give a real example as its label, and what was said."""
        text = example.text if example.question is None else example.question
        return ask(material.scheme, example.label, {}, self.form), " ".join(text.split())

    def parse(self, request: Request, text: str, material: Material) -> Outcome:
        """Find the pair, or the question and its context."""
        try:
            return Outcome(request=request, example=_example(request, text, material))
        except Unreadable as reason:
            return Outcome(request=request, reason=str(reason))


def _example(request: Request, text: str, material: Material) -> Example:
    if material.layout == "questions":
        question = asked(text)
        context = material.nearest_context(question)
        if context is None:
            raise Unreadable("no-context")
        return Example(id=request.id, text=context, label=request.label, question=question)
    head, tail = first_pair(material.mentions(text), material.scheme.types)
    return Example(id=request.id, text=text, label=request.label, head=head, tail=tail)
