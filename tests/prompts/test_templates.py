"""Templates: every file that ships, and what a template promises."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml
from telling import NOTE_TYPES, full_case, obedient, words_of

from clinsynth.errors import ConfigError
from clinsynth.extras import data_dir
from clinsynth.prompts import Section, assemble, find_headings, load_template, split_sections
from clinsynth.records import Case, Fact

SHIPPED = sorted(
    path.relative_to(data_dir("configs")).as_posix() for path in data_dir("configs").glob("prompts/*.yaml")
)


def _fact(number: int, kind: str, value: str, *, subject: str = "patient", negated: bool = False) -> Fact:
    return Fact(id=f"f{number}", kind=kind, subject=subject, relation="is", value=value, negated=negated)


def _case(note_type: str = "history_and_physical", case_id: str = "case-000001") -> Case:
    return Case(
        id=case_id,
        note_type=note_type,
        specialty="Cardiology",
        attributes={"age": "64", "sex": "female", "style": "narrative"},
        facts=(
            _fact(1, "age", "64"),
            _fact(2, "sex", "female"),
            _fact(3, "condition", "hypertension"),
            _fact(4, "condition", "obesity"),
            _fact(5, "symptom", "headache"),
            _fact(6, "symptom", "chest pain", negated=True),
            _fact(7, "medication", "lisinopril"),
            _fact(8, "dose", "10 mg", subject="lisinopril"),
            _fact(9, "frequency", "twice daily", subject="lisinopril"),
            _fact(10, "lab", "1.6 mg/dL", subject="creatinine"),
            _fact(11, "vital", "152/94 mmHg", subject="blood pressure"),
            _fact(12, "allergy", "latex"),
            _fact(13, "medication", "aspirin"),
        ),
    )


def _note_type(section: dict[str, object], states: Sequence[str] = ()) -> dict[str, object]:
    return {"note_types": {"note": {"sections": [section], "states": list(states)}}}


_SURFACES: dict[str, object] = {"surfaces": "surfaces.yaml"}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a template and a layout of one section, with some keys changed."""

    def write(layout: dict[str, object] | None = None, **changed: object) -> Path:
        section = {"headings": ["PLAN"], "written": ["main condition"]}
        content = {
            "name": "mine",
            "about": "a test",
            "layout": "layout.yaml",
            "variables": ["frame"],
            "prompt": "{{ frame }}",
            "variants": [{}],
        }
        listed = {"variables": ["labs"], "note_types": {"progress_note": {"sections": [section]}}} | (layout or {})
        (tmp_path / "layout.yaml").write_text(yaml.safe_dump(listed))
        surfaces = {"variables": ["labs"], "surfaces": {"labs": {"narrative": ["{{ labs | lines }}"]}}}
        (tmp_path / "surfaces.yaml").write_text(yaml.safe_dump(surfaces))
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content | changed))
        return path

    return write


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_every_template_has_every_note_type(name: str, note_type: str) -> None:
    """Each template that ships gives sections for each type of note, some of them for a model to write."""
    template = load_template(name)
    for attempt in range(4):
        sections = template.sections(_case(note_type), attempt)
        assert any(section.prompt for section in sections)
        assert all(bool(section.prompt) != bool(section.text) for section in sections)


@pytest.mark.parametrize(
    "name", ["prompts/attribute_controlled.yaml", "prompts/instruct.yaml", "prompts/whole_note.yaml"]
)
@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_a_note_names_every_fact_somewhere(name: str, note_type: str) -> None:
    """What prompts ask for and what is rendered together cover the kinds of facts that a type of note states."""
    case, template = full_case(note_type), load_template(name)
    said = "\n\n".join(f"{section.heading}: {section.prompt or section.text}" for section in template.sections(case, 0))
    told = template.states(note_type)
    assert not [
        fact.id for fact in case.facts if fact.kind in told and not re.search(words_of(fact), said, re.IGNORECASE)
    ]


def test_class_conditional_prompts_say_nothing_of_the_case() -> None:
    """Two cases of one class have the same prompts."""
    template = load_template("prompts/class_conditional.yaml")
    prompts = [section.prompt for section in template.sections(_case(), 0) if section.prompt]
    assert re.fullmatch(r"\[History and Physical \| Cardiology \| HISTORY[A-Z ]*\]\nText:\n", prompts[0] or "")
    assert not any("hypertension" in prompt or "64" in prompt for prompt in prompts)


def test_the_embedded_models_prompt_is_the_frame() -> None:
    """Attribute-controlled prompts are the frame, line break at the end included: the model saw nothing else."""
    sections = load_template("prompts/attribute_controlled.yaml").sections(_case("discharge_summary"), 0)
    course = next(section for section in sections if section.heading == "HOSPITAL COURSE")
    assert course.prompt == (
        "[Discharge Summary | Cardiology | HOSPITAL COURSE]\n"
        "Age: 64. Sex: female. Style: narrative.\n"
        "State: hypertension; lisinopril 10 mg twice daily; creatinine 1.6 mg/dL.\n"
        "Text:\n"
    )


