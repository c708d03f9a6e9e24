"""Models and adapters on disk: found without a network, safetensors only, never running code that came with them."""

import contextlib
import copy
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clinsynth.errors import ConfigError, InputError, MissingError

if TYPE_CHECKING:
    from peft import PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Dtype = Literal["auto", "float32", "bfloat16"]
_WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
_UNWANTED = ["consolidated*", "original/*", "onnx/*"]
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")


def load_model(
    source: str, *, dtype: Dtype = "auto", device: str = "auto", allow_download: bool = False
) -> "PreTrainedModel":
    """Load a causal language model, ready to read, not to learn.

    Args:
        source: A folder, or an id of the Hugging Face hub.
        dtype: "auto" keeps the precision that the weights are stored in.
        device: "auto" takes a GPU if there is one; otherwise a name that torch knows.
        allow_download: Whether a hub id that is not on this machine may be fetched.

    Raises:
        MissingError: It is not on this machine.
        InputError: It is there, but is no model that can be used.
    """
    from transformers import AutoModelForCausalLM

    folder = model_folder(source, allow_download=allow_download)
    with _explained(folder), without_bars():
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
    return model.to(device_named(device)).eval()


def load_tokenizer(source: str, *, allow_download: bool = False) -> "PreTrainedTokenizerBase":
    """Load the tokenizer of a model.

    Raises:
        MissingError: It is not on this machine.
        InputError: The folder has no tokenizer that can be used.
    """
    from transformers import AutoTokenizer

    folder = model_folder(source, allow_download=allow_download)
    with _explained(folder):
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def model_folder(source: str, *, allow_download: bool = False) -> str:
    """Find the folder of a model: the one given, or that of a hub id in the local cache, fetched if that is allowed.

    Raises:
        MissingError: It is not on this machine.
        InputError: The folder holds no model with safetensors weights.
    """
    path = Path(source)
    if not path.is_dir():
        if not _HUB_ID.fullmatch(source) or source.startswith(".") or path.exists():
            raise MissingError(f"there is no model folder {source}; give a folder that has a config.json, or a hub id")
        path = _snapshot(source, allow_download=allow_download)
    _check_is_model(path)
    return str(path)


def _snapshot(hub_id: str, *, allow_download: bool) -> Path:
    # Not left to transformers: it looks for some files on the hub even when told to use local files only.
    from huggingface_hub import snapshot_download
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.errors import HFValidationError

    try:
        found = snapshot_download(
            hub_id, local_files_only=not allow_download, allow_patterns=_WANTED, ignore_patterns=_UNWANTED
        )
    except (OSError, HFValidationError) as error:
        todo = "look at its name, your network and HF_HUB_OFFLINE" if allow_download else "or allow its download"
        raise MissingError(
            f"the model {hub_id} is no folder and is not in {HF_HUB_CACHE}; give a folder, {todo}"
        ) from error
    return Path(found)


def public_name(source: str) -> str:
    """Name a model without saying where it lies on this machine.

    >>> public_name("/home/me/models/small"), public_name("/cache/models--lab--small/snapshots/0a1b")
    ('small', 'lab/small')
    """
    cached = next((part for part in Path(source).parts if part.startswith("models--")), None)
    return Path(source).name if cached is None else cached.removeprefix("models--").replace("--", "/")


def load_adapter(model: "PreTrainedModel", folder: str) -> "PeftModel":
    """Put an adapter on a copy of a model; the model stays as it was, and they share its weights.

    Raises:
        MissingError: The folder is not there.
        InputError: The folder holds no adapter that can be used.
        ConfigError: The adapter was fitted to a model of another shape.
    """
    from peft import PeftModel
    from safetensors import SafetensorError

    check_is_adapter(folder)
    try:
        with warnings.catch_warnings():
            # A warning to PEFT, but what it says is that part of the adapter would be random.
            warnings.filterwarnings("error", message=".*missing adapter keys.*")
            # peft 0.21 still asks transformers by a name that is to go.
            warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
            return PeftModel.from_pretrained(
                sharing_copy(model), folder, torch_device=str(model.device), autocast_adapter_dtype=False
            )
    except SafetensorError:
        raise InputError(f"{folder} is damaged: its weights are no safetensors file; fit or fetch it again") from None
    except (RuntimeError, ValueError, TypeError, UserWarning) as error:
        if "out of memory" in str(error).lower():
            raise
        reason = str(error).splitlines()[0]
        raise ConfigError(f"the adapter {folder} does not fit {public_name(model.name_or_path)}: {reason}") from error


def merged(model: "PreTrainedModel", folder: str) -> "PreTrainedModel":
    """Give a copy of a model with an adapter added into its weights; the model stays as it was.

    Raises:
        ConfigError: The adapter's method puts nothing into the weights (prefix and prompt tuning).
    """
    adapted = load_adapter(model, folder)
    if adapted.active_peft_config.is_prompt_learning:
        method = adapted.active_peft_config.peft_type.value.lower().replace("_", " ")
        raise ConfigError(f"the adapter {folder} is of {method}, which cannot be merged into weights; use it unmerged")
    return copy.deepcopy(adapted).merge_and_unload(safe_merge=True)


def sharing_copy(model: "PreTrainedModel") -> "PreTrainedModel":
    """Copy the modules of a model but not its weights: what is added to the copy does not show in the original."""
    weights = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, weights)


def device_named(name: str) -> str:
    """Resolve "auto": the GPU if there is one, else the processor."""
    import torch

    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def multiplies_bf16() -> bool:
    """Say whether products in bf16 are fast here: on a GPU, and on processors with instructions for them."""
    import torch

    return torch.cuda.is_available() or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - nothing public tells


def context_length(model: Any) -> int | None:  # noqa: ANN401 - any model of transformers or peft
    """Give how many tokens a model can read, or None where its architecture sets no limit."""
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return None if limit is None else int(limit)


def check_is_adapter(folder: str) -> None:
    """Make sure that a folder holds a PEFT adapter with safetensors weights.

    Raises:
        MissingError: The folder is not there.
        InputError: It is no adapter, or its weights are not safetensors.
    """
    path = Path(folder)
    if not path.is_dir():
        raise MissingError(f"there is no adapter folder {folder}; clinsynth adapt CONFIG --out {folder} makes one")
    if not (path / "adapter_config.json").is_file():
        raise InputError(f"{folder} is no adapter: it has no adapter_config.json; give a folder that adapt has written")
    if not (path / "adapter_model.safetensors").is_file():
        raise InputError(f"{folder} has no adapter_model.safetensors; adapters stored as pickle are not read")


def _check_is_model(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        if (folder / "adapter_config.json").is_file():
            raise InputError(f"{folder} is an adapter, not a model; give its base as the model, and it as the adapter")
        raise InputError(f"{folder} is no model: it has no config.json")
    try:
        json.loads((folder / "config.json").read_bytes())
    except ValueError:
        raise InputError(f"{folder / 'config.json'} is not JSON; copy the model again") from None
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"{folder} has no weights stored as safetensors, and pickle is not read; "
            "save it again with a current transformers (save_pretrained), or fetch its safetensors revision"
        )


@contextlib.contextmanager
def _explained(folder: str) -> Iterator[None]:
    """Turn what goes wrong in loading into one line."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{folder} cannot be loaded as a causal language model: {reason}") from error


@contextlib.contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers from drawing on the terminal: progress is shown by the command line alone."""
    from transformers.utils import logging as noise

    if not noise.is_progress_bar_enabled():
        yield
        return
    noise.disable_progress_bar()
    try:
        yield
    finally:
        noise.enable_progress_bar()
