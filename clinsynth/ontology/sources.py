"""The open data sets that an ontology is built from and checked against."""

import csv
import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from clinsynth.errors import MissingError
from clinsynth.ontology.concepts import Abbreviation, Concept
from clinsynth.ontology.mentions import MentionFinder
from clinsynth.ontology.readers import read_obo

_ICD10CM = "ontologies/icd10cm/icd10cm-order-Jan-2021.txt.gz"
_DOID = "ontologies/disease-ontology/doid-2016-09-01.obo.gz"
_HPO = "ontologies/hpo/hp-2017.obo.gz"
_SYMPTOMS = "ontologies/disease-ontology/disease-symptom.tsv"
_PHARMACOTHERAPYDB = "ontologies/pharmacotherapydb/indications.tsv"
_DRUGBANK = "ontologies/pharmacotherapydb/drugs.tsv"
_LABELEDIN = "ontologies/labeledin/indications.tsv"
_MEDQUAD = "questions/medquad/MedQuAD.zip"
_VANDERBILT = {
    "vanderbilt-clinic": "ontologies/abbreviations/vanderbilt_clinic_notes.txt",
    "vanderbilt-discharge": "ontologies/abbreviations/vanderbilt_discharge_sums.txt",
}

_VARIATION = re.compile(r"^(.+)_(\d+)$")
_LEAST_SHARE = 0.5  # of the uses of a short form; a rarer sense is not what a reader takes it for
_ANSWERS = {"symptom": ("symptoms", "information"), "medication": ("treatment", "information")}


