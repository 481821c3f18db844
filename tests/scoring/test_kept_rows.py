"""What a service keeps of requests, in their order, and what a crash leaves of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

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
    coded = FORM.many("p", 1000.5, numbers, codes, bern, ["No", "Yes"], np.array(SHARES))
    alone = FORM.few("r", 1000.5, [[0.0, 42.0]], [[0, -1]], None, ["Yes"], SHARES[:1])
    table = kept(asked(0, "a"), coded, asked(1, "a"), alone)
    assert [row["mlwright_id"] for row in table] == ["q0", *ids_of("p", 2), "q1", "r"]
    assert [row["age"] for row in table] == [0.0, 40.0, 41.0, 1.0, 42.0]
    assert [row["city"] for row in table] == ["c0", "Rome", "Bern", "c0", None]
    assert [row["mlwright_answer"] for row in table] == ["No", "No", "Yes", "No", "Yes"]
    assert [row["mlwright_probabilities"] for row in table][1:3] == SHARES


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
    many = [FORM.many("p", 1000.5, ages, codes, odd, ["No", "Yes"], np.array(SHARES))]
    many += [FORM.few("q", 1001.5, [[7.0, 41.5]], [[0, code]], None, ["No"], SHARES[:1]) for code in (0, 1)]
    data = data_of(*many, facts=facts)
    for told in (b"maiden", b"Bern", b"Oslo", b"Rome", np.float64(41.5).tobytes(), np.float64(7.0).tobytes()):
        assert told not in data
    rows = kept(*many, facts=facts)
    assert {"age", "secret"}.isdisjoint(rows[0])
    assert [row["city"] for row in rows] == [hashed(city, b"key") for city in ("Rome", "Bern", "Oslo", "Rome")]


def test_codes_of_hashes_are_dealt_by_the_hashes_and_not_by_the_names() -> None:
    facts = FACTS.model_copy(update={"columns": (KeptColumn(name="city", kind="category", treatment="hashed"),)})
    coded = FORM.few("q", 1.5, [[0.0, 1.0]], [[0, 0]], None, ["No"], SHARES[:1])
    meaning = next(frames_of(data_of(coded, facts=facts)))[0]
    spellings = {name: spellings for _, name, spellings in meaning["names"]}["city"]
    assert spellings == [None, *sorted(hashed(city, b"key") for city in ("Oslo", "Rome"))]


def test_an_open_segment_is_read_up_to_where_it_was_cut_short(tmp_path: Path) -> None:
    told: set[str] = set()
    alone = FORM.few("r", 1000.5, [[0.0, 42.0]], [[0, -1]], None, ["Yes"], SHARES[:1])
    whole = data_of(asked(0, "a", 2), alone, told=told) + data_of(alone, asked(1, "a"), told=told)
    path = tmp_path / "segment"
    found = []
    for n_bytes in range(0, len(whole) + 1):
        path.write_bytes(whole[:n_bytes] + b"{'" * (n_bytes % 2))
        read = read_open(path)
        found.append(0 if read is None else len(read))
    assert sorted(set(found)) == [0, 2, 3, 4, 5]
    assert found == sorted(found)


def test_a_frame_whose_end_never_came_to_the_disk_is_none() -> None:
    whole = data_of(FORM.few("r", 1000.5, [[0.0, 42.0]], [[0, -1]], None, ["Yes"], SHARES[:1]))
    assert len(list(frames_of(whole + whole))) == 4
    assert len(list(frames_of(whole + whole[:-40] + bytes(40)))) == 3
