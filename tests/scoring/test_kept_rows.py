"""What a service keeps of requests, in their order, and what a crash leaves of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from mlwright.records.served import KeptColumn, LogFacts
from mlwright.scoring.coded_rows import Coded, Form, Odd
from mlwright.scoring.kept_rows import Asked, ids_of, prediction_tables
from mlwright.scoring.open_segments import as_bytes, read_open

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


def table_of(*items: Asked | Coded) -> pa.Table:
    return pa.concat_tables(prediction_tables(FACTS, b"", FORMS)(items))


def test_every_record_keeps_its_moment_and_its_bundle_in_the_order_of_the_requests() -> None:
    table = table_of(asked(0, "a"), asked(1, "b", 3), asked(2, "a")).to_pylist()
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
    alone = FORM.one("r", 1000.5, [0.0, 42.0], [0, -1], None, "Yes", SHARES[0])
    table = table_of(asked(0, "a"), coded, asked(1, "a"), alone).to_pylist()
    assert [row["mlwright_id"] for row in table] == ["q0", *ids_of("p", 2), "q1", "r"]
    assert [row["age"] for row in table] == [0.0, 40.0, 41.0, 1.0, 42.0]
    assert [row["city"] for row in table] == ["c0", "Rome", "Bern", "c0", None]
    assert [row["mlwright_answer"] for row in table] == ["No", "No", "Yes", "No", "Yes"]
    assert [row["mlwright_probabilities"] for row in table][1:3] == SHARES


def test_an_open_segment_is_read_up_to_where_it_was_cut_short(tmp_path: Path) -> None:
    table = table_of(asked(0, "a", 2))
    whole = as_bytes(table, first=True) + as_bytes(table, first=False)
    path = tmp_path / "segment"
    found = []
    for n_bytes in range(0, len(whole) + 1, 8):
        path.write_bytes(whole[:n_bytes] + b"{'" * (n_bytes % 16 == 0))
        read = read_open(path)
        found.append(0 if read is None else len(read))
    assert sorted(set(found)) == [0, 2, 4]
    assert found == sorted(found)
    path.write_bytes(whole)
    assert read_open(path).equals(pa.concat_tables([table, table]))
