"""Whether a mention is of what might happen: risks that were explained, reasons to return, conditions of a plan.

A small set of triggers in the manner of ConText (Harkema et al., 2009, doi:10.1016/j.jbi.2009.05.002); the phrases were
written for this project. What is hypothetical is neither present nor absent.
"""

import re

from clinsynth.ontology.negation import sentence_before
from clinsynth.records import Span

_TRIGGER = re.compile(
    r"""\b(?:
        if | unless | in\ case\ of | in\ the\ event\ of | should\ (?:he|she|they|you|the\ patient|there|any)
      | risks?\ (?:of|for|include[sd]?|including|are|were)
      | (?:monitor|watch|watchful)\ (?:closely\ )?for | precautions\ for
      | return\ to\ (?:the\ )?(?:emergency\ (?:department|room)|ER|ED|hospital)\ (?:immediately\ )?(?:for|with)
      | return\ (?:for|with)\ (?:any|worsening|recurrent|increasing|increased|new)
      | call\ (?:911|us|me|(?:the|our|your|my)\ (?:\w{1,20}\ ){1,2}?)\ ?(?:immediately\ )?(?:for|with)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Where the sentence goes on to what is so: "If stable, continue treatment of hypertension."
_MAIN_CLAUSE = re.compile(
    r",\s(?:then|he|she|they|we|you|I|it|this|the|his|her|please|patient|pt|consider|continue|start|stop|hold|call|"
    r"increase|decrease)\b|\b(?:but|however|because|although)\b",
    re.IGNORECASE,
)


def is_hypothetical(text: str, span: Span) -> bool:
    """Say whether the text speaks of what stands at the span as of something that may come.

    >>> is_hypothetical("Return to the ER for fever.", Span(start=21, end=26))
    True
    >>> is_hypothetical("She came in for fever.", Span(start=16, end=21))
    False
    """
    words = sentence_before(text, span.start)
    triggers = list(_TRIGGER.finditer(words))
    return bool(triggers) and _MAIN_CLAUSE.search(words, triggers[-1].end()) is None
