"""Auditing notes from anywhere, end to end."""

import gc
import json
import multiprocessing
import os
import signal
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from clinsynth.checks import CHECKS, Code, Parsed
from clinsynth.checks.codes import CODES
from clinsynth.cli import app
from clinsynth.errors import ConfigError, InputError, OutputError
from clinsynth.records import Finding, Note
from clinsynth.storage import read_rows, write_rows
from clinsynth.workflows import audit as audit_module
from clinsynth.workflows.audit import AuditResult, audit
from clinsynth.workflows.audit_tally import Tally
from clinsynth.workflows.gates import read_gates

PLANTED = ("Quentin Zebrowski", "00482131", "415-555-0132")
CLEAN = (
    "HISTORY OF PRESENT ILLNESS:\nThe patient has hypertension and denies chest pain. She takes lisinopril every "
    "morning and has no swelling of the legs. Her blood pressure at home has been near the goal that was agreed.\n\n"
    "PLAN:\nContinue lisinopril. Return in three months with a log of home readings for review.\n"
)
LEAKY = (
    CLEAN + "\nSIGNED:\nDr. Quentin Zebrowski, MRN: 00482131, phone 415-555-0132, reviewed this note with the team.\n"
)


def rows(n: int = 12) -> list[dict[str, str]]:
    return [{"id": f"n{i}", "text": LEAKY if i % 4 == 0 else CLEAN} for i in range(n)]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    write_rows(tmp_path / "notes.jsonl", rows())
    return tmp_path / "notes.jsonl"


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def phi(notes: Path, out: Path, **options: Any) -> AuditResult:
    return audit(notes, out, **({"checks": ("form", "phi")} | options))


def test_finds_what_was_planted_and_writes_none_of_it(notes: Path, tmp_path: Path) -> None:
    """Every planted identifier is found where it stands; what is written holds none of them, nor any text of a note."""
    result = phi(notes, tmp_path / "out")
    assert result.n_notes == 12
    found = [row for _, row in read_rows(tmp_path / "out" / "findings.jsonl")]
    for row_id in ("n0", "n4", "n8"):
        ranges = [range(f["start"], f["end"]) for f in found if f["note_id"] == row_id and f["check"] == "phi"]
        for planted in PLANTED:
            start, end = LEAKY.index(planted), LEAKY.index(planted) + len(planted)
            assert any(start in places and end - 1 in places for places in ranges), planted
    assert {f["note_id"] for f in found} == {"n0", "n4", "n8"}
    written = b"".join(everything(tmp_path / "out").values()).decode()
    for secret in (*PLANTED, "Zebrowski", "blood pressure at home", "three months"):
        assert secret not in written


def test_what_is_written_is_listed_private_and_whole(notes: Path, tmp_path: Path) -> None:
    """The folder holds the four results and the record of the audit, readable by their owner only."""
    result = phi(notes, tmp_path / "out")
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert set(written) == {"findings.jsonl", "report.html", "report.json", "README.md", "audit.yaml", ".lock"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written.values()} == {0o600}
    assert result.report == written["report.html"]
    (first, *_) = (row for _, row in read_rows(written["findings.jsonl"]))
    assert set(first) == {"note_id", "check", "code", "score", "start", "end", "evidence"}
    assert sum(result.findings.values()) == len(list(read_rows(written["findings.jsonl"])))


def test_text_is_shown_only_where_it_may_be(notes: Path, tmp_path: Path) -> None:
    """With `reveal` the report shows the notes with findings, and says so; the findings still hold no text."""
    phi(notes, tmp_path / "out", reveal=True)
    files = everything(tmp_path / "out")
    report = json.loads(files["report.json"])
    assert {sample["note_id"] for sample in report["samples"]} == {"n0", "n4", "n8"}
    assert "unmasked" in " ".join(report["notices"])
    assert PLANTED[0].encode() in files["report.html"]
    assert PLANTED[0].encode() not in files["findings.jsonl"] + files["README.md"]


def test_again_gives_the_same(notes: Path, tmp_path: Path) -> None:
    """Another run in the same folder or in another gives the same findings, byte for byte."""
    phi(notes, tmp_path / "a")
    once = everything(tmp_path / "a")
    phi(notes, tmp_path / "a")
    phi(notes, tmp_path / "b")
    assert everything(tmp_path / "a") == once
    assert everything(tmp_path / "b")["findings.jsonl"] == once["findings.jsonl"]


