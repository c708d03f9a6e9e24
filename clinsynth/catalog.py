"""The one way a component is found: by its name in a catalog, imported only when it is built."""

import dataclasses
import importlib
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError, create_model

from clinsynth.errors import ConfigError, MissingError, nearest

T = TypeVar("T")


class Catalog(Generic[T]):
    """Named components of one role.

    A component is a frozen dataclass (its fields are its options) or a function of none. Installed packages add
    their own through the entry-point group `clinsynth.<name>`; a built-in name wins over an entry point.
    """

    def __init__(self, name: str, entries: Mapping[str, str]) -> None:
        """Take the role's name and `{component: "module:attribute"}`."""
        self.name = name
        self._entries = dict(entries)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._targets()))

    def __contains__(self, component: object) -> bool:
        return component in self._targets()

    def _targets(self) -> dict[str, str]:
        added = {point.name: point.value for point in metadata.entry_points(group=f"clinsynth.{self.name}")}
        return added | self._entries

    def kind(self, component: str) -> type[T]:
        """Import the class of a component.

        Raises:
            ConfigError: There is no such component.
            MissingError: It needs a package that is not installed.
        """
        targets = self._targets()
        if component not in targets:
            raise ConfigError(f'there is no "{component}" in {self.name}; {nearest(component, targets)}')
        module, _, attribute = targets[component].partition(":")
        try:
            found: type[T] = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise MissingError(
                f'{self.name} "{component}" needs the package {error.name}, which is not installed: '
                f"pip install {error.name}"
            ) from error
        return found

    def build(self, component: str, **options: Any) -> T:  # noqa: ANN401 - options enter from YAML
        """Build a component from its options, validated against the types of its fields.

        Raises:
            ConfigError: The name, an option or a value is wrong; the message names the nearest right one.
        """
        kind = self.kind(component)
        return kind(**_validated(f"{self.name}.{component}", kind, options))

    def options(self, component: str) -> dict[str, str]:
        """Give the options of a component: name to type, as words."""
        kind = self.kind(component)
        return {field.name: str(field.type) for field in _option_fields(kind)}


def _option_fields(kind: type) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(kind) if field.init]


def _validated(where: str, kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    fields = _option_fields(kind)
    names = [field.name for field in fields]
    for given in options:
        if given not in names:
            raise ConfigError(f'{where} has no option "{given}"; {nearest(given, names)}')
    hints = get_type_hints(kind)
    settings: dict[str, Any] = {
        field.name: (hints[field.name], ... if _is_required(field) else None)
        for field in fields
        if field.name in options or _is_required(field)
    }
    model = create_model("Options", __config__=ConfigDict(arbitrary_types_allowed=True), **settings)
    try:
        checked = TypeAdapter(model).validate_python(dict(options))
    except ValidationError as error:
        raise ConfigError(describe(where, error)) from None
    return {name: getattr(checked, name) for name in settings}


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def describe(where: str, error: ValidationError) -> str:
    """Put a validation error on one line: the field, what was expected, what to do."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in (where, *first["loc"]) if part != "")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{path}: {first['msg'][0].lower()}{first['msg'][1:]}{more}"
