"""Which column plays which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlwright.core.errors import SettingsError, TableError, offers
from mlwright.data.kinds import Order
from mlwright.data.kinds.names import says_entity, says_epoch, says_event, says_moment, says_private_moment
from mlwright.data.kinds.spreadsheet_days import are_days
from mlwright.data.target import Question
from mlwright.data.words import counted
from mlwright.records.profile import Asked, ColumnProfile, Roles
from mlwright.records.settings import CollectSettings, ProfileSettings

LEAST_MOMENTS = 10
MANY_MOMENTS = 50
LEAST_GROUPS = 20
REPEATS = (1.25, 50.0)
EPOCHS = (6e8, 2.3e9)
"""Seconds from 1989 to 2042."""
_WHY_TIME: dict[Order, str] = {
    "rising": "the rows are sorted by it",
    "falling": "the rows are sorted by it",
    "nearly": "the rows are nearly sorted by it",
    "panel": "each of several things has a row of its own for each of them",
    "none": "its name is that of an event",
}
_NO_INPUT = {"id": "it names each row", "constant": "it never changes", "empty": "it holds nothing"}


def check_names(names: Sequence[str], target: str | None, collect: CollectSettings, settings: ProfileSettings) -> None:
    """Raise a `SettingsError` for a column that the settings name and the table lacks, or that cannot be asked for."""
    single = {"collect.time": collect.time, "collect.group": collect.group}
    named: dict[str, tuple[str, ...]] = {
        **{key: () if name is None else (name,) for key, name in single.items()},
        "profile.kinds": tuple(settings.kinds),
        "profile.missing": tuple(settings.missing),
        "profile.ignore": settings.ignore,
    }
    for key, given in named.items():
        for name in given:
            if name not in names:
                raise SettingsError(
                    f"{key} names the column {name!r}, which the table does not have.",
                    f"Did you mean: {offers(name, names)}?",
                )
    for key in (*single, "profile.ignore"):
        if target is not None and target in named[key]:
            raise SettingsError(f"{key} names {target!r}, which is the target.", f"Take it out of {key}.")
    for name, kind in settings.kinds.items():
        if kind in ("constant", "empty"):
            raise SettingsError(
                f"profile.kinds says that {name!r} is {kind}, which is for the data to say.",
                "To leave a column out, name it in profile.ignore.",
            )


def assign_roles(
    columns: Sequence[ColumnProfile],
    asked: Question | None,
    n_rows: int,
    orders: Mapping[str, Order],
    settings: tuple[CollectSettings, ProfileSettings],
) -> Roles:
    """The part of every column.

    Parameters
    ----------
    columns : sequence of ColumnProfile
        All columns; the target among them.
    asked : Question or None
        None where nothing is predicted.
    n_rows : int
    orders : mapping
        Whether the rows are sorted by a column.
    settings : CollectSettings, ProfileSettings

    Raises
    ------
    SettingsError
        If the time or group column that the settings name cannot be used as such.
    TableError
        If no column is left for models to use.
    """
    collect, profile = settings
    target = asked.column.name if asked else None
    others = [column for column in columns if column.name != target]
    time, time_reason = _time(others, collect.time, orders)
    group, group_reason = _group(others, collect.group, n_rows, has_time=time is not None)
    left_out: dict[str, str] = {}
    for column in others:
        if why := _why_left_out(column, group, profile.ignore):
            left_out[column.name] = why
    inputs = tuple(column.name for column in others if column.name not in left_out)
    if not inputs and asked:
        raise _no_inputs(asked.column.name, left_out)
    return Roles(
        asked=asked
        and Asked(
            target=asked.column.name,
            task=asked.task,
            reason=asked.reason,
            classes=asked.classes,
            are_ordered=asked.are_ordered,
        ),
        time=time,
        time_reason=time_reason,
        group=group,
        group_reason=group_reason,
        inputs=inputs,
        left_out=left_out,
    )


def _why_left_out(column: ColumnProfile, group: str | None, ignored: Sequence[str]) -> str | None:
    if column.name in ignored:
        return "profile.ignore names it"
    if column.name == group:
        return "it is the group column, whose values are new in new data"
    if column.kind in _NO_INPUT:
        return f"{_NO_INPUT[column.kind]}: {column.reason[0].lower()}{column.reason[1:].removesuffix('.')}"
    return None


def _no_inputs(target: str, left_out: Mapping[str, str]) -> TableError:
    if not left_out:
        return TableError(f"The table has no column besides the target {target!r}.", "Give a table with more columns.")
    reasons = "; ".join(f"{name!r}: {why}" for name, why in list(left_out.items())[:5])
    return TableError(
        f"No column is left to predict {target!r} from, of {len(left_out)}: {reasons}.",
        "Give more columns, or say in profile.kinds what these are.",
    )


def _time(columns: Sequence[ColumnProfile], asked: str | None, orders: Mapping[str, Order]) -> tuple[str | None, str]:
    """The column to split by, and why; a date is taken unasked only where all speaks for it."""
    if asked is not None:
        column = next(column for column in columns if column.name == asked)
        if column.minimum is None:
            raise SettingsError(
                f"collect.time names {asked!r}, which holds no dates and no numbers: {column.reason}",
                "Name a column of dates, or leave collect.time out.",
            )
        return asked, "Set by collect.time."
    dates = [column for column in columns if column.kind == "date"]
    if not dates:
        return (
            _epoch(columns)
            or _sheet_day(columns, orders)
            or _panel_year(columns, orders)
            or (None, "No column holds dates.")
        )
    events = [column for column in dates if _is_event(column, orders[column.name])]
    if len(events) == len(dates) and (len(dates) == 1 or all(orders[column.name] != "none" for column in dates)):
        finest = max(events, key=lambda column: (orders[column.name] != "nearly", column.n_distinct))
        why = _WHY_TIME[orders[finest.name]]
        return finest.name, f"It holds dates, and {why}; its absolute value is no guide to later rows."
    names = ", ".join(repr(column.name) for column in dates)
    return None, f"Nothing shows that rows came about at {names}; set collect.time if they did."


def _epoch(columns: Sequence[ColumnProfile]) -> tuple[str, str] | None:
    """The one column that counts seconds or milliseconds since 1970, by its name and its range."""
    found = [
        column.name
        for column in columns
        if column.kind == "number"
        and column.n_distinct >= MANY_MOMENTS
        and says_epoch(column.name)
        and _counts_on(column)
    ]
    why = "Its name is that of a moment, and it counts seconds or milliseconds since 1970."
    return (found[0], why) if len(found) == 1 else None


def _sheet_day(columns: Sequence[ColumnProfile], orders: Mapping[str, Order]) -> tuple[str, str] | None:
    """The one column that counts days as spreadsheets do, if it says when rows came about as a date would."""
    found = [column for column in columns if are_days(column)]
    if len(found) != 1 or not _is_event(found[0], orders[found[0].name]):
        return None
    return found[0].name, "Its name is that of a date, and it counts days as spreadsheets do."


def _panel_year(columns: Sequence[ColumnProfile], orders: Mapping[str, Order]) -> tuple[str, str] | None:
    """The one year that runs in each of several things."""
    found = [column.name for column in columns if column.kind == "number" and orders[column.name] == "panel"]
    return (found[0], f"It holds years, and {_WHY_TIME['panel']}.") if len(found) == 1 else None


def _counts_on(column: ColumnProfile) -> bool:
    low, high = column.minimum, column.maximum
    if low is None or high is None or column.n_missing:
        return False
    return any(scale * EPOCHS[0] <= low <= high <= scale * EPOCHS[1] for scale in (1, 1_000, 1_000_000))


def _is_event(column: ColumnProfile, order: Order) -> bool:
    if says_private_moment(column.name) or column.n_missing + column.n_unparsed > 0:
        return False
    if column.n_distinct >= MANY_MOMENTS:
        return order != "none" or says_event(column.name)
    return order != "none" and column.n_distinct >= LEAST_MOMENTS and says_moment(column.name)


def _group(
    columns: Sequence[ColumnProfile], asked: str | None, n_rows: int, *, has_time: bool
) -> tuple[str | None, str]:
    """The column whose equal values stay together, and why.

    An ``id`` of nothing said is the key of what the table is about; with dates beside it that may be what is asked
    about again later (a shop), so that it is no group then.
    """
    if asked is not None:
        column = next(column for column in columns if column.name == asked)
        if column.n_distinct < 2:
            found = counted(column.n_distinct, "different value")
            raise SettingsError(
                f"collect.group names {asked!r}, which has {found}: nothing to divide by.",
                "Name another column, or leave collect.group out.",
            )
        return asked, "Set by collect.group."
    keys = [column for column in columns if _is_repeated_key(column, n_rows, may_be_bare=not has_time)]
    if not keys:
        return None, "No column looks like the key of something that comes back in several rows."
    best = max(keys, key=lambda column: column.n_distinct)
    repeats = (n_rows - best.n_missing) / best.n_distinct
    return best.name, (
        f"Its name is that of a key, and each value comes back {repeats:.1f} times on average: rows of one "
        "must not be learned from and tested on."
    )


def _is_repeated_key(column: ColumnProfile, n_rows: int, *, may_be_bare: bool) -> bool:
    n = n_rows - column.n_missing
    is_named = says_entity(column.name) or (may_be_bare and column.name.casefold() == "id")
    is_key = column.kind in ("category", "number", "id") and is_named
    return is_key and column.n_distinct >= LEAST_GROUPS and REPEATS[0] <= n / column.n_distinct <= REPEATS[1]
