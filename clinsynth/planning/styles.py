"""Styles of clinical writing, as far as the words themselves tell them apart."""

import re

STYLES = ("narrative", "telegraphic", "dictated")

# Words that full sentences need and notes in telegraphic style drop.
_GRAMMAR = frozenset(
    "a an the is was are were be been has have had he she his her they it this that which who i we our my".split()  # noqa: SIM905
)
_FIRST_PERSON = frozenset({"i", "we", "our", "my"})
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_LEAST_GRAMMAR = 0.10  # a third of the share in the narrative sections of transcribed reports
_LEAST_FIRST_PERSON = 0.01


def style_of(text: str) -> str:
    """Tell the style of a text: "telegraphic" where grammar words are few, "dictated" in the first person.

    >>> style_of("Chest pain x 2 days, no fever, no cough. EKG normal.")
    'telegraphic'
    >>> style_of("I have seen the patient today and we discussed the plan.")
    'dictated'
    >>> style_of("The patient is a woman who has had a cough.")
    'narrative'
    """
    words = [word.lower() for word in _WORD.findall(text)]
    n_grammar = sum(word in _GRAMMAR for word in words)
    if n_grammar < _LEAST_GRAMMAR * len(words):
        return "telegraphic"
    n_first = sum(word in _FIRST_PERSON for word in words)
    return "dictated" if n_first > _LEAST_FIRST_PERSON * len(words) else "narrative"
