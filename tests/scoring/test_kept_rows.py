"""Requests share lines, by bundle; lines of one request, as earlier versions wrote them, say the same."""

from __future__ import annotations

from typing import Any

from mlwright.records.served import KeptColumn, LogFacts
from mlwright.scoring.kept_rows import Asked, prediction_facts, prediction_table

FACTS = LogFacts(
    target="churn",
    columns=(
        KeptColumn(name="age", kind="number", treatment="kept"),
        KeptColumn(name="city", kind="category", treatment="kept"),
        KeptColumn(name="secret", kind="category", treatment="left_out"),
    ),
    classes=("No", "Yes"),
)


def asked(place: int, bundle: str, n_records: int = 1) -> Asked:
    records = [{"age": place + k, "city": f" c{k}", "secret": "x"} for k in range(n_records)]
    answers = [{"prediction": "No", "probabilities": {"No": 0.75, "Yes": 0.25}}] * n_records
    return Asked([f"{place}-{k}" for k in range(n_records)], 1000.5 + place, bundle, records, answers)


def test_requests_of_one_bundle_share_a_line_and_every_record_keeps_its_own_moment() -> None:
    lines = prediction_facts(FACTS, b"")([asked(0, "a"), asked(1, "a", 3), asked(2, "b")])
    assert [line[2] for line in lines] == ["a", "b"]
    table = prediction_table(FACTS)(lines).to_pylist()
    assert [row["age"] for row in table] == [0.0, 1.0, 2.0, 3.0, 2.0]
    assert [row["city"] for row in table] == ["c0", "c0", "c1", "c2", "c0"]
    assert [list(row.values())[1].timestamp() for row in table] == [1000.5, 1001.5, 1001.5, 1001.5, 1002.5]
    assert "secret" not in table[0]


def test_lines_of_one_request_each_give_the_same_table() -> None:
    requests = [asked(0, "a"), asked(1, "a", 3)]
    earlier: list[list[Any]] = [
        [list(each.ids), each.at, "a", [a["prediction"] for a in each.answers], [[0.75, 0.25]] * len(each.ids),
         [[record[name] for record in each.records] for name in ("age", "city")]]
        for each in requests
    ]  # fmt: skip
    assert prediction_table(FACTS)(earlier).equals(prediction_table(FACTS)(prediction_facts(FACTS, b"")(requests)))