@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_the_age_is_asked_for_where_real_notes_tell_it(note_type: str) -> None:
    """It has a slot where the narrative opens, but not in what was seen or done: there a record tells it before."""
    sections = load_template("prompts/slotted.yaml").sections(_case(note_type), 0)
    asked = [section.heading for section in sections if "[AGE]" in section.slots]
    is_told = any("64" in (section.text or "") for section in sections)
    if note_type in {"operative_note", "radiology_report"}:
        assert (is_told, asked) == (True, [])
    else:
        assert len(asked) == 1


def test_an_attempt_uses_the_next_variant() -> None:
    """Attempt k takes variant k modulo their number; the facts asked for stay the same."""
    template = load_template("prompts/attribute_controlled.yaml")
    first, second, *_, again = (template.sections(_case(), attempt) for attempt in range(4))
    assert first == again
    assert first != second
    pairs = zip(first, second, strict=True)
    assert all(sorted((one.prompt or "").split()[-1:]) == sorted((two.prompt or "").split()[-1:]) for one, two in pairs)
    assert [section.text for section in first] == [section.text for section in second]


def test_surfaces_vary_by_case_and_by_nothing_else() -> None:
    """Rendered sections differ from case to case, and are the same each time, and in each attempt, for one case."""
    template = load_template("prompts/attribute_controlled.yaml")

    def told(number: int, attempt: int) -> list[str]:
        sections = template.sections(_case(case_id=f"case-{number:06d}"), attempt)
        return [f"{section.heading}: {section.text}" for section in sections if section.text]

    texts = [told(number, 0) for number in range(30)]
    assert texts == [told(number, 1) for number in range(30)]
    drugs = [next(text for text in each if "isinopril" in text) for each in texts]
    assert len(set(drugs)) > 25


def test_the_hash_follows_the_content(written: Callable[..., Path]) -> None:
    """Another prompt, or another layout, is another version; a comment is not."""
    before = load_template(written()).hash
    path = written()
    path.write_text(f"# a comment\n{path.read_text()}")
    from clinsynth.prompts import templates

    def fresh(path: Path) -> str:
        templates._load.cache_clear()
        return load_template(path).hash

    assert fresh(path) == before
    assert fresh(written(prompt="{{ frame }} ")) != before
    assert fresh(written(layout={"variables": []})) != before


def test_the_hash_follows_every_file_that_is_named(written: Callable[..., Path], tmp_path: Path) -> None:
    """Other surfaces, or other counts of wordings, are another version; another order of the counts is not."""
    from clinsynth.prompts import templates

    def fresh(surface: str, counts: str) -> str:
        path = written(layout=_SURFACES, usage="usage.tsv")
        (tmp_path / "usage.tsv").write_text(f"concept\twording\tcount\n{counts}")
        surfaces = {"variables": ["labs"], "surfaces": {"labs": {"narrative": [surface]}}}
        (tmp_path / "surfaces.yaml").write_text(yaml.safe_dump(surfaces))
        templates._load.cache_clear()
        return load_template(path).hash

    counts = ("condition/x\tx\t3\n", "condition/y\ty\t2\n")
    before = fresh("{{ labs }}", "".join(counts))
    assert fresh("{{ labs }}", "".join(reversed(counts))) == before
    assert fresh("{{ labs }}.", "".join(counts)) != before
    assert fresh("{{ labs }}", counts[0]) != before


@pytest.mark.parametrize("note_type", NOTE_TYPES)
def test_a_whole_note_is_one_prompt_and_all_written(note_type: str) -> None:
    """The prompt names each heading in its order with what is to stand below; the note is what the model wrote."""
    case, by_section = full_case(note_type), load_template("prompts/instruct.yaml").sections(full_case(note_type), 1)
    (asked,) = sections = load_template("prompts/whole_note.yaml").sections(case, 1)
    prompt = asked.prompt or ""
    places = [prompt.index(f"\n{section.heading}: ") for section in by_section if section.heading]
    assert places == sorted(places)
    assert all(section.text in prompt for section in by_section if section.text)
    for section in by_section:
        said = [line for line in (section.prompt or "").splitlines() if line.startswith("- ")]
        assert "\n".join(said) in prompt
    text, written = assemble(case, sections, ["\nHISTORY:\nCough.\n\nPLAN:\nRest.\n"])
    assert [text[span.start : span.end] for span in written] == ["HISTORY:\nCough.\n\nPLAN:\nRest."]
    assert [heading for heading, _ in split_sections(text)] == ["HISTORY", "PLAN"]


