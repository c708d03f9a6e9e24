"""The card of the recognizer, as far as training knows it; scores are measured later and put on it."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clinsynth.training.entities.export import kept_words
from clinsynth.training.model_card import ModelCard, TrainedOn, library_versions, this_machine, trained_on, write_card

if TYPE_CHECKING:
    from clinsynth.training.entities.recipe import EntitiesTraining

_ABOUT = (
    "A spaCy pipeline that marks substances (`CHEMICAL`) and diseases (`DISEASE`), with the types of scispaCy's "
    "en_ner_bc5cdr_md, so that it can stand in its place: `clinsynth.load_entities()`, or `spacy.load(FOLDER)` where "
    "clinsynth is not installed. Tokens are those of scispaCy's rules, parted also at hyphens, slashes and brackets "
    "inside words; the rules are in the folder. Words are hashed by their letters, and looked up by their pieces in "
    "vectors of trial reports and notes. Where the trained part (`ner`) finds nothing, the part `names` marks the "
    "names of drugs and conditions of clinsynth's ontology."
)
_LIMITS = (
    "It was trained on abstracts of research: in notes it is less sure of abbreviations, brands and lay words.",
    "What it finds is for a person to look at, and no basis for a decision on a patient.",
    "Genes, proteins, procedures and anatomy are none of its types; symptoms count as diseases, as in BC5CDR.",
    "It does not tell what is denied, or said of relatives, from what the patient has.",
    "English only.",
)


def write(training: "EntitiesTraining", made: Mapping[str, Any]) -> None:
    """Write the card beside the pipeline.

    Args:
        training: What was trained.
        made: The step that was chosen, and what went into the corpora.
    """
    write_card(training.out, _card(training, made))


def _card(training: "EntitiesTraining", made: Mapping[str, Any]) -> ModelCard:
    import spacy

    pipeline = spacy.load(training.out)
    strings = json.loads((training.out / "vocab" / "strings.json").read_text(encoding="utf-8"))
    return ModelCard(
        name="entities",
        kind="entities",
        title="Chemicals and diseases in biomedical and clinical text",
        about=_ABOUT,
        data=tuple(_data(training)),
        recipe_sha256=training.recipe,
        seed=training.seed,
        machine=this_machine(),
        versions=library_versions("spacy", "thinc", "scispacy", "floret", "numpy"),
        n_parameters=_n_parameters(pipeline),
        trained={
            "steps, chosen on BC5CDR dev": made["chosen"]["step"],
            "F1 on BC5CDR dev at that step, before dev was trained on": round(made["chosen"]["score"], 4),
            "steps of the weights that ship": made["steps"],
            "sentences": _n_sentences(made),
            "sentences left out, for they stand in a test part": _n_left_out(made),
            "marked names that end inside a token, and taught nothing": made["corpora"]["ship"]["entities"][
                "n_unaligned"
            ],
            "articles left out of the vectors, for they quote a sentence that is measured on": made["n_texts_left_out"],
        },
        memorisation={
            "words of training text that ship": len(set(strings) - kept_words()),
            "what there is to remember with": "tables of hashed letters and word forms, which hold no words; whether a "
            "name that one note holds was in the training text can still be guessed from how surely it is found",
        },
        limits=_LIMITS,
    )


def _data(training: "EntitiesTraining") -> Iterator[TrainedOn]:
    for name in training.config.datasets:
        for split in ("train", "dev"):
            yield trained_on(name, split)
    for source in training.config.vectors.sources:
        yield trained_on(source.dataset or "", source.split)


def _n_parameters(pipeline: Any) -> int:  # noqa: ANN401 - a spaCy Language
    counted = sum(
        node.get_param(name).size
        for _, component in pipeline.pipeline
        if hasattr(component, "model")
        for node in component.model.walk()
        for name in node.param_names
        if node.has_param(name)
    )
    return int(counted + pipeline.vocab.vectors.data.size)


def _n_sentences(made: Mapping[str, Any]) -> int:
    return sum(part["sentences"] for part in made["corpora"]["ship"]["parts"].values())


def _n_left_out(made: Mapping[str, Any]) -> int:
    return sum(part["left out"] for part in made["corpora"]["ship"]["parts"].values())
