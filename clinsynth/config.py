"""The configuration of every command: one YAML file, checked, with command-line settings on top."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clinsynth.errors import ConfigError, InputError, nearest
from clinsynth.extras import data_dir
from clinsynth.recipes import EncoderRecipe, EntitiesRecipe, NamesRecipe, Pretrain, Section, Source

S = TypeVar("S")


class Component(BaseModel):
    """A component of a catalog: its name, and its options beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str

    @property
    def options(self) -> dict[str, Any]:
        """What the component is built with."""
        return dict(self.model_extra or {})


class Plan(Section):
    """What the notes will be about.

    `sampling` is "stratified" (every note type, specialty and prevalence has its share of any run of cases, up to
    rounding) or "independent"; each patient has `encounters` cases in a row.
    """

    n_cases: int = Field(24, ge=1)
    attributes: str = "attributes/general.yaml"
    note_types: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    prevalence: str = Field("weighted", pattern="^(weighted|uniform)$")
    sampling: str = Field("stratified", pattern="^(stratified|independent)$")
    encounters: int = Field(1, ge=1, le=50)


class Writing(Section):
    """How a backbone writes, and how often a rejected case is tried again.

    A section is written up to `candidates` times within an attempt, until a text has no fault
    (`clinsynth.workflows.candidates`).
    `constrained` keeps a model that is run here to the slots it was asked for as it writes. `guidance` above 1 makes a
    prompt weigh more than it does by itself, for twice the time (`clinsynth.backbones.guiding`).
    `adapters` names one for each of some types of note; `adapter` writes the others.
    """

    template: str = "prompts/attribute_controlled.yaml"
    temperature: float = Field(0.7, ge=0)
    top_p: float = Field(0.9, gt=0, le=1)
    top_k: int = Field(0, ge=0)
    repetition_penalty: float = Field(1.1, ge=1)
    max_new_tokens: int = Field(160, ge=1)
    batch_size: int = Field(16, ge=1)
    guidance: float = Field(1.0, ge=1)
    candidates: int = Field(1, ge=1)
    constrained: bool = True
    attempts: int = Field(3, ge=1)
    adapter: str | None = None
    adapters: Mapping[str, str] = {}


class OwnTexts(Section):
    """What a model itself writes for planned cases, by what stands under "writing", and what of it is learnt from.

    Of each section up to `n_tries` texts are written, by each of the templates for its share of the cases, until
    `n_kept` have no fault that `writing.candidates` would count. With them go `n_real` of the notes of `train`.
    """

    n_cases: int = Field(200, ge=2)
    seed: int = 101
    templates: tuple[str, ...] = Field(("prompts/slotted.yaml", "prompts/verbalized.yaml"), min_length=1)
    n_tries: int = Field(5, ge=1)
    n_kept: int = Field(2, ge=1)
    n_real: int = Field(100, ge=0)


class Adapt(Section):
    """A PEFT adapter on real notes.

    `faithful` leaves out sections that say more than their prompt: a drug, a date or a name that it does not give.
    `form` is "told" (a prompt states facts and the text has them), "slots" (typed slots stand where facts do, for
    templates that ask for them) or "mixed", for both; of `note_types`, if any are named, only notes are learnt from.
    `half` stores the adapter in bfloat16; `own` adds what the model itself writes without a fault.
    """

    method: Component = Component(name="lora")
    train: Source = Source()
    validation_share: float = Field(0.1, gt=0, lt=1)
    epochs: float = 3.0
    max_minutes: float | None = None
    learning_rate: float = 1e-3
    batch_size: int = 8
    context: int = 512
    patience: int = 3
    faithful: bool = True
    form: str = Field("told", pattern="^(told|slots|mixed)$")
    note_types: tuple[str, ...] = ()
    half: bool = False
    own: OwnTexts | None = None
    threads: int = 1


class Examples(Section):
    """Labelled examples for a task, written by the backbone.

    `k_real` caps the real examples of each label that may be used in any way (demonstrations, contexts, adapter,
    agreement); `limit` caps the examples asked for in all, labels in turn; `near` is the similarity at which an example
    counts as a copy of a test example.
    """

    task: str
    real: str | None = None
    test: str | None = None
    method: Component = Component(name="attribute")
    per_class: int = Field(50, ge=1)
    limit: int | None = Field(None, ge=1)
    k_real: int | None = Field(16, ge=1)
    adapt: bool = False
    agreement: Component | None = None
    near: float = Field(0.5, gt=0, le=1)
    min_words: int = Field(5, ge=1)
    max_words: int = Field(80, ge=1)


class Bench(Section):
    """One benchmark of a run: synthetic examples are written, and compared with real ones.

    `examples` names a configuration of `clinsynth examples`; the run's seed and backbone are used for it. `n_real` caps
    the real examples of each label that are trained on.
    """

    examples: str
    learner: Component = Component(name="linear")
    seeds: int = Field(3, ge=1)
    n_real: int | None = Field(None, ge=1)


