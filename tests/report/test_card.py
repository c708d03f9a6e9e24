"""The data set card."""

import stat
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinsynth.estimates import proportion
from clinsynth.report.card import CardDetails, Credit, render_card, write_card
from clinsynth.report.records import Line, Report

REPORT = Report(
    title="Notes: a test",
    subtitle="Some notes.",
    lines=(Line(name="kept", value=proportion(8, 10), baseline="0.5", verdict="pass"),),
    config="name: demo\nseed: 7\n",
    provenance={"command": "clinsynth run demo.yaml --out out", "clinsynth": "0.1.0", "template": "ab12"},
)
DETAILS = CardDetails(
    n_rows=24,
    data_files={"corpus": "corpus/*.parquet", "findings": "findings.jsonl"},
    credits=(Credit(name="MTSamples", licence="CC0-1.0", use="base | model"),),
    limits=("Not for care.",),
)


def header(text: str) -> dict[str, object]:
    from huggingface_hub import DatasetCard

    data: dict[str, object] = DatasetCard(text).data.to_dict()  # type: ignore[no-untyped-call]
    return data


def test_the_hub_reads_its_header() -> None:
    """The library of the hub reads back title, size, licence and the files of each table."""
    read = header(render_card(REPORT, DETAILS))
    assert read["pretty_name"] == "Notes: a test"
    assert read["size_categories"] == "n<1K"
    assert read["license"] == "other"
    assert [(c["config_name"], c["data_files"]) for c in read["configs"]] == list(DETAILS.data_files.items())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "needed",
    [
        "clinsynth run demo.yaml --out out",
        "seed: 7",
        "ab12",
        "CC0-1.0",
        "0.80 [0.49, 0.94], n=10",
        "Not for care.",
        "@software{clinsynth",
    ],
)
def test_holds_the_recipe(needed: str) -> None:
    """Command, configuration, hashes, licences, limits and citation are all there."""
    assert needed in render_card(REPORT, DETAILS)


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1))
@example("a\n---\nb: c\n````\n| x |\n<b>\n## h")
def test_any_text_stays_in_its_place(text: str) -> None:
    """No text breaks the header, opens a tag, ends a fence or adds a cell."""
    rendered = written_with(text)
    assert header(rendered)["language"] == "en"
    assert outline(rendered) == outline(written_with("a"))


def written_with(text: str) -> str:
    line = Line(name=text, value=text, baseline=text)
    report = Report(
        title=text,
        subtitle=text,
        notices=(text,),
        lines=(line,),
        config=text,
        provenance={"command": text, f"x{text}": text},
    )
    credit = Credit(name=text, licence=text, use=text)
    return render_card(report, CardDetails(n_rows=1, credits=(credit,), limits=(text,)))


def outline(markdown: str) -> list[str]:
    """Give headings and the number of cells of table rows outside fences."""
    lines, fence = [], ""
    for line in markdown.split("---\n", 2)[2].split("\n"):
        if fence:
            closes = len(line) >= len(fence) and not line.strip("`")
            fence = "" if closes else fence
        elif line.startswith("```"):
            fence = "`" * (len(line) - len(line.lstrip("`")))
        elif line.startswith("## "):
            lines.append(line)
        elif line.startswith("|"):
            lines.append(str(line.replace("\\|", "").count("|")))
        else:
            assert "<" not in line
    assert not fence
    return lines


def test_is_private(tmp_path: Path) -> None:
    """The card is readable by its owner only."""
    assert stat.S_IMODE(write_card(tmp_path, REPORT, DETAILS).stat().st_mode) == 0o600
