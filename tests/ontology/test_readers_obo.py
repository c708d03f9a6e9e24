"""Reading OBO: what a file says, all of it, and what is not OBO by its line."""

import gzip
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vocabularies import ENCODINGS, essence, vocabularies, write, write_obo

from clinsynth.data import data_root
from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers import Term, read_obo

EXAMPLE = """format-version: 1.2
! a comment
[Term]
id: X:1
name: invented fever {xref="Y:1"} ! not said in earnest
alt_id: X:8
alt_id: X:9
def: "A fever! Of \\"nobody\\"." [X:me]
synonym: "hot ! {hot}" EXACT []
synonym: "Invented Fever" EXACT []
synonym: "the burning" RELATED layperson [Y:2 "a source"]
synonym: "old form" []

synonym: "so-called "wrong" fever" EXACT abbreviation [Z:1] {comment="layperson"}
xref: UMLS_CUI:C9999999 "described"
xref: SNOMEDCT_US_2016_03_01:900000001
xref: SNOMEDCT_US_2016_09_01:900000002
xref: http://example.org/1
is_a: X:2 ! fever
relationship: has_symptom X:3 {source="Y:1"} ! chills
[Typedef]
id: has_symptom
name: has symptom
[Term]
id: X:2
name: fever
[Term]
id: X:4
name: not used any more
is_obsolete: true

[Term]
id: X:5
is_a: X:2

[Instance]
id: X:6
name: somebody's fever
instance_of: X:2
"""


@settings(max_examples=60)
@given(vocabularies(["any"]), st.sampled_from(list(ENCODINGS)), st.booleans())
def test_what_was_written_is_read(terms: list[Term], encoding: str, packed: bool) -> None:  # noqa: FBT001
    """Ids, names, exact synonyms and parents survive, whatever characters they hold and however the file ends lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_obo(Path(folder) / "x.obo", terms, encoding=encoding, packed=packed)
        read = [replace(term, types=("any",)) for term in read_obo(path)]
    expected = [
        replace(term, id=f"X:{term.id}", parents=tuple(f"X:{parent}" for parent in term.parents), types=("any",))
        for term in terms
    ]
    assert essence(read) == essence(expected)


def test_terms_have_what_their_stanza_says(tmp_path: Path) -> None:
    """Escapes, comments and modifiers are no text, codes lose the date of a release, the obsolete is left out."""
    first, second = read_obo(write(tmp_path / "x.obo", EXAMPLE.splitlines()))
    assert second == Term(id="X:2", name="fever", codes={"x": ("X:2",)})
    assert first == Term(
        id="X:1",
        name="invented fever",
        synonyms=("hot ! {hot}", 'so-called "wrong" fever'),
        codes={"x": ("X:1",), "umls": ("C9999999",), "snomedct": ("900000001", "900000002")},
        parents=("X:2",),
        relations=(("has_symptom", "X:3"),),
        alternates=("X:8", "X:9"),
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["layperson"], {"the burning"}),
        (["RELATED"], {"the burning", "old form"}),
        (["abbreviation"], {'so-called "wrong" fever'}),
        ([], set()),
    ],
)
def test_synonyms_are_chosen_by_scope_or_type(tmp_path: Path, wanted: list[str], expected: set[str]) -> None:
    """A synonym counts if its scope or its type is asked for; one without a scope is a related one."""
    first, *_ = read_obo(write(tmp_path / "x.obo", EXAMPLE.splitlines()), synonyms=wanted)
    assert set(first.synonyms) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[Term]\nid: X:1\nrubbish\n", r"x\.obo:3 is not OBO"),
        (b"[Term]\nid: X:1\n: no tag\n", r"x\.obo:3 is not OBO"),
        (b'[Term]\nid: X:1\nsynonym: "open EXACT []\n', r"x\.obo:3: the synonym is not of the form"),
        (b"[Term]\nid: X:1\nrelationship: part_of\n", r"x\.obo:3: the relationship is not of the form"),
        (b"[Term]\nname: nameless\n\n[Term]\nid: X:1\n", r"x\.obo:1: the term has no id"),
        (b"[Term]\nid: X:1\n[Term]\nname: nameless\n", r"x\.obo:3: the term has no id"),
        (b"[Term]\nid: X:1\nname: gr\xfcn\n", r"x\.obo:3 is not UTF-8"),
        (b"", r"has no stanza \[Term\]"),
        (b"ontology: x\n[Typedef]\nid: p\n", r"has no stanza \[Term\]"),
        ("[Term]\nid: X:1\n".encode("utf-16"), r"x\.obo:1 is not UTF-8"),
        (gzip.compress(b"[Term]\nid: X:1\n"), r"x\.obo:1 is not UTF-8"),
    ],
)
def test_what_is_not_obo_is_refused_by_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    """One line says which line of which file is wrong."""
    path = tmp_path / "x.obo"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        list(read_obo(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"no gzip at all", gzip.compress(b"[Term]\nid: X:1\n" * 99)[:-20]])
def test_a_broken_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is called gzip and is none, or that ends too early, cannot be read."""
    path = tmp_path / "x.obo.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        list(read_obo(path))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """The message names the file that was looked for."""
    with pytest.raises(MissingError, match=r"no file .*none\.obo"):
        list(read_obo(tmp_path / "none.obo"))


@pytest.mark.parametrize(
    "name", ["ontologies/disease-ontology/doid-2016-09-01.obo.gz", "ontologies/hpo/hp-2017.obo.gz"]
)
def test_nothing_of_a_real_file_is_lost(name: str) -> None:
    """Terms, is-a, alternate ids and exact synonyms are as many as the lines that say them."""
    path = data_root() / name
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    terms = list(read_obo(path))
    text = gzip.decompress(path.read_bytes()).decode()
    stanzas = [stanza for stanza in re.split(r"\n(?=\[)", text) if stanza.startswith("[Term]")]
    used = [stanza for stanza in stanzas if "\nis_obsolete: true" not in stanza]

    def written(pattern: str) -> list[str]:
        return [match for stanza in used for match in re.findall(pattern, stanza)]

    assert len(terms) == len(used)
    assert sum(len(term.parents) for term in terms) == len(written(r"\nis_a: "))
    assert sum(len(term.alternates) for term in terms) == len(written(r"\nalt_id: "))
    assert {name.casefold() for term in terms for name in (term.name, *term.synonyms)} >= {
        name.casefold() for name in written(r'\nsynonym: "([^"\\]+)" EXACT') if name == " ".join(name.split())
    }
