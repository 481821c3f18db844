"""What answers are worth on some rows: the benefit table with the columns that it names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError, offers
from mlwright.data.compute.table import Table
from mlwright.learning.benefit import Array, Benefit
from mlwright.learning.benefit_table import amounts_of, benefit_table
from mlwright.learning.tasks import TASKS
from mlwright.records.model import ModelSpec
from mlwright.records.profile import Profile
from mlwright.records.settings import DecideSettings
from mlwright.scoring.deciding import Decisive, decisive
from mlwright.scoring.spelling import to_number_array

FEWEST_KNOWN = 0.5


def benefit_on(
    table: Table,
    positions: NDArray[np.int64],
    training_target: Array,
    profile: Profile,
    settings: DecideSettings,
    threshold: float | None = None,
    quantile: float | None = None,
) -> Benefit:
    """What answers are worth on some rows of a snapshot.

    Parameters
    ----------
    table : Table
        The snapshot with all its columns.
    positions : array of int, shape (n_rows,)
        The rows.
    training_target : array, shape (n_training_rows,)
        For the stand-in, which rests on how frequent the classes are.
    profile : Profile
    settings : DecideSettings
    threshold, quantile : float, optional
        See `benefit_table`.

    Raises
    ------
    SettingsError
        If ``decide.benefit`` makes no sense, or names a column that is not there or holds no numbers.
    """
    roles = profile.roles
    n_classes = len(roles.classes)
    counts = np.bincount(training_target.astype(np.int64), minlength=n_classes) if n_classes else np.zeros(0)
    names = dict.fromkeys(amount.column for amount in amounts_of(settings).values())
    columns = {name: _numbers(name, table, positions, profile) for name in names}
    shares = [float(count) / len(training_target) for count in counts]
    return benefit_table(roles.task, roles.classes, shares, settings, columns, threshold, quantile)


def usual_amounts(
    table: Table, positions: NDArray[np.int64], profile: Profile, settings: DecideSettings
) -> dict[str, float]:
    """The mean of every column that an amount of the user's table comes from."""
    names = dict.fromkeys(amount.column for amount in amounts_of(settings).values())
    return {name: float(_numbers(name, table, positions, profile).mean()) for name in names}


def decisive_on(spec: ModelSpec, table: Table, positions: NDArray[np.int64]) -> Decisive:
    """What decides a model's answers to some rows of a snapshot; see `scoring.deciding`."""
    if spec.amounts is None:
        return decisive(spec)
    return decisive(spec, table.arrow(list(spec.amounts.usual), positions))


def learned_target(table: Table, positions: NDArray[np.int64], profile: Profile) -> Array:
    """The target of training rows, shape (n_rows,): class places or numbers."""
    roles = profile.roles
    values = table.arrow([roles.target], positions)[roles.target]
    return TASKS.get(roles.task)().target(values, roles.classes, profile.target.missing_codes)


def _numbers(name: str, table: Table, positions: NDArray[np.int64], profile: Profile) -> Array:
    """A column of amounts; a missing one counts as the mean of the others."""
    refuse_column(name, table, profile, "decide.benefit")
    values = to_number_array(table.arrow([name], positions)[name])
    known = np.isfinite(values)
    if known.mean() < FEWEST_KNOWN:
        raise SettingsError(
            f"decide.benefit takes amounts from the column {name!r}, of which {known.mean():.0%} are numbers.",
            "Name a column of numbers, or give the amount itself.",
        )
    return np.where(known, values, values[known].mean())


def refuse_column(name: str, table: Table, profile: Profile, where: str) -> None:
    """Refuse a column that is not there, or that is not known before the answer is.

    Raises
    ------
    SettingsError
        If it is so.
    """
    if name not in table.columns:
        raise SettingsError(
            f"{where} names the column {name!r}, which is not in the data.",
            f"Did you mean: {offers(name, table.columns)}?",
        )
    if name == profile.roles.target and profile.roles.classes:
        raise SettingsError(f"{where} names the target {name!r} itself.", "Name a column of amounts.")
