"""Dates of PostgreSQL that no calendar here holds: infinite ones, before the year 1 and after 9999 become missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass
class LostDates:
    """How many dates became missing so far."""

    n: int = 0


def keep_dates(connection: sa.Connection) -> LostDates:
    """Let a connection of psycopg give nothing in place of a date that Python does not know."""
    import psycopg
    from psycopg.adapt import Loader
    from psycopg.pq import Format

    lost = LostDates()
    adapters = connection.connection.driver_connection.adapters  # type: ignore[union-attr]

    def lenient(usual: type[Any]) -> type[Any]:
        class Lenient(Loader):
            def __init__(self, oid: int, context: Any = None) -> None:
                super().__init__(oid, context)
                self._usual = usual(oid, context)  # psycopg's own is written in C and cannot be derived from

            def load(self, data: Any) -> Any:
                try:
                    return self._usual.load(data)
                except psycopg.DataError:
                    lost.n += 1
                    return None

        return Lenient

    for name in ("date", "timestamp", "timestamptz"):
        oid = adapters.types[name].oid
        adapters.register_loader(oid, lenient(adapters.get_loader(oid, Format.TEXT)))
    return lost
