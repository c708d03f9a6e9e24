"""The HTML report and its JSON twin."""

import itertools
import json
import re
import stat
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinsynth.estimates import Estimate, proportion
from clinsynth.records import Span
from clinsynth.report.files import write_report
from clinsynth.report.html import number, render
from clinsynth.report.json import as_json
from clinsynth.report.records import Line, Report, Sample, Table
from clinsynth.report.visible import visible

HOSTILE = (
    "</div><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    '" onmouseover="x',
    "<img src=http://example.org/x.png>",
    "]]> <!-- & &amp; \x00\x1b[31m \u202egnp \ud800 \ufffe \U000e0041 \x85 \u2028",
    "url(http://example.org/font.woff)",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(alphabet=st.characters(exclude_categories=()), max_size=40)).map(
    lambda text: "x" + text  # empty fields leave their elements out; here only the content varies
)


def report(words: list[str]) -> Report:
    """Put a text into every field there is; eight are cut to length for the marked samples."""
    w = (words * 40)[:40]
    text = w[0] + "abcdefgh"
    span, inner, crossing = Span(start=1, end=6), Span(start=2, end=3), Span(start=4, end=8)
    return Report(
        title=w[1],
        subtitle=w[2],
        notices=(w[3], w[4]),
        lines=(
            Line(name=w[5], value=proportion(3, 9), baseline=w[6], verdict="fail", meaning=w[7], action=w[8]),
            Line(name=w[9], value=w[10]),
        ),
        tables=(Table(title=w[11], columns=(w[12], w[13], w[14]), rows=((w[15], 3, proportion(1, 4)),), note=w[16]),),
        samples=(
            Sample(
                note_id=w[17],
                text=text,
                heading=w[18],
                attributes={w[19]: w[20]},
                marks=((span, w[21]), (inner, w[22]), (crossing, w[23])),
                written=(Span(start=3, end=len(text)),),
            ),
        ),
        config=w[24],
        provenance={w[25]: w[26]},
    )


class Tags(HTMLParser):
    """Notes every tag and the names of its attributes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []
        self.values: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.seen.append((tag, *(name for name, _ in attrs)))
        self.values += attrs


def tags_of(html: str) -> Tags:
    parser = Tags()
    parser.feed(html)
    parser.close()
    return parser


def shape(html: str) -> list[tuple[str, ...]]:
    # Codes are sorted and made unique, so that how often they are listed may differ; nothing else may.
    return [tag for tag in tags_of(html).seen if tag[0] not in {"code", "sup"}]


@settings(deadline=None, max_examples=60)
@given(st.lists(texts, min_size=27, max_size=27, unique=True))
def test_no_text_adds_a_tag_or_an_attribute(words: list[str]) -> None:
    """The same tags and attributes come out, whatever stands in the fields."""
    plain = [f"x{place}" for place in range(27)]
    same_length = "x" * len(words[0])
    assert shape(render(report(words))) == shape(render(report([same_length, *plain[1:]])))


@settings(deadline=None, max_examples=60)
@given(st.lists(texts, min_size=27, max_size=27))
def test_is_well_formed_with_every_text_in_it(words: list[str]) -> None:
    """A strict XML parser reads the page, and finds each text where it belongs, controls made visible."""
    tree = ET.fromstring(render(report(words)))  # noqa: S314 - our own output
    (note,) = [part for part in tree.iter("div") if part.get("class") == "note"]
    for sup in list(note.iter("sup")):
        sup.text = ""
    shown = "".join(note.itertext())
    pieces = [words[0] + "abcdefgh"]
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", "".join(_cut(pieces[0])))
    assert tree.findtext(".//title") == visible(words[1]).replace("\r", "\n")


def _cut(text: str) -> list[str]:
    edges = [0, 1, 2, 3, 4, 6, 8, len(text)]
    return [visible(text[a:b]) for a, b in itertools.pairwise(edges)]


def test_loads_nothing_and_runs_nothing() -> None:
    """No attribute of the page names another place, and there is no script."""
    parsed = tags_of(render(report(list(HOSTILE))))
    assert not {tag[0] for tag in parsed.seen} & {"script", "link", "img", "iframe", "object", "base", "form"}
    links = [value for name, value in parsed.values if name in {"href", "src", "xlink:href", "action", "style"}]
    assert links
    assert all(link is not None and link.startswith("#") for link in links)
    style = re.search(r"<style>(.*?)</style>", render(report(["x"])), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_each_link_has_its_place_and_each_heading_its_section() -> None:
    """Contents lead somewhere, ids are unique, and headings do not skip a level."""
    html = render(report(["x"]))
    values = tags_of(html).values
    ids = [value for name, value in values if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for name, value in values if name == "href"} == {f"#{name}" for name in ids}
    assert re.findall(r"<(h\d)", html)[0] == "h1"
    assert set(re.findall(r"<(h\d)", html)) == {"h1", "h2"}


def test_the_twin_holds_all_that_is_shown() -> None:
    """Every word that the page shows from the report stands in report.json too."""
    words = [f"word{place:02d}" for place in range(27)]
    twin = json.dumps(as_json(report(words)))
    page = ET.fromstring(render(report(words)))  # noqa: S314 - our own output
    for sup in page.iter("sup"):
        sup.text = ""
    titles = [mark.get("title", "") for mark in page.iter("mark")]
    shown = set(re.findall(r"word\d\d", "".join(page.itertext()) + "".join(titles)))
    assert shown == set(re.findall(r"word\d\d", twin)) == set(words)
    assert as_json(report(words))["lines"][0]["value"] == {
        "value": 1 / 3,
        "low": proportion(3, 9).low,
        "high": proportion(3, 9).high,
        "n": 9,
        "n_unscored": 0,
    }


def test_files_are_whole_and_private(tmp_path: Path) -> None:
    """Both files are written, even for a lone surrogate, readable by their owner only, and nothing else is left."""
    path = write_report(tmp_path / "out", report(list(HOSTILE)))
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["report.html", "report.json"]
    assert path == files[0]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert json.loads(files[1].read_text(encoding="utf-8"))["title"] == HOSTILE[1]


def test_a_number_that_is_not_known_is_said_not_to_be() -> None:
    """A value without a number is null for programs and words for people, and has no bar."""
    unknown = Estimate(value=float("nan"), low=float("nan"), high=float("nan"), n=1)
    one = replace(report(["x"]), lines=(Line(name="x", value=unknown),), tables=())
    assert as_json(one)["lines"][0]["value"]["value"] is None
    assert "not known" in render(one)
    assert "<svg" not in render(one)


@pytest.mark.parametrize(("low", "high", "drawn"), [(0.0, 1.0, True), (0.2, 1.2, False), (-0.1, 0.3, False)])
def test_only_shares_are_drawn(low: float, high: float, *, drawn: bool) -> None:
    """A bar on the scale 0 to 1 appears only for what lies on it."""
    line = Line(name="x", value=Estimate(value=0.25, low=low, high=high, n=9))
    assert ("<svg" in render(replace(report(["x"]), lines=(line,), tables=()))) is drawn


def test_an_empty_report_is_a_page() -> None:
    """A report of a title alone is still well formed."""
    assert ET.fromstring(render(Report(title="Nothing"))).findtext(".//h1") == "Nothing"  # noqa: S314


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0.001, max_value=1e9))
def test_numbers_are_near_what_they_say(value: float) -> None:
    """A number as written differs from the number by less than a part in a hundred or half a last place."""
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.01, abs=0.0005)
