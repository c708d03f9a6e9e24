"""What is installed beside us: versions, optional packages, the folders that ship as data."""

from importlib import metadata
from pathlib import Path

from clinsynth.errors import MissingError

_PACKAGE_DIR = Path(__file__).resolve().parent
PACKAGES = ("clinsynth", "torch", "transformers", "peft", "spacy", "scispacy", "presidio-analyzer", "datasets")


def data_dir(name: str) -> Path:
    """Find `ontologies` or `configs`: inside the package when installed from a wheel, beside it in a checkout.

    Raises:
        MissingError: The installation lacks the folder.
    """
    for place in (_PACKAGE_DIR / "_data" / name, _PACKAGE_DIR.parent / name):
        if place.is_dir():
            return place
    raise MissingError(f"this installation of clinsynth has no {name} folder; install it again from its wheel")


def version(package: str) -> str:
    """Give the version of an installed package, or "absent"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def versions() -> dict[str, str]:
    """Give the versions that decide what is written: ours and those of the libraries underneath."""
    return {package: version(package) for package in PACKAGES}
