"""The open data sets that an ontology is built from and checked against."""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clinsynth.errors import MissingError

_ICD10CM = "ontologies/icd10cm/icd10cm-order-Jan-2021.txt.gz"
_DOID = "ontologies/disease-ontology/doid-2016-09-01.obo.gz"
_PHARMACOTHERAPYDB = "ontologies/pharmacotherapydb/indications.tsv"
_LABELEDIN = "ontologies/labeledin/indications.tsv"

_TERM_LINE = re.compile(r'^(id|name|is_obsolete): (.+)$|^synonym: "(.+)" EXACT')


@dataclass(frozen=True)
class OpenSources:
    """ICD-10-CM 2021, the Disease Ontology of 2016, PharmacotherapyDB and LabeledIn, read from below a folder.

    Raises:
        MissingError: On first use of a file that is not there.
    """

    folder: Path

    def is_billable(self, code: str) -> bool:
        """Say whether a code ("E11.9") stands in ICD-10-CM and is no mere heading."""
        return code.replace(".", "") in self._billable

    def doid(self, name: str) -> str:
        """Give the Disease Ontology term of that name, else one with it as an exact synonym, else ""."""
        folded = name.casefold()
        return self._doid_names.get(folded) or self._doid_synonyms.get(folded, "")

    def treatment(self, diseases: Iterable[str], drugs: Iterable[str]) -> str:
        """Give a row in which one of the drugs treats one of the diseases, by names or DOIDs; "" when there is none."""
        keys = [(disease.casefold(), drug.casefold()) for disease in diseases if disease for drug in drugs]
        return next((self._treatments[key] for key in keys if key in self._treatments), "")

    def has_row(self, source: str) -> bool:
        """Say whether a source as `treatment` gives it exists."""
        return source in self._treatment_rows

    @cached_property
    def _billable(self) -> frozenset[str]:
        # Columns: order number 0-4, code 6-12, "1" in 14 for a code that can be billed.
        return frozenset(line[6:13].strip() for line in self._lines(_ICD10CM) if line[14:15] == "1")

    @cached_property
    def _doid_names(self) -> dict[str, str]:
        return {name: term for term, name, is_name in self._terms() if is_name}

    @cached_property
    def _doid_synonyms(self) -> dict[str, str]:
        return {name: term for term, name, is_name in self._terms() if not is_name}

    def _terms(self) -> Iterator[tuple[str, str, bool]]:
        for stanza in "\n".join(self._lines(_DOID)).split("[Term]")[1:]:
            found = [match for line in stanza.splitlines() if (match := _TERM_LINE.match(line))]
            fields = {match[1]: match[2] for match in found if match[1]}
            if "is_obsolete" in fields:
                continue
            yield fields["id"], fields["name"].casefold(), True
            yield from ((fields["id"], match[3].casefold(), False) for match in found if match[3])

    @cached_property
    def _treatments(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for row in self._table(_LABELEDIN):
            source = f"labeledin:{row['rxnorm_id']}/{row['disease_cui']}"
            found[(row["disease_mesh_name"].casefold(), row["rxnorm_name"].casefold())] = source
        for row in self._table(_PHARMACOTHERAPYDB):
            # "NOT" marks pairs that the curators rejected.
            if row["category"] != "NOT":
                source = f"pharmacotherapydb:{row['doid_id']}/{row['drugbank_id']}"
                found[(row["doid_id"].casefold(), row["drug"].casefold())] = source
        return found

    @cached_property
    def _treatment_rows(self) -> frozenset[str]:
        return frozenset(self._treatments.values())

    def _table(self, name: str) -> Iterator[dict[str, str]]:
        yield from csv.DictReader(self._lines(name), delimiter="\t")

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        if not path.is_file():
            raise MissingError(f"{path} is missing; give the folder that holds ontologies/ with the open data sets")
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8").splitlines()
