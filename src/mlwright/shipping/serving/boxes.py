"""The fields of the form: for every input of the model the control that fits it."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Literal, NamedTuple

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.records.model import DateColumn
from mlwright.records.profile import ColumnProfile
from mlwright.scoring.moments import to_moment
from mlwright.shipping.serving.fields import EPOCH, describe_range, example_value, listed_levels, lists_all_levels

Control = Literal["select", "number", "date", "datetime-local", "textarea", "text"]

LONG_TEXT = 60
"""Characters of a mean text, from which on it gets an area of its own."""


class Box(NamedTuple):
    """One field of the form.

    Parameters
    ----------
    name : str
    control : str
        The sort of HTML control.
    value : str
        What it holds at first: the typical value; empty for not known.
    options : tuple of str
        For a choice the known names; for a line of text names to suggest.
    other : str
        For a choice: a value that is none of the known names.
    hint : str
    """

    name: str
    control: Control
    value: str
    options: tuple[str, ...]
    other: str
    hint: str


def form_boxes(manifest: Manifest) -> list[Box]:
    """All fields, in the order of the inputs but long texts last."""
    profiles = {profile.name: profile for profile in manifest.reference}
    boxes = [_box(item, manifest, profiles.get(item.name)) for item in manifest.inputs]
    return sorted(boxes, key=lambda box: box.control == "textarea")


def _box(item: Clause, manifest: Manifest, profile: ColumnProfile | None) -> Box:
    control = _control(item, manifest, profile)
    other, levels = "another value", listed_levels(item)
    while other in levels:
        other += "*"
    value = "" if _is_mostly_missing(profile) else _typical(item, manifest, control)
    return Box(item.name, control, value, levels, other, describe_range(item))


def _control(item: Clause, manifest: Manifest, profile: ColumnProfile | None) -> Control:
    if item.kind == "number":
        return "number"
    if item.kind == "date":
        column = _date_column(item, manifest)
        return "datetime-local" if column and {"hour", "minute"} & set(column.parts) else "date"
    if item.kind == "text":
        is_short = profile is not None and profile.length_mean is not None and profile.length_mean < LONG_TEXT
        return "text" if is_short else "textarea"
    return "select" if item.levels and lists_all_levels(item) else "text"


def _typical(item: Clause, manifest: Manifest, control: Control) -> str:
    if control in ("date", "datetime-local"):
        column = _date_column(item, manifest)
        seconds = to_moment(item.example, column.format if column else None)
        if math.isnan(seconds):
            return ""
        moment = (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
        return moment.date().isoformat() if control == "date" else moment.isoformat(timespec="minutes")
    if control == "select" and item.example not in item.levels:
        return listed_levels(item)[0]
    return str(example_value(item)) if control == "number" else item.example


def _is_mostly_missing(profile: ColumnProfile | None) -> bool:
    """Whether a name is missing more often than it is any one name."""
    if profile is None or profile.kind not in ("category", "boolean") or not profile.top:
        return False
    return profile.n_missing > profile.top[0].count


def _date_column(item: Clause, manifest: Manifest) -> DateColumn | None:
    dates = (column for column in manifest.model.plan.columns if isinstance(column, DateColumn))
    return next((column for column in dates if column.name == item.name), None)