def test_a_note_without_headings_in_places_keeps_its_ranges() -> None:
    """Text without a heading stands between others; the ranges of what was written are right behind it."""
    case = full_case("clinic_letter")
    sections = load_template("prompts/attribute_controlled.yaml").sections(case, 0)
    text, written = assemble(case, sections, [obedient(section) for section in sections])
    assert re.search(r"^(?:Dear|To the) [a-z ]+,\n\n[A-Z]", text, re.MULTILINE)
    assert [text[span.start : span.end] for span in written] == [
        obedient(section) for section in sections if section.prompt
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_template_says_what_a_chat_model_is_told_first(name: str) -> None:
    """Templates in plain words have a system text; those in the frame of the embedded model have none."""
    template = load_template(name)
    asked = next(section.prompt or "" for section in template.sections(_case(), 0) if section.prompt)
    assert bool(template.system) == (not asked.startswith("[History and Physical | "))


def test_states_are_asked_by_type_of_note() -> None:
    """The planner learns from the template which kinds of facts a radiology report can hold."""
    template = load_template("prompts/attribute_controlled.yaml")
    assert template.states("radiology_report") < template.states("discharge_summary")
    assert "medication" not in template.states("radiology_report")
    with pytest.raises(ConfigError, match='did you mean "radiology_report"'):
        template.states("radiology_reports")


@pytest.mark.parametrize(
    ("changed", "layout", "says"),
    [
        ({"prompt": "{{ frame }}{{ heading }}"}, {}, 'uses "heading" without declaring it'),
        ({"variables": ["frame", "headng"]}, {}, 'declares "headng", which no case has; did you mean "heading"?'),
        ({"prompt": "{{ frame"}, {}, "is not Jinja2"),
        ({"prompt": "{{ frame | nothing }}"}, {}, "is not Jinja2"),
        ({"variants": [{"order": "at random"}]}, {}, 'there is no order "at random"'),
        ({"variants": []}, {}, "variants"),
        ({"promt": "x"}, {}, "promt"),
        ({}, _note_type({"headings": ["A"], "written": ["main drgs"]}), 'did you mean "main drug"?'),
        ({}, _note_type({"headings": ["A"]}), "either"),
        ({}, _note_type({"headings": ["A"], "rendered": ["{{ vitals }}"]}), 'uses "vitals"'),
        ({}, _note_type({"headings": ["A"], "rendered": "lbs"}) | _SURFACES, 'did you mean "labs"?'),
        ({}, _note_type({"headings": ["A"], "written": []}, states=["labs"]), 'states "labs"; did you mean "lab"?'),
        ({"scope": "note", "variables": ["frame"]}, {}, 'declares "frame", which no case has'),
        ({"variables": ["sections"]}, {}, 'declares "sections", which no case has'),
        ({"system": "Write for {{ age }}"}, {}, "takes no variables"),
        ({"verbalize": ["spoken"]}, {}, "verbalize"),
    ],
)
def test_a_wrong_template_is_refused_with_one_clear_line(
    written: Callable[..., Path], changed: dict[str, object], layout: dict[str, object], says: str
) -> None:
    """What is wrong is said when the file is read, not when the thousandth note is written."""
    with pytest.raises(ConfigError) as caught:
        load_template(written(layout, **changed))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "source", ["{{ labs[0].secret }}", "{{ labs.__class__.__mro__ }}", "{{ labs[0].value / 2 }}", "{{ labs[7] }}"]
)
def test_a_template_cannot_reach_out_of_its_sandbox(written: Callable[..., Path], source: str) -> None:
    """What a rendered text may not or cannot read is an error of the configuration."""
    layout = {"note_types": {"progress_note": {"sections": [{"headings": ["LABS"], "rendered": [source]}]}}}
    with pytest.raises(ConfigError, match="cannot be rendered"):
        load_template(written(layout)).sections(_case("progress_note"), 0)


def test_an_unknown_note_type_is_named(written: Callable[..., Path]) -> None:
    """A case of a type that the template lacks is an error that names the nearest."""
    with pytest.raises(ConfigError, match='did you mean "progress_note"'):
        load_template(written()).sections(_case("progress_notes"), 0)


def test_written_ranges_are_what_the_model_wrote() -> None:
    """The ranges that `assemble` gives hold exactly the texts of prompted sections; its headings are found again."""
    case = _case()
    sections = load_template("prompts/attribute_controlled.yaml").sections(case, 0)
    texts = [section.text or f" Model text {place}.\n" for place, section in enumerate(sections)]
    text, written = assemble(case, sections, texts)
    assert [text[span.start : span.end] for span in written] == [
        f"Model text {place}." for place, section in enumerate(sections) if section.prompt
    ]
    assert [heading for heading, _ in split_sections(text)] == [section.heading for section in sections]
    assert text.endswith(".\n")


def test_an_empty_section_leaves_no_heading() -> None:
    """A section without text is left out, wherever it stands."""
    sections = (
        Section(heading="A PLAN", prompt="p"),
        Section(heading="LABS", text="x"),
        Section(heading="END", prompt="p"),
    )
    text, written = assemble(_case(), sections, ["", "x", " "])
    assert (text, written) == ("LABS:\nx\n", ())
    assert [heading.name for heading in find_headings(text)] == ["LABS"]
    assert assemble(_case(), sections[:1], [""]) == ("", ())
