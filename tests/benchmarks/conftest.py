"""The modules of benchmarks lie beside their scripts and in no package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "embedded" / "lm"))
