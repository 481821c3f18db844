"""What a service keeps of requests, in their order, and what a crash leaves of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlwright.records.served import KeptColumn, LogFacts
from mlwright.scoring.coded_rows import Coded, Form, Odd
from mlwright.scoring.kept_rows import Asked, Frames, ids_of
from mlwright.scoring.kept_tables import read_open, table_of
from mlwright.scoring.kept_values import hashed
from mlwright.scoring.open_segments import frames_of

FACTS = LogFacts(
    target="churn",
    columns=(
        KeptColumn(name="age", kind="number", treatment="kept"),
        KeptColumn(name="city", kind="category", treatment="kept"),
        KeptColumn(name="secret", kind="category", treatment="left_out"),
    ),
    classes=("No", "Yes"),
)


FORM = Form("a", 2, {"age": 1}, {"secret": (None, "x"), "city": (None, "Oslo", "Rome")}, ("No", "Yes"))
FORMS = {"a": FORM}
SHARES = [[0.75, 0.25], [0.5, 0.5]]


def asked(place: int, bundle: str, n_records: int = 1) -> Asked:
    records = [{"age": place + k, "city": f" c{k}", "secret": "x"} for k in range(n_records)]
    answers = [{"prediction": "No", "probabilities": {"No": 0.75, "Yes": 0.25}}] * n_records
    return Asked(f"q{place}", 1000.5 + place, bundle, records, answers)


def alone(id: str, at: float, age: float, code: int, place: int = 0) -> Coded:
    """A request of one record, which came alone."""
    row = FORM.one(at, [7.0, age], [0, code], ("No", "Yes")[place], SHARES[0])
    return FORM.together([id], [(row, 1, None)])


def data_of(*items: Asked | Coded, facts: LogFacts = FACTS, told: set[str] | None = None) -> bytes:
    return b"".join(Frames(facts, b"key", FORMS)(items, set() if told is None else told))


def kept(*items: Asked | Coded, facts: LogFacts = FACTS) -> list[dict[str, Any]]:
    table = table_of(list(frames_of(data_of(*items, facts=facts))))
    assert table is not None
    return table.to_pylist()


def test_every_record_keeps_its_moment_and_its_bundle_in_the_order_of_the_requests() -> None:
    table = kept(asked(0, "a"), asked(1, "b", 3), asked(2, "a"))
    assert [row["mlwright_id"] for row in table] == ["q0", "q1-0", "q1-1", "q1-2", "q2"]
    assert [row["mlwright_bundle"] for row in table] == ["a", "b", "b", "b", "a"]
    assert [row["age"] for row in table] == [0.0, 1.0, 2.0, 3.0, 2.0]
    assert [row["city"] for row in table] == ["c0", "c0", "c1", "c2", "c0"]
    assert [row["mlwright_at"].timestamp() for row in table] == [1000.5, 1001.5, 1001.5, 1001.5, 1002.5]
    assert "secret" not in table[0]


def test_records_as_they_came_and_as_codes_stay_in_order() -> None:
    numbers, codes = np.array([[0.0, 40.0], [0.0, 41.0]]), np.array([[0, 1], [0, 0]], dtype=np.int32)
    bern = Odd([1], [1], [" Bern"])
    two = (FORM.many(1000.5, numbers, codes, np.array([0.0, 1.0]), np.array(SHARES)), 2, bern)
    one = (FORM.one(1000.5, [0.0, 43.0], [0, 1], "No", SHARES[0]), 1, None)
    coded = FORM.together(["s", "p"], [one, two])
    table = kept(asked(0, "a"), coded, asked(1, "a"), alone("r", 1000.5, 42.0, -1, 1))
    assert [row["mlwright_id"] for row in table] == ["q0", "s", *ids_of("p", 2), "q1", "r"]
    assert [row["age"] for row in table] == [0.0, 43.0, 40.0, 41.0, 1.0, 42.0]
    assert [row["city"] for row in table] == ["c0", "Rome", "Rome", "Bern", "c0", None]
    assert [row["mlwright_answer"] for row in table] == ["No", "No", "No", "Yes", "No", "Yes"]
    assert [row["mlwright_probabilities"] for row in table][2:4] == SHARES


def test_parts_of_a_long_segment_are_put_together_with_all_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlwright.scoring.kept_tables.PART_ROWS", 2)
    oslo, rome, bern, genf = 0, 1, Odd([0], [1], ["Bern"]), Odd([0], [1], ["Genf"])
    turns = [[(oslo, None), (rome, bern)], [(rome, genf)], [(rome, None)], [(oslo, bern), (oslo, genf)], [(oslo, None)]]
    items = [
        FORM.together(
            [f"{t}.{k}" for k in range(len(turn))],
            [(FORM.one(1.5, [0, t], [0, code], "No", SHARES[0]), 1, odd) for code, odd in turn],
        )
        for t, turn in enumerate(turns)
    ]
    told: set[str] = set()
    table = table_of(list(frames_of(b"".join(data_of(item, told=told) for item in items))))
    assert table is not None
    assert table.column("mlwright_id").to_pylist() == ["0.0", "0.1", "1.0", "2.0", "3.0", "3.1", "4.0"]
    assert table.column("city").to_pylist() == ["Oslo", "Bern", "Genf", "Rome", "Bern", "Genf", "Oslo"]
    assert table.column("age").to_pylist() == [0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 4.0]


def test_what_is_left_out_or_hashed_stands_in_no_byte() -> None:
    columns = tuple(
        KeptColumn(name=name, kind=kind, treatment=treatment)
        for name, kind, treatment in (
            ("age", "number", "left_out"),
            ("secret", "category", "left_out"),
            ("city", "category", "hashed"),
        )
    )
    facts = FACTS.model_copy(update={"columns": columns})
    ages, codes = np.array([[7.0, 41.5], [7.0, 42.5]]), np.array([[0, 1], [0, 0]], dtype=np.int32)
    odd = Odd([0, 1], [0, 1], ["her maiden name", "Bern"])
    two = (FORM.many(1000.5, ages, codes, np.array([0.0, 1.0]), np.array(SHARES)), 2, odd)
    many = [FORM.together(["p"], [two]), *(alone("q", 1001.5, 41.5, code) for code in (0, 1))]
    data = data_of(*many, facts=facts)
    for told in (b"maiden", b"Bern", b"Oslo", b"Rome", np.float64(41.5).tobytes(), np.float64(7.0).tobytes()):
        assert told not in data
    rows = kept(*many, facts=facts)
    assert {"age", "secret"}.isdisjoint(rows[0])
    assert [row["city"] for row in rows] == [hashed(city, b"key") for city in ("Rome", "Bern", "Oslo", "Rome")]


def test_codes_of_hashes_are_dealt_by_the_hashes_and_not_by_the_names() -> None:
    facts = FACTS.model_copy(update={"columns": (KeptColumn(name="city", kind="category", treatment="hashed"),)})
    meaning = next(frames_of(data_of(alone("q", 1.5, 1.0, 0), facts=facts)))[0]
    spellings = {name: spellings for _, name, spellings in meaning["names"]}["city"]
    assert spellings == [None, *sorted(hashed(city, b"key") for city in ("Oslo", "Rome"))]


def test_an_open_segment_is_read_up_to_where_it_was_cut_short(tmp_path: Path) -> None:
    told: set[str] = set()
    one = alone("r", 1000.5, 42.0, -1)
    whole = data_of(asked(0, "a", 2), one, told=told) + data_of(one, asked(1, "a"), told=told)
    path = tmp_path / "segment"
    found = []
    for n_bytes in range(0, len(whole) + 1):
        path.write_bytes(whole[:n_bytes] + b"{'" * (n_bytes % 2))
        read = read_open(path)
        found.append(0 if read is None else len(read))
    assert sorted(set(found)) == [0, 2, 3, 4, 5]
    assert found == sorted(found)


def test_a_frame_whose_end_never_came_to_the_disk_is_none() -> None:
    whole = data_of(alone("r", 1000.5, 42.0, -1))
    assert len(list(frames_of(whole + whole))) == 4
    assert len(list(frames_of(whole + whole[:-40] + bytes(40)))) == 3
