"""Methods: how labelled examples are asked for, and read back from what a backbone writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from clinsynth.catalog import Catalog
from clinsynth.methods.material import Material
from clinsynth.records import Example


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What one example must be.

    Attributes:
        about: What the label is asked for together with: "head" and "tail", "style" and "topic", "context". Names may
            be left out where the method leaves them open.
    """

    id: str
    label: str
    about: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a request: an example, or the reason why there is none."""

    request: Request
    example: Example | None = field(default=None, repr=False)
    reason: str = ""


class Method(Protocol):
    """A way from a label to an example. All draws are of the generator that is given."""

    def request(self, request_id: str, label: str, material: Material, random: Random) -> Request:
        """Decide what an example is to be about."""
        ...

    def prompt(self, request: Request, material: Material, random: Random) -> str:
        """Give what a backbone reads, demonstrations included."""
        ...

    def parse(self, request: Request, text: str, material: Material) -> Outcome:
        """Read an example out of what was written, or say why it is none."""
        ...

    def pair(self, example: Example, material: Material) -> tuple[str, str]:
        """Give a real example as prompt and text, as an adapter for this method learns it."""
        ...


METHODS: Catalog[Method] = Catalog(
    "methods",
    {
        "attribute": "clinsynth.methods.attribute:Attribute",
        "class_conditional": "clinsynth.methods.class_conditional:ClassConditional",
    },
)