@pytest.mark.parametrize(
    ("gate", "failed"),
    [
        ("phi", True),
        ("phi/mrn", True),
        ("phi/mrn:0.9", True),
        ("phi/mrn:1.0", False),
        ("phi/ssn", False),
        ("form", False),
        ("phi:0", True),
    ],
)
def test_gates_fail_by_code_and_score(notes: Path, tmp_path: Path, gate: str, *, failed: bool) -> None:
    """A gate fails when a finding of its code or family has its score; exit code and result say so."""
    arguments = ["audit", str(notes), "--out", str(tmp_path / "out"), "--checks", "form,phi", "--fail-on", gate]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == int(failed), done.output
    assert (f"not met: --fail-on {gate}" in done.output) is failed


@given(st.sampled_from(sorted(CODES)), st.floats(0, 1), st.floats(0, 1))
def test_a_gate_without_a_score_is_the_limit(code: str, score: float, lowest: float) -> None:
    """A bare code fails from the limit of the code on, a code with a score from that score on."""
    finding = Finding(note_id="n", check=code.partition("/")[0], code=code, score=score)
    bare, scored = read_gates([code, f"{code}:{lowest}"], checks=[code.partition("/")[0]])
    assert bare.stops(finding, {code: lowest}) == scored.stops(finding, {}) == (score >= lowest)
    assert bare.stops(finding, {code: None})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fail_on": ["phi/mrm"]}, 'did you mean "phi/mrn"'),
        ({"fail_on": ["phi:high"]}, "a number between 0 and 1"),
        ({"fail_on": ["phi:1.5"]}, "a number between 0 and 1"),
        ({"fail_on": ["phi:nan"]}, "a number between 0 and 1"),
        ({"fail_on": ["overlap/verbatim"]}, "the check overlap does not run; give --reference"),
        ({"fail_on": ["phi"], "checks": ["form"]}, "the check phi does not run; add phi to --checks"),
        ({"checks": ["phy"]}, 'did you mean "phi"'),
        ({"checks": []}, "names no check"),
        ({"checks": ["overlap"]}, "--reference"),
        ({"limits": {"phi/mrm": 0.1}}, 'did you mean "phi/mrn"'),
    ],
)
def test_a_wrong_option_is_one_line_and_leaves_nothing(
    notes: Path, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    """What is wrong with an option is said before anything is made."""
    with pytest.raises(ConfigError, match=words):
        phi(notes, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("broken", [b"", b'{"id": "a"}\n', b"\xff\xfe\n", b"not json\n"])
def test_broken_input_leaves_nothing(tmp_path: Path, broken: bytes) -> None:
    """Input that is wrong, in its first line or after good ones, leaves no folder; mended, it is audited there."""
    path = tmp_path / "notes.jsonl"
    good = b"".join(json.dumps(row).encode() + b"\n" for row in rows(4))
    for content in (broken, *([good + broken] if broken else [])):
        path.write_bytes(content)
        with pytest.raises(InputError):
            audit(path, tmp_path / "out", checks=("form",))
        assert not (tmp_path / "out").exists()
    path.write_bytes(good)
    assert audit(path, tmp_path / "out", checks=("form",)).n_notes == 4


def test_missing_input_leaves_nothing(tmp_path: Path) -> None:
    """Input that does not exist is named."""
    with pytest.raises(InputError, match=r"none\.jsonl does not exist"):
        audit(tmp_path / "none.jsonl", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_is_left_alone(notes: Path, tmp_path: Path) -> None:
    """Another audit, other files or a file in the place of the folder: said so, and nothing there changes."""
    audit(notes, tmp_path / "out", checks=("form",))
    before = everything(tmp_path / "out")
    with pytest.raises(OutputError, match="another checks"):
        phi(notes, tmp_path / "out")
    write_rows(notes, rows(5))
    with pytest.raises(OutputError, match="another input sha256"):
        audit(notes, tmp_path / "out", checks=("form",))
    assert everything(tmp_path / "out") == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("keep")
    for strange in (tmp_path / "mine", notes):
        with pytest.raises(OutputError):
            audit(notes, strange, checks=("form",))
    assert everything(tmp_path / "mine") == {"thesis.txt": b"keep"}


@pytest.mark.parametrize("record", ["name: mine\n", "mine"])
def test_nothing_is_removed_from_a_folder_that_is_not_ours(notes: Path, tmp_path: Path, record: str) -> None:
    """A half-written file of another program stays, even beside a file that is named like our record."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "audit.yaml").write_text(record)
    (mine / ".download.part").write_text("half")
    with pytest.raises(OutputError):
        audit(notes, mine, checks=("form",))
    assert (mine / ".download.part").read_text() == "half"
    audit(notes, tmp_path / "out", checks=("form",))
    (tmp_path / "out" / ".report.html.x.part").write_text("half")
    audit(notes, tmp_path / "out", checks=("form",))
    assert not list((tmp_path / "out").glob(".*.part"))


@pytest.mark.parametrize("option", ["input", "cases", "reference"])
def test_what_has_no_end_is_not_read(notes: Path, tmp_path: Path, option: str) -> None:
    """A device is refused at once, also under the name of a file, whatever it is given as."""
    (tmp_path / "zero.jsonl").symlink_to("/dev/zero")
    for path in (tmp_path / "zero.jsonl", Path("/dev/zero")):
        options: dict[str, Any] = {"input": notes} | {option: path}
        with pytest.raises(InputError, match=r"a device or a pipe|suffix"):
            audit(out=tmp_path / "out", checks=("form",), **options)
    assert not (tmp_path / "out").exists()


@dataclass(frozen=True)
class MoodCheck:
    """A check as another package would bring it: its code is of a family that exists already."""

    codes: ClassVar[Mapping[str, Code]] = {"form/mood": Code("a sad note", 0.5), "mood/low": Code("a low note", 0.9)}

    def __call__(self, notes: Sequence[Parsed]) -> Sequence[tuple[Finding, ...]]:
        """Find the same in every note."""
        return [(Finding(note_id=note.note.id, check="tone", code="mood/low", score=0.7),) for note in notes]


def test_codes_of_a_check_from_elsewhere_are_known(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gates and limits take the codes that a check declares where it runs, and the report says what they mean."""
    monkeypatch.setitem(CHECKS._entries, "tone", f"{__name__}:MoodCheck")
    gates = ("mood/low", "mood", "form/mood:0.5", "mood/low:0.6")
    done = audit(notes, tmp_path / "a", checks=("tone",), fail_on=gates, limits={"mood": 0.8})
    assert done.failed == ("mood/low:0.6",)
    assert audit(notes, tmp_path / "b", checks=("tone",), fail_on=["mood"], limits={"mood/low": 0.7}).failed == (
        "mood",
    )
    assert "a low note" in (tmp_path / "a" / "report.html").read_text()
    for wrong, options in {"form/moot": {"fail_on": ["form/moot"]}, "moot": {"limits": {"moot": 0.1}}}.items():
        with pytest.raises(ConfigError, match=wrong):
            audit(notes, tmp_path / "c", checks=("tone",), **options)
    with pytest.raises(ConfigError, match="mood/low"):
        audit(notes, tmp_path / "c", checks=("form",), fail_on=["mood/low"])


def interrupted(notes: Path, out: Path) -> None:
    audit_module.NOTES_A_SHARD = 4

    def stop(stage: str, done: int, total: int) -> None:
        if done >= 8:
            os.kill(os.getpid(), signal.SIGKILL)

    audit(notes, out, checks=("form", "phi"), progress=stop)


def test_killed_it_leaves_nothing_half_written_and_goes_on(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill there is no result, only complete shards; started again it keeps them, and ends as if not killed."""
    child = multiprocessing.get_context("fork").Process(target=interrupted, args=(notes, tmp_path / "out"))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    shards = tmp_path / "out" / "work" / "findings"
    assert sorted(path.name for path in shards.iterdir()) == ["00000.jsonl", "00001.jsonl"]
    assert not {"findings.jsonl", "report.html", "report.json"} & {path.name for path in (tmp_path / "out").iterdir()}
    monkeypatch.setattr(audit_module, "NOTES_A_SHARD", 4)
    before = (shards / "00000.jsonl").stat().st_mtime_ns
    seen: list[int] = []

    def look(stage: str, done: int, total: int) -> None:
        seen.append((shards / "00000.jsonl").stat().st_mtime_ns)

    phi(notes, tmp_path / "out", progress=look)
    assert set(seen) == {before}
    phi(notes, tmp_path / "whole")
    assert everything(tmp_path / "out")["findings.jsonl"] == everything(tmp_path / "whole")["findings.jsonl"]
    assert not (tmp_path / "out" / "work").exists()


def test_notes_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3,000 notes, no more than two shards are ever held at once."""
    monkeypatch.setattr(audit_module, "NOTES_A_SHARD", 100)
    (tmp_path / "notes.jsonl").write_text("{}\n")
    held: list[int] = []

    def stream(path: Path, **_: str) -> Iterator[Note]:
        for i in range(3000):
            if i % 500 == 499:
                held.append(sum(type(item) is Note for item in gc.get_objects()))
            yield Note(id=f"n{i}", text=f"Visit {i}. No pain.")

    monkeypatch.setattr(audit_module, "read_input", stream)
    before = sum(type(item) is Note for item in gc.get_objects())
    assert audit(tmp_path / "notes.jsonl", tmp_path / "out", checks=("form",)).n_notes == 3000
    assert len(held) == 6
    assert max(held) - before <= 200


def test_counts_agree_with_the_findings(notes: Path, tmp_path: Path) -> None:
    """The report's numbers are those of findings.jsonl: findings and notes of each code, and notes at a limit."""
    phi(notes, tmp_path / "out", limits={"phi/name": None, "phi/phone": 1.0})
    found = [row for _, row in read_rows(tmp_path / "out" / "findings.jsonl")]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    for code, _, limit, n_findings, share, n_at_limit, highest in report["tables"][0]["rows"]:
        scores = {(row["note_id"], row["score"]) for row in found if row["code"] == code}
        assert n_findings == sum(row["code"] == code for row in found)
        assert share["value"] == len({note_id for note_id, _ in scores}) / 12
        assert highest == max(score for _, score in scores)
        reached = {note_id for note_id, score in scores if limit != "none" and score >= float(limit)}
        assert n_at_limit == len(reached)
    assert report["lines"][0]["value"]["value"] == 9 / 12


def test_the_tally_does_not_grow_with_the_notes() -> None:
    """A thousand notes with findings leave as many entries as there are codes, and a bounded number of ids."""
    tally = Tally(limits={}, gates=())
    findings = (Finding(note_id=f"n{i}", check="phi", code="phi/mrn", score=1.0) for i in range(1000))
    assert sum(1 for _ in tally.count(findings)) == 1000
    assert len(tally.codes) == 1
    assert tally.examples() == {"n0", "n1", "n2"}


def test_facts_are_checked_where_cases_are_given(notes: Path, tmp_path: Path) -> None:
    """A case for a note brings what the note does not state to light; without cases there is nothing to miss."""
    case = {
        "id": "n1",
        "note_type": "progress_note",
        "specialty": "Cardiology",
        "attributes": {},
        "facts": [
            {"id": "f1", "kind": "condition", "subject": "patient", "relation": "has", "value": "hypertension",
             "code": "condition/hypertension"},
            {"id": "f2", "kind": "medication", "subject": "patient", "relation": "takes", "value": "warfarin",
             "code": "medication/warfarin"},
        ],
    }  # fmt: skip
    write_rows(tmp_path / "cases.jsonl", [case])
    without = audit(notes, tmp_path / "a", checks=("facts",))
    with_case = audit(notes, tmp_path / "b", checks=("facts",), cases=tmp_path / "cases.jsonl")
    assert "facts/missing" not in without.findings
    found = [row for _, row in read_rows(tmp_path / "b" / "findings.jsonl") if row["code"] == "facts/missing"]
    assert [row["note_id"] for row in found] == ["n1"]
    assert with_case.findings["facts/missing"] == 1


def test_copies_are_looked_for_where_a_reference_is_given(notes: Path, tmp_path: Path) -> None:
    """A note that repeats the reference is found; the reference itself is not left behind."""
    write_rows(tmp_path / "reference.csv.jsonl", [{"id": "r", "text": CLEAN}])
    result = audit(notes, tmp_path / "out", checks=("form",), reference=tmp_path / "reference.csv.jsonl")
    assert result.findings["overlap/verbatim"] >= 12
    assert b"home readings" not in b"".join(everything(tmp_path / "out").values())
