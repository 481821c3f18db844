"""`mlwright clean`: a new file, a plan, a page of changes, and a source that stays as it is."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import MlwrightError
from mlwright.faces.cleaning import Wanted, clean_file
from mlwright.faces.cli.main import main


@pytest.fixture
def orders(tmp_path):
    """Sixty orders: weights in two ways, a word for missing, a stray blank, a misspelled town, a row twice."""
    towns = {"10115": "Berlin", "20095": "Hamburg", "50667": "Köln", "80331": "München", "70173": "Stuttgart"}
    rows = [
        [str(n), code, towns[code], "1,200.5 kg" if n % 6 == 0 else f"{n + 1} kg", "n/a" if n % 7 == 0 else "post"]
        for n, code in enumerate(list(towns) * 12)
    ]
    rows[7][2], rows[8][4] = "Kölnn", "post "
    rows.append(rows[-1])
    path = tmp_path / "orders.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([["order", "zip", "town", "weight", "carrier"], *rows])
    return path


def clean(*words):
    with pytest.raises(SystemExit) as left:
        main(["clean", *map(str, words)])
    return left.value.code


def test_the_cleaned_table_has_types_and_right_values_and_the_source_is_as_it_was(orders, tmp_path, capsys):
    before = orders.read_bytes()
    assert clean(orders, "-o", tmp_path / "clean.parquet") == 0
    rows = pq.read_table(tmp_path / "clean.parquet").to_pylist()
    assert rows[0] == {"order": 0, "zip": 10115, "town": "Berlin", "weight": 1200.5, "carrier": None}
    assert rows[7]["town"] == "Köln"
    assert orders.read_bytes() == before
    assert "1 cell repaired" in capsys.readouterr().out


def test_what_had_to_be_mended_on_reading_is_said(tmp_path, capsys):
    path = tmp_path / "names.csv"
    path.write_bytes(b"id,name\n" + b"".join(b"%d,name%d\n" % (n, n % 4) for n in range(400)) + b"400,na\0me\n")
    assert clean(path, "-o", tmp_path / "clean.csv") == 0
    assert "1 NUL character" in capsys.readouterr().out


def test_a_file_that_is_damaged_in_the_middle_is_one_error(tmp_path, capsys):
    path = tmp_path / "readings.parquet"
    pq.write_table(pa.table({"text": [f"reading {n}" for n in range(60_000)]}), path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 3 : len(damaged) // 3 + 5000] = bytes(5000)
    path.write_bytes(damaged)
    assert clean(path, "-o", tmp_path / "clean.csv") == 2
    assert "readings.parquet is damaged" in capsys.readouterr().err
    assert not (tmp_path / "clean.csv").exists()


def test_nothing_is_shown_as_a_table_where_nothing_was_touched(tmp_path, capsys):
    path = tmp_path / "towns.csv"
    path.write_text("town\n" + "Rome\nOslo\n" * 40)
    assert clean(path, "-o", tmp_path / "clean.csv") == 0
    assert "for example" not in capsys.readouterr().out


def test_a_step_that_a_person_deletes_from_the_plan_is_not_done(orders, tmp_path):
    plan = tmp_path / "plan.json"
    assert clean(orders, "--save-plan", plan) == 0
    facts = json.loads(plan.read_text())
    assert facts["schema_version"] == 1
    facts["steps"] = [step for step in facts["steps"] if step["column"] != "town"]
    plan.write_text(json.dumps(facts))
    assert clean(orders, "--plan", plan, "-o", tmp_path / "clean.csv") == 0
    with open(tmp_path / "clean.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[7]["town"] == "Kölnn"
    assert rows[1]["weight"] == "2 kg"


@pytest.fixture
def films(tmp_path):
    """Films of an old office: semicolons, names in quotes, Windows line ends, and a few cells unlike the others."""
    path = tmp_path / "films.csv"
    lines = [
        f'{n:03d};"Film {n}";{n % 3 + 1} h {n % 50 + 1} min;{n % 12 + 1}/{n % 28 + 1}/1999;{n + 100};TRUE'
        for n in range(60)
    ]
    odd = [
        '060;"Heat; or Rain";154 min;1999-03-04;39500.00;TRUE',
        '061;"The ""Heat""";45 min;03/14/1999;1e5;FALSE',
        "062;;1 h 9 min;3/4/1999;;",
    ]
    path.write_bytes("\r\n".join(["no;title;lasts;seen;paid;colour", *lines, *odd, ""]).encode())
    return path


