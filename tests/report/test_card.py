"""The data set card."""

import stat
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinsynth.report.card import Card, Credit, render_card, write_card

CARD = Card(
    title="Notes: a test",
    summary="Some notes.",
    n_rows=24,
    command="clinsynth run demo.yaml --out out",
    data_files={"corpus": "corpus/*.parquet", "findings": "findings.jsonl"},
    config="name: demo\nseed: 7\n",
    provenance={"clinsynth": "0.1.0", "template": "ab12"},
    credits=(Credit(name="MTSamples", licence="CC0-1.0", use="base | model"),),
    limits=("Not for care.",),
)


def header(text: str) -> dict[str, object]:
    from huggingface_hub import DatasetCard

    data: dict[str, object] = DatasetCard(text).data.to_dict()  # type: ignore[no-untyped-call]
    return data


def test_the_hub_reads_its_header() -> None:
    """The library of the hub reads back title, size, licence and the files of each table."""
    read = header(render_card(CARD))
    assert read["pretty_name"] == "Notes: a test"
    assert read["size_categories"] == "n<1K"
    assert read["license"] == "other"
    assert [(c["config_name"], c["data_files"]) for c in read["configs"]] == list(CARD.data_files.items())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "needed",
    ["clinsynth run demo.yaml --out out", "seed: 7", "ab12", "CC0-1.0", "Not for care.", "@software{clinsynth"],
)
def test_holds_the_recipe(needed: str) -> None:
    """Command, configuration, hashes, licences, limits and citation are all there."""
    assert needed in render_card(CARD)


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1))
@example("a\n---\nb: c\n````\n| x |\n<b>\n## h")
def test_any_text_stays_in_its_place(text: str) -> None:
    """No text breaks the header, opens a tag, ends a fence or adds a cell."""
    card = Card(
        title=text, summary=text, n_rows=1, command=text, config=text, provenance={text: text}, limits=(text,),
        credits=(Credit(name=text, licence=text, use=text),),
    )  # fmt: skip
    rendered = render_card(card)
    assert header(rendered)["language"] == "en"
    plain = Card(
        title="a", summary="a", n_rows=1, command="a", config="a", provenance={"a": "a"}, limits=("a",),
        credits=(Credit(name="a", licence="a", use="a"),),
    )  # fmt: skip
    assert outline(rendered) == outline(render_card(plain))


def outline(markdown: str) -> list[str]:
    """Give headings and the number of cells of table rows outside fences."""
    lines, fence = [], ""
    for line in markdown.split("---\n", 2)[2].split("\n"):
        if fence:
            fence = "" if line == fence else fence
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
    assert stat.S_IMODE(write_card(tmp_path, CARD).stat().st_mode) == 0o600
