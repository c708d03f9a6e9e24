"""Before a run: what is wrong with what was asked for is said at once, and before anything is written."""

from collections.abc import Iterator
from pathlib import Path

from clinsynth.backbones import BACKBONES, Located
from clinsynth.checks import CHECKS
from clinsynth.checks.codes import codes_of, default_limits
from clinsynth.config import Config, needed
from clinsynth.engines import ENGINES
from clinsynth.errors import ConfigError, InputError
from clinsynth.measures import MEASURES
from clinsynth.ontology import load_ontology
from clinsynth.planning.cases import Planner
from clinsynth.planning.spaces import load_space
from clinsynth.prompts import load_template
from clinsynth.recipes import Source
from clinsynth.workflows.bench import build_task
from clinsynth.workflows.run_bench import examples_config
from clinsynth.workflows.sources import find_file, source_notes
from clinsynth.workflows.stages import build_checks


def preflight(config: Config) -> None:
    """Look for everything that a run will need: components and their options, model, data, files.

    Raises:
        ClinsynthError: Something is wrong or missing; the message says what to do.
    """
    _check_plan(config)
    _check_slots(config)
    _check_adapters(config)
    ENGINES.build(config.engine.name, **config.engine.options)
    backbone = BACKBONES.build(config.backbone.name, **config.backbone.options)
    if isinstance(backbone, Located):
        backbone.find()
    _check_reference(config)
    build_checks(config.checks, ontology=config.ontology, reference=None)
    default_limits(config.limits, codes=codes_of(CHECKS.kind(part.name) for part in config.checks))
    for part in config.measures:
        MEASURES.build(part.name, **part.options)
    for source in _sources(config):
        if next(iter(source_notes(source, root=config.data_dir)), None) is None:
            raise InputError(f"{source.file or source.dataset} holds no notes")
    _find_examples(config)


def _check_plan(config: Config) -> None:
    """Draw a case, and see that the template has every type of note that will be planned."""
    space = load_space(config.plan.attributes)
    planner = Planner(ontology=load_ontology(config.ontology), space=space, seed=config.seed, plan=config.plan)
    planner.case(0)
    template = load_template(config.writing.template)
    for note_type in config.plan.note_types or tuple(space.note_types):
        template.states(note_type)


def _check_slots(config: Config) -> None:
    """Refuse an adapter that would be fitted to texts of another kind than its prompts ask for."""
    template = load_template(config.writing.template)
    if config.adapt is None or config.writing.adapter is not None or config.adapt.form == "mixed":
        return
    form, asked = ("slots", "asks") if template.slots else ("told", "does not ask")
    if config.adapt.form != form:
        raise ConfigError(f"template {template.name} {asked} for typed slots; set adapt.form: {form}, or mixed")


def _check_adapters(config: Config) -> None:
    """Refuse an adapter for a type of note that the template does not have."""
    template = load_template(config.writing.template)
    fitted_for = config.adapt.note_types if config.adapt is not None else ()
    for note_type in (*config.writing.adapters, *fitted_for):
        template.states(note_type)


def _check_reference(config: Config) -> None:
    """Refuse a check of overlap that would compare with nothing, and so find nothing."""
    compares = any(part.name == "overlap" and part.options.get("reference") is None for part in config.checks)
    if compares and not config.reference:
        raise ConfigError('the check overlap compares with reference notes; give "reference:", or leave the check out')


def _sources(config: Config) -> Iterator[Source]:
    if config.adapt is not None and config.writing.adapter is None:
        yield config.adapt.train
    yield from config.reference


def _find_examples(config: Config) -> None:
    root = Path(config.data_dir) if config.data_dir else None
    for bench in config.bench:
        asked = needed(examples_config(config, bench).examples, name="examples", command="run")
        real, test = (find_file(name) if name else None for name in (asked.real, asked.test))
        task = build_task(asked.task, real=real, test=test, data_dir=root)
        for split in ("train", "test"):
            next(iter(task.read(split)), None)