def test_a_file_of_text_keeps_its_usual_writing_and_untouched_cells_keep_every_byte(films, tmp_path):
    assert clean(films, "-o", tmp_path / "clean.csv") == 0
    before, after = films.read_bytes().split(b"\r\n"), (tmp_path / "clean.csv").read_bytes().split(b"\r\n")
    assert after[:61] == before[:61]
    assert after[61:] == [
        b'060;"Heat; or Rain";2 h 34 min;3/4/1999;39500;TRUE',
        b'061;"The ""Heat""";45 min;3/14/1999;1e5;FALSE',
        b"062;;1 h 9 min;3/4/1999;;",
        b"",
    ]


@pytest.mark.parametrize("end", [b"", b"\r\n"], ids=["no line end", "line end"])
def test_a_clean_file_comes_back_byte_for_byte(tmp_path, end):
    raw = b'id,price,rate,day\r\n"007",39500.00,1e5,1/2/2020\r\n"008",12.50,-0,11/30/2020\r\n"009",7.25,+3,2/3/2020'
    raw += end
    (tmp_path / "rows.csv").write_bytes(raw)
    assert clean(tmp_path / "rows.csv", "-o", tmp_path / "clean.csv") == 0
    assert (tmp_path / "clean.csv").read_bytes() == raw


def test_a_table_with_tabs_becomes_one_with_commas_as_its_new_name_says(tmp_path):
    (tmp_path / "rows.tsv").write_text("name\tsize\n" + "".join(f"a, b {n}\t{n}.50\n" for n in range(30)))
    assert clean(tmp_path / "rows.tsv", "-o", tmp_path / "clean.csv") == 0
    lines = (tmp_path / "clean.csv").read_text().splitlines()
    assert lines[:2] == ["name,size", '"a, b 0",0.50']


def test_one_word_for_all_that_is_missing_is_the_way_of_the_file(tmp_path):
    rows = "".join(f"{n},{'NA' if n % 9 == 0 else n * 3},{'NA' if n % 7 == 0 else 'red'}\n" for n in range(80))
    (tmp_path / "rows.csv").write_text("n,size,colour\n" + rows)
    assert clean(tmp_path / "rows.csv", "-o", tmp_path / "clean.csv") == 0
    assert (tmp_path / "clean.csv").read_bytes() == (tmp_path / "rows.csv").read_bytes()
    assert clean(tmp_path / "rows.csv", "-o", tmp_path / "clean.parquet") == 0
    assert pq.read_table(tmp_path / "clean.parquet")["size"].null_count == 9


def test_a_cell_that_other_cells_fill_is_written_as_its_column_is(tmp_path):
    days = [row % 40 for row in range(800)]
    free = ["" if row % 37 == 5 else "TRUE" if day % 7 == 0 else "FALSE" for row, day in enumerate(days)]
    fare = ["" if row % 41 == 8 else f"{10 + day}.50" for row, day in enumerate(days)]
    lines = [f"d{day},{one},{other}" for day, one, other in zip(days, free, fare, strict=True)]
    (tmp_path / "days.csv").write_text("\n".join(["day,free,fare", *lines, ""]), encoding="utf-8")
    assert clean(tmp_path / "days.csv", "-o", tmp_path / "clean.csv") == 0
    for line in (tmp_path / "clean.csv").read_text(encoding="utf-8").splitlines()[1:]:
        day = int(line.split(",")[0][1:])
        assert line == f"d{day},{'FALSE' if day % 7 else 'TRUE'},{10 + day}.50"


def test_types_are_had_in_a_csv_and_text_in_parquet_if_they_are_asked_for(films, tmp_path):
    assert clean(films, "-o", tmp_path / "typed.csv", "--as", "types") == 0
    with open(tmp_path / "typed.csv", newline="") as file:
        row = list(csv.DictReader(file))[60]
    assert [row["lasts"], row["seen"], row["paid"]] == ["154", "1999-03-04", "39500"]
    assert clean(films, "-o", tmp_path / "text.parquet", "--as", "text") == 0
    assert pq.read_table(tmp_path / "text.parquet").to_pylist()[60]["lasts"] == "2 h 34 min"


