"""Looking up names in the open ontologies."""

import gzip
import re
from collections.abc import Iterator

import pytest

from clinsynth.data import data_root
from clinsynth.ontology.readers.terms import tidy
from clinsynth.ontology.sources import OpenSources

LINE = re.compile(r'^(name|synonym): "?(.+?)"?(?: (?:EXACT|NARROW|BROAD|RELATED).*)?(?: \{.*\})?$')


def _said(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield id, name and whether it is the preferred one, of each name and exact synonym in use, line by line."""
    for stanza in re.split(r"\n(?=\[)", text):
        if not stanza.startswith("[Term]\n") or "\nis_obsolete: true" in stanza:
            continue
        lines = stanza.splitlines()
        for line in lines[2:]:
            if line.startswith("name: ") or (line.startswith("synonym: ") and '" EXACT' in line):
                found = LINE.match(line)
                assert found, line
                yield lines[1].removeprefix("id: "), tidy(found[2].replace("\\", "")), found[1] == "name"


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("doid", "ontologies/disease-ontology/doid-2016-09-01.obo.gz"),
        ("hpo", "ontologies/hpo/hp-2017.obo.gz"),
    ],
)
def test_each_name_of_a_term_in_use_leads_to_it(system: str, name: str) -> None:
    """A preferred name leads to its term, an exact synonym to a term that has it; there is no other way to a term."""
    path = data_root() / name
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    look_up = getattr(OpenSources(data_root()), system)
    preferred: dict[str, set[str]] = {}
    synonyms: dict[str, set[str]] = {}
    for term, written, is_name in _said(gzip.decompress(path.read_bytes()).decode()):
        (preferred if is_name else synonyms).setdefault(written.casefold(), set()).add(term)
    assert len(preferred) > 6_000
    for written in preferred.keys() | synonyms.keys():
        assert look_up(written.upper()) in preferred.get(written, synonyms.get(written)), written
    assert not look_up("no disease of this world")
