"""Learns how the inputs of the training rows are cleaned before they become numbers.

Only what a model cannot make out by itself is kept: the profile and the readers know missing codes, blanks, plain
numbers with a sign and dates of one format already.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from mlwright.data.cleaning import learn_cleaning, rows_to_learn
from mlwright.data.cures import WRITING
from mlwright.records.cleaning import AnyStep, CleaningPlan, MarkMissing, ReadDate, ReadNumber, TrimText
from mlwright.records.model import EncodingPlan
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.records.settings import CleanSettings
from mlwright.scoring.actions import action_of
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import read_columns, to_arrow
from mlwright.scoring.quantities import is_bounded

WIDE, WIDE_CELLS, FEWEST_ROWS = 200, 1_000_000, 1_000
"""Of more columns than that fewer cells are looked at: what is wrong in one of hundreds is worth less time."""


def learn_input_cleaning(
    inputs: pa.Table, profile: Profile, settings: CleanSettings, told: Collection[str], seed: int
) -> CleaningPlan | None:
    """The plan for the inputs of a model; None if there is nothing to clean.

    Parameters
    ----------
    inputs : pyarrow.Table
        The input columns of the training rows.
    profile : Profile
    settings : CleanSettings
    told : collection of str
        Columns of which a person said what they are; they are read as that and not cleaned.
    seed : int
        For the sample that is learned from where there are very many rows.
    """
    if settings.apply == "off":
        return None
    names = [name for name in inputs.column_names if name not in told]
    table = _sample(inputs.select(names), seed)
    if not names or not len(table):
        return None
    repairs = settings.apply == "all"
    plan = learn_cleaning(table) if repairs else learn_cleaning(table, WRITING)
    plan = plan.up_to("repair" if repairs else "spelling")
    steps = tuple(step for step in plan.steps if not _is_known(step, profile.column(step.column)))
    return plan.model_copy(update={"steps": steps, "repeats": None}) if steps else None


def _sample(table: pa.Table, seed: int) -> pa.Table:
    n = rows_to_learn(table.num_columns)
    if table.num_columns > WIDE:
        n = max(FEWEST_ROWS, min(n, WIDE_CELLS // table.num_columns))
    if len(table) <= n:
        return table
    rows = np.random.default_rng(seed).choice(len(table), n, replace=False)
    return table.take(pa.array(np.sort(rows)))


def _is_known(step: AnyStep, column: ColumnProfile) -> bool:
    """Whether the readers of the encoding plan do the same by themselves."""
    if isinstance(step, TrimText | MarkMissing):
        return True
    if isinstance(step, ReadNumber):
        is_plain = step.decimal == "." and not step.either and all(factor == 1.0 for factor in step.units.values())
        is_plain = is_plain and not any(map(is_bounded, step.units))
        return not step.typed or (column.kind == "number" and is_plain)
    if not isinstance(step, ReadDate):
        return False
    is_plain = len(step.formats) == 1 and step.first_year is None
    return not step.typed or (column.kind == "date" and is_plain)


def cleaned_inputs(inputs: pa.Table, plan: CleaningPlan | None) -> pa.Table:
    """The inputs as the model sees them."""
    return inputs if plan is None else to_arrow(Cleaner(plan).clean_columns(read_columns(inputs)))


def profile_after(profile: Profile, plan: CleaningPlan | None) -> Profile:
    """The profile with the kinds that cleaned columns have got."""
    if plan is None:
        return profile
    kinds: dict[str, dict[str, object]] = {}
    for step in plan.steps:
        if isinstance(step, ReadNumber):
            kinds[step.column] = {"kind": "number", "missing_codes": ()}
        elif isinstance(step, ReadDate):
            kinds[step.column] = {"kind": "date", "missing_codes": (), "date_format": None}
    columns = tuple(column.model_copy(update=kinds.get(column.name, {})) for column in profile.columns)
    return profile.model_copy(update={"columns": columns})


def with_cleaning(encoding: EncodingPlan, plan: CleaningPlan | None) -> EncodingPlan:
    """The encoding plan with the steps that look at nothing but its own inputs."""
    if plan is None:
        return encoding
    own = {column.name for column in encoding.columns}
    steps = tuple(step for step in plan.steps if own.issuperset(action_of(step).inputs))
    return encoding.model_copy(update={"cleaning": plan.model_copy(update={"steps": steps}) if steps else None})