class EngineConfig(Component):
    """Where the work runs."""

    name: str = "local"


class Config(Section):
    """Everything a command can be told. A command that needs a part which is missing says so."""

    name: str
    seed: int = 7
    ontology: str = "core"
    plan: Plan = Plan()
    writing: Writing = Writing()
    backbone: Component = Component(name="embedded")
    adapt: Adapt | None = None
    entities: EntitiesRecipe | None = None
    pretrain: Pretrain | None = None
    encoder: EncoderRecipe | None = None
    names: NamesRecipe | None = None
    checks: tuple[Component, ...] = (
        Component(name="form"),
        Component(name="entities"),
        Component(name="phi"),
        Component(name="facts"),
    )
    limits: Mapping[str, float | None] = {}
    reference: tuple[Source, ...] = ()
    measures: tuple[Component, ...] = (Component(name="diversity"), Component(name="coverage"))
    bench: tuple[Bench, ...] = ()
    examples: Examples | None = None
    engine: EngineConfig = EngineConfig()
    threads: int = Field(1, ge=1)
    shard_size: int = Field(16, ge=1)
    data_dir: str | None = None


def find_config(name: str | Path) -> Path:
    """Find a configuration file: as a path, or by its name below the `configs` that ship (`demo.yaml`).

    Raises:
        ConfigError: There is no such file; the message names the nearest one that ships.
    """
    given = Path(name)
    shipped = data_dir("configs")
    relative = Path(*given.parts[1:]) if given.parts[:1] == ("configs",) else given
    for place in (given, shipped / relative):
        if place.is_file():
            return place
    known = [path.relative_to(shipped).as_posix() for path in shipped.rglob("*.yaml")]
    raise ConfigError(f"{name} does not exist; {nearest(relative.as_posix(), known)}")


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML enters here
    """Read a YAML file safely.

    Raises:
        ConfigError: It is not YAML; the message names the line.
        InputError: It cannot be read or is not UTF-8.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigError(f"{path}{line} is not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise ConfigError(f"{path} is not YAML: it holds a character that YAML does not allow") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; convert it with iconv") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def load_config(name: str | Path, settings: Sequence[str] = ()) -> Config:
    """Read and check a configuration; `settings` are `a.b=value`, the value as in YAML, and win over the file.

    Raises:
        ConfigError: A key or value is wrong; the message names file, line and field, and the nearest right key.
    """
    path = find_config(name)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is empty; a configuration with at least a name was expected")
    for setting in settings:
        _apply(content, setting)
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        raise ConfigError(_message(path, error)) from None


def _apply(content: dict[str, Any], setting: str) -> None:
    key, equals, value = setting.partition("=")
    if not equals or not key:
        raise ConfigError(f'--set {setting}: "key.key=value" was expected')
    *parents, last = key.split(".")
    place: Any = content
    for parent in parents:
        place = place.setdefault(parent, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise ConfigError(f"--set {setting}: {parent} has no keys below it")
    try:
        place[last] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise ConfigError(
            f"--set {setting}: the value is not YAML; put quotes around it, or close its brackets"
        ) from None


def _message(path: Path, error: ValidationError) -> str:
    # A key that does not exist explains best: what is missing is often what was misspelt.
    first = min(error.errors(include_url=False), key=lambda item: item["type"] != "extra_forbidden")
    loc = first["loc"]
    line = _line_of(path, loc)
    where = f"{path}:{line}" if line else str(path)
    field = ".".join(map(str, loc))
    if first["type"] == "extra_forbidden":
        return f'{where}: there is no "{field}"; {nearest(str(loc[-1]), _keys_beside(loc))}'
    return f"{where}: {field}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _keys_beside(loc: Sequence[str | int]) -> list[str]:
    model: Any = Config
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        model = _section_of(model.model_fields[part].annotation) if part in getattr(model, "model_fields", {}) else None
        if model is None:
            return []
    return list(model.model_fields)


def _section_of(annotation: Any) -> Any:  # noqa: ANN401 - a type expression
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in getattr(annotation, "__args__", ()) if (found := _section_of(arg))), None)


def _line_of(path: Path, loc: Sequence[str | int]) -> int | None:
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line: int | None = None
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def dump_config(config: Config) -> str:
    """Write a configuration as YAML: as resolved, every value that was left to a default included."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def needed(part: S | None, *, name: str, command: str) -> S:
    """Give a part of the configuration that a command cannot do without.

    Raises:
        ConfigError: The configuration has no such part.
    """
    if part is None:
        own = {"entities", "pretrain", "encoder", "names"}  # those whose recipe has a file of its own
        shown = f"{name}.yaml" if name in own else {"examples": "examples-ddi.yaml"}.get(name, "demo.yaml")
        raise ConfigError(f'clinsynth {command} needs "{name}:" in the configuration; configs/{shown} shows one')
    return part
