"""What becomes of every input column, learned from the training rows alone."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from mlwright.learning.features.plan import learn_plan
from mlwright.records.model import CategoryColumn, DateColumn, NumberColumn, TextColumn
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles
from mlwright.scoring.blocks import BlockNames
from mlwright.scoring.model import load_encoder

RNG = np.random.default_rng(0)


def profiled(kinds, time=None, **details):
    columns = tuple(
        ColumnProfile(name=name, type="", kind=kind, reason="", n_missing=0, n_distinct=2, **details.get(name, {}))
        for name, kind in kinds.items()
    )
    roles = Roles(asked=Asked(target="y", task="binary"), inputs=tuple(kinds), time=time)
    return Profile(n_rows=100, columns=columns, roles=roles, n_passes=1)


def learn(kind, values, **details):
    """The plan columns of one input column."""
    plan, _ = learn_plan(pa.table({"x": pa.array(values)}), profiled({"x": kind}, x=details), seed=0)
    return plan.columns


def test_a_number_has_the_range_that_was_seen():
    values = [None, "7", "-1", "1,000", "n/a", "inf", ""]
    (column,) = learn("number", values, missing_codes=("-1",))
    assert column == NumberColumn(name="x", missing_codes=("-1",), low=7.0, high=1000.0)


@pytest.mark.parametrize("kind", ["number", "category", "boolean", "date", "text"])
def test_a_column_without_values_is_left_out(kind):
    assert learn(kind, pa.array([None] * 50, pa.string())) == ()


@pytest.mark.parametrize("kind", ["constant", "empty", "id"])
def test_a_column_that_is_of_no_use_is_left_out(kind):
    assert learn(kind, ["a", "b"] * 20) == ()


def test_a_category_has_the_names_that_came_twice():
    values = ["b"] * 5 + ["a"] * 3 + ["rare", None, "", "?", "?", " a "]
    (column,) = learn("category", values, missing_codes=("?",))
    assert column == CategoryColumn(name="x", missing_codes=("?",), levels=("a", "b"), counts=(4, 5))


def test_more_rows_ask_for_more_frequent_names():
    values = ["common"] * 89_991 + ["nine"] * 9
    (column,) = learn("category", values)
    assert column.levels == ("common",)


def test_names_that_are_numbers_stand_in_the_order_of_the_numbers():
    (column,) = learn("category", [10, 9, 100, 2] * 3)
    assert column.levels == ("2", "9", "10", "100")


def test_truth_values_are_two_names():
    (column,) = learn("boolean", [True, False, None, True, False])
    assert column == CategoryColumn(name="x", levels=("false", "true"), counts=(2, 2))


def test_a_category_of_many_names_counts_them_and_keeps_the_most_frequent():
    values = [f"{place}" for place in range(1500) for _ in range(10 + place % 7)]
    (column,) = learn("category", values)
    assert len(column.levels) == 1000
    assert min(column.counts) == 12
    assert column.with_counts
    assert not learn("category", ["a", "b"] * 20)[0].with_counts


def test_a_category_of_phrases_is_text_besides():
    grades, jobs = ["Senior", "Junior", "Chief", "Acting"], ["Clerk", "Nurse", "Pilot", "Cook", "Guard", "Driver"]
    titles = [f"{grade} {job} {step}" for grade in grades for job in jobs for step in range(5)]
    text, category = learn("category", titles * 5)
    assert isinstance(text, TextColumn)
    assert {"w:senior", "w:nurse", "w:senior nurse", "c:cler"} <= set(text.terms)
    assert isinstance(category, CategoryColumn)
    assert len(category.levels) == len(titles)


def test_what_a_person_calls_a_category_is_names_alone():
    titles = [f"Senior Clerk {step} of {town}" for step in range(30) for town in ("Rome", "Oslo", "Bern", "Lima")]
    (category,) = learn("category", titles * 5, is_stated=True)
    assert isinstance(category, CategoryColumn)
    assert len(category.levels) == len(titles)


def test_a_category_of_rare_codes_is_text_besides():
    codes = [f"{deck}{number}" for deck in "ABC" for number in range(100, 160)]
    text, category = learn("category", codes + ["A100"] * 5)
    assert {"c: a", "c: b", "c: c"} <= set(text.terms)
    assert category.levels == ("A100",)


@pytest.mark.parametrize(
    "values",
    [
        [f"town{i}" for i in range(40)] * 10,
        [f"{i}" for i in range(1000, 1300)],
        [f"New Town {i}" for i in range(40)] * 10,
    ],
    ids=["frequent single words", "numbers", "frequent phrases that are not many"],
)
def test_other_categories_are_no_text(values):
    assert not any(isinstance(column, TextColumn) for column in learn("category", values))


def days(n, start=date(2020, 1, 1)):
    return [start + timedelta(i) for i in range(n)]


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        (days(5), ("days",)),
        (days(20), ("weekday", "days")),
        (days(100), ("day", "weekday", "days")),
        (days(800), ("month", "day_of_year", "day", "weekday", "days")),
        ([date(year, 1, 1) for year in range(1990, 2020)], ("weekday", "days")),
        ([datetime(2020, 1, 1) + timedelta(hours=i) for i in range(72)], ("hour", "days")),
        ([datetime(2020, 1, 1) + timedelta(minutes=i) for i in range(3000)], ("hour", "minute", "days")),
    ],
)
def test_of_dates_those_parts_are_used_that_vary_and_came_again(values, parts):
    (column,) = learn("date", values)
    assert column == DateColumn(name="x", parts=parts)


def test_dates_as_text_are_read_by_their_format():
    (column,) = learn("date", ["31/01/2020", "05/03/2020", "soon"], date_format="%d/%m/%Y")
    assert column == DateColumn(name="x", parts=("day", "weekday", "days"), format="%d/%m/%Y")


def test_the_same_day_everywhere_says_nothing():
    assert learn("date", [date(2020, 1, 1)] * 9) == ()


def sentences(n, n_words=8):
    words = np.array(["late", "good", "bad", "crew", "seat", "lost", "fine", "great", "never", "again"])
    return [" ".join(RNG.choice(words, n_words)) for _ in range(n)]


def test_short_texts_give_words_pairs_and_characters_and_dense_numbers():
    (column,) = learn("text", [*sentences(400), None, "once"])
    assert (column.word_ngrams, column.char_ngrams) == ((1, 2), (3, 5))
    assert {"w:late", "w:good crew", "c: late", "c:ate "} <= set(column.terms)
    assert "w:once" not in column.terms
    assert column.n_dense == 10


def test_long_texts_give_words_and_pairs():
    (column,) = learn("text", sentences(100, n_words=100))
    assert column.char_ngrams == (0, 0)
    assert all(term.startswith("w:") for term in column.terms)


def test_the_projection_keeps_apart_what_is_apart():
    texts = ["apples and pears"] * 100 + ["rockets to mars"] * 100
    table = pa.table({"x": texts})
    plan, arrays = learn_plan(table, profiled({"x": "text"}), seed=0)
    dense = load_encoder(plan, lambda _: arrays).encode(table).numbers
    distance = np.linalg.norm(dense[0] - dense[-1])
    assert distance > 1.0
    np.testing.assert_allclose(dense[0], dense[1])


def mixed_table(n=400):
    return pa.table(
        {
            "age": RNG.normal(40, 10, n),
            "city": RNG.choice(["Rome", "Oslo"], n),
            "remarks": sentences(n),
            "more": sentences(n),
        }
    )


KINDS = {"age": "number", "city": "category", "remarks": "text", "more": "text"}


def test_the_same_rows_and_seed_give_the_same_plan_and_bytes():
    table = mixed_table()
    first = learn_plan(table, profiled(KINDS), seed=3)
    assert first == learn_plan(table, profiled(KINDS), seed=3)


def test_the_plan_names_its_arrays_by_their_hash(tmp_path):
    from mlwright.core.store.blobs import Blobs

    plan, arrays = learn_plan(mixed_table(), profiled(KINDS), seed=0)
    assert Blobs(tmp_path).put(arrays) == plan.arrays
    plan, arrays = learn_plan(mixed_table(), profiled({"age": "number"}), seed=0)
    assert (plan.arrays, arrays) == (None, b"")


def test_the_plan_encodes_the_rows_that_it_was_learned_from():
    table = mixed_table()
    plan, arrays = learn_plan(table, profiled(KINDS), seed=0)
    encoder = load_encoder(plan, lambda _: arrays)
    blocks = encoder.encode(table)
    assert isinstance(encoder.names, BlockNames)
    assert blocks.numbers.shape == (400, len(encoder.names.numbers)) == (400, 21)
    assert blocks.text.shape == (400, encoder.names.n_terms)
    assert np.isfinite(blocks.numbers).all()


def test_columns_that_are_no_inputs_are_not_looked_at():
    table = mixed_table().append_column("y", pa.array([{"a": 1}] * 400))
    plan, _ = learn_plan(table, profiled({"age": "number"}), seed=0)
    assert [column.name for column in plan.columns] == ["age"]


def test_a_large_table_is_read_in_part(monkeypatch):
    from mlwright.learning.features import text

    monkeypatch.setattr(text, "READ_ROWS", 100)
    monkeypatch.setattr(text, "PROJECTED_ROWS", 50)
    (column,) = learn("text", sentences(1000))
    assert "w:late" in column.terms