@dataclass(frozen=True)
class OpenSources:
    """The open files below a folder: codes, names, treatments, symptoms and abbreviations, each with its row.

    Raises:
        MissingError: On first use of a file that is not there.
    """

    folder: Path

    def is_billable(self, code: str) -> bool:
        """Say whether a code ("E11.9") stands in ICD-10-CM and is no mere heading."""
        return code.replace(".", "") in self._billable

    def doid(self, name: str) -> str:
        """Give the Disease Ontology term of that name, else one with it as an exact synonym, else ""."""
        return _term(self._doid, name)

    def hpo(self, name: str) -> str:
        """Give the Human Phenotype Ontology term of that name, else one with it as an exact synonym, else ""."""
        return _term(self._hpo, name)

    def drug_codes(self, names: Iterable[str]) -> dict[str, str]:
        """Give the DrugBank and RxNorm ids of a drug of one of these names, as far as the open files list it."""
        folded = [name.casefold() for name in names]
        tables = (("drugbank", self._drugbank), ("rxnorm", self._rxnorm))
        found = ((system, next((ids[name] for name in folded if name in ids), "")) for system, ids in tables)
        return {system: code for system, code in found if code}

    def treatment(self, diseases: Iterable[str], drugs: Iterable[str]) -> str:
        """Give a row in which one of the drugs treats one of the diseases, by names or DOIDs; "" when there is none."""
        keys = [(disease.casefold(), drug.casefold()) for disease in diseases if disease for drug in drugs]
        return next((self._treatments[key] for key in keys if key in self._treatments), "")

    def symptom(self, diseases: Iterable[str], symptoms: Iterable[str]) -> str:
        """Give a row in which one of the diseases (by name or DOID) has one of the symptoms; "" when there is none."""
        keys = [(disease.casefold(), each.casefold()) for disease in diseases if disease for each in symptoms]
        return next((self._symptom_rows[key] for key in keys if key in self._symptom_rows), "")

    def told(self, condition: Concept, finder: MentionFinder) -> dict[str, str]:
        """Give the symptoms and drugs that MedQuAD's answers about a condition name, by id, each with its document.

        Counted are answers on symptoms (for symptoms), on treatment (for drugs) and on the condition in general, where
        the name is not negated.
        """
        found: dict[str, str] = {}
        for name in condition.names:
            for document, kind, answer in self._answers.get(name.casefold(), ()):
                for mention in finder(answer):
                    if kind in _ANSWERS.get(mention.concept.kind, ()) and not mention.negated:
                        found.setdefault(mention.concept.id, document)
        return found

    def abbreviations(self) -> tuple[Abbreviation, ...]:
        """Give the short forms of the Vanderbilt inventories whose sense is the usual one."""
        return tuple(self._abbreviations())

    @cached_property
    def _billable(self) -> frozenset[str]:
        # Columns: order number 0-4, code 6-12, "1" in 14 for a code that can be billed.
        return frozenset(line[6:13].strip() for line in self._lines(_ICD10CM) if line[14:15] == "1")

    @cached_property
    def _doid(self) -> tuple[dict[str, str], dict[str, str]]:
        return self._names(_DOID)

    @cached_property
    def _hpo(self) -> tuple[dict[str, str], dict[str, str]]:
        return self._names(_HPO)

    def _names(self, path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Give the terms by name, and by exact synonym."""
        terms = list(read_obo(self._found(path)))
        synonyms = {name.casefold(): term.id for term in terms for name in term.synonyms}
        return {term.name.casefold(): term.id for term in terms}, synonyms

    @cached_property
    def _drugbank(self) -> dict[str, str]:
        return {row["drug"].casefold(): row["drugbank_id"] for row in self._table(_DRUGBANK)}

    @cached_property
    def _rxnorm(self) -> dict[str, str]:
        return {row["rxnorm_name"].casefold(): row["rxnorm_id"] for row in self._table(_LABELEDIN)}

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
    def _symptom_rows(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for row in self._table(_SYMPTOMS):
            source = f"disease-symptom:{row['disease_id']}/{row['symptom_id']}"
            for disease in (row["disease_id"], row["disease_label"]):
                found[disease.casefold(), row["symptom_label"].casefold()] = source
        return found

    @cached_property
    def _answers(self) -> Mapping[str, list[tuple[str, str, str]]]:
        """MedQuAD's answers by name of what they are about: document, type of question, text."""
        path = self._found(_MEDQUAD)
        answers: dict[str, list[tuple[str, str, str]]] = {}
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith(".xml"):
                    continue
                root = ET.fromstring(archive.read(name))  # noqa: S314 - an archive of the user's own
                document = f"medquad:{root.get('source')}/{root.get('id')}"
                subjects = {(each.text or "").strip().casefold() for each in root.iter("Synonym")}
                subjects.add((root.findtext("Focus") or "").strip().casefold())
                for pair in root.iter("QAPair"):
                    question = pair.find("Question")
                    kind = "" if question is None else question.get("qtype", "")
                    for subject in subjects - {""}:
                        answers.setdefault(subject, []).append((document, kind, pair.findtext("Answer") or ""))
        return answers

    def _abbreviations(self) -> Iterator[Abbreviation]:
        seen: set[tuple[str, str]] = set()
        for source, path in _VANDERBILT.items():
            for row in self._table(path):
                share = float(row["frequency"] or 0)
                short = _most_written(row["variation"])
                if share < _LEAST_SHARE or not short or (short, row["sense"]) in seen:
                    continue
                seen.add((short, row["sense"]))
                yield Abbreviation(short=short, long=row["sense"].strip(), share=share, source=source)

    def _table(self, name: str) -> Iterator[dict[str, str]]:
        yield from csv.DictReader(self._lines(name), delimiter="\t")

    def _lines(self, name: str) -> list[str]:
        content = self._found(name).read_bytes()
        return (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8").splitlines()

    def _found(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise MissingError(
                f"{path} is missing; give the folder that holds the open data sets (ontologies/, questions/)"
            )
        return path


def _term(terms: tuple[dict[str, str], dict[str, str]], name: str) -> str:
    names, synonyms = terms
    folded = name.casefold()
    return names.get(folded) or synonyms.get(folded, "")


def _most_written(variations: str) -> str:
    """Give the most frequent spelling of "a/p_2|A/P_1".

    >>> _most_written("ROM_18|rom_2")
    'ROM'
    """
    counted = [match for each in variations.split("|") if (match := _VARIATION.match(each))]
    return max(counted, key=lambda match: int(match[2]))[1] if counted else ""
