"""A record that needs no note is looked at and encoded in one pass, and as both do it one after the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause, Contract
from mlwright.records.model import CategoryColumn, EncodingPlan, ModelSpec, NumberColumn
from mlwright.scoring.encoder import Encoder
from mlwright.shipping.serving.inputs import InputSchema
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.straight import Straight

PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=18.0, high=90.0, missing_codes=("-1",)),
        NumberColumn(name="balance", low=-1e9, high=1e9),
        CategoryColumn(name="city", levels=("Rome", "Oslo", "0"), counts=(5, 2, 1), with_counts=True),
        CategoryColumn(name="doors", levels=("3", "5"), counts=(4, 4), missing_codes=("9",)),
        CategoryColumn(name="member", levels=("true", "false"), counts=(3, 3)),
    )
)


def clause(name: str, kind: str, **rest: Any) -> Clause:
    return Clause(type="string", name=name, kind=kind, example="1", **({"optional": True} | rest))


FIELDS = (
    clause("age", "number", low=18.0, high=90.0, missing_codes=("-1",)),
    clause("balance", "number", low=-1e9, high=1e9, missing_codes=("0",), optional=False),
    clause("city", "category", levels=("Rome", "Oslo", "0", "Bern")),
    clause("doors", "category", levels=("3", "5"), missing_codes=("9",)),
    clause("member", "boolean", levels=("true", "false")),
)
ANY: tuple[Any, ...] = (None, True, False, "", " Rome", "Rome", "Bern", "3", "3.0", 3, 3.0, 5, 9, 0, -0.0, 1, -1, -1.0)
MORE: tuple[Any, ...] = (18, 90.5, 1e9, 1e300, 2**53, 2**70, 0.1, "18", "$20", "true", "TRUE", "n/a", [], {}, ["Rome"])
VALUES = st.one_of(st.sampled_from(ANY + MORE), st.floats(allow_nan=False), st.integers(-100, 100))


MANIFEST = Manifest.model_construct(
    model=ModelSpec.model_construct(plan=PLAN, amounts=None), contract=Contract.model_construct(columns=FIELDS)
)
SCHEMA = InputSchema(MANIFEST)
ENCODER = Encoder(PLAN)
STRAIGHT = Straight(ENCODER, SCHEMA.readers)


@settings(max_examples=600, deadline=None)
@given(st.fixed_dictionaries({field.name: VALUES for field in FIELDS}))
def test_what_is_read_straight_is_what_a_close_look_and_the_encoder_say(record: dict[str, Any]) -> None:
    read = STRAIGHT.read(record)
    try:
        looked = SCHEMA.look([record])
    except Refusal:
        assert read is None
        return
    if looked.notes or looked.hidden:
        assert read is None
        return
    assert read is not None
    row, seen = read
    wanted = ENCODER.encode_record(record)
    assert (repr(row.numbers), row.codes) == (repr(wanted.numbers), wanted.codes)
    assert Counter(seen) == looked.counts


PLAIN = {"age": 30, "balance": 5.5, "city": "Rome", "doors": 3, "member": True}
PLAINLY = st.fixed_dictionaries(
    {
        "age": st.sampled_from([18, 44.5, None, -1, "30", 90]),
        "balance": st.one_of(st.sampled_from([7, "7", -1e9]), st.floats(-1e9, 1e9)),
        "city": st.sampled_from(["Rome", "Oslo", "0", 0, "Bern", None, " Rome"]),
        "doors": st.sampled_from([3, 3.0, "3", 5, 9, "9", None]),
        "member": st.sampled_from([True, False, "true", "False", 1, 0, None]),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PLAINLY, min_size=2, max_size=5))
def test_many_records_are_read_as_each_of_them(records: list[dict[str, Any]]) -> None:
    alone, many = [STRAIGHT.read(record) for record in records], STRAIGHT.read_many(records)
    if None in alone:
        assert many is None
        return
    assert many is not None
    blocks, seen = many
    wanted = ENCODER.encode_records(records)
    assert blocks.numbers.tobytes() == wanted.numbers.tobytes()
    assert blocks.codes.tolist() == wanted.codes.tolist()
    assert Counter(seen) == Counter(series for each in alone if each is not None for series in each[1])


@pytest.mark.parametrize("odd", [{}, PLAIN | {"city": ["Rome"]}, PLAIN | {"more": 1}, PLAIN | {"age": {}}])
def test_an_odd_one_among_many_lets_all_be_looked_at_closely(odd: dict[str, Any]) -> None:
    assert STRAIGHT.read_many([PLAIN, PLAIN]) is not None
    assert STRAIGHT.read_many([PLAIN, odd]) is None
    assert STRAIGHT.read_many([]) is None


@pytest.mark.parametrize("change", [{"city": ...}, {"more": 1}, {"city": ..., "town": "Rome"}])
def test_a_record_of_other_fields_is_looked_at_closely(change: dict[str, Any]) -> None:
    record = {"age": 30, "balance": 5.5, "city": "Rome", "doors": 3, "member": True}
    assert STRAIGHT.read(record) is not None
    changed = {name: value for name, value in (record | change).items() if value is not ...}
    assert STRAIGHT.read(changed) is None


def test_dates_texts_and_inputs_that_are_not_encoded_take_the_long_way() -> None:
    beside = dict(SCHEMA.readers) | {"amount": SCHEMA.readers["age"]}
    record = {"age": 30, "balance": 5.5, "city": "Rome", "doors": 3, "member": True, "amount": 7}
    assert Straight(ENCODER, beside).read(record) is None
