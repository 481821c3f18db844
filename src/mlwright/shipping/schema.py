"""What a caller must know of the inputs of a bundle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlwright.records.bundle import InputField
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn, PlanColumn
from mlwright.records.profile import QUANTILE_LEVELS, ColumnProfile, Profile

MAX_LEVELS = 50
EXAMPLE_LENGTH = 80
MEDIAN = QUANTILE_LEVELS.index(0.50)


def input_fields(plan: EncodingPlan, profile: Profile) -> tuple[InputField, ...]:
    """The inputs that the plan needs, in its order."""
    of_name: dict[str, list[PlanColumn]] = {}
    for column in plan.columns:
        of_name.setdefault(column.name, []).append(column)
    return tuple(_field(profile.column(name), columns) for name, columns in of_name.items())


def _field(column: ColumnProfile, planned: list[PlanColumn]) -> InputField:
    low, high = _range(column, planned)
    return InputField(
        name=column.name,
        kind=column.kind,
        levels=_levels(planned),
        low=low,
        high=high,
        optional=column.n_missing > 0,
        example=_example(column),
    )


def _range(column: ColumnProfile, planned: list[PlanColumn]) -> tuple[float | None, float | None]:
    for plan_column in planned:
        if isinstance(plan_column, NumberColumn):
            return plan_column.low, plan_column.high
    return (column.minimum, column.maximum) if column.kind == "date" else (None, None)


def _levels(planned: list[PlanColumn]) -> tuple[str, ...]:
    """All levels if they are few, else the most frequent; in the order of the plan."""
    for plan_column in planned:
        if isinstance(plan_column, CategoryColumn):
            counted = sorted(zip(plan_column.counts, plan_column.levels, strict=True), reverse=True)
            kept = {level for _, level in counted[:MAX_LEVELS]}
            return tuple(level for level in plan_column.levels if level in kept)
    return ()


def _example(column: ColumnProfile) -> str:
    """The most frequent value, or the one in the middle."""
    if column.kind == "number" and column.quantiles:
        return f"{column.quantiles[MEDIAN]:.10g}"
    if column.top:
        return column.top[0].value[:EXAMPLE_LENGTH]
    if column.kind == "date" and column.minimum is not None:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=column.minimum)
        return moment.strftime(column.date_format or "%Y-%m-%dT%H:%M:%S")
    return ""
