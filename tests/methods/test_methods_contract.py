"""What every method promises, and how texts become examples."""

from random import Random

import pytest
from examples import questions, relations

from clinsynth.errors import ConfigError
from clinsynth.methods import METHODS, Method
from clinsynth.methods.material import Material
from clinsynth.methods.prompting import CONTEXT_WORDS
from clinsynth.methods.schemes import load_scheme
from clinsynth.ontology import load_ontology
from clinsynth.records import Example

LAYOUTS = {"relations": relations(12), "questions": questions(8)}


def material(layout: str, task: str = "custom", real: list[Example] | None = None) -> Material:
    """Material of a task without a scheme of its own, unless one is named."""
    examples = LAYOUTS[layout] if real is None else real
    labels = sorted({example.label for example in LAYOUTS[layout]})
    return Material(
        scheme=load_scheme(task, labels, layout=layout),
        layout=layout,
        real=examples,
        ontology=load_ontology("core"),
    )


@pytest.fixture(params=list(METHODS))
def method(request: pytest.FixtureRequest) -> Method:
    """Each method of the catalog, with demonstrations."""
    return METHODS.build(request.param, demonstrations=2)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_requests_and_prompts_repeat(method: Method, layout: str) -> None:
    """The same generator gives the same request and prompt."""
    known = material(layout)
    label = known.real[0].label
    made = [method.request("x", label, known, Random(5)) for _ in range(2)]
    assert made[0] == made[1]
    assert len({method.prompt(made[0], known, Random(6)) for _ in range(2)}) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_real_example_is_read_back_from_its_pair(method: Method, layout: str) -> None:
    """What an adapter is taught to write parses into an example of that label with the same arguments."""
    known = material(layout)
    for example in known.real:
        prompt, text = method.pair(example, known)
        assert prompt.endswith("Text:\n")
        assert "\n" not in text
        request = method.request("new", example.label, known, Random(1))
        if layout == "relations" and request.about:
            head, tail = (example.text[s.mentions[0].start : s.mentions[0].end] for s in (example.head, example.tail))  # type: ignore[union-attr]
            request = type(request)(id="new", label=example.label, about={"head": head, "tail": tail})
        made = method.parse(request, text, known).example
        assert made is not None
        assert made.label == example.label
        if layout == "relations":
            assert " ".join(made.text.split()) == " ".join(example.text.split())
            assert {_names(made)} == {_names(example)}
        else:
            assert made.question == example.question


def _names(example: Example) -> tuple[str, ...]:
    sides = [side for side in (example.head, example.tail) if side]
    return tuple(sorted(example.text[side.mentions[0].start : side.mentions[0].end] for side in sides))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_demonstrations_are_of_the_label_asked_for(method: Method, layout: str) -> None:
    """Real examples of other labels are not shown."""
    known = material(layout)
    label = known.real[0].label
    prompt = method.prompt(method.request("x", label, known, Random(2)), known, Random(3))
    shown = [example for example in known.real if method.pair(example, known)[1] in prompt]
    assert len(shown) == 2
    assert {example.label for example in shown} == {label}


def test_the_frame_is_the_one_the_shipped_model_knows() -> None:
    """An attribute prompt states label, style, topic and the pair; a class-conditional one the label alone."""
    known = material("relations", "ddi")
    request = METHODS.build("attribute", describe=False).request("x", "effect", known, Random(1))
    prompt = METHODS.build("attribute").prompt(request, known, Random(1))
    words = known.scheme.labels["effect"]
    head, tail = request.about["head"], request.about["tail"]
    assert prompt == f"[Drug Interaction | {words} | SENTENCE]\nState: {head}; {tail}.\nText:\n"
    bare = METHODS.build("class_conditional")
    assert bare.prompt(bare.request("x", "effect", known, Random(1)), known, Random(1)) == (
        f"[Drug Interaction | {words} | SENTENCE]\nText:\n"
    )


