"""All public data sets that clinsynth knows: those with a reader, and those that are listed until they have one."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinsynth.data import DATASETS
from clinsynth.errors import ConfigError, nearest

_US_GOVERNMENT = "US government work"
_IOB_HOME = "cambridgeltl/MTL-Bioinformatics-2016 on GitHub"


@dataclass(frozen=True, kw_only=True)
class Known:
    """A public data set.

    Attributes:
        use: "train": may train shipped weights; "measure": evaluation only; "build": ontologies are made of it.
        home: Where it comes from.
        files: Relative to the data folder.
        splits: As its reader names them; empty where there is no reader.
    """

    name: str
    title: str
    licence: str
    use: str
    home: str
    files: tuple[str, ...]
    splits: tuple[str, ...] = ()

    @property
    def has_reader(self) -> bool:
        """Say whether clinsynth reads its notes or examples yet."""
        return bool(self.splits)


def _iob(name: str, title: str) -> Known:
    return Known(
        name=name,
        title=f"{title} (token labels)",
        licence="CC BY 4.0 collection",
        use="train",  # not on the test parts
        home=_IOB_HOME,
        files=tuple(f"entities/{title}-IOB/{part}.tsv.gz" for part in ("train", "devel", "test")),
    )


_WITHOUT_READER = (
    Known(
        name="bc5cdr",
        title="BC5CDR: chemical-disease relations, document level",
        licence="public domain mark",
        use="train",
        home="JHnlp/BioCreative-V-CDR-Corpus on GitHub",
        files=(
            "relations/bc5cdr/CDR_TrainingSet.PubTator.txt",
            "relations/bc5cdr/CDR_DevelopmentSet.PubTator.txt",
        ),
    ),
    Known(
        name="biored",
        title="BioRED: eight types of biomedical relation",
        licence="unstated (US government work)",
        use="measure",
        home="NCBI's BioRED page",
        files=("relations/biored/Train.PubTator", "relations/biored/Dev.PubTator"),
    ),
    Known(
        name="medquad",
        title="MedQuAD: medical questions with answers",
        licence="CC BY 4.0",
        use="train",
        home="abachaa/MedQuAD on GitHub",
        files=("questions/medquad/MedQuAD.zip",),
    ),
    Known(
        name="medec",
        title="MEDEC: clinical texts with one wrong sentence",
        licence="CC BY 4.0",
        use="measure",
        home="abachaa/MEDEC on GitHub",
        files=("facts/medec/MEDEC-MS-ValidationSet-with-GroundTruth-and-ErrorType.csv",),
    ),
    Known(
        name="nli4ct",
        title="NLI4CT: statements on clinical trials",
        licence="unstated",
        use="measure",
        home="ai-systems/Task-2-SemEval-2024 on GitHub",
        files=("facts/nli4ct/training_data.zip", "facts/nli4ct/gold_practice_test.json"),
    ),
    Known(
        name="healthver",
        title="HealthVer: health claims with evidence",
        licence="unstated",
        use="measure",
        home="sarrouti/HealthVer on GitHub",
        files=("facts/healthver/healthver_dev.csv",),
    ),
    Known(
        name="mts-dialog-correlation",
        title="MTS-Dialog summaries with human scores",
        licence="CC BY 4.0",
        use="measure",
        home="abachaa/MTS-Dialog on GitHub",
        files=(
            "facts/mts-dialog-correlation/MTS-Dialog-Manual-Scores4CorrelationStudy.csv",
            "facts/mts-dialog-correlation/MTS-Dialog-Automatic-Summaries-ValidationSet.csv",
        ),
    ),
    Known(
        name="asq-phi",
        title="ASQ-PHI: clinical queries with PHI",
        licence="MIT",
        use="measure",
        home="JamesWeatherhead/asq-phi on GitHub",
        files=("phi/asq-phi/synthetic_clinical_queries.txt",),
    ),
    Known(
        name="presidio-research",
        title="Presidio research: synthetic sentences with PII spans",
        licence="MIT",
        use="measure",
        home="microsoft/presidio-research on GitHub",
        files=("phi/presidio-research/synth_dataset_v2.json",),
    ),
    _iob("bc2gm", "BC2GM"),
    _iob("linnaeus", "linnaeus"),
    Known(
        name="disease-ontology",
        title="Human Disease Ontology",
        licence="CC0",
        use="build",
        home="DiseaseOntology/HumanDiseaseOntology on GitHub",
        files=(
            "ontologies/disease-ontology/doid-2016-09-01.obo.gz",
            "ontologies/disease-ontology/HumanDO.tsv.gz",
            "ontologies/disease-ontology/allXREFinDO.tsv.gz",
            "ontologies/disease-ontology/disease-symptom.tsv",
        ),
    ),
    Known(
        name="hpo",
        title="Human Phenotype Ontology",
        licence="HPO licence (attribution, version shown)",
        use="build",
        home="obophenotype/human-phenotype-ontology on GitHub",
        files=("ontologies/hpo/hp-2017.obo.gz", "ontologies/hpo/layperson-synonyms.tsv.gz"),
    ),
    Known(
        name="icd10cm",
        title="ICD-10-CM 2021",
        licence=_US_GOVERNMENT,
        use="build",
        home="StefanoTrv/simple_icd_10_CM on GitHub",
        files=("ontologies/icd10cm/icd10cm-order-Jan-2021.txt.gz",),
    ),
    Known(
        name="pharmacotherapydb",
        title="PharmacotherapyDB: drugs, diseases, indications",
        licence="CC0",
        use="build",
        home="dhimmel/indications on GitHub",
        files=tuple(f"ontologies/pharmacotherapydb/{part}.tsv" for part in ("drugs", "diseases", "indications")),
    ),
    Known(
        name="labeledin",
        title="LabeledIn: indications from drug labels",
        licence="CC0 / see source",
        use="build",
        home="dhimmel/indications on GitHub",
        files=("ontologies/labeledin/indications.tsv",),
    ),
    Known(
        name="clinical-abbreviations",
        title="Clinical abbreviations (Vanderbilt)",
        licence="CC BY 4.0",
        use="build",
        home="lisavirginia/clinical-abbreviations on GitHub",
        files=(
            "ontologies/abbreviations/vanderbilt_clinic_notes.txt",
            "ontologies/abbreviations/vanderbilt_discharge_sums.txt",
        ),
    ),
    Known(
        name="clinical-abbreviations-wikipedia",
        title="Clinical abbreviations (Wikipedia)",
        licence="CC BY-SA: not for the wheel",
        use="measure",
        home="lisavirginia/clinical-abbreviations on GitHub",
        files=(
            "ontologies/abbreviations/wikipedia_abbreviation_database.csv",
            "ontologies/abbreviations/wikipedia_clinical_trials.txt",
        ),
    ),
)


def known() -> Mapping[str, Known]:
    """Give all known data sets by name, in alphabetical order."""
    listed = {item.name: item for item in _WITHOUT_READER}
    read = {name: _with_reader(name) for name in DATASETS}
    return dict(sorted((listed | read).items()))


def _with_reader(name: str) -> Known:
    kind = DATASETS.kind(name)
    return Known(
        name=name,
        title=kind.title,
        licence=kind.licence,
        use=kind.use,
        home=kind.home,
        files=kind.files,
        splits=kind.splits,
    )


def known_by_name(name: str) -> Known:
    """Give one data set.

    Raises:
        ConfigError: It is not known; the message names the nearest one.
    """
    listed = known()
    if name not in listed:
        raise ConfigError(f'there is no data set "{name}"; {nearest(name, listed)}')
    return listed[name]
