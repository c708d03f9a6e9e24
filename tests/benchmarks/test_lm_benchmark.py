"""What the benchmark of the language model counts, on notes made here."""

import json
from pathlib import Path
from typing import Any

import facts
import measure
import numpy as np
import pytest
from bits import BARE, PROMPTED, UNTOLD, scored
from copies import Training
from kneser_ney import fit
from runs import Run, paired
from texts import fewest, measured_notes, told
from variety import matched

from clinsynth.checkpoints import load_model, load_tokenizer
from clinsynth.checks import CHECKS, Parsed
from clinsynth.checks.parsing import parse
from clinsynth.config import Config, dump_config
from clinsynth.data import data_root
from clinsynth.data.splits import load_splits, note_clusters
from clinsynth.errors import InputError
from clinsynth.ontology import MentionFinder, load_ontology
from clinsynth.records import Case, Fact, Note, Span, Verdict
from clinsynth.storage import write_records
from clinsynth.training.model_card import read_card, write_card
from clinsynth.workflows.shipped import SHIPPED_DIR
from clinsynth.workflows.stages import Checked

NARRATIVE = "A 64-year-old woman with asthma and gout, who takes metformin."
OTHER = "She has hypothyroidism too. A penicillin allergy is known."


def fact(number: int, kind: str, value: str, relation: str = "has") -> Fact:
    """Make a fact; what the ontology names has its code."""
    concepts = [found.concept for found in MentionFinder(load_ontology("core"))(value)]
    code = concepts[0].id if concepts else None
    return Fact(id=f"f{number}", kind=kind, subject="patient", relation=relation, value=value, code=code)


def case(number: int, *values: tuple[str, str], fill: int = 0) -> Case:
    """Make a case of kinds and values, with as many further drugs."""
    told = [*values, *(("medication", f"drug{place}") for place in range(fill))]
    listed = tuple(
        fact(place, kind, value, "takes" if kind == "medication" else "has") for place, (kind, value) in enumerate(told)
    )
    return Case(
        id=f"case-{number}",
        note_type="progress_note",
        specialty="General Medicine",
        attributes={"age": "64", "sex": "female"},
        facts=listed,
    )


CARD: dict[str, Any] = {
    "kind": "language model",
    "data": [{"dataset": "mtsamples", "split": "base", "licence": "CC0"}],
    "recipe_sha256": "0" * 64,
    "seed": 7,
    "machine": "x86_64",
    "versions": {},
    "n_parameters": 1,
    "trained": {},
    "limits": ["a toy"],
}
OWN = (("age", "64"), ("sex", "female"), ("condition", "asthma"), ("condition", "gout"))


def checked(number: int, text: str, of: Case, *, narrated: int, accepted: bool) -> Checked:
    """Make a note whose first facts stand in what a model wrote, the others in what was rendered."""
    written = (Span(start=0, end=len(text)),)
    note = Note(
        id=f"case-{number}",
        text=f"{text}\n\nRENDERED:\nthe rest.",
        note_type="progress_note",
        case=of,
        written=written,
        stated={
            each.id: (Span(start=0, end=5) if place < narrated else Span(start=len(text) + 3, end=len(text) + 6),)
            for place, each in enumerate(of.facts)
        },
    )
    found = CHECKS.build("entities")([Parsed(note, parse)])[0]
    return Checked(note=note, findings=tuple(found), verdict=Verdict(note_id=note.id, accepted=accepted))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Make the folder of a run of two attempts: four full cases, and one with few facts."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "run.yaml").write_text(dump_config(Config.model_validate({"name": "toy", "writing": {"attempts": 2}})))
    full = [case(number, *OWN, fill=4) for number in range(4)]
    first = [
        checked(0, NARRATIVE, full[0], narrated=5, accepted=True),  # counts at once
        checked(1, NARRATIVE, full[1], narrated=3, accepted=True),  # too little in narrative
        checked(2, NARRATIVE, full[2], narrated=8, accepted=False),  # counts at the second attempt
        checked(3, NARRATIVE, full[3], narrated=8, accepted=False),
        checked(4, OTHER, case(4, *OWN), narrated=4, accepted=True),  # four facts alone: no case of the rule
    ]
    second = [
        checked(2, NARRATIVE, full[2], narrated=4, accepted=True),
        checked(3, NARRATIVE, full[3], narrated=8, accepted=False),
    ]
    for attempt, items in enumerate((first, second)):
        write_records(folder / "work" / f"pass-{attempt}" / "checked" / "00000.jsonl", items)
    return Run(folder)


