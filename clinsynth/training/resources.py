"""What training will take: memory, arithmetic and time, before it starts."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clinsynth.errors import ResourceError
from clinsynth.recipes import Pretrain

_BYTES_PER_WEIGHT = 20  # weight, gradient and two moments in fp32, and a bf16 copy
_GIB = 2**30


@dataclass(frozen=True, kw_only=True, slots=True)
class Footprint:
    """An estimate of what training takes.

    Attributes:
        n_parameters: Weights of the model.
        memory_bytes: At the peak, the libraries not counted.
        flops: 6 x parameters x tokens (Kaplan et al., 2020, arXiv:2001.08361).
        seconds: From a measured step; None where none was measured.
    """

    n_parameters: int
    memory_bytes: int
    flops: float
    seconds: float | None = None

    def __str__(self) -> str:
        took = "" if self.seconds is None else f", about {self.seconds / 60:.0f} minutes"
        return (
            f"{self.n_parameters / 1e6:.1f} M parameters, {self.memory_bytes / _GIB:.1f} GiB of memory, "
            f"{self.flops:.1e} operations{took}"
        )


def available_bytes() -> int:
    """Give the memory that new work can have: what the system says is available, within the container's limit."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.is_file():
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    available = int(lines["MemAvailable"].split()[0]) * 1024
    limit, used = (Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory.current"))
    if limit.is_file() and (text := limit.read_text().strip()).isdigit():
        return min(available, int(text) - int(used.read_text()))
    return available


def require_memory(footprint: Footprint) -> None:
    """Refuse work that does not fit.

    Raises:
        ResourceError: It takes more memory than there is.
    """
    available = available_bytes()
    if footprint.memory_bytes > available:
        raise ResourceError(
            f"training takes {footprint.memory_bytes / _GIB:.1f} GiB of memory and {available / _GIB:.1f} GiB are "
            "free: choose a smaller model, a shorter context or a smaller batch"
        )


def n_parameters(config: Pretrain) -> int:
    """Count the weights of a base model by its shape."""
    layer = 4 * config.hidden**2 + 3 * config.hidden * config.intermediate + 2 * config.hidden
    return config.vocabulary * config.hidden + config.layers * layer + config.hidden


def activation_bytes(*, n_tokens: int, hidden: int, layers: int, intermediate: int, vocabulary: int) -> int:
    """Estimate what a forward pass keeps for the way back, for one batch."""
    per_layer = 2 * (16 * hidden + 6 * intermediate)
    return n_tokens * (layers * per_layer + 10 * vocabulary)


def pretraining_footprint(config: Pretrain, *, micro_tokens: int) -> Footprint:
    """Estimate pretraining from the shape of the model alone."""
    n_weights = n_parameters(config)
    kept = activation_bytes(
        n_tokens=min(micro_tokens, config.batch_tokens),
        hidden=config.hidden,
        layers=config.layers,
        intermediate=config.intermediate,
        vocabulary=config.vocabulary,
    )
    n_tokens = sum(stage.n_tokens for stage in config.stages)
    return Footprint(
        n_parameters=n_weights, memory_bytes=_BYTES_PER_WEIGHT * n_weights + kept, flops=6.0 * n_weights * n_tokens
    )


def seconds_of(work: Callable[[], object], *, repeats: int = 2) -> float:
    """Time a callable: the fastest of some calls, after one that warms up."""
    work()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)
