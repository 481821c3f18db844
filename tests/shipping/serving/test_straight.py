"""A record is looked at, encoded and kept in one pass, and as each of the three does it one after the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause, Contract, Requests
from mlwright.records.model import CategoryColumn, EncodingPlan, ModelSpec, NumberColumn
from mlwright.records.served import KeptColumn, LogFacts
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.kept_rows import Asked, Frames
from mlwright.scoring.kept_tables import plain, table_of
from mlwright.scoring.open_segments import frames_of
from mlwright.shipping.serving.by_column import ReadMany
from mlwright.shipping.serving.inputs import InputSchema
from mlwright.shipping.serving.known import KnownName
from mlwright.shipping.serving.readers import reader_of
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.straight import ReadOne, Straight

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
UNUSED = ("id", "member_since")
COLUMNS = (*FIELDS, *(clause(name, "text", part="other") for name in UNUSED))
ANY: tuple[Any, ...] = (None, True, False, "", " Rome", "Rome", "Bern", "3", "3.0", 3, 3.0, 5, 9, 0, -0.0, 1, -1, -1.0)
MORE: tuple[Any, ...] = (18, 90.5, 1e9, 1e300, 2**53, 2**70, 0.1, "18", "$20", "true", "TRUE", "n/a", [], {}, ["Rome"])
VALUES = st.one_of(st.sampled_from(ANY + MORE), st.floats(allow_nan=False), st.integers(-100, 100))


MANIFEST = Manifest.model_construct(
    model=ModelSpec.model_construct(plan=PLAN, amounts=None), contract=Contract.model_construct(columns=COLUMNS)
)
SCHEMA = InputSchema(MANIFEST)
ENCODER = Encoder(PLAN)
STRAIGHT = Straight(ENCODER, SCHEMA.readers, UNUSED)


@settings(max_examples=600, deadline=None)
@given(st.fixed_dictionaries({field.name: VALUES for field in FIELDS}))
def test_what_is_read_straight_is_what_a_close_look_and_the_encoder_say(record: dict[str, Any]) -> None:
    read = STRAIGHT.read(record)
    try:
        looked = SCHEMA.look([record])
    except Refusal:
        assert read is None or read.beside.is_told
        return
    assert read is not None
    wanted = ENCODER.encode_record(record)
    assert (repr(read.encoded.numbers), read.encoded.codes) == (repr(wanted.numbers), wanted.codes)
    assert read.beside.is_told == bool(looked.notes or looked.hidden)
    assert read.beside.is_told or Counter(read.beside.seen) == looked.counts


@settings(max_examples=300, deadline=None)
@given(st.lists(st.fixed_dictionaries({field.name: VALUES for field in FIELDS}), min_size=1, max_size=4))
@pytest.mark.parametrize("treatment", ["kept", "hashed"])
@pytest.mark.parametrize("way", [STRAIGHT.read_few, STRAIGHT.read_many])
def test_what_is_kept_of_records_read_straight_is_what_is_kept_of_them_as_they_came(
    way: Any, treatment: Any, records: list[dict[str, Any]]
) -> None:
    read: list[ReadOne] | ReadMany | None = way(records)
    if read is None:
        return
    columns = tuple(
        KeptColumn(name=each.name, kind=each.kind, treatment=treatment if each.kind == "category" else "kept")
        for each in FIELDS
    )
    facts = LogFacts(target="churn", columns=columns, classes=("No", "Yes"))
    answers = [{"prediction": "No", "probabilities": {"No": 0.75, "Yes": 0.25}} for _ in records]
    form, labels, scores = STRAIGHT.form("b", ("No", "Yes")), ["No"] * len(records), [[0.75, 0.25]] * len(records)
    if isinstance(read, ReadMany):
        kept = STRAIGHT.kept_many(form, 5.5, records, read, np.zeros(len(records)), np.array(scores))
    else:
        kept = STRAIGHT.kept_few(form, 5.5, records, read, labels, scores)
    coded = form.together(["q"], [kept])
    frames, asked = Frames(facts, b"key", {"b": form}), Asked("q", 5.5, "b", records, answers)
    as_coded, as_came, mixed = (
        table_of(list(frames_of(b"".join(frames(each, set())))))
        for each in ([coded, coded], [asked, asked], [asked, coded])
    )
    assert as_coded is not None
    assert plain(as_coded).equals(as_came)
    assert mixed == as_came


PLAIN = {"age": 30, "balance": 5.5, "city": "Rome", "doors": 3, "member": True}
PLAINLY = {
    "age": st.sampled_from([18, 44.5, None, -1, "30", 90, 17, "91", 1e300]),
    "balance": st.one_of(st.sampled_from([7, "7", -1e9, 0, None, 2e9]), st.floats(-1e9, 1e9)),
    "city": st.sampled_from(["Rome", "Oslo", "0", 0, "Bern", None, " Rome", "Nowhere", "", True, False, 1]),
    "doors": st.sampled_from([3, 3.0, "3", 5, 9, "9", None, 7, "x" * 70]),
    "member": st.sampled_from([True, False, "true", "False", 1, 0, None, "maybe"]),
}
ALONG = {"id": st.integers(), "member_since": st.text()}


@settings(max_examples=500, deadline=None)
@given(st.lists(st.fixed_dictionaries(PLAINLY, optional=ALONG), min_size=2, max_size=5))
def test_many_records_are_read_as_a_close_look_and_the_encoder_say(records: list[dict[str, Any]]) -> None:
    many, looked = STRAIGHT.read_many(records), SCHEMA.look(records)
    assert many is not None
    wanted = ENCODER.encode_records(records)
    np.testing.assert_array_equal(many.encoded.numbers, wanted.numbers, strict=True)
    assert many.encoded.codes.tolist() == wanted.codes.tolist()
    assert many.counts == looked.counts
    assert many.notes == {place: [note.as_json() for note in notes] for place, notes in looked.notes.items()}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.fixed_dictionaries({field.name: VALUES for field in FIELDS}), min_size=2, max_size=3))
def test_what_is_refused_is_never_read(records: list[dict[str, Any]]) -> None:
    many = STRAIGHT.read_many(records)
    try:
        looked = SCHEMA.look(records)
    except Refusal:
        assert many is None
        return
    assert many is not None
    assert many.counts == looked.counts


@pytest.mark.parametrize("odd", [{"age": -1}, {"age": None}, {"city": None}, {"doors": "9"}, {"age": -1, "doors": 9}])
def test_what_is_missing_is_counted_once(odd: dict[str, Any]) -> None:
    alone, many = STRAIGHT.read(PLAIN | odd), STRAIGHT.read_many([PLAIN, PLAIN | odd])
    assert alone is not None
    assert many is not None
    assert Counter(alone.beside.seen) == many.counts == {("missing_values_total", (name,)): 1 for name in odd}


def test_a_zero_keeps_its_sign() -> None:
    many = STRAIGHT.read_many([PLAIN, PLAIN | {"balance": -0.0}])
    wanted = ENCODER.encode_records([PLAIN, PLAIN | {"balance": -0.0}])
    assert many is not None
    assert many.encoded.numbers.tobytes() == wanted.numbers.tobytes()


@pytest.mark.parametrize("odd", [{}, PLAIN | {"city": ["Rome"]}, PLAIN | {"age": {}}, PLAIN | {"age": "old"}])
def test_one_that_will_be_refused_lets_all_be_looked_at_closely(odd: dict[str, Any]) -> None:
    assert STRAIGHT.read_many([PLAIN, PLAIN]) is not None
    assert STRAIGHT.read_many([PLAIN, odd]) is None
    assert STRAIGHT.read_many([]) is None


@pytest.mark.parametrize("policy", ["refuse", "missing"])
def test_a_value_that_is_not_answered_as_it_is_lets_all_be_looked_at_closely(policy: Any) -> None:
    strict = FIELDS[2].model_copy(update={"requests": Requests(unknown=policy)})
    readers = dict(SCHEMA.readers) | {"city": reader_of(strict)}
    straight = Straight(ENCODER, readers)
    assert straight.read_many([PLAIN, PLAIN | {"age": 99}]) is not None
    assert straight.read_many([PLAIN, PLAIN | {"city": "Nowhere"}]) is None


def test_columns_that_came_along_are_counted_and_unknown_ones_refused() -> None:
    read = STRAIGHT.read_many([PLAIN, PLAIN | {"id": 1}, PLAIN])
    assert read is not None
    assert read.counts == {("ignored_columns_total", ("id",)): 1}
    assert not read.notes
    assert STRAIGHT.read_many([PLAIN, PLAIN | {"more": 1}]) is None


def test_texts_that_training_does_not_know_are_remembered_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlwright.shipping.serving.known.MOST_TEXTS", 10)
    name = KnownName(ENCODER.name_readings[0], SCHEMA.readers["city"])
    n_known, records = len(name), [str(number) + "th" for number in range(100)]
    whats = {name[text] for text in [*records, "x" * 1000]}
    assert len(whats) == 1
    assert len(name) - n_known <= 10


@pytest.mark.parametrize("change", [{"city": ...}, {"city": ..., "town": "Rome"}])
def test_a_record_that_lacks_a_field_is_looked_at_closely(change: dict[str, Any]) -> None:
    changed = {name: value for name, value in (PLAIN | change).items() if value is not ...}
    assert STRAIGHT.read(changed) is None


def test_dates_texts_and_inputs_that_are_not_encoded_take_the_long_way() -> None:
    beside = dict(SCHEMA.readers) | {"amount": SCHEMA.readers["age"]}
    assert Straight(ENCODER, beside).read(PLAIN | {"amount": 7}) is None
