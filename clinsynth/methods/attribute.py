"""Attribute control: an example is asked for with what it is about, and how it is said.

After AttrPrompt (Yu et al., 2023, arXiv:2306.15895) and ClinGen (Xu et al., 2024, Findings of ACL): pairs are drawn
from an ontology, styles and topics from lists, and each example has its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from clinsynth.errors import ConfigError
from clinsynth.learners.features import blinded
from clinsynth.methods import Outcome, Request
from clinsynth.methods.material import Material, surface
from clinsynth.methods.parsing import Unreadable, asked, named
from clinsynth.methods.prompting import Form, ask, with_demonstrations
from clinsynth.records import Example


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """Asks for a relation between two named entities, or for a question to a given context.

    Attributes:
        demonstrations: Real examples of the label that are shown first.
        form: "frame" for the shipped model and other plain language models, "instruction" for those that follow them.
        blind: Whether demonstrations and training texts say ENTA and ENTB for the arguments, so that a small model
            need not copy names letter by letter; the names are put in afterwards.
        describe: Whether style and topic are asked for; an adapter has not seen them.
    """

    demonstrations: int = 0
    form: Form = "frame"
    blind: bool = True
    describe: bool = True

    def request(self, request_id: str, label: str, material: Material, random: Random) -> Request:
        """Draw a pair of names or a context, and style and topic.

        Raises:
            ConfigError: There are no names or contexts to draw from.
        """
        about = self._subject(material, random)
        scheme = material.scheme
        if self.describe and scheme.styles:
            about["style"] = random.choice(scheme.styles)
        if self.describe and scheme.topics:
            about["topic"] = random.choice(scheme.topics)
        return Request(id=request_id, label=label, about=about)

    def _subject(self, material: Material, random: Random) -> dict[str, str]:
        if material.layout == "questions":
            if not material.contexts:
                raise ConfigError(
                    "the method attribute asks questions about real contexts, and there are none; give real"
                )
            return {"context": random.choice(material.contexts)}
        if not material.heads or len({*material.heads, *material.tails}) < 2:  # noqa: PLR2004 - a pair
            raise ConfigError("there are no names to relate; give real examples, or a scheme with a kind of concept")
        head = random.choice(material.heads)
        return {"head": head, "tail": random.choice([name for name in material.tails if name != head] or [head])}

    def prompt(self, request: Request, material: Material, random: Random) -> str:
        """Ask for it, after demonstrations of the same label."""
        known = material.by_label[request.label]
        shown = random.sample(list(known), min(self.demonstrations, len(known)))
        text = ask(material.scheme, request.label, request.about, self.form)
        return with_demonstrations(text, [self.pair(example, material) for example in shown])

    def pair(self, example: Example, material: Material) -> tuple[str, str]:
        """Give a real example as what would have been asked, and what was said."""
        return ask(material.scheme, example.label, _about(example), self.form), self._text(example)

    def _text(self, example: Example) -> str:
        if example.question is not None:
            return example.question
        return " ".join((blinded(example) if self.blind else example.text).split())

    def parse(self, request: Request, text: str, material: Material) -> Outcome:
        """Locate both arguments, or take the question."""
        try:
            return Outcome(request=request, example=_example(request, text, material))
        except Unreadable as reason:
            return Outcome(request=request, reason=str(reason))


def _example(request: Request, text: str, material: Material) -> Example:
    about = request.about
    if material.layout == "questions":
        return Example(id=request.id, text=about["context"], label=request.label, question=asked(text))
    whole, head, tail = named(text, about["head"], about["tail"], material.scheme.types)
    return Example(id=request.id, text=whole, label=request.label, head=head, tail=tail)


def _about(example: Example) -> Mapping[str, str]:
    if example.question is not None:
        return {"context": example.text}
    if example.head is None or example.tail is None:
        return {}
    return {"head": surface(example, example.head), "tail": surface(example, example.tail)}
