"""Families of plugins: a folder whose files are its members.

A family is a package; every public module in it is one member, the name of the file is the name that users
type, and the module holds one concrete subclass of the family's contract. Listing a family imports none of its
members, so a heavy library is loaded only by the member that needs it. Third parties add members through an
entry point group of the same name as the package.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Generic, TypeVar

from mlwright.core.errors import (
    ExtraMissing,
    Fault,
    MemberBroken,
    MemberUnknown,
    SettingsError,
    name_list,
    nearest,
    offers,
)
from mlwright.core.record import Settings

T = TypeVar("T")

MOST_NAMES = 20
"""Of members that an error lists."""


class NotApplicable(Exception):
    """Raised by a plugin that cannot judge what it was given; becomes a row, not a crash.

    Parameters
    ----------
    reason : str
        Why, as a clause that reads after "not applicable:".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Family(Generic[T]):
    """The plugins in one package.

    Parameters
    ----------
    package : str
        Dotted name of the folder; also the entry point group by which third parties add members.
    contract : type
        The class that every member derives from.
    """

    def __init__(self, package: str, contract: type[T]) -> None:
        self.package = package
        self.contract = contract

    def names(self) -> tuple[str, ...]:
        """Names of all members, sorted; imports none of them."""
        return tuple(sorted({*self._own_names(), *self._foreign()}))

    def get(self, name: str) -> type[T]:
        """Import one member and return its class.

        Raises
        ------
        MemberUnknown
            If no member has that name; the nearest names are offered.
        ExtraMissing
            If the member needs a package that is not installed.
        MemberBroken
            If another package adds it, and it cannot be loaded or is not what it should be.
        """
        if name in self._own_names():
            return self._only_class(self._import(name))
        if name in (foreign := self._foreign()):
            return self._loaded(foreign[name])
        raise self._unknown(name)

    def installed(self) -> tuple[str, ...]:
        """Names of the members that can be used here: none of the packages that they need is missing."""
        return tuple(name for name in self.names() if self._is_installed(name))

    def names_but(self, left_out: Iterable[str], setting: str) -> tuple[str, ...]:
        """Names of all members but some.

        Parameters
        ----------
        left_out : iterable of str
        setting : str
            The setting that names them, for the error (``check.skip``).

        Raises
        ------
        SettingsError
            If one of them is no member; the nearest names are offered.
        """
        names, unwanted = self.names(), tuple(left_out)
        for name in unwanted:
            if name not in names:
                raise SettingsError(
                    f"{setting} names {name!r}, which is unknown.", f"Did you mean: {offers(name, names)}?"
                )
        return tuple(name for name in names if name not in unwanted)

    def __iter__(self) -> Iterator[tuple[str, type[T]]]:
        """Import every member; pairs of name and class, by name."""
        return ((name, self.get(name)) for name in self.names())

    def _is_installed(self, name: str) -> bool:
        try:
            self.get(name)
        except ExtraMissing:
            return False
        return True

    def _unknown(self, name: str) -> MemberUnknown:
        """The error about a name that no member has."""
        known = self.names()
        meant, there = nearest(name, known), f"There are: {name_list(known, MOST_NAMES)}"
        return MemberUnknown(
            f"There is no {name!r} among the {self.package.rpartition('.')[2]}.",
            f"Did you mean {' or '.join(meant)}? {there}" if meant else there,
        )

    def _own_names(self) -> tuple[str, ...]:
        return _modules_of(tuple((path, _changed_at(path)) for path in importlib.import_module(self.package).__path__))

    def _foreign(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in _entry_points(tuple(sys.path)) if point.group == self.package}

    def _import(self, name: str) -> ModuleType:
        try:
            return importlib.import_module(f"{self.package}.{name}")
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("mlwright"):
                raise
            raise ExtraMissing(
                f"{name!r} needs the package {missing.name!r}, which is not installed.",
                "mlwright doctor   (lists the extras and how to install each)",
            ) from missing

    def _loaded(self, point: EntryPoint) -> type[T]:
        """The member that another package adds."""
        try:
            thing = point.load()
            if inspect.isabstract(thing):
                raise TypeError(f"it lacks {name_list(sorted(thing.__abstractmethods__))}")
            return self._checked(thing, point.value)
        except Exception as error:
            whose = "another package" if point.dist is None else f"the package {point.dist.name} {point.dist.version}"
            raise MemberBroken(
                f"{point.name!r}, which {whose} adds to the {self.package.rpartition('.')[2]}, cannot be loaded "
                f"({type(error).__name__}: {error}).",
                f"Mend it, or take it out: pip uninstall {'PACKAGE' if point.dist is None else point.dist.name}",
            ) from error

    def _only_class(self, module: ModuleType) -> type[T]:
        found = [
            thing
            for thing in vars(module).values()
            if inspect.isclass(thing)
            and issubclass(thing, self.contract)
            and thing.__module__ == module.__name__
            and not inspect.isabstract(thing)
        ]
        if len(found) != 1:
            raise Fault(f"{module.__name__} must hold one {self.contract.__name__}, it holds {len(found)}.")
        return self._checked(found[0], module.__name__)

    def _checked(self, thing: object, where: str) -> type[T]:
        if inspect.isclass(thing) and issubclass(thing, self.contract):
            return thing
        raise Fault(f"{where} is not a {self.contract.__name__}.")


@dataclass(frozen=True)
class MembersOf:
    """Says in a setting's type that it names members of a family.

    A slip in such a name is found before a run begins, and a stage with such a setting is done anew when the family
    has got a new member.

    Parameters
    ----------
    package : str
        The family's folder, e.g. ``mlwright.data.checks``.
    """

    package: str


def families_named(settings: Settings) -> dict[str, Family[object]]:
    """The families whose members a section of the settings names, by key."""
    return {
        key: Family(mark.package, object)
        for key, field in type(settings).model_fields.items()
        for mark in field.metadata
        if isinstance(mark, MembersOf)
    }


@lru_cache(maxsize=256)
def _modules_of(folders: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """The public modules in some folders; read once while nothing changes, as thousands of columns ask for them."""
    found = pkgutil.iter_modules([path for path, _ in folders])
    return tuple(module.name for module in found if not module.name.startswith("_") and not module.ispkg)


def _changed_at(folder: str) -> int:
    """When a file came or went, in nanoseconds; 0 for what is no folder, such as a zip."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _entry_points(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Those of mlwright's families of all packages in these folders; read once, as it takes as long as a query."""
    groups = entry_points()
    return tuple(
        point for group in groups.groups if group.startswith("mlwright.") for point in groups.select(group=group)
    )
