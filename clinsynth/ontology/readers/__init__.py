"""Readers of vocabularies that users bring under their own licences: OBO, UMLS, RxNorm and SNOMED CT.

Each yields `Term`s; `python -m clinsynth.ontology.importing` makes an ontology folder of them.
"""

from clinsynth.ontology.readers.obo import read_obo
from clinsynth.ontology.readers.rf2 import read_snomed
from clinsynth.ontology.readers.rrf import read_umls
from clinsynth.ontology.readers.rxnorm import read_rxnorm
from clinsynth.ontology.readers.terms import Term

__all__ = ["Term", "read_obo", "read_rxnorm", "read_snomed", "read_umls"]