def test_one_plan_serves_both_ways_of_writing(films, tmp_path):
    plan = tmp_path / "plan.json"
    assert clean(films, "-o", tmp_path / "a.csv", "--save-plan", plan) == 0
    assert clean(films, "-o", tmp_path / "b.csv", "--plan", plan) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert clean(films, "-o", tmp_path / "a.parquet") == 0
    assert clean(films, "-o", tmp_path / "b.parquet", "--plan", plan) == 0
    assert pq.read_table(tmp_path / "a.parquet") == pq.read_table(tmp_path / "b.parquet")


def test_the_page_of_changes_shows_every_step_with_its_reason_and_cells(orders, tmp_path):
    done = clean_file(Wanted(str(orders), tmp_path / "clean.parquet", diff=tmp_path / "changes.html"))
    page = (tmp_path / "changes.html").read_text()
    for step in done.plan.steps:
        assert step.reason.replace("'", "&#39;").replace('"', "&#34;") in page
    assert "<del>Kölnn</del>" in page
    assert "prefers-color-scheme:dark" in page
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize(("name", "values"), [("orders", "types"), ("orders", "text"), ("films", "text")])
def test_the_table_of_changes_puts_every_cell_back(name, values, request, tmp_path):
    source = request.getfixturevalue(name)
    done = clean_file(Wanted(str(source), tmp_path / "clean.csv", diff=tmp_path / "changes.csv", values=values))
    with open(tmp_path / "changes.csv", newline="") as file:
        changes = list(csv.DictReader(file))
    assert len(changes) == sum(step.n_cells for step in done.plan.steps)
    delimiter = "," if name == "orders" else ";"
    with open(source, newline="") as file:
        raw = list(csv.DictReader(file, delimiter=delimiter))
    with open(tmp_path / "clean.csv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=delimiter))
    for change in reversed(changes):
        rows[int(change["row"])][change["column"]] = change["before"]
    assert rows == raw


def test_rows_that_are_there_twice_are_kept_unless_dropping_is_asked_for(orders, tmp_path):
    assert clean_file(Wanted(str(orders), tmp_path / "a.csv")).n_dropped == 0
    done = clean_file(Wanted(str(orders), tmp_path / "b.csv", drop_repeats=True))
    assert done.n_dropped == 1
    assert done.plan.repeats.n_rows == 1
    assert len((tmp_path / "b.csv").read_text().splitlines()) == 61


def test_without_repairs_only_the_writing_changes(orders, tmp_path):
    done = clean_file(Wanted(str(orders), tmp_path / "clean.csv", repair=False))
    assert done.n_repaired == 0
    assert done.n_spelled > 0


def test_the_target_is_left_as_it_is(orders, tmp_path):
    done = clean_file(Wanted(str(orders), tmp_path / "clean.csv", target="carrier"))
    assert "carrier" not in {step.column for step in done.plan.steps}


def test_json_is_the_record(orders, tmp_path, capsys):
    assert clean(orders, "-o", tmp_path / "clean.csv", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n_repaired"] == 1
    assert {step["do"] for step in found["plan"]["steps"]} >= {"read_number", "mark_missing", "map_pairs"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "orders.csv"], "never changed"),
        (["-o", "clean.xlsx"], "Choose one of"),
        ([], "Where is the result to go"),
        (["-o", "clean.csv", "--plan", "absent.json"], "cannot be read"),
        (["-o", "clean.csv", "--plan", "orders.csv"], "no cleaning plan"),
        (["-o", "clean.csv", "--target", "wight"], "no column 'wight'"),
        (["-o", "clean.csv", "--diff", "changes.txt"], "Choose one of"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(orders, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    before = orders.read_bytes()
    assert clean("orders.csv", *words) == 2
    assert said in capsys.readouterr().err
    assert orders.read_bytes() == before


def test_the_plan_of_another_table_is_refused(orders, tmp_path):
    plan = tmp_path / "plan.json"
    clean_file(Wanted(str(orders), None, save_plan=plan))
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(MlwrightError, match="does not have"):
        clean_file(Wanted(str(other), tmp_path / "clean.csv", plan=plan))
