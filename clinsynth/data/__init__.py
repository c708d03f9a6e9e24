"""Public data sets, read in place in their own formats."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from clinsynth.catalog import Catalog
from clinsynth.records import Example, Note

if TYPE_CHECKING:
    from clinsynth.data.entities import Sentence


class Dataset(Protocol):
    """A data set somebody else published; `root` is the folder that holds the `files` below."""

    title: ClassVar[str]
    licence: ClassVar[str]
    use: ClassVar[str]  # "train": shipped weights may be trained on it; "measure": evaluation only
    home: ClassVar[str]  # where it comes from, for the line that says how to get it
    files: ClassVar[tuple[str, ...]]  # relative to the data folder
    splits: ClassVar[tuple[str, ...]]

    def read(self, split: str) -> "Iterator[Note] | Iterator[Example] | Iterator[Sentence]":
        """Stream a split; raises MissingError with one line on how to get the files."""
        ...


DATASETS: Catalog[Dataset] = Catalog(
    "datasets",
    {
        "aci-bench": "clinsynth.data.aci_bench:AciBench",
        "anatem": "clinsynth.data.entities:AnatEm",
        "bc5cdr-entities": "clinsynth.data.entities:Bc5cdrEntities",
        "chemprot-scibert": "clinsynth.data.chemprot:ChemprotScibert",
        "chemprot-snli": "clinsynth.data.chemprot:ChemprotSnli",
        "craft": "clinsynth.data.articles:Craft",
        "ddi": "clinsynth.data.ddi:Ddi",
        "evidence-inference": "clinsynth.data.articles:EvidenceInference",
        "mts-dialog": "clinsynth.data.mts_dialog:MtsDialog",
        "mtsamples": "clinsynth.data.mtsamples:MtSamples",
        "ncbi-disease": "clinsynth.data.entities:NcbiDisease",
        "pubmedqa": "clinsynth.data.pubmedqa:PubmedQa",
    },
)


def data_root(given: str | Path | None = None) -> Path:
    """Say where real data is looked for: what was given, else `$CLINSYNTH_DATA`, else the user's cache."""
    if given is not None:
        return Path(given)
    if named := os.environ.get("CLINSYNTH_DATA"):
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "clinsynth" / "data"
