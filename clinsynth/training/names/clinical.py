"""Words that stand beside names in frames and are none."""

from functools import cache

from clinsynth.config import read_yaml
from clinsynth.extras import data_dir


@cache
def words_for(slot: str) -> tuple[str, ...]:
    """Read what fills a slot and is no name: "relations", "months", "units" of a hospital, "makers" of devices."""
    content = read_yaml(data_dir("configs") / "names" / "clinical.yaml")
    return tuple(word for line in content[slot] for word in line.split("|"))
