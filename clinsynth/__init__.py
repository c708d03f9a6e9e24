"""Synthetic clinical text with safety checks: plan, write, check, and measure against real data.

The public functions are loaded when they are first used: importing clinsynth imports no model library.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinsynth.workflows.adapt import adapt
    from clinsynth.workflows.audit import audit
    from clinsynth.workflows.bench import bench
    from clinsynth.workflows.doctor import doctor
    from clinsynth.workflows.examples import examples
    from clinsynth.workflows.load_entities import load_entities
    from clinsynth.workflows.pretrain import pretrain
    from clinsynth.workflows.preview import preview
    from clinsynth.workflows.run import run

__version__ = "0.1.0"

__all__ = ["adapt", "audit", "bench", "doctor", "examples", "load_entities", "pretrain", "preview", "run"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - one of the functions above
    if name not in __all__:
        raise AttributeError(f"module 'clinsynth' has no attribute {name!r}")
    return getattr(importlib.import_module(f"clinsynth.workflows.{name}"), name)
