"""`mlwright.clean` on tables in memory."""

import pytest

import mlwright

ROWS = {"size": ["12.0 oz", "16 oz.", "12 OUNCE", "8 oz", "9.5 oz"], "kind": ["A", "b", "B", "b", "b"]}


def test_the_table_comes_back_clean_in_its_order_with_the_plan():
    rows, plan = mlwright.clean(ROWS)
    assert rows.column_names == ["size", "kind"]
    assert rows["size"].to_pylist() == [12.0, 16.0, 12.0, 8.0, 9.5]
    assert plan.steps[0].n_cells == 5


def test_a_plan_cleans_the_next_table_in_the_same_way():
    _, plan = mlwright.clean(ROWS)
    again, counted = mlwright.clean({"size": ["7 ounce"], "kind": ["A"]}, plan=plan)
    assert again["size"].to_pylist() == [7.0]
    assert counted.steps[0].n_cells == 1


def test_the_target_is_not_touched():
    rows, plan = mlwright.clean(ROWS, target="size")
    assert rows["size"].to_pylist() == ROWS["size"]
    assert plan.steps == ()


def test_a_target_that_is_not_there_is_named():
    with pytest.raises(mlwright.MlwrightError, match="no column 'sise'"):
        mlwright.clean(ROWS, target="sise")
