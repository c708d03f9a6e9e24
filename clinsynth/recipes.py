"""What the models that ship are trained by, and where text comes from: parts of the configuration."""

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of the configuration: frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Section):
    """Where training text comes from: a named data set and its split, or a file."""

    dataset: str | None = None
    split: str = "adapt"
    file: str | None = None


class StageSource(Source):
    """A source of pretraining text, and its share of the stage's tokens beside the other sources."""

    share: float = Field(1.0, gt=0)


class Stage(Section):
    """A stretch of pretraining on one mixture of sources; `context` is the length of its rows, the model's if None.

    `form` is how text is put: "text" with its heading; articles "keyed" by terms of theirs; notes in "sections" with
    the facts that these state, or "mixed": told, with typed slots, with other facts in prompt and text, or bare.
    """

    sources: tuple[StageSource, ...]
    n_tokens: int = Field(ge=1)
    form: str = Field("text", pattern="^(text|keyed|sections|mixed)$")
    context: int | None = Field(None, ge=16)


class Pretrain(Section):
    """A base model from nothing: a byte-level BPE, of the 256 bytes and two marks at least, and a small Llama."""

    vocabulary: int = Field(8192, ge=258)
    hidden: int = Field(256, ge=2)
    layers: int = Field(6, ge=1)
    heads: int = Field(4, ge=1)
    intermediate: int = Field(688, ge=1)
    context: int = Field(512, ge=16)
    learning_rate: float = Field(2e-3, gt=0)
    batch_tokens: int = Field(8192, ge=16)
    threads: int = Field(1, ge=1)
    tokenizer_sources: tuple[Source, ...] = ()
    stages: tuple[Stage, ...] = ()


class EncoderRecipe(Section):
    """An encoder that goes on from a causal model's weights and learns to tell masked words.

    `start` is the folder of a Llama, the language model that ships if None; its first `layers` are kept, and of each
    feed-forward block the `intermediate` strongest neurons. `weights: random` keeps its sizes alone.
    """

    start: str | None = None
    weights: str = Field("start", pattern="^(start|random)$")
    layers: int = Field(5, ge=1)
    intermediate: int = Field(560, ge=1)
    context: int = Field(256, ge=16)
    masked_share: float = Field(0.25, gt=0, lt=1)
    n_tokens: int = Field(2_000_000, ge=1)
    batch_tokens: int = Field(4096, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    threads: int = Field(1, ge=1)
    sources: tuple[StageSource, ...] = ()


class NamesRecipe(Section):
    """A recognizer of names of people, places, organisations: real notes with names put in, and a small spaCy pipeline.

    `passes` is how often the notes are gone through, a `share` of their paragraphs each time; `lower` and `upper` are
    the shares of those put in small letters and in capitals, `invented` that of names that are in no list. `rows` are
    those of the hash embeddings of a token's lower-case form, first letter, last three letters and shape;
    `letters_width` of the `width` tell of its first and last `letters`. What notes and `articles` write as no name is
    in a table, by how common it is and by one of `classes`, which are of vectors of `class_width`, fitted in
    `class_epochs` to the notes and the first `class_articles` articles. The learning rate falls so that it would be
    nothing after `decay_steps`. `lean`, chosen on dev, is taken off the score of "no name", to find more names.
    """

    datasets: tuple[str, ...] = ("mtsamples", "mts-dialog", "aci-bench")
    passes: int = Field(8, ge=1)
    share: float = Field(0.5, gt=0, le=1)
    dev_share: float = Field(0.1, gt=0, lt=1)
    lower: float = Field(0.17, ge=0, lt=0.5)
    upper: float = Field(0.13, ge=0, lt=0.5)
    invented: float = Field(0.4, ge=0, le=1)
    width: int = Field(96, ge=8)
    depth: int = Field(4, ge=1)
    rows: tuple[int, int, int, int] = (1000, 150, 2000, 500)
    letters: int = Field(12, ge=2)
    letters_width: int = Field(32, ge=4)
    articles: tuple[str, ...] = ("evidence-inference", "craft")
    classes: int = Field(150, ge=1)
    class_width: int = Field(24, ge=1)
    class_articles: int = Field(2000, ge=0)
    class_epochs: int = Field(2, ge=1)
    pieces: int = Field(2, ge=1)
    dropout: float = Field(0.2, ge=0, lt=1)
    learning_rate: float = Field(1.5e-3, gt=0)
    batch_words: int = Field(600, ge=100)
    warmup_steps: int = Field(400, ge=1)
    decay_steps: int = Field(11_000, ge=1)
    max_steps: int = Field(6500, ge=1)
    evaluate_every: int = Field(500, ge=1)
    recall_weight: float = Field(0.5, ge=0, le=1)
    lean: float = Field(2.0, ge=0)
    threads: int = Field(1, ge=1)


class SubwordVectors(Section):
    """Vectors of running text by pieces of words, so that a name never seen is near those written like it.

    `rows` of `width` numbers are shared by all pieces of `shortest` to `longest` letters. No `sources`: no vectors.
    """

    sources: tuple[Source, ...] = ()
    rows: int = Field(8000, ge=1)
    width: int = Field(48, ge=1)
    shortest: int = Field(3, ge=1)
    longest: int = Field(5, ge=1)
    min_count: int = Field(3, ge=1)
    epochs: int = Field(3, ge=1)
    learning_rate: float = Field(0.05, gt=0)


class EntitiesRecipe(Section):
    """A recognizer of chemicals and diseases: subword vectors, then `spacy train` on sentences marked by hand.

    `pipeline` is a configuration of spaCy's. The steps are chosen on the development parts among those of a first
    training on the training parts, evaluated every `evaluate_every` steps up to `max_steps`; the second training, on
    both, takes `longer` times as many. `share` of the marked sentences is trained on. Passages have up to
    `longest_passage` sentences. Names of the ontology's concepts of the kinds `names` are added to what is learnt.
    """

    pipeline: str = "entities/spacy.cfg"
    vectors: SubwordVectors = SubwordVectors()
    datasets: tuple[str, ...] = ("bc5cdr-entities", "ncbi-disease")
    share: float = Field(1.0, gt=0, le=1)
    longest_passage: int = Field(4, ge=1)
    max_steps: int = Field(5000, ge=1)
    evaluate_every: int = Field(500, ge=1)
    longer: float = Field(1.0, gt=0)
    names: tuple[str, ...] = ("medication", "condition")
