"""How lists are worded: drugs, results, complaints, relatives, procedures, courses."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinsynth.checks.facts.locating import comparable
from clinsynth.ontology.loading import load_ontology
from clinsynth.ontology.values import find_frequencies, find_measurements
from clinsynth.prompts.joining import bulleted, listed, mixed, strung
from clinsynth.prompts.regimens import Drug, ways
from clinsynth.prompts.results import Result
from clinsynth.prompts.sayings import Complaint, Course, Person, Procedure, Relative
from clinsynth.records import Span

FREQUENCIES = sorted(
    {each for drug in load_ontology("core").of_kind("medication") for each in drug.values("frequencies")}
)
each_seed = given(seed=st.integers(min_value=0, max_value=10_000))


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_every_way_to_word_a_frequency_says_the_same(frequency: str) -> None:
    """What a note says in other words is read back as the frequency of the ontology, in full and abbreviated."""
    (asked,) = find_frequencies(frequency)
    for manner in ("full", "short"):
        for way in ways(frequency, manner):
            (found,) = find_frequencies(way)
            assert comparable(found.value) == comparable(asked.value), way


@each_seed
@pytest.mark.parametrize("manner", ["full", "clause", "short"])
@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("vital/systolic-blood-pressure", "blood pressure", "152/94 mmHg"),
        ("vital/respiratory-rate", "respirations", "22 breaths/min"),
        ("vital/temperature", "temp", "38.4 C"),
        ("vital/temperature", "temp", "101.2 F"),
        ("lab/platelet-count", "platelets", "210 K/uL"),
        ("lab/arterial-pco2", "pCO2", "49 mmHg"),
    ],
)
def test_a_result_is_read_back_in_every_wording(code: str, name: str, value: str, manner: str, seed: int) -> None:
    """Behind its name stands its number, with its unit or with none where that goes without saying."""
    (told,) = Result.worded([Result(name=name, value=value, code=code, is_vital="vital" in code)], manner, Random(seed))
    first = min(told.index(mark) for mark in (" was", " is", " are", " of", " at", " ", "=") if mark in told)
    ends = [place for place in range(first, len(told) + 1) if find_measurements(told, [Span(start=0, end=place)])]
    (found,) = find_measurements(told, [Span(start=0, end=ends[-1])])
    number, _, unit = value.partition(" ")
    assert found.number == number
    assert found.unit in {unit, ""}
    assert unit != "C" or found.unit == "C"


@each_seed
def test_a_plural_stands_with_a_plural_verb(seed: int) -> None:
    """Platelets are, cultures were, hemorrhoids have; a pressure is."""
    random = Random(seed)
    (platelets,) = Result.worded([Result(name="platelets", value="210 K/uL")], "clause", random)
    (cultures,) = Procedure.worded([Procedure(name="blood cultures", shows="")], "clause", random)
    (piles,) = Course.worded([Course(of="hemorrhoids", value="improving")], "clause", random)
    assert not {"is", "was", "has", "continues", "shows", "appears", "seems"} & {
        *platelets.split(),
        *cultures.replace("has undergone", "").split(),
        *piles.split(),
    }


@each_seed
def test_one_way_of_telling_runs_through_a_list(seed: int) -> None:
    """Two drugs taken equally often are so in the same words."""
    drugs = [Drug(name=name, dose="5 mg", frequency="twice daily", change="") for name in ("ramipril", "torasemide")]
    for manner in ("full", "short"):
        told = Drug.worded(drugs, manner, Random(seed))
        assert len({each.partition(" ")[2] for each in told}) == 1


@each_seed
def test_how_long_stands_beside_what_it_is_of(seed: int) -> None:
    """The time is in the words of its complaint, and where no reader takes it for that of the whole list."""
    complaints = [
        Complaint(name=name, since=since) for name, since in (("fever", ""), ("cough", "8 days"), ("rash", ""))
    ]
    told = Complaint.worded(complaints, "full", Random(seed))
    (with_time,) = (each for each in told if "day" in each)
    assert "cough" in with_time
    assert " a 8" not in f" {with_time}"
    assert told.index(with_time) == (0 if with_time.startswith("cough") else 2)
    assert not any("," in each for each in told)


@each_seed
def test_what_is_counted_has_an_article_in_full(seed: int) -> None:
    """One has a boil or an ulcer, but cough."""
    complaints = [Complaint(name=name, since="") for name in ("boil", "ulcer on the foot", "cough", "mouth sores")]
    assert Complaint.worded(complaints, "full", Random(seed)) == [
        "a boil",
        "an ulcer on the foot",
        "cough",
        "mouth sores",
    ]
    assert "boil" in Complaint.worded(complaints, "short", Random(seed))


def test_only_what_goes_into_the_body_is_undergone() -> None:
    """Blood cultures are done; a hernia repair may be undergone."""
    names = [
        each.name
        for each in load_ontology("core").of_kind("procedure")
        if each.attributes["type"] in {"laboratory", "functional test"} and "catheterization" not in each.name
    ]
    undergone = "underwent {name}"
    assert not [name for name in names if undergone in Procedure(name=name, shows="").forms("clause")]
    assert undergone in Procedure(name="ventral hernia repair", shows="").forms("clause")


def test_no_abbreviation_that_is_known_to_be_misread_is_written() -> None:
    """None of those of the "Do Not Use" list of the Joint Commission and of the ISMP for frequencies."""
    for frequency in FREQUENCIES:
        assert not {"q.d.", "qd", "q.o.d.", "qod", "h.s.", "q.h.s.", "qhs"} & {
            word.lower() for way in ways(frequency, "short") for word in way.split()
        }


@each_seed
def test_blanks_before_units_are_alike_in_a_list(seed: int) -> None:
    """No "500mg" stands beside "2 g"."""
    drugs = [Drug(name="a", dose=dose, frequency="", change="") for dose in ("500 mg", "2 g", "25 mcg", "10 mL")]
    assert len({" " in each.removeprefix("a ") for each in Drug.worded(drugs, "short", Random(seed))}) == 1


@each_seed
def test_nobody_has_started_what_is_given_once(seed: int) -> None:
    """A single dose is new."""
    drug = Drug(name="ceftriaxone", dose="1 g", frequency="as a single dose", change="started")
    for manner in ("full", "short"):
        (told,) = Drug.worded([drug], manner, Random(seed))
        assert told.endswith(("(new)", "(added)"))


@each_seed
def test_an_absence_in_what_was_shown_does_not_reach_the_name(seed: int) -> None:
    """No name of a study stands behind "without"."""
    for manner in ("clause", "short"):
        (told,) = Procedure.worded([Procedure(name="foot x-ray", shows="spur without fracture")], manner, Random(seed))
        assert told.index("foot x-ray") < told.index("without")


@each_seed
def test_a_family_without_a_condition_is_called_so(seed: int) -> None:
    """What nobody has is denied of the family in so many words, never as "no obesity (family)"."""
    relative = Relative(who="family", condition="obesity", negated=True, whose="her")
    for manner in ("full", "short"):
        (told,) = Relative.worded([relative], manner, Random(seed))
        assert "(family)" not in told
        assert "no " in told or "negative for" in told


def test_a_person_without_age_or_sex_is_the_patient() -> None:
    """What is not known is not made up."""
    assert Person.worded([Person(age="", sex="")], "short", Random(1)) == ["patient"]


@given(items=st.lists(st.text("abc", min_size=1, max_size=3), max_size=5), seed=st.integers())
def test_joining_and_mixing_lose_nothing(items: list[str], seed: int) -> None:
    """Every item is there, as often as before."""
    random = Random(seed)
    assert sorted(mixed(items, random=random)) == sorted(items)
    for joined in (listed(items, random=random), listed(items, "or", random=random), strung(items, random=random)):
        assert all(item in joined for item in items)


def test_a_dash_before_a_number_makes_no_range() -> None:
    """A list with an item that begins with a figure has stars."""
    assert bulleted(["platelets 373", "24-hour urine calcium 312"]).startswith("* Platelets 373\n* 24-hour")
