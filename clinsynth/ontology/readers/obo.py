"""Reading OBO files (Disease Ontology, Human Phenotype Ontology): the terms that are in use."""

import io
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from clinsynth.errors import InputError, MissingError
from clinsynth.ontology.readers.tables import read_lines
from clinsynth.ontology.readers.terms import Term, distinct, grouped, tidy

Clauses = Mapping[str, Any]

_TERM = "[Term]"
_CLAUSE = re.compile(r"^[^\s:\[][^:]*:")
# The quoted text is greedy: some files do not escape the quotes within.
_SYNONYM = re.compile(r'^"(.+)"(?:\s+(EXACT|NARROW|BROAD|RELATED))?(?:\s+([^\s\[{]+))?\s*(?:\[.*)?$')
_NEEDED_FORM = {"synonym": _SYNONYM, "relationship": re.compile(r"^\S+ \S+(\s*$|\s+[!{])")}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {"n": " ", "t": " ", "W": " "}


def read_obo(path: Path, *, synonyms: Collection[str] = ("EXACT",)) -> Iterator[Term]:
    """Yield the terms of an OBO file in their order, without the obsolete ones and those that have no name.

    The stanzas and the graph of them are held at once (67 MB for the Human Phenotype Ontology of 12,000 terms).

    Args:
        path: The file, plain or gzip.
        synonyms: The scopes ("EXACT", "RELATED", "NARROW", "BROAD") and types ("layperson") that count as synonyms.

    Raises:
        MissingError: There is no such file.
        InputError: It is not OBO; the message names the line.
    """
    import obonet

    if not path.is_file():
        raise MissingError(f"there is no file {path}; give an OBO file, plain or gzip")
    # A name of the ontology keeps obonet from a warning; what else headers say is not needed.
    stanzas = "".join(("ontology: given\n", *_term_lines(path)))
    graph = obonet.read_obo(io.StringIO(stanzas))
    for term_id, clauses in graph.nodes(data=True):
        edges = [(predicate, target) for _, target, predicate in graph.out_edges(term_id, keys=True)]
        if name := tidy(_unescaped(clauses.get("name") or "")):
            yield _term(term_id, name, clauses, edges, synonyms)


def _term_lines(path: Path) -> Iterator[str]:
    """Yield the stanzas of terms, checked, without comment lines and parted by blank lines as obonet needs them."""
    stanza, begun, n_terms = "", 0, 0
    has_id = True
    for number, line in read_lines(path):
        if line.startswith("!"):
            continue
        if line.startswith("["):
            _check_id(path, begun, has_id=has_id)
            stanza, begun, has_id = line.strip(), number, not line.startswith(_TERM)
            if stanza == _TERM:
                n_terms += 1
                yield f"\n{_TERM}\n"
            continue
        _check_clause(path, number, line)
        if stanza == _TERM:
            has_id = has_id or line.startswith("id:")
            yield f"{_QUOTED.sub(_without_comments, line)}\n"
    _check_id(path, begun, has_id=has_id)
    if not n_terms:
        raise InputError(f"{path} has no stanza {_TERM}; give an OBO file")


def _check_id(path: Path, number: int, *, has_id: bool) -> None:
    if not has_id:
        raise InputError(f"{path}:{number}: the term has no id")


def _check_clause(path: Path, number: int, line: str) -> None:
    if not _CLAUSE.match(line):
        raise InputError(f'{path}:{number} is not OBO: a line is "tag: value", "[Term]" or a comment')
    tag, _, value = line.partition(":")
    if tag in _NEEDED_FORM and not _NEEDED_FORM[tag].match(value.strip()):
        raise InputError(f"{path}:{number}: the {tag} is not of the form that OBO gives it")


def _without_comments(quoted: re.Match[str]) -> str:
    # obonet takes "!" for the beginning of a comment within quotes too.
    return re.sub(r"(?<!\\)!", r"\\!", quoted[0])


def _term(term_id: str, name: str, clauses: Clauses, edges: list[tuple[str, str]], wanted: Collection[str]) -> Term:
    return Term(
        id=term_id,
        name=name,
        synonyms=distinct(_synonyms(clauses.get("synonym", ()), wanted), but=name),
        codes=grouped(((_prefix(term_id), term_id), *map(_code, clauses.get("xref", ())))),
        parents=tuple(target for predicate, target in edges if predicate == "is_a"),
        relations=tuple(edge for edge in edges if edge[0] != "is_a"),
        alternates=tuple(clauses.get("alt_id", ())),
    )


def _synonyms(values: Collection[str], wanted: Collection[str]) -> Iterator[str]:
    for value in values:
        found = _SYNONYM.match(value)
        # OBO 1.2 and later: a synonym without a scope is a related one.
        if found and ((found[2] or "RELATED") in wanted or found[3] in wanted):
            yield _unescaped(found[1])


def _code(xref: str) -> tuple[str, str]:
    system, _, code = next(iter(_unescaped(xref).split()), "").partition(":")
    return ("", "") if code.startswith("//") else (system, code)


def _prefix(term_id: str) -> str:
    return term_id.partition(":")[0] if ":" in term_id else ""


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _UNESCAPED.get(found[1], found[1]), text)
