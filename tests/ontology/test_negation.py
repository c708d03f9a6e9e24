"""Whether a mention is negated: every [[marked]] mention is, every ((marked)) one is not."""

import re

import pytest

from clinsynth.ontology import is_negated
from clinsynth.records import Span

_MARK = re.compile(r"\[\[(.+?)\]\]|\(\((.+?)\)\)")


def _read(marked: str) -> tuple[str, list[tuple[Span, bool]]]:
    text, expected, position = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        mention = match[1] or match[2]
        expected.append((Span(start=len(text), end=len(text) + len(mention)), match[1] is not None))
        text += mention
        position = match.end()
    return text + marked[position:], expected


@pytest.mark.parametrize(
    "marked",
    [
        "She denies [[fever]], [[chills]], or [[chest pain]].",
        "No [[fever]], but she has a ((cough)).",
        "Denies [[nausea]]. Reports ((vomiting)).",
        "There is no evidence of [[pneumonia]] or [[effusion]].",
        "Negative for [[headache]], positive for ((photophobia)).",
        "He is without [[edema]] and was treated for ((cellulitis)).",
        "The abdomen is free of [[masses]].",
        "Neither [[jaundice]] nor [[pruritus]] is described.",
        "W/o [[dyspnea]]; ((wheezing)) at night.",
        "The patient doesn't have [[diabetes]].",
        "The patient doesn’t have [[diabetes]].",  # noqa: RUF001 - a typographic apostrophe is the point
        "[[Pulmonary embolism]] was ruled out.",
        "[[Chest pain]]: denied.",
        "[[Edema]] is absent.",
        "[[Clubbing]] not seen on examination.",
        "((Hypertension)) with no [[proteinuria]].",
        "((Asthma)), denies [[wheezing]].",
        "((Hypertension)) is not well controlled.",
        "She was not only ((febrile)) but ((hypotensive)).",
        "No change in ((dyspnea)) since yesterday.",
        "Blood cultures grew gram-negative rods in ((sepsis)).",
        "((Pulmonary embolism)) cannot be ruled out.",
        "Symptoms are not relieved by rest; ((angina)) is likely.",
        "No known [[allergies]], with a history of ((asthma)).",
        "He has no [[cough]], although ((fever)) persists.",
        "Denies [[orthopnea]] and\n[[paroxysmal nocturnal dyspnea]].",
        "No [[rash]]\nASSESSMENT: ((psoriasis)).",
        "Potassium was not 5.9 in the [[hyperkalemia]] of today.",
        "She has ((diabetes)). She denies [[polyuria]].",
        "Risks include but are not limited to ((bleeding)) and ((infection)).",
        "((Osteoarthritis)).",
        "Negative [[rash]], negative [[jaundice]].",
        "((Fever)), negative [[cough]]; strep test negative, ((chills)).",
        "[[Cough]] (-), ((wheezing)) (+). He is [[seizure]] free; ((fever)), free T4 normal.",
        "The known ((goiter)) is normal in size and not tender.",
        "Absence of [[fever]], presents with ((headache)).",
        "He never had [[seizures]].",
        "A trial of metformin rather than [[insulin]].",
        "((Fever)) rose again on the evening of the second day though cultures were negative.",
        "((Fever)) rose again on the evening of the second day while both cultures stayed negative.",
        "((Fever)) rose again in the late evening of day two with cultures negative.",
        "He denies, without difficulty in recalling, any [[chest pain]].",
    ],
)
def test_what_is_marked_as_negated_is_negated(marked: str) -> None:
    """The mentions in square brackets are negated, those in round brackets are not."""
    text, expected = _read(marked)
    assert [is_negated(text, span) for span, _ in expected] == [negated for _, negated in expected]


def test_words_beyond_the_sentence_change_nothing() -> None:
    """What stands in other sentences has no say."""
    for before, after in (("No cough. ", ""), ("", " Denied chills."), ("She denies pain.\n", "\nNone negative.")):
        text = f"{before}Fever is high.{after}"
        assert not is_negated(text, Span(start=len(before), end=len(before) + 5))


def test_only_what_is_near_a_mention_counts() -> None:
    """A trigger beyond the longest sentence that a clinician would write has no say, however long the text."""
    for n_words, negated in ((20, True), (200_000, False)):
        text = "no " + "pain or " * n_words + "fever"
        assert is_negated(text, Span(start=len(text) - 5, end=len(text))) is negated
