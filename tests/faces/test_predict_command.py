"""``mlwright predict`` and ``mlwright explain``: new rows with their predictions, and why."""

import json

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from mlwright import Project

ADDED = ["prediction", "probability of no", "probability of yes"]


@pytest.fixture
def new_rows(shop):
    table = csv.read_csv(shop / "new.csv")
    return table.drop_columns(["bought"]).slice(0, 50)


@pytest.mark.parametrize(("name", "read"), [("out.csv", csv.read_csv), ("out.parquet", parquet.read_table)])
def test_rows_come_back_with_their_predictions(call, shop, tmp_path, new_rows, name, read):
    csv.write_csv(new_rows, tmp_path / "new.csv")
    answer = call("predict", shop, "new.csv", "-o", name)
    assert answer.status == 0
    assert f"50 rows were scored: {name}" in answer.out
    scored = read(tmp_path / name)
    assert scored.column_names == [*new_rows.column_names, *ADDED]
    assert scored.select(new_rows.column_names).equals(new_rows)
    assert scored["prediction"].to_pylist() == list(Project(shop).bundle().predict(new_rows))
    shares = zip(scored["probability of no"].to_pylist(), scored["probability of yes"].to_pylist(), strict=True)
    assert all(abs(no + yes - 1) < 1e-6 for no, yes in shares)


def test_a_bundle_answers_like_its_project(call, shop, tmp_path):
    call("predict", shop, shop / "new.csv", "-o", "by_project.csv")
    call("predict", Project(shop).bundle_path(), shop / "new.csv", "-o", "by_bundle.csv")
    assert (tmp_path / "by_project.csv").read_bytes() == (tmp_path / "by_bundle.csv").read_bytes()


def test_the_facts_come_as_json(call, shop):
    answer = call("predict", shop, shop / "new.csv", "-o", "out.csv", "--json")
    bundle_id = Project(shop).bundle().bundle_id
    assert answer.json == {"bundle_id": bundle_id, "n_rows": 400, "output": "out.csv", "unread": {}}


@pytest.mark.parametrize("command", ["predict", "score"])
def test_what_could_not_be_read_is_told_with_the_command_that_says_more(call, shop, tmp_path, new_rows, command):
    texts = pa.array(["many" if n % 2 else str(v) for n, v in enumerate(new_rows["visits"].to_pylist())])
    csv.write_csv(new_rows.set_column(new_rows.column_names.index("visits"), "visits", texts), tmp_path / "new.csv")
    answer = call(command, shop, "new.csv", "-o", "out.csv")
    assert (answer.status, "50 rows were scored" in answer.out) == (0, True)
    assert "visits: 25 of 50 values could not be read and were taken as missing." in answer.err
    assert f"-> mlwright check new.csv --against {shop}" in answer.err


def test_predictions_of_before_are_replaced(call, shop, tmp_path):
    call("predict", shop, shop / "new.csv", "-o", "first.csv")
    call("predict", shop, "first.csv", "-o", "second.csv")
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()


def test_an_unknown_ending_is_told_with_the_known_ones(call, shop, tmp_path):
    answer = call("predict", shop, shop / "new.csv", "-o", "out.xls")
    assert answer.status == 2
    assert ".csv, .parquet" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_missing_columns_are_named_and_nothing_is_written(call, shop, tmp_path, new_rows):
    csv.write_csv(new_rows.drop_columns(["visits"]), tmp_path / "new.csv")
    answer = call("predict", shop, "new.csv", "-o", "out.csv")
    assert answer.status == 2
    assert "visits" in answer.err
    assert [file.name for file in tmp_path.iterdir()] == ["new.csv"]


def test_rows_that_are_not_there_are_told(call, shop, tmp_path):
    (tmp_path / "new.csv").write_text("age,visits,town\n")
    assert call("predict", shop, "new.csv", "-o", "out.csv").status == 2
    assert call("predict", shop, "none.csv", "-o", "out.csv").status == 2
    assert not (tmp_path / "out.csv").exists()


