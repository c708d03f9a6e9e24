"""Names of places and organisations, composed of parts: towns, saints, virtues, landscapes, surnames, brands."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random

from clinsynth.config import read_yaml
from clinsynth.extras import data_dir
from clinsynth.training.names.clinical import words_for
from clinsynth.training.names.drawing import blended, happens
from clinsynth.training.names.frames import expand
from clinsynth.training.names.lists import Lists
from clinsynth.training.names.people import People

KINDS = ("hospital", "clinic", "home", "employer", "school", "church", "pharmacy", "insurer")


@cache
def _patterns() -> Mapping[str, Sequence[str]]:
    content: Mapping[str, Sequence[str]] = read_yaml(data_dir("configs") / "names" / "patterns.yaml")
    return content


class Naming:
    """Draws names of places and organisations of one part's lists."""

    def __init__(self, lists: Lists, people: People, random: Random, *, invented: float = 0.0) -> None:
        """Take the lists, who draws surnames, the generator, and the share of towns that are in no list."""
        self._invented = invented
        self._lists = lists
        self._people = people
        self._random = random

    def named(self, kind: str) -> str:
        """Draw a name of a kind of `PATTERNS`."""
        pattern = expand(self._random.choice(_patterns()[kind]), self._random)
        return "".join(self._part(each) for each in pattern)

    def care(self) -> str:
        """Draw where patients are treated."""
        return self.named("hospital" if happens(self._random, 0.75) else "clinic")

    def any(self) -> str:
        """Draw an organisation of whatever kind."""
        return self.care() if happens(self._random, 0.5) else self.named(self._random.choice(KINDS))

    def region(self) -> str:
        """Draw a state or a city."""
        return self._lists.states.draw(self._random) if happens(self._random, 0.6) else self.named("city")

    def _part(self, each: str) -> str:
        if not each.startswith("{"):
            return each
        name = each[1:-1]
        own: Mapping[str, Callable[[], str]] = {
            "surname": self._people.surname,
            "region": self.region,
            "number": self._number,
            "unit": lambda: self._random.choice(("4B", "2", "12", "301", "C", "7A")),
            "way": lambda: self._random.choice(words_for("street_words")),
            "city": self._city,
            "county": lambda: self._lists.counties.draw(self._random),
            "street": lambda: self._lists.streets.draw(self._random),
        }
        return own[name]() if name in own else self._lists.words[name].draw(self._random)

    def _city(self) -> str:
        cities = self._lists.cities
        name = cities.draw(self._random)
        return blended(name, cities.draw(self._random), self._random) if happens(self._random, self._invented) else name

    def _number(self) -> str:
        return str(self._random.randint(1, 10 ** self._random.randint(1, 5)))
