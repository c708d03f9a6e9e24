"""Labs that are computed from others: beside each other they agree."""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

Numbers = Sequence[float]


def _share_of_iron(numbers: Numbers) -> float:
    return 100 * numbers[0] / numbers[1]


def _acidity(numbers: Numbers) -> float:
    """The Henderson-Hasselbalch equation: pKa 6.1, 0.03 mmol/L of dissolved carbon dioxide per mmHg."""
    return 6.1 + math.log10(numbers[0] / (0.03 * numbers[1]))


def _difference(numbers: Numbers) -> float:
    return numbers[0] - numbers[1]


# lab: (the labs it is computed from, how), all by id; in an order in which what is needed comes first.
COMPUTED: Mapping[str, tuple[tuple[str, ...], Callable[[Numbers], float]]] = MappingProxyType(
    {
        "lab/hematocrit": (("lab/hemoglobin",), lambda given: 3 * given[0]),
        "lab/red-blood-cell-count": (
            ("lab/hematocrit", "lab/mean-corpuscular-volume"),
            lambda given: 10 * given[0] / given[1],
        ),
        "lab/mean-corpuscular-hemoglobin": (
            ("lab/hemoglobin", "lab/red-blood-cell-count"),
            lambda given: 10 * given[0] / given[1],
        ),
        "lab/mean-corpuscular-hemoglobin-concentration": (
            ("lab/hemoglobin", "lab/hematocrit"),
            lambda given: 100 * given[0] / given[1],
        ),
        "lab/transferrin-saturation": (("lab/serum-iron", "lab/total-iron-binding-capacity"), _share_of_iron),
        "lab/indirect-bilirubin": (("lab/total-bilirubin", "lab/direct-bilirubin"), _difference),
        "lab/vldl-cholesterol": (("lab/triglycerides",), lambda given: given[0] / 5),
        "lab/total-cholesterol": (
            ("lab/ldl-cholesterol", "lab/hdl-cholesterol", "lab/triglycerides"),
            lambda given: given[0] + given[1] + given[2] / 5,
        ),
        "lab/non-hdl-cholesterol": (("lab/total-cholesterol", "lab/hdl-cholesterol"), _difference),
        "lab/total-protein": (("lab/albumin", "lab/globulin"), sum),
        "lab/anion-gap": (
            ("lab/sodium", "lab/chloride", "lab/bicarbonate"),
            lambda given: given[0] - given[1] - given[2],
        ),
        "lab/arterial-ph": (("lab/bicarbonate", "lab/arterial-pco2"), _acidity),
        "lab/free-light-chain-ratio": (
            ("lab/kappa-free-light-chains", "lab/lambda-free-light-chains"),
            lambda given: given[0] / given[1],
        ),
        "lab/aldosterone-to-renin-ratio": (
            ("lab/plasma-aldosterone", "lab/plasma-renin-activity"),
            lambda given: given[0] / given[1],
        ),
    }
)
# part: (the whole it belongs to, the largest share of it), by id.
PARTS: Mapping[str, tuple[str, float]] = MappingProxyType({"lab/direct-bilirubin": ("lab/total-bilirubin", 0.85)})
