"""Split: rows are set aside for the test before anything looks at what the target depends on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import SettingsError, TargetError, name_list
from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.date_parts import moment_parts, running_year
from mlwright.data.keys import has_target, split_keys
from mlwright.data.row_keys import n_new_of
from mlwright.data.splitters import SPLITTERS, SplitKeys
from mlwright.data.ticking import clock_of
from mlwright.data.words import quoted
from mlwright.records.data import Snapshot
from mlwright.records.profile import Profile
from mlwright.records.settings import SplitSettings
from mlwright.records.split import LEFT_OUT, TEST, TRAIN, Method, Split

MOST_TEST_ROWS = 50_000
FEWEST_ROWS = 10
FEWEST_NEWEST = 30
"""Rows that a model which was trained again is tested on, at least."""
NO_TEST = "No row is set aside, as split.test_share is 0: the folds are made so, and hold out each row in turn."


def split(snapshot: Snapshot, profile: Profile, settings: SplitSettings, run: Run) -> Split:
    """Deal the rows: which learn, and which are set aside until the end.

    The target is looked at only for whether it is there and for the class of a row.

    Raises
    ------
    SettingsError
        If a method is asked for that lacks its column.
    TargetError
        If too few rows are left to learn from and to test with.
    """
    if profile.roles.asked is None:
        return _undivided(snapshot, run)
    table = open_snapshot(snapshot, run)
    keys, parts = split_keys(table, profile), moment_parts(profile) or running_year(table, profile)
    is_usable = has_target(table, profile) if keys.classes is None else keys.classes >= 0
    usable = np.flatnonzero(is_usable)
    _refuse_too_few(len(usable), profile)
    may_tick = profile.roles.time is None and not parts and settings.method in ("auto", "by_time")
    clock = clock_of(table, profile) if may_tick else None
    method, reason = _method(profile, settings, clock, parts)
    keys = keys if len(usable) == keys.n_rows else keys.take(usable)
    share = _test_share(settings, method, len(usable), n_new_of(snapshot))
    held = np.zeros(len(usable), dtype=bool)
    if share > 0:
        held = SPLITTERS.get(method)().holdout(keys, share, np.random.default_rng(run.seed_for("split")))
        _refuse_one_sided(held, method, keys, profile)
    roles = np.full(snapshot.n_rows, LEFT_OUT, dtype=np.uint8)
    roles[is_usable] = np.where(held, np.uint8(TEST), np.uint8(TRAIN))
    n_left_out = snapshot.n_rows - len(usable)
    untested, unknown = _one_sided(held, keys, profile) if share > 0 else ((), ())
    return Split(
        method=method,
        reason=" ".join([reason, *(_told_one_sided(untested, unknown) if share > 0 else [NO_TEST])]),
        roles=run.put(roles.tobytes()),
        n_train=int((~held).sum()),
        n_test=int(held.sum()),
        n_left_out=n_left_out,
        left_out_reason=f"no usable value in {profile.roles.target!r}" if n_left_out else "",
        train_by_class=_by_class(keys, ~held, profile),
        untested=untested,
    )


def _test_share(settings: SplitSettings, method: Method, n_usable: int, n_new: int | None) -> float:
    """The share of the rows to set aside.

    Where a model is trained again as time goes on it is tested on the newer half of what is new, so that it has learned
    the other half: tested on all of it, it would be older than the model that it is to follow.
    """
    share = min(settings.test_share, MOST_TEST_ROWS / n_usable)
    if method != "by_time" or n_new is None:
        return share
    return min(share, max(FEWEST_NEWEST, n_new // 2) / n_usable)


def _by_class(keys: SplitKeys, rows: NDArray[np.bool_], profile: Profile) -> tuple[int, ...]:
    """How many of these rows each class has."""
    if keys.classes is None:
        return ()
    return tuple(np.bincount(keys.classes[rows], minlength=len(profile.roles.classes)).tolist())


def _undivided(snapshot: Snapshot, run: Run) -> Split:
    """Nothing is predicted, so that nothing has to be tested."""
    return Split(
        method="none",
        reason="No row is set aside: nothing is predicted.",
        roles=run.put(np.full(snapshot.n_rows, TRAIN, dtype=np.uint8).tobytes()),
        n_train=snapshot.n_rows,
        n_test=0,
    )


def _method(profile: Profile, settings: SplitSettings, clock: str | None, parts: tuple[str, ...]) -> tuple[Method, str]:
    """Which splitter, and why."""
    roles = profile.roles
    needs = {"by_group": ("group", roles.group), "by_time": ("time", roles.time or clock or next(iter(parts), None))}
    if settings.method != "auto":
        key, column = needs.get(settings.method, ("", ""))
        if column is None:
            raise SettingsError(
                f"split.method is {settings.method!r}, but there is no {key} column.", f"Set collect.{key}."
            )
        if settings.method == "stratified" and not roles.classes:
            raise SettingsError("split.method is 'stratified', but the target has no classes.", "Set it to 'random'.")
        return settings.method, f"Rows are divided {SPLITTERS.get(settings.method).title}, as split.method says."
    if roles.group:
        aside = f" Time ({roles.time!r}) is not split by; set split.method to do so." if roles.time else ""
        return "by_group", f"Rows with the same {roles.group!r} stay together: the test holds only new ones.{aside}"
    if roles.time:
        return "by_time", f"The latest rows by {roles.time!r} are the test, as the model will be used on later rows."
    at_random = "stratified" if roles.classes else "random"
    if parts:
        return "by_time", (
            f"The latest rows by {quoted(parts, len(parts))} are the test, as the model will be used on later rows. If "
            f"they are not when the rows came about, set split.method to '{at_random}'."
        )
    if clock is not None:
        return "by_time", (
            f"The last rows of the table are the test, as the model will be used on later ones: {clock!r} goes up from "
            "row to row and begins again, so rows follow each other in time. If they do not, set split.method to "
            f"'{at_random}'; if a column says when, name it in collect.time."
        )
    if roles.classes:
        return (
            "stratified",
            "At random, with the same share of every class: the rows show neither groups nor an order in time.",
        )
    return "random", "At random: the rows show neither groups nor an order in time."


def _refuse_too_few(n_usable: int, profile: Profile) -> None:
    if n_usable < FEWEST_ROWS:
        raise TargetError(
            f"Only {n_usable} of {profile.n_rows:,} rows have a usable value in {profile.roles.target!r}.",
            f"Give at least {FEWEST_ROWS} rows with a target; some hundreds are needed for a model worth having.",
        )


def _refuse_one_sided(held: NDArray[np.bool_], method: Method, keys: SplitKeys, profile: Profile) -> None:
    column = {"by_group": profile.roles.group, "by_time": profile.roles.time}.get(method)
    if not held.any() or held.all():
        raise SettingsError(
            f"All rows have one value in {column!r}, so they cannot be split {method.replace('_', ' ')}.",
            "Set split.method to 'random' in mlwright.toml, or choose another column.",
        )
    if keys.classes is not None and np.count_nonzero(np.bincount(keys.classes[~held])) < 2:
        raise TargetError(
            f"The rows to learn from hold one class of {profile.roles.target!r} only.",
            "Set split.method to 'stratified' in mlwright.toml, or collect rows of other classes.",
        )


def _one_sided(held: NDArray[np.bool_], keys: SplitKeys, profile: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classes that only rows to learn from have, and those that only rows of the test have."""
    learned, tested = _by_class(keys, ~held, profile), _by_class(keys, held, profile)
    counted = list(zip(profile.roles.classes, learned, tested, strict=True)) if learned else []
    untested = tuple(name for name, n, m in counted if n and not m)
    return untested, tuple(name for name, n, m in counted if m and not n)


def _told_one_sided(untested: tuple[str, ...], unknown: tuple[str, ...]) -> list[str]:
    sentences = [f"The rows to learn from hold no row of {name_list(map(repr, unknown))}."] if unknown else []
    return [*sentences, f"The test holds no row of {name_list(map(repr, untested))}."] if untested else sentences
