"""All codes that checks give: what each means and from which score on it rejects a note by default."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from clinsynth.checks import Code
from clinsynth.checks.phi.kinds import KINDS
from clinsynth.errors import ConfigError, nearest

# PHI is a matter of the recognizer's confidence; months alone and bare numbers stay below it.
_PHI_LIMIT = 0.5
# Above the score of what rests on curated knowledge.
_PLAUSIBILITY_LIMIT = 0.5
_IMPLAUSIBLE: Mapping[str, str] = MappingProxyType(
    {
        "allergy": "a drug of a class that the patient is allergic to",
        "class-twice": "two drugs of one class",
        "contraindicated": "a drug that a condition of the patient, or its class, forbids",
        "daily-dose": "more of a drug in a day than is given to adults",
        "dose": "a single dose outside the range that adults are given",
        "excluded": "two conditions that nobody has at once",
        "impossible-result": "a result that no living patient is expected to have",
        "interaction": "two drugs with a major interaction",
        "kidney": "a drug that is avoided at the stated eGFR",
        "pregnancy": "a drug that is avoided in pregnancy, beside a condition of pregnancy",
        "wrong-age": "a condition or drug that the patient's age excludes",
        "wrong-direction": "a result on the side where no condition of the patient takes it",
        "wrong-sex": "a condition, symptom or drug of the other sex",
    }
)

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "entities/not-in-case": Code("a drug, condition or symptom that the case does not have (score by kind)", 0.85),
        "entities/unknown-drug": Code(
            "a word where a drug stands that is no known drug (1.0: nothing is near it)", 0.8
        ),
        "entities/unknown-mention": Code(
            "a substance or disease, says the recognizer, that neither ontology nor case knows (score by type)", 0.8
        ),
        "facts/contradicted": Code("the text says otherwise than the case, or than itself", 0.7),
        "facts/missing": Code("a fact of the case is not stated (score by kind)", 0.9),
        "form/empty": Code("there is no text", 1.0),
        "form/garbled": Code("characters that no note holds, or few letters", 0.7),
        "form/invented-slot": Code("a typed slot that nothing was asked for, left in the text", 0.5),
        "form/missing-section": Code("a heading without text", 0.8),
        "form/missing-slot": Code("a typed slot that was asked for and not written (score by kind of fact)", 0.9),
        "form/prompt-leak": Code("a part of a prompt stands in the text", 0.5),
        "form/repetition": Code("words in a row, or sentences, that say the same again and again", 0.7),
        "form/too-long": Code("longer than what is looked at", 1.0),
        "form/too-short": Code("fewer words than a note has (1.0: none)", 0.5),
        "form/unfinished": Code("a section breaks off in the middle of a sentence", 0.8),
        "overlap/near-copy": Code("nearly the same text as a reference note (score: Jaccard similarity)", 0.5),
        "overlap/verbatim": Code("a run of words that a reference note holds (1.0: twice the least length)", 0.5),
        "phi/unchecked": Code("the end of a note too long to be looked at", 0.5),
    }
    | {
        f"plausibility/{name}": Code(f"{meaning} (score by source)", _PLAUSIBILITY_LIMIT)
        for name, meaning in _IMPLAUSIBLE.items()
    }
    | {f"phi/{name}": Code(kind.looked_for, _PHI_LIMIT) for name, kind in KINDS.items()}
)


def declared_by(kinds: Iterable[object]) -> dict[str, Code]:
    """Give the codes that checks of other packages (or their classes) declare as `codes`."""
    declared: dict[str, Code] = {}
    for kind in kinds:
        declared |= getattr(kind, "codes", {})
    return declared


def codes_of(kinds: Iterable[object]) -> dict[str, Code]:
    """Give all codes that these checks (or their classes) can give: ours, and those they declare."""
    return {**declared_by(kinds), **CODES}


def default_limits(
    overrides: Mapping[str, float | None] | None = None, *, codes: Mapping[str, Code] = CODES
) -> dict[str, float | None]:
    """Give the limit of every code: the default, unless the code or its family ("phi") is overridden.

    Args:
        overrides: Code or family to its limit.
        codes: The codes there are: `codes_of` the checks that run.

    Raises:
        ConfigError: There is no such code or family.
    """
    limits = {code: about.limit for code, about in codes.items()}
    given = overrides or {}
    families = {code.partition("/")[0] for code in codes}
    for name in given:
        if name not in codes and name not in families:
            raise ConfigError(f'limits: there is no code "{name}"; {nearest(name, [*codes, *families])}')
    for code in limits:
        family = code.partition("/")[0]
        if code in given or family in given:
            limits[code] = given[code] if code in given else given[family]
    return limits


def codes_table() -> str:
    """Give the table of codes in Markdown, in order."""
    lines = ["| code | meaning | rejects from |", "|---|---|---|"]
    for code, about in sorted(CODES.items()):
        limit = "never" if about.limit is None else f"{about.limit:g}"
        lines.append(f"| {code} | {about.meaning} | {limit} |")
    return "\n".join(lines) + "\n"
