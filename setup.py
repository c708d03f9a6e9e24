"""Puts `ontologies/` and `configs/` into the wheel, as `clinsynth/_data/`: it runs without a checkout."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithData(build_py):
    """Copies the data folders beside the modules, after those are in place."""

    def run(self) -> None:
        """Build, then copy; what an earlier build left, of modules that are gone since, must not ship."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        for name in ("ontologies", "configs"):
            shutil.copytree(ROOT / name, Path(self.build_lib) / "clinsynth" / "_data" / name, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithData})
