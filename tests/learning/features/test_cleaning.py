"""The inputs of a model are cleaned alike in training and in serving."""

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.features.cleaning import cleaned_inputs, learn_input_cleaning, profile_after, with_cleaning
from mlwright.learning.features.plan import learn_plan
from mlwright.records.model import CategoryColumn, DateColumn, EncodingPlan, NumberColumn
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles
from mlwright.records.settings import CleanSettings
from mlwright.scoring.encoder import Encoder

KINDS = {"size": "category", "colour": "category", "day": "text", "zip": "category", "town": "category"}
TOWNS = {
    "10115": "Berlin",
    "20095": "Hamburg",
    "50667": "Köln",
    "80331": "München",
    "70173": "Stuttgart",
    "1067": "Dresden",
}


def rows(n: int = 240) -> pa.Table:
    """Sizes in three spellings, colours in two, days in two ways, one town that is not that of its postal code."""
    zips = [list(TOWNS)[row % 6] for row in range(n)]
    towns = [TOWNS[code] for code in zips]
    towns[8] = "Kölnn"
    return pa.table(
        {
            "size": [f"{8 + row % 5}.0 {('oz', 'oz.', 'ounce')[row % 3]}" for row in range(n)],
            "colour": [("red", "RED", "blue")[row % 3] for row in range(n)],
            "day": [f"2024-{1 + row % 12:02d}-17" if row % 3 else f"{1 + row % 12}/17/2024" for row in range(n)],
            "zip": zips,
            "town": towns,
        }
    )


def profile() -> Profile:
    columns = tuple(
        ColumnProfile(name=name, type="string", kind=kind, reason="made up.", n_missing=0, n_distinct=10)
        for name, kind in KINDS.items()
    )
    asked = Asked(target="y", task="binary", reason="made up.", classes=("no", "yes"))
    return Profile(n_rows=240, columns=columns, roles=Roles(asked=asked, inputs=tuple(KINDS)), n_passes=1)


def learned(apply: str, told=()) -> EncodingPlan:
    cleaning = learn_input_cleaning(rows(), profile(), CleanSettings(apply=apply), told, seed=0)
    plan, _ = learn_plan(cleaned_inputs(rows(), cleaning), profile_after(profile(), cleaning), seed=0)
    return with_cleaning(plan, cleaning)


def kinds_of(plan: EncodingPlan) -> dict[str, type]:
    return {column.name: type(column) for column in plan.columns}


def test_a_record_gives_the_same_features_as_the_training_table():
    encoder = Encoder(learned("all"))
    table, records = encoder.encode(rows()), encoder.encode(rows().to_pylist())
    np.testing.assert_array_equal(table.numbers, records.numbers)
    np.testing.assert_array_equal(table.codes, records.codes)


def test_units_and_dates_become_numbers_and_moments_and_spellings_one_category():
    plan = learned("safe")
    found = kinds_of(plan)
    assert (found["size"], found["day"]) == (NumberColumn, DateColumn)
    colours = next(column for column in plan.columns if column.name == "colour")
    assert isinstance(colours, CategoryColumn)
    assert colours.levels == ("blue", "red")


def test_a_client_may_write_a_value_in_any_of_the_ways_that_training_has_seen():
    encoder = Encoder(learned("safe"))
    ways = [
        {"size": size, "colour": "RED", "day": "3/17/2024", "zip": "10115", "town": "Berlin"}
        for size in ("9 oz", 9, "9 OUNCE")
    ]
    blocks = encoder.encode(ways)
    assert (blocks.numbers == blocks.numbers[0]).all()
    assert not np.isnan(blocks.numbers[0]).any()


def test_only_what_is_certain_is_repaired_and_only_if_all_is_to_be_applied():
    safe, everything = learned("safe"), learned("all")
    assert {step.level for step in safe.cleaning.steps} <= {"type", "spelling"}
    repair = next(step for step in everything.cleaning.steps if step.level == "repair")
    assert (repair.column, repair.examples[0].before) == ("town", "Kölnn")


def test_nothing_is_cleaned_if_that_is_off_or_a_person_said_what_the_columns_are():
    assert learned("off").cleaning is None
    assert learned("all", told=tuple(KINDS)).cleaning is None


def test_what_the_readers_know_by_themselves_makes_no_plan():
    table = pa.table({"size": ["?", "$1,200", "15%", " 3"] * 60})
    known = ColumnProfile(
        name="size", type="string", kind="number", reason="made up.", n_missing=60, n_distinct=3, missing_codes=("?",)
    )
    facts = profile().model_copy(update={"columns": (known,)})
    assert learn_input_cleaning(table, facts, CleanSettings(), (), seed=0) is None


@pytest.mark.parametrize("apply", ["safe", "all"])
def test_an_old_plan_without_cleaning_is_read_and_a_new_one_keeps_its_steps(apply):
    plan = learned(apply)
    assert EncodingPlan.model_validate_json(plan.model_dump_json()) == plan
    old = plan.model_dump(mode="json")
    del old["cleaning"]
    assert EncodingPlan.model_validate(old).cleaning is None
