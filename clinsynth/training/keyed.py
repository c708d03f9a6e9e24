"""Articles as pairs of prompt and text: the prompt names key terms of the text, so that a model learns to use them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from clinsynth.prompts import frame
from clinsynth.records import Note
from clinsynth.seeds import generator

N_TERMS = (3, 9)
PIECE_CHARACTERS = (200, 650)
SHARE_WITHOUT_TERMS = 0.1
COMMON_SHARE = 0.03
_MAX_TERM_WORDS = 4
_MIN_PIECE_CHARACTERS = 120
_MAX_PIECE_CHARACTERS = 850
_MAX_DIGIT_SHARE = 0.12

_HEADING = re.compile(r"^[ \t]*(TITLE|ABSTRACT|BODY)((?:\.[^\n]*?)?):+[ \t]*", re.MULTILINE)
_BARE_HEADING = re.compile(r"^[A-Z][^\n.;:]{2,60}$")
_NOT_PROSE = re.compile(
    r"contribution|competing|conflict|acknowledg|publication|supplement|supporting|abbreviation|funding|registration"
    r"|consent|references|author",
    re.IGNORECASE,
)
_RESIDUE = re.compile(r"http|xmlns|BODY\.|ABSTRACT\.")
_CITATION = re.compile(r"[ \t]?\[\d+(?:[-,–;\s]+\d+)*\]|[ \t]?\((?:Figs?\.?|Figures?|Tables?)[^()]*\)", re.IGNORECASE)  # noqa: RUF001 - the dash of ranges
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)%][.!?])\s+(?=[A-Z])")
_WORD = re.compile(
    r"[A-Za-z][A-Za-z0-9'-]*[A-Za-z0-9]|\d+(?:\.\d+)?(?:\s?(?:mg|µg|mcg|g|kg|ml|mL|mmol|mmHg|mm|cm|years|days|weeks|months|hours|%)\b)?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A few sentences of an article, with the heading they stand under."""

    id: str
    heading: str
    is_abstract: bool
    text: str = field(repr=False)


def title_of(article: Note) -> str:
    """Give the title of an article: what stands under "TITLE:", or its first line."""
    found = _HEADING.match(article.text)
    return article.text[found.end() if found else 0 :].strip().partition("\n")[0].strip()


def pieces(article: Note, *, seed: int) -> Iterator[Piece]:
    """Cut an article into pieces of whole sentences, `PIECE_CHARACTERS` long, without references and back matter."""
    random = generator(seed, "pieces", article.id)
    for number, (heading, is_abstract, body) in enumerate(_parts(article.text)):
        if _NOT_PROSE.search(heading):
            continue
        for index, text in enumerate(_cut(body, random)):
            yield Piece(id=f"{article.id}/{number}/{index}", heading=heading, is_abstract=is_abstract, text=text)


def _parts(text: str) -> Iterator[tuple[str, bool, str]]:
    """Give (heading, whether it belongs to the abstract, text)."""
    found = list(_HEADING.finditer(text))
    if not found:
        yield from _bare_parts(text)
        return
    for match, after in zip(found, [*found[1:], None], strict=True):
        if match[1] != "TITLE":
            heading = match[2].strip(".: ").rpartition(".")[2] or match[1]
            yield heading, match[1] == "ABSTRACT", text[match.end() : after.start() if after else len(text)]


def _bare_parts(text: str) -> Iterator[tuple[str, bool, str]]:
    """Split a text whose headings are short lines of their own."""
    heading, in_abstract = "ARTICLE", False
    for block in text.split("\n\n")[1:]:
        line = block.strip()
        if _BARE_HEADING.match(line):
            in_abstract = line.casefold() == "abstract" or (in_abstract and line.casefold() != "introduction")
            heading = line
        elif line:
            yield heading, in_abstract, line


def _cut(body: str, random: Random) -> Iterator[str]:
    sentences = _SENTENCE_END.split(" ".join(_CITATION.sub("", body).split()))
    held: list[str] = []
    size = random.randint(*PIECE_CHARACTERS)
    for sentence in sentences:
        held.append(sentence)
        if sum(map(len, held)) >= size:
            yield from _if_prose(" ".join(held))
            held, size = [], random.randint(*PIECE_CHARACTERS)
    yield from _if_prose(" ".join(held))


def _if_prose(text: str) -> Iterator[str]:
    n_digits = sum(map(str.isdigit, text))
    is_off = not _MIN_PIECE_CHARACTERS <= len(text) <= _MAX_PIECE_CHARACTERS
    if not is_off and n_digits <= _MAX_DIGIT_SHARE * len(text) and not _RESIDUE.search(text):
        yield text


@dataclass(frozen=True, kw_only=True, slots=True)
class Rarity:
    """In how many pieces each word occurs, letter case aside."""

    n_pieces: int
    n_with: Mapping[str, int] = field(repr=False)

    def is_common(self, word: str) -> bool:
        """Say whether a word is too frequent to be a key term."""
        return self.n_with.get(word.casefold(), 0) > COMMON_SHARE * self.n_pieces


def rarity(texts: Iterable[str]) -> Rarity:
    """Count in how many texts each word occurs."""
    n_with: Counter[str] = Counter()
    n_pieces = 0
    for text in texts:
        n_pieces += 1
        n_with.update({word.casefold() for word in _WORD.findall(text)})
    return Rarity(n_pieces=n_pieces, n_with=n_with)


def key_terms(text: str, known: Rarity, random: Random) -> list[str]:
    """Choose phrases of a text around words from its rarer half: verbatim, apart from each other, none twice.

    Half of the time they come in the order of the text, else in any order.
    """
    words = list(_WORD.finditer(text))
    rare = [index for index, word in enumerate(words) if not known.is_common(word[0])]
    rare.sort(key=lambda index: (known.n_with.get(words[index][0].casefold(), 0), index))
    taken: dict[int, int] = {}
    n_terms = random.randint(*N_TERMS)
    candidates = rare[: max(2 * n_terms, len(rare) // 2)]
    for index in random.sample(candidates, len(candidates)):
        if len(taken) == n_terms:
            break
        first, last = _phrase(text, words, index, known, random)
        if all(last < start or end < first for start, end in taken.items()):
            taken[first] = last
    terms = [text[words[first].start() : words[last].end()] for first, last in sorted(taken.items())]
    terms = list({term.casefold(): term for term in terms}.values())
    if random.random() < 0.5:  # noqa: PLR2004 - a coin
        random.shuffle(terms)
    return terms


def _phrase(text: str, words: list[re.Match[str]], index: int, known: Rarity, random: Random) -> tuple[int, int]:
    """Extend a word to its neighbours over single spaces; a phrase does not begin or end in a common word."""
    first = last = index
    for _ in range(random.randint(0, _MAX_TERM_WORDS - 1)):
        if last + 1 < len(words) and text[words[last].end() : words[last + 1].start()] == " ":
            last += 1
        elif first > 0 and text[words[first - 1].end() : words[first].start()] == " ":
            first -= 1
    while last > index and known.is_common(words[last][0]):
        last -= 1
    while first < index and known.is_common(words[first][0]):
        first += 1
    return first, last


def keyed_prompt(piece: Piece, known: Rarity, *, seed: int) -> str:
    """Put a piece's key terms in the frame of a prompt; a share of the prompts names none."""
    random = generator(seed, "terms", piece.id)
    terms = [] if random.random() < SHARE_WITHOUT_TERMS else key_terms(piece.text, known, random)
    return frame("article", "Medicine", piece.heading, {}, terms)
