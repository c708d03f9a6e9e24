"""Reading SNOMED CT in Release Format 2. Concepts are invented, the format's own identifiers real."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vocabularies import (
    ACCEPTABLE,
    ENCODINGS,
    FULL_NAME,
    PREFERRED,
    STATED,
    concept_row,
    description_row,
    essence,
    language_row,
    relationship_row,
    vocabularies,
    write_rf2,
    write_snomed,
)

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers import Term, read_snomed

GB_ENGLISH = "900000000000508004"
ANY_CASE, FIRST_LETTER = "900000000000448009", "900000000000020002"


@settings(max_examples=60)
@given(vocabularies(["disorder", "body structure"]), st.sampled_from(list(ENCODINGS)), st.booleans(), st.integers(0, 9))
def test_what_was_written_is_read(
    terms: list[Term],
    encoding: str,
    packed: bool,  # noqa: FBT001 - hypothesis gives it
    seed: int,
) -> None:
    """Concepts with their names, semantic tags and parents survive, whatever the order of the rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_snomed(Path(name), terms, encoding=encoding, packed=packed, shuffled=seed)
        read = essence(read_snomed(folder))
    if seed:
        assert {term.id: (term.name, set(term.synonyms)) for term in read.values()} == {
            term.id: (term.name, set(term.synonyms)) for term in terms
        }
    else:
        assert read == essence(terms)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Write a release in which each rule of reading has a row that it leaves out."""
    return write_rf2(
        tmp_path,
        {
            "concept": [concept_row("1"), concept_row("2"), concept_row("3", active="0"), concept_row("4")],
            "description": [
                description_row("11", "1", "Invented fever (disorder)", kind=FULL_NAME),
                description_row("12", "1", "Invented fever", case=ANY_CASE),
                description_row("13", "1", "Noone's fever"),
                description_row("14", "1", "T fever", case=FIRST_LETTER),
                description_row("15", "1", "Withdrawn fever", active="0"),
                description_row("16", "1", "Fever that no language has"),
                description_row("17", "1", "Invented feaver"),
                description_row("21", "2", "Invented organ (body structure)", kind=FULL_NAME),
                description_row("22", "2", "Invented organ", case=ANY_CASE),
                description_row("31", "3", "Inactive concept"),
                description_row("41", "4", "Only acceptable"),
            ],
            "relationship": [
                relationship_row("1", "2"),
                relationship_row("1", "4", active="0"),
                relationship_row("1", "3"),
                relationship_row("2", "4", characteristic=STATED),
                relationship_row("1", "2", kind="363698007"),
            ],
            "language": [
                language_row("11", PREFERRED),
                language_row("12", PREFERRED),
                language_row("13", ACCEPTABLE),
                language_row("14", ACCEPTABLE),
                language_row("15", ACCEPTABLE),
                language_row("17", ACCEPTABLE, active="0"),
                language_row("22", PREFERRED),
                language_row("31", PREFERRED),
                language_row("41", ACCEPTABLE),
                language_row("17", PREFERRED, refset=GB_ENGLISH),
                language_row("12", ACCEPTABLE, refset=GB_ENGLISH),
            ],
        },
    )


def test_active_rows_of_the_language_are_read(release: Path) -> None:
    """Terms are those of the language reference set, the first letter small where its case means nothing."""
    fever, organ = read_snomed(release, relations=True)
    assert fever == Term(
        id="1",
        name="invented fever",
        synonyms=("Noone's fever", "t fever"),
        codes={"snomedct": ("1",)},
        parents=("2",),
        types=("disorder",),
        relations=(("363698007", "2"),),
    )
    assert organ == Term(id="2", name="invented organ", codes={"snomedct": ("2",)}, types=("body structure",))


def test_another_language_has_other_names(release: Path) -> None:
    """The preferred term, and which concepts have one, follow the reference set."""
    (fever,) = read_snomed(release, language="en-GB")
    assert (fever.name, fever.synonyms) == ("Invented feaver", ("invented fever",))
    assert list(read_snomed(release, language=GB_ENGLISH)) == [fever]


def test_concepts_are_chosen_by_their_tag(release: Path) -> None:
    """A tag in the wanted ones is needed where some are given; relations come only when asked for."""
    (organ,) = read_snomed(release, tags=["body structure"])
    assert organ.id == "2"
    assert all(not term.relations for term in read_snomed(release))


def test_an_unknown_language_is_answered_with_the_known(release: Path) -> None:
    """The message lists the reference sets that the release has."""
    with pytest.raises(InputError, match="no language reference set 9; it has: 900000000000508004, 900000000000509007"):
        list(read_snomed(release, language="9"))


@pytest.mark.parametrize("name", ["sct2_Concept_", "sct2_Description_", "sct2_Relationship_", "der2_cRefset_Language"])
def test_a_table_is_missing_or_broken_by_its_name(release: Path, name: str) -> None:
    """A row with other columns is refused by file and line, a file that is not there by its name."""
    (path,) = release.rglob(f"{name}*")
    with path.open("a", encoding="utf-8") as file:
        file.write("1\t2\n")
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    with pytest.raises(InputError, match=rf"{name}.*:{n_lines}: 2 columns"):
        list(read_snomed(release))
    path.rename(path.with_name(path.name.replace("Snapshot", "Full")))
    with pytest.raises(MissingError, match=name):
        list(read_snomed(release))


def test_an_extension_counts_as_one_with_the_edition(release: Path) -> None:
    """Files of the same kind in other folders add their concepts, names and relations."""
    write_rf2(
        release / "Extension",
        {
            "concept": [concept_row("5")],
            "description": [
                description_row("51", "5", "Added fever (disorder)", kind=FULL_NAME),
                description_row("52", "5", "added fever"),
                description_row("18", "1", "another name of it"),
            ],
            "relationship": [relationship_row("5", "1"), relationship_row("5", "1")],
            "language": [language_row("52", PREFERRED), language_row("18", ACCEPTABLE)],
        },
        packed=True,
    )
    terms = {term.id: term for term in read_snomed(release)}
    assert terms["5"].parents == ("1",)
    assert terms["5"].types == ("disorder",)
    assert "another name of it" in terms["1"].synonyms