def test_the_yield_counts_full_cases_with_four_facts_in_narrative(run: Run) -> None:
    """A case counts with six facts or more, an accepted note, and four of them where the model wrote."""
    assert [(facts.yielded(run, within).value, facts.yielded(run, within).n) for within in (1, 2)] == [
        (0.25, 4),
        (0.5, 4),
    ]
    # Of four narrated facts two are age and sex; of five, three are left.
    assert facts.yielded(run, 2, with_age_and_sex=False).value == 0.0
    assert [facts.accepted(run, within).value for within in (1, 2)] == [0.6, 0.8]


def test_chance_counts_what_the_yield_counts(run: Run) -> None:
    """Where age and sex are not counted of a case, they are not counted of its stranger either."""
    finder = MentionFinder(load_ontology("core"))
    # Cases alike: by chance a note states age, sex, asthma and gout of the next one, which are four facts or two.
    assert facts.yielded_by_chance(run, 2, finder).value == 0.75
    assert facts.yielded_by_chance(run, 2, finder, with_age_and_sex=False).value == 0.0


def test_facts_are_stated_by_the_model_where_it_wrote_them(run: Run) -> None:
    """The share is of all facts of all cases before filtering; a stranger's facts are those that chance gives."""
    own, chance = facts.shares_stated(run, MentionFinder(load_ontology("core")), seed=1)
    assert own.value == pytest.approx((5 + 3 + 8 + 8 + 4) / (4 * 8 + 4))
    # Cases alike are strangers in name only: four facts of the next case are found by reading.
    assert chance.value > 0


def test_what_is_made_up_is_counted_once_and_only_where_the_model_wrote(run: Run) -> None:
    """A drug and a condition that no case has are counted in each note that names them, an own condition is not."""
    found = facts.made_up(paired(run.first), CHECKS.build("entities"), seed=1)
    assert found["medication"][0].value == pytest.approx(4 / 5)  # metformin, in four notes
    assert found["condition"][0].value == pytest.approx(1 / 5)  # hypothyroidism, in one
    assert found["medication"][0] == found["medication"][1]  # all strangers lack the same


def test_what_is_no_run_is_said_to_be(tmp_path: Path) -> None:
    """A folder without a configuration, and one without notes, are one line each."""
    with pytest.raises(InputError, match=r"no run\.yaml"):
        _ = Run(tmp_path).config
    (tmp_path / "run.yaml").write_text("name: empty\n")
    with pytest.raises(InputError, match="no checked notes"):
        _ = Run(tmp_path).first


def sentence(start: int, n: int) -> str:
    """Write so many different words."""
    return " ".join(f"word{number}" for number in range(start, start + n))


def test_a_copy_is_a_run_that_one_cluster_holds() -> None:
    """Twenty words of one cluster are a copy, of two clusters a common phrase, nineteen are nothing."""
    shared = sentence(1000, 30)
    training = Training(
        texts=[f"{sentence(0, 40)} {shared}", f"{sentence(200, 40)} {shared}", sentence(0, 40)], clusters=[0, 1, 0]
    )
    assert training.n_copied(f"before {sentence(5, 20)} after") == 1
    assert training.n_copied(f"before {sentence(5, 22)} after") == 3
    assert training.n_copied(f"before {sentence(5, 19)} after") == 0
    assert training.n_copied(shared) == 0
    assert training.longest([f"x {sentence(5, 19)} y", shared, "nothing of it", sentence(0, 3)]) == [19, 30, 0, 0]


def test_notes_are_matched_by_type_and_cut_alike() -> None:
    """There are as many of both of each type; cut, both of a pair have as many words."""
    ours = [Note(id=f"a{n}", text=sentence(n, 10 + n), note_type="x" if n < 3 else "y") for n in range(5)]
    real = [Note(id=f"b{n}", text=sentence(n, 30), note_type="x") for n in range(2)]
    pairs = matched(ours, real, seed=1)
    assert [note.note_type for note in (*pairs.synthetic, *pairs.real)] == ["x"] * 4
    assert pairs.n_without == 3
    cut = pairs.cut()
    assert [len(note.text.split()) for note in cut.real] == [len(note.text.split()) for note in pairs.synthetic]
    assert all(note.text == other.text for note, other in zip(cut.synthetic, pairs.synthetic, strict=True))


