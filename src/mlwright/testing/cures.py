"""What every cure is held to; a new member of the family is found by itself.

Whoever adds cures of their own (by an entry point of the group ``mlwright.data.cures``) runs this file:
``pytest --pyargs mlwright.testing.cures``.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from mlwright.data.cures import CURES, Specimen
from mlwright.data.evidence.cells import Cells
from mlwright.records.cleaning import AnyStep, CleaningPlan
from mlwright.scoring.cleaner import Cleaner
from mlwright.scoring.columns import read_columns, to_arrow
from mlwright.scoring.spelling import canonical

each_cure = pytest.mark.parametrize("name", CURES.names())


def table_of(specimen: Specimen) -> pa.Table:
    """A specimen as a table."""
    return pa.table({name: pa.array(list(values)) for name, values in specimen.items()})


def look(name: str, table: pa.Table) -> list[AnyStep]:
    """What a cure proposes, asked with fresh eyes."""
    return list(CURES.get(name)().look(Cells.of(table)))


def cleaned(table: pa.Table, steps: list[AnyStep]) -> pa.Table:
    """The table after the steps."""
    plan = CleaningPlan(n_rows=len(table), steps=tuple(steps))
    return to_arrow(Cleaner(plan).clean_columns(read_columns(table)))


@each_cure
def test_it_proposes_nothing_for_its_quiet_specimen(name: str) -> None:
    """The first duty: what is right is left in peace."""
    assert look(name, table_of(CURES.get(name).quiet())) == []


@each_cure
def test_it_speaks_on_its_speaking_specimen(name: str) -> None:
    """It finds its own fault; every step is whole, names a column of the table, and comes again in the same words."""
    table = table_of(CURES.get(name).speaks())
    steps = look(name, table)
    assert steps, f"{name} is silent on its speaking specimen"
    for step in steps:
        assert step.cure == name
        assert step.column in table.column_names
        assert len(step.reason) > 20
        assert step.reason.endswith(".")
    assert look(name, table) == steps


@each_cure
def test_every_step_touches_a_cell(name: str) -> None:
    """No step is empty, and the table that was handed over is as it was."""
    table = table_of(CURES.get(name).speaks())
    before = table.to_pylist()
    plan = CleaningPlan(n_rows=len(table), steps=tuple(look(name, table)))
    touched = {place for place, some in Cleaner(plan).follow(read_columns(table)) if len(some.rows)}
    assert touched == set(range(len(plan.steps)))
    assert table.to_pylist() == before


@each_cure
def test_one_record_is_cleaned_as_the_table_is(name: str) -> None:
    """Its steps look at a row alone: what the service gets comes out as what the model has learned from."""
    table = table_of(CURES.get(name).speaks())
    plan = CleaningPlan(n_rows=len(table), steps=tuple(look(name, table)))
    records = Cleaner(plan).clean_records(table.to_pylist())
    whole = cleaned(table, list(plan.steps)).to_pylist()
    spelled = [[{key: canonical(value) for key, value in row.items()} for row in rows] for rows in (records, whole)]
    assert spelled[0] == spelled[1]


@each_cure
def test_what_is_cleaned_stays_clean(name: str) -> None:
    """Asked about the cleaned table, it has nothing more to change."""
    table = table_of(CURES.get(name).speaks())
    again = look(name, cleaned(table, look(name, table)))
    assert [step for step in again if step.level != "doubt"] == []


@each_cure
def test_the_order_of_the_columns_does_not_matter(name: str) -> None:
    """The same steps, whichever column stands first."""
    table = table_of(CURES.get(name).speaks())
    turned = table.select(table.column_names[::-1])
    steps = [{step.model_dump_json() for step in look(name, either)} for either in (table, turned)]
    assert steps[0] == steps[1]


@each_cure
def test_its_steps_are_kept_as_json(name: str) -> None:
    """A plan that was written and read is the same plan."""
    steps = tuple(look(name, table_of(CURES.get(name).speaks())))
    plan = CleaningPlan(n_rows=1, steps=steps)
    assert CleaningPlan.model_validate_json(plan.model_dump_json()) == plan


@each_cure
def test_it_is_documented(name: str) -> None:
    """It says what it looks for, what it is about and when its turn is."""
    member = CURES.get(name)
    assert (member.__doc__ or "").strip()
    assert member.title
    assert member.about in ("writing", "meaning")
    assert member.turn > 0