def test_a_folder_is_made_for_the_output(call, shop, tmp_path):
    assert call("predict", shop, shop / "new.csv", "-o", "march/out.csv").status == 0
    assert (tmp_path / "march" / "out.csv").exists()


def test_many_batches_become_one_file(call, shop, tmp_path, new_rows):
    many = pa.concat_tables([new_rows] * 3000)
    parquet.write_table(many, tmp_path / "many.parquet", row_group_size=40_000)
    call("predict", shop, "many.parquet", "-o", "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet").num_rows == 150_000


def test_who_asks_for_a_level_is_told_what_is_possible_and_what_is_unlike_anything_seen(call, shop, tmp_path):
    rows = tmp_path / "new.csv"
    rows.write_text("age,visits,town\n30,2,Riga\n30,9000,Oslo\n", "utf-8")
    answer = call("predict", shop, rows, "-o", tmp_path / "scored.csv", "--level", "0.9")
    assert answer.status == 0
    first, second = csv.read_csv(tmp_path / "scored.csv").to_pylist()
    assert first["possible"] in ("no", "yes", "no or yes")
    assert first["unlike anything seen"] == ""
    assert second["unlike anything seen"] == "visits far above all that was seen; a new name in town"


def test_without_a_file_to_write_the_first_rows_are_shown(call, shop, tmp_path):
    answer = call("predict", shop, shop / "new.csv")
    assert answer.status == 0
    assert len(answer.out.splitlines()) == 1 + 1 + 10 + 1
    assert "probability of yes" in answer.out
    assert answer.out.endswith("add -o scored.csv\n")
    assert list(tmp_path.iterdir()) == []
    shown = call("predict", shop, shop / "new.csv", "--json").json["first_rows"]
    rows = csv.read_csv(shop / "new.csv").slice(0, 10)
    assert [row["prediction"] for row in shown] == list(Project(shop).bundle().predict(rows))


def test_a_row_of_a_table_is_explained_as_the_same_record_is(call, shop, tmp_path):
    third = csv.read_csv(shop / "new.csv").to_pylist()[2]
    (tmp_path / "one.json").write_text(json.dumps(third))
    by_row = call("explain", shop, shop / "new.csv", "--row", 3)
    assert by_row.status == 0
    assert by_row.out == call("explain", shop, "one.json").out


def test_a_row_that_is_not_there_is_told_with_those_that_are(call, shop):
    answer = call("explain", shop, shop / "new.csv", "--row", 401)
    assert answer.status == 2
    assert "holds 400 rows; there is no row 401." in answer.err
    assert "--row 1" in call("explain", shop, shop / "new.csv").err


def test_a_file_that_leaves_the_decimal_mark_open_is_read_as_the_training_was(call, tmp_path):
    weights = [f"{1 + row % 7},{row * 37 % 1000:03d}" if row % 9 else f"0,{row:03d}" for row in range(200)]
    rows = [f"{weight};{row % 5};{'yes' if row % 7 > 3 else 'no'}" for row, weight in enumerate(weights)]
    (tmp_path / "customers.csv").write_text("\n".join(["weight;visits;bought", *rows]) + "\n")
    sections = {
        "project": {"target": "bought"},
        "collect": {"source": "customers.csv"},
        "train": {"families": ["linear"], "candidates": 1},
    }
    Project.create(tmp_path, sections).run()
    (tmp_path / "new.csv").write_text("weight;visits\n1,250;3\n2,375;4\n")
    assert call("predict", tmp_path, "new.csv", "-o", "one.csv").status == 0
    assert csv.read_csv(tmp_path / "one.csv")["weight"].to_pylist() == [1.25, 2.375]
    assert call("score", tmp_path, "new.csv", "-o", "parts").status == 0
    assert parquet.read_table(tmp_path / "parts")["weight"].to_pylist() == [1.25, 2.375]
    seen = Project(tmp_path).check_delivery(tmp_path / "new.csv")
    assert not {"column_types", "unit_change"} & {finding.check for finding in seen.findings.findings}
