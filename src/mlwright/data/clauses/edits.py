"""The contract with what a person has loosened or tightened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from mlwright.core.errors import SettingsError, offers
from mlwright.records.contract import Clause, Contract
from mlwright.records.settings import ClauseSettings, ContractSettings


def amended(contract: Contract, edits: ContractSettings) -> Contract:
    """The contract as ``[contract]`` of the settings wants it.

    Raises
    ------
    SettingsError
        If a column is unknown, or a clause does not suit its column.
    """
    _check_names(contract, (*edits.columns, *((edits.key,) if edits.key else ())))
    columns = [_amended(clause, edits.columns.get(clause.name)) for clause in contract.columns]
    columns = [_with_policies(clause, edits) for clause in columns]
    columns = [c.model_copy(update={"unique": True}) if c.name == edits.key else c for c in columns]
    changed = edits.model_dump(exclude={"columns", "requests", "skip"}, exclude_none=True)
    return contract.model_copy(
        update={**changed, "columns": tuple(columns), "edited": _edited(contract.edited, changed)}
    )


def _check_names(contract: Contract, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in contract.names:
            raise SettingsError(
                f"[contract] names the column {name!r}, which the data does not have.",
                f"Did you mean: {offers(name, contract.names)}?",
            )


def _amended(clause: Clause, edit: ClauseSettings | None) -> Clause:
    changed = {} if edit is None else edit.model_dump(exclude={"requests"}, exclude_none=True)
    if not changed:
        return clause
    _check_suits(clause, changed)
    for bound in {"least", "most"} & set(changed):
        changed[bound] = _seconds(changed[bound])
    edited = _edited(clause.edited, changed)
    if "levels" in changed:
        added = tuple(level for level in changed["levels"] if level not in clause.levels)
        changed |= {"levels": (*clause.levels, *added), "counts": (*clause.counts, *[0] * len(added))}
    if changed.get("pattern") == "":
        changed["pattern"] = None
    return clause.model_copy(update={**changed, "edited": edited})


def _with_policies(clause: Clause, edits: ContractSettings) -> Clause:
    """What the service does with values that break the clause: as all columns, then as this one is set."""
    own = edits.columns.get(clause.name)
    wanted = edits.requests.model_dump(exclude_none=True)
    wanted |= own.requests.model_dump(exclude_none=True) if own else {}
    return clause.model_copy(update={"requests": clause.requests.model_copy(update=wanted)}) if wanted else clause


def _edited(before: tuple[str, ...], changed: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*before, *changed}))


def _check_suits(clause: Clause, changed: dict[str, Any]) -> None:
    where = f"contract.columns.{clause.name}"
    for bound in ("least", "most"):
        if bound in changed and clause.kind not in ("number", "date"):
            raise SettingsError(
                f"{where}.{bound} limits a column of {clause.kind}, which has no order.", "Take it out."
            )
        if isinstance(changed.get(bound), date) != (clause.kind == "date") and bound in changed:
            wanted = "a date, such as 2020-01-31" if clause.kind == "date" else "a number"
            raise SettingsError(f"{where}.{bound} is {changed[bound]}; it must be {wanted}.", f"Mend {where}.{bound}.")
    try:
        re.compile(changed.get("pattern", ""))
    except re.error as error:
        raise SettingsError(f"{where}.pattern is no regular expression: {error}.", f"Mend {where}.pattern.") from None


def _seconds(bound: float | date) -> float:
    """A number as it is, a date as seconds since 1970."""
    if isinstance(bound, datetime):
        return (bound if bound.tzinfo else bound.replace(tzinfo=UTC)).timestamp()
    if isinstance(bound, date):
        return datetime(bound.year, bound.month, bound.day, tzinfo=UTC).timestamp()
    return float(bound)