def test_bits_of_a_prompt_are_not_counted() -> None:
    """All ways of asking are scored on the same characters, and a model that is told the text's facts needs fewest."""
    folder = str(SHIPPED_DIR / "lm")
    model, tokenizer = load_model(folder, dtype="float32"), load_tokenizer(folder)
    text = (
        "HISTORY OF PRESENT ILLNESS:\nThis is a 64-year-old woman with asthma and gout who comes with chest pain.\n\n"
        "PLAN:\nShe will take metformin 500 mg twice daily and come back to the clinic in two weeks for a visit."
    )
    notes = [Note(id=f"n{n}", text=text, note_type="progress_note", specialty="Cardiology") for n in range(2)]
    sections = list(told(notes, seed=1))
    start = int(tokenizer.eos_token_id)
    grams = {"grams": fit([[start, *tokenizer(text).input_ids, start]], vocabulary=len(tokenizer))}
    found = scored(sections, model, tokenizer, grams, context=512)
    assert sorted(set(found.notes.tolist())) == [0, 1]
    assert found.characters.tolist() == [len(section.text) for section in sections]
    bits = {way: found.bits(way, seed=1).value for way in (PROMPTED, BARE, UNTOLD)}
    assert 0 < bits[PROMPTED] < bits[UNTOLD]
    change = found.difference(PROMPTED, UNTOLD, seed=1)
    assert change.value == pytest.approx(bits[PROMPTED] - bits[UNTOLD])
    assert scored(sections, model, tokenizer, grams, context=20).n_left_out == len(sections)


def test_documents_are_kept_up_to_a_number_of_tokens() -> None:
    """The first documents are kept while they fit, at least one."""
    documents = [[0] * 5, [0] * 5, [0] * 5]
    assert len(fewest(documents, 11)) == 2
    assert len(fewest(documents, 1)) == 1
    assert len(fewest(documents, None)) == 3


def test_the_command_of_a_score_names_no_place() -> None:
    """Of a path only its name is kept, and where results, cards and data lie is left out."""
    given = ["run", "/somewhere/slots", "--seed", "3", "--data-dir", "/data", "--out=/x/results.json"]
    assert measure.command_of(given) == "python benchmarks/embedded/lm/measure.py run slots --seed 3"


def test_a_part_keeps_its_scores_and_replaces_them(run: Run, tmp_path: Path) -> None:
    """Measured twice, each score is there once; each has an interval, n, data, seed, command and a baseline."""
    out = tmp_path / "results.json"
    for _ in range(2):
        measure.main(["run", str(run.folder), "--out", str(out)])
    scores: list[dict[str, Any]] = json.loads(out.read_text())["scores"]
    assert len(scores) == len({(each["name"], each["baseline"]["name"]) for each in scores}) == 10
    assert all(each["low"] <= each["value"] <= each["high"] and each["command"] for each in scores)


def test_notes_are_picked_by_seed(run: Run, tmp_path: Path) -> None:
    """The same seed picks the same accepted notes."""
    for name in ("a.md", "b.md"):
        measure.main(["notes", str(run.folder), "--n", "2", "--samples", str(tmp_path / name)])
    page = (tmp_path / "a.md").read_text()
    assert page == (tmp_path / "b.md").read_text()
    assert page.count("### toy case-") == 2
    assert "case-3" not in page  # it was never accepted


needs_notes = pytest.mark.skipif(
    not (data_root() / "notes").is_dir(), reason="the public data sets are not on this machine (CLINSYNTH_DATA)"
)


@needs_notes
@pytest.mark.slow
def test_clusters_are_those_of_the_splits() -> None:
    """There are as many clusters as the splits that ship tell, and none is parted between splits."""
    splits, clusters = load_splits(), note_clusters()
    assert len(set(clusters.values())) == splits.n_clusters
    split_of = {note_id: split for dataset in splits.members for note_id, split in splits.split_of(dataset).items()}
    assert len({(clusters[note_id], split) for note_id, split in split_of.items()}) == splits.n_clusters


@needs_notes
def test_what_is_measured_on_was_never_trained_on() -> None:
    """The notes that are drawn are of the eval split, and those of aci-bench of its official valid part."""
    for dataset in ("aci-bench", "mtsamples"):
        notes = measured_notes(dataset, root=data_root(), n=20, seed=7)
        assert len(notes) == 20
        assert {load_splits().split_of(dataset)[note.id] for note in notes} == {"eval"}
    assert np.all(
        [note.source.startswith("valid") for note in measured_notes("aci-bench", root=data_root(), n=9, seed=1)]
    )


def test_scores_go_to_every_card_that_is_named(run: Run, tmp_path: Path) -> None:
    """Each card that is named takes all scores, and its page tells them."""
    for name in ("lm", "adapter"):
        write_card(tmp_path / name, CARD | {"name": name})
    cards = [word for name in ("lm", "adapter") for word in ("--card", str(tmp_path / name))]
    measure.main(["run", str(run.folder), "--out", str(tmp_path / "results.json"), *cards])
    assert len(read_card(tmp_path / "lm").scores) == len(read_card(tmp_path / "adapter").scores) == 10
    assert "made up in a note" in (tmp_path / "adapter" / "README.md").read_text()
