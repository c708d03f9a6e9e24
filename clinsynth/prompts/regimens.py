"""Drugs with dose, frequency and change, as lists of medications word them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

_AS_NEEDED = "as needed"
# Words for a frequency that say the same: in full, and as prescriptions have it. What is not here stands as it is.
_IN_FULL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "once daily": ("once daily", "daily", "once a day", "every day", "once per day"),
        "twice daily": ("twice daily", "twice a day", "two times a day", "two times daily", "twice per day"),
        "three times daily": ("three times daily", "three times a day", "three times per day"),
        "four times daily": ("four times daily", "four times a day", "four times per day"),
        "at bedtime": ("at bedtime", "nightly", "at night", "every night", "before bed"),
        "every morning": ("every morning", "in the morning", "each morning"),
        "once weekly": ("once weekly", "weekly", "once a week", "every week"),
        "twice weekly": ("twice weekly", "twice a week", "two times a week"),
        "three times weekly": ("three times weekly", "three times a week"),
        "once monthly": ("once monthly", "monthly", "once a month", "every month"),
        "every hour": ("every hour", "hourly"),
        "as a single dose": ("as a single dose", "single dose", "once", "as single dose"),
        _AS_NEEDED: (_AS_NEEDED, _AS_NEEDED, "p.r.n.", "prn"),
    }
)
# None that is known to be misread: q.d., q.o.d. (Joint Commission, "Do Not Use" list), h.s., q.h.s. (ISMP).
_PRESCRIBED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "once daily": ("daily", "q day", "once daily", "every day", "once a day"),
        "twice daily": ("b.i.d.", "BID", "bid", "twice daily", "2 times daily"),
        "three times daily": ("t.i.d.", "TID", "tid", "3 times daily", "3 times a day"),
        "four times daily": ("q.i.d.", "QID", "qid", "four times daily", "four times a day"),
        "at bedtime": ("nightly", "at night", "at bedtime", "q night", "every night"),
        "every morning": ("q.a.m.", "qAM", "every morning"),
        "once weekly": ("weekly", "q week", "q. week", "every week"),
        "once monthly": ("monthly", "every month"),
        "every other day": ("every other day",),
        "every hour": ("hourly", "every hour"),
        "as a single dose": ("once", "single dose"),
        _AS_NEEDED: ("p.r.n.", "prn", "PRN"),
    }
)
_HOURS = re.compile(r"every (\d{1,2}) hours")
_EVERY_SO_MANY_HOURS = {
    "full": ("every {} hours", "every {} hours", "every {} hrs", "q {} hours"),
    "short": ("q{}h", "q.{}h.", "q. {} hours", "q {} hrs", "q{}hrs", "every {} h"),
}
_CHANGED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "started": ("(started)", "(new)", "(newly started)", "(just started)", "(added)", "(new start)"),
        "increased": ("(increased)", "(dose increased)", "(dose raised)", "(raised)", "(titrated up)"),
        "reduced": ("(reduced)", "(dose reduced)", "(dose lowered)", "(lowered)", "(titrated down)"),
    }
)
_SINGLE_DOSE = "as a single dose"
_ONCE_ADDED = ("(new)", "(added)")  # nobody has "started" what is given once


def ways(frequency: str, manner: str) -> tuple[str, ...]:
    """Give words for a frequency: "full" or as a prescription has it, "short".

    >>> ways("every 6 hours as needed", "short")[:2]
    ('q6h p.r.n.', 'q6h prn')
    """
    often, needed = frequency.removesuffix(_AS_NEEDED).strip(), frequency.endswith(_AS_NEEDED)
    told = _often(often, manner)
    if not needed:
        return told
    asked = (_PRESCRIBED if manner == "short" else _IN_FULL)[_AS_NEEDED]
    return tuple(f"{way} {as_needed}".strip() for way in told for as_needed in asked)


def _often(often: str, manner: str) -> tuple[str, ...]:
    if hours := _HOURS.fullmatch(often):
        return tuple(form.format(hours[1]) for form in _EVERY_SO_MANY_HOURS[manner])
    return (_PRESCRIBED.get(often) if manner == "short" else None) or _IN_FULL.get(often, (often,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Drug:
    """A drug that the patient takes now.

    Attributes:
        dose: "" where the case has none; so is the frequency.
        change: "started", "increased" or "reduced" at this encounter, else "".
    """

    name: str
    dose: str
    frequency: str
    change: str

    def __str__(self) -> str:
        return spaced(self.name, self.dose, self.frequency, f"({self.change})" if self.change else "")

    @property
    def changed(self) -> str:
        """The change first: "increased metformin to 1000 mg twice daily"."""
        amount = spaced(self.dose, self.frequency)
        return spaced(self.change, self.name, "to" if amount and self.change != "started" else "", amount)

    @classmethod
    def worded(cls, drugs: Sequence["Drug"], manner: str, random: Random) -> list[str]:
        """Word the drugs of a list, each frequency and change in one way throughout.

        Manners are "full" ("metformin 500 mg twice a day (new)") and "short" ("metformin 500mg BID (new)"), each with
        "without change" behind a comma.
        """
        manner, _, without_change = manner.partition(", ")
        way = {each: random.choice(ways(each, manner)) for each in dict.fromkeys(drug.frequency for drug in drugs)}
        change = {each: "" if without_change else random.choice(forms) for each, forms in _CHANGED.items()}
        once = {"started": "" if without_change else random.choice(_ONCE_ADDED)}
        is_tight = manner == "short" and random.random() < _SHARE_TIGHT
        return [
            spaced(
                drug.name,
                _BEFORE_A_UNIT.sub("", drug.dose) if is_tight else drug.dose,
                way[drug.frequency],
                (once if drug.frequency == _SINGLE_DOSE else change).get(drug.change, ""),
            )
            for drug in drugs
        ]


_BEFORE_A_UNIT = re.compile(r"(?<=\d) (?=(?:mg|mcg|g|mL)\b)")
_SHARE_TIGHT = 0.4  # how often no blank stands between a number and its unit, in notes of few words


def spaced(*parts: str) -> str:
    """Join what is there with blanks."""
    return " ".join(part for part in parts if part)