def test_pairs_come_from_the_ontology_and_are_two() -> None:
    """A scheme with a kind draws two different concepts of it; styles and topics are from its lists."""
    known = material("relations", "ddi", real=[])
    drugs = {concept.name for concept in known.ontology.of_kind("medication")}
    attribute = METHODS.build("attribute")
    for seed in range(30):
        about = attribute.request("x", "none", known, Random(seed)).about
        assert {about["head"], about["tail"]} <= drugs
        assert about["head"] != about["tail"]
        assert about["style"] in known.scheme.styles
        assert about["topic"] in known.scheme.topics


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ENTA may raise ENTB.", "warfarin may raise digoxin."),
        ("Digoxin with warfarin, and more warfarin.", "Digoxin with warfarin, and more warfarin."),
        ("ENTA may raise it.", "tail-missing"),
        ("Nothing of the kind.", "head-missing"),
        ("ENTAB and ENTB were given.", "marker-broken"),
    ],
)
def test_arguments_are_located_or_the_reason_is_given(written: str, expected: str) -> None:
    """Placeholders become names, names are found whatever their case, and what is missing is said."""
    known = material("relations")
    attribute = METHODS.build("attribute")
    request = attribute.request("x", "effect", known, Random(1))
    request = type(request)(id="x", label="effect", about={"head": "warfarin", "tail": "digoxin"})
    outcome = attribute.parse(request, written, known)
    if outcome.example is None:
        assert outcome.reason == expected
        return
    made = outcome.example
    assert made.text == expected
    for side, name in ((made.head, "warfarin"), (made.tail, "digoxin")):
        assert side is not None
        assert {made.text[m.start : m.end].lower() for m in side.mentions} == {name}


def test_a_name_within_a_longer_name_is_no_mention() -> None:
    """Insulin is not mentioned where insulin glargine is."""
    known = material("relations")
    attribute = METHODS.build("attribute")
    request = attribute.request("x", "effect", known, Random(1))
    request = type(request)(id="x", label="effect", about={"head": "insulin", "tail": "insulin glargine"})
    assert attribute.parse(request, "Insulin glargine was given alone.", known).reason == "head-missing"
    made = attribute.parse(request, "Insulin glargine and insulin were given.", known).example
    assert made is not None
    assert made.head is not None
    assert [made.text[m.start : m.end] for m in made.head.mentions] == ["insulin"]


def test_a_pair_drawn_from_few_names_is_still_two() -> None:
    """Of few names, head and tail are never the same one."""
    known = material("relations", real=[relations(1)[0], relations(4)[3]])
    for seed in range(30):
        about = METHODS.build("attribute").request("x", "none", known, Random(seed)).about
        assert about["head"] != about["tail"]


@pytest.mark.parametrize(
    ("written", "reason"), [("Warfarin was given.", "no-pair"), ("Warfarin, warfarin.", "no-pair")]
)
def test_a_pair_is_two_different_names(written: str, reason: str) -> None:
    """One drug twice is no pair."""
    known = material("relations", "ddi")
    method = METHODS.build("class_conditional")
    assert method.parse(method.request("x", "none", known, Random(1)), written, known).reason == reason


@pytest.mark.parametrize("written", ["A statement.", "Why?", ""])
def test_what_is_no_question_is_refused(method: Method, written: str) -> None:
    """A question has a question mark and at least four words."""
    known = material("questions")
    request = method.request("x", "yes", known, Random(1))
    assert method.parse(request, written, known).reason == "no-question"


def test_a_long_context_is_shortened_in_the_prompt_only() -> None:
    """The prompt has the first words of a context; the example has all of it."""
    long = Example(id="q", text="word " * 300, label="yes", question="Is this a long one?")
    known = material("questions", real=[long])
    attribute = METHODS.build("attribute")
    request = attribute.request("x", "yes", known, Random(1))
    assert attribute.prompt(request, known, Random(1)).count("word") == CONTEXT_WORDS
    made = attribute.parse(request, "Is this long enough?", known).example
    assert made is not None
    assert made.text == long.text


def test_without_names_or_contexts_there_is_nothing_to_ask_about() -> None:
    """A task without scheme and without real examples is an error that says what to give."""
    for layout in LAYOUTS:
        with pytest.raises(ConfigError, match="give"):
            METHODS.build("attribute").request("x", "yes", material(layout, real=[]), Random(1))


@pytest.mark.parametrize(("task", "layout"), [("ddi", "relations"), ("pubmedqa", "questions")])
def test_schemes_that_ship_have_words_for_every_label(task: str, layout: str) -> None:
    """Each label of the task has words of its own; a label without words is an error."""
    labels = {"ddi": ("none", "mechanism", "effect", "advise", "int"), "pubmedqa": ("yes", "no", "maybe")}[task]
    scheme = load_scheme(task, labels, layout=layout)
    assert len(set(scheme.labels.values())) == len(labels)
    with pytest.raises(ConfigError, match="no words for the label"):
        load_scheme(task, [*labels, "other"], layout=layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_instructions_say_what_is_asked(method: Method, layout: str) -> None:
    """For models that follow instructions, no placeholder is left over and the label's words are in it."""
    known = material(layout)
    told = METHODS.build("class_conditional" if "Class" in type(method).__name__ else "attribute", form="instruction")
    label = known.real[0].label
    prompt = told.prompt(told.request("x", label, known, Random(1)), known, Random(1))
    assert "$" not in prompt
    assert known.scheme.labels[label] in prompt
