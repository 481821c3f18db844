"""What the command line says of the keys of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mlwright.config import located
from mlwright.core.errors import SettingsError


class Keys(NamedTuple):
    """What names a row of a table, and what its columns refer to.

    Parameters
    ----------
    unique : sequence of str
        Columns whose values, together, come once: ``order, line``.
    refers : sequence of str
        Columns whose values must be there elsewhere: ``customer=customers.csv:id``, ``manager=id``.
    """

    unique: Sequence[str] = ()
    refers: Sequence[str] = ()

    def as_settings(self) -> dict[str, object]:
        """The same as ``[collect]`` has it; files are as seen from here.

        Raises
        ------
        SettingsError
            If a reference does not say what refers to what.
        """
        tables, keys = {}, {}
        for said in self.refers:
            columns, equals, where = said.partition("=")
            table, _, theirs = where.rpartition(":")
            if not equals or not columns.strip() or not theirs.strip():
                raise SettingsError(
                    f"--refers {said!r} does not say which columns must be there in which.",
                    'Write --refers "customer=customers.csv:id", or --refers "manager=id" for the same table.',
                )
            name = table.strip()
            if name:
                tables[name] = located(name, Path.cwd())
            keys[columns.strip()] = f"{name}.{theirs.strip()}" if name else theirs.strip()
        return {"tables": tables or None, "keys": keys or None, "unique": list(self.unique) or None}
