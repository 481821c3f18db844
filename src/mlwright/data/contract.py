"""The stage that says what later data is held to."""

from __future__ import annotations

from collections.abc import Mapping

from mlwright.core.run import Run
from mlwright.data.clauses.chance import ALARMS
from mlwright.data.clauses.clause import clause_of
from mlwright.data.clauses.edits import amended
from mlwright.data.clauses.values import values_of
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.equal_rows import equal_rows
from mlwright.records.contract import Clause, Contract, Part
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile
from mlwright.records.settings import ContractSettings


def contract(snapshot: Snapshot, profile: Profile, settings: ContractSettings, run: Run) -> Contract:
    """Learn from every column what later tables must keep.

    The limits of all numbers together are so wide that a table of the same source and as many rows keeps them with a
    probability of 99.5 %; see `clauses.limits`. What a person has edited is tried on, so that a slip is found now, and
    is applied when the contract is used.

    Raises
    ------
    SettingsError
        If ``[contract]`` names a column that is not there, or a clause that does not suit its column.
    """
    table = open_snapshot(snapshot, run)
    clauses = _clauses(table, profile)
    found = Contract(
        n_rows=profile.n_rows,
        columns=clauses,
        key=next((clause.name for clause in clauses if clause.unique), None),
        unique=snapshot.unique,
        time=profile.roles.time,
        n_repeated=equal_rows(table, [clause.name for clause in clauses if clause.part != "target"]).n_later,
    )
    amended(found, settings)
    return found


def _clauses(table: Table, profile: Profile) -> tuple[Clause, ...]:
    """Column by column, so that only few of them are in memory at a time."""
    parts = _parts(profile)
    chance = ALARMS / max(1, sum(column.kind == "number" for column in profile.columns))
    columns = {column.name: column for column in profile.columns}
    return tuple(
        clause_of(values, columns[name], parts[name], chance) for name, values in values_of(table, list(columns))
    )


def _parts(profile: Profile) -> Mapping[str, Part]:
    roles = profile.roles
    parts: dict[str, Part] = {column.name: "other" for column in profile.columns}
    parts.update(dict.fromkeys(roles.inputs, "input"))
    return parts if roles.asked is None else {**parts, roles.target: "target"}
