"""Whether a mention is negated, by trigger phrases and their scope.

The method is NegEx (Chapman et al., 2001, doi:10.1006/jbin.2001.1029) with the scope of its successor ConText
(Harkema et al., 2009, doi:10.1016/j.jbi.2009.05.002): a phrase before a mention negates up to the end of the sentence
or a term that ends its scope; a phrase after it negates over a few words; phrases that only look negative negate
nothing. The phrases were written for this project.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from clinsynth.ontology.phrases import PhraseIndex
from clinsynth.records import Span

# Looked at on either side of a mention; no clinical sentence that negates is longer.
_WINDOW = 400
_WORDS_AFTER = 5

_LOOKS_NEGATIVE = (
    "no change", "no changes", "no significant change", "no interval change", "no increase", "no decrease",
    "no improvement", "no relief", "no further workup", "no response", "no doubt", "no choice", "no worse",
    "not only", "not just", "not merely", "not necessarily", "not certain if", "not certain whether", "not sure if",
    "not clear if", "not clear whether", "not rule out", "not ruled out", "cannot rule out", "can not rule out",
    "cannot be ruled out", "can not be ruled out", "could not be ruled out", "not be excluded", "cannot exclude",
    "not well controlled", "not controlled", "not optimally controlled", "not adequately controlled", "not improved",
    "not improving", "not resolved", "not relieved", "not responding", "not responsive", "not tolerate",
    "not tolerated", "without improvement", "without relief", "without change", "without difficulty",
    "without resolution", "gram negative", "gram-negative", "rh negative", "rh-negative", "no longer controlled",
    "not limited to",
)  # fmt: skip
_BEFORE = (
    "no", "not", "none of", "without", "w/o", "denies", "denied", "denying", "deny", "denial of", "negative for",
    "neg for", "negative history of", "absence of", "absent", "free of", "free from", "never", "never had",
    "never has had", "not had", "no longer has",
    "no longer had", "ruled out", "ruled out for", "rules out", "ruling out", "lack of", "lacks", "lacked", "lacking",
    "neither", "nor", "doesn't", "didn't", "don't", "hasn't", "haven't", "hadn't", "isn't", "aren't", "wasn't",
    "weren't", "fails to reveal", "failed to reveal", "failed to show", "failed to demonstrate", "unremarkable for",
    "nondiagnostic for", "excluded", "rather than", "instead of",
)  # fmt: skip
_AFTER = (
    "absent", "is absent", "are absent", "was absent", "were absent", "denied", "is denied", "are denied",
    "was denied", "were denied", "none", "negative", "is negative", "are negative", "was negative", "were negative",
    "not present", "not seen", "not noted", "not found", "not detected", "not identified", "not appreciated",
    "not evident", "not demonstrated", "not observed", "not elicited", "not reported", "not palpable",
    "ruled out", "is ruled out", "was ruled out", "were ruled out", "has been ruled out", "have been ruled out",
    "been ruled out", "excluded", "was excluded", "has been excluded", "is unlikely", "was unlikely", "unlikely",
    "did not occur", "never occurred",
)  # fmt: skip
_ENDS_SCOPE = (
    "but", "however", "nevertheless", "although", "though", "even though", "yet", "still", "except", "except for",
    "except that", "with the exception of", "aside from", "apart from", "other than", "besides", "only", "who",
    "which", "where", "because", "because of", "since", "due to", "secondary to", "as a result of", "caused by",
    "in the setting of", "as well as having", "positive for", "significant for", "notable for", "remarkable for",
    "presents with", "presented with", "presenting with", "presents for", "presented for", "complains of",
    "complained of", "complaining of", "reports", "reported", "endorses", "endorsed", "notes", "admits to",
    "admits", "admitted", "personal history of", "with a history of", "with history of",
    "has", "had", "developed", "develops", "experienced", "remains on", "is on", "was on", "takes", "started on",
    "was started", "was given", "was treated", "treated with", "continues", "continued", "managed with",
    "responded to", "resolved with", "relieved by", "relieved with", "improved with", "status post", "and the",
    "and is", "and was", "and has", "and had", "and will", "he is", "she is", "he has", "she has", "the patient is",
    "the patient has", "while", "whereas", "until", "then", "now",
)  # fmt: skip


# Behind a mention these begin to negate what follows them.
_STARTS_ANOTHER_SCOPE = ("no", "without", "denies", "negative for", "and no", "denied any")


def _roles(**phrases: Iterable[str]) -> dict[str, str]:
    return {phrase.replace("-", " "): role for role, group in phrases.items() for phrase in group}


_ROLES_BEFORE = _roles(looks=_LOOKS_NEGATIVE, ends=_ENDS_SCOPE, negates=_BEFORE)
_ROLES_AFTER = _roles(looks=_LOOKS_NEGATIVE, ends=(*_ENDS_SCOPE, *_STARTS_ANOTHER_SCOPE), negates=_AFTER)
# A full stop before a blank or comma (not within "5.9"), a semicolon, or a new line that does not go on in lower case.
_SENTENCE_END = re.compile(r"[.!?](?=[\s,]|$)|;|\n\s*(?![a-z\s])")
_WORD = re.compile(r"[\w'/-]+")
# Lists that repeat the word, each time for what follows: "negative fever, negative night sweats".
_NEGATIVE = re.compile(r"(?:^|[,:(]|\band\b)\s{0,3}negative\s{1,2}(?:[\w-]{1,20}\s)?$", re.IGNORECASE)
_NEGATIVE_OF_NEXT = re.compile(
    r"negative\s{1,2}(?!(?:on|at|in|by|and|or|but|today|now|this|per)\b)[a-z]", re.IGNORECASE
)
# "cough (-)", "seizure-free"; a free T4 and free fluid are other words.
_MARKED_ABSENT = re.compile(
    r"\s?\((?:-|–|neg\.?)\)|[\s-]free\b(?!\s(?:T[34]|thyroxine|air|fluid|water|testosterone))",  # noqa: RUF001 - a dash
    re.IGNORECASE,
)


def is_negated(text: str, span: Span) -> bool:
    """Say whether the text says that what stands at the span is absent.

    >>> is_negated("She denies fever, chills or cough.", Span(start=18, end=24))
    True
    >>> is_negated("No fever, but has a cough.", Span(start=20, end=25))
    False
    """
    return _negated_before(sentence_before(text, span.start)) or _negated_after(_sentence_after(text, span.end))


def sentence_before(text: str, end: int) -> str:
    """Give what stands before a place in its sentence, of at most 400 characters."""
    start = max(0, end - _WINDOW)
    # One more character: whether a line goes on in lower case may be seen in the mention only.
    ends = [match.end() for match in _SENTENCE_END.finditer(text[start : end + 1])]
    return text[max((start + offset for offset in ends if start + offset <= end), default=start) : end]


def _sentence_after(text: str, start: int) -> str:
    window = text[start : start + _WINDOW]
    match = _SENTENCE_END.search(window)
    return window[: match.start()] if match else window


def _negated_before(words: str) -> bool:
    if _NEGATIVE.search(words):
        return True
    roles = [role for _, role in _phrases(words, _index_before(), _ROLES_BEFORE) if role != "looks"]
    return bool(roles) and roles[-1] == "negates"


def _negated_after(words: str) -> bool:
    if _MARKED_ABSENT.match(words):
        return True
    found = _phrases(words, _index_after(), _ROLES_AFTER)
    start, role = next(((start, role) for start, role in found if role != "looks"), (0, "ends"))
    if _NEGATIVE_OF_NEXT.match(words, start):
        return False
    return role == "negates" and len(_WORD.findall(words[:start])) <= _WORDS_AFTER


def _phrases(words: str, index: PhraseIndex, roles: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Give where each phrase starts, and its role: leftmost, longest, without overlap."""
    role_of = tuple(roles.values())
    reached = 0
    for start, end, number in index.find(words):
        if start >= reached:
            yield start, role_of[number]
            reached = end


@cache
def _index_before() -> PhraseIndex:
    return PhraseIndex(_ROLES_BEFORE)


@cache
def _index_after() -> PhraseIndex:
    return PhraseIndex(_ROLES_AFTER)
