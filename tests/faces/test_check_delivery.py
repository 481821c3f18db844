"""``mlwright check`` of two tables, and of a delivery against a project or a bundle."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pytest

from mlwright import Project
from mlwright.core.errors import NothingToShow
from mlwright.faces.cli.main import main

TOML = """
[project]
target = "bought"
[collect]
source = "shop.csv"
[train]
families = ["linear"]
candidates = 2
"""


def shop(n, seed, *, cents=False, without=()):
    """Lines of a CSV file: who bought, by age, price and town."""
    rng = np.random.default_rng(seed)
    price = rng.lognormal(3, 0.5, n).round(2)
    columns = {
        "age": rng.integers(18, 80, n).astype(str),
        "price": (price * 100).astype(int).astype(str) if cents else price.astype(str),
        "town": rng.choice(["Riga", "Lund", "Graz"], n),
        "bought": np.where(rng.random(n) < 1 / (1 + np.exp(price - 20)), "yes", "no"),
    }
    kept = {name: values for name, values in columns.items() if name not in without}
    return "\n".join([",".join(kept), *map(",".join, zip(*kept.values(), strict=True))]) + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.csv").write_text(shop(800, 0))
    (folder / "mlwright.toml").write_text(TOML)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    return project


@pytest.fixture
def typed(capsys):
    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["check", *map(str, words)])
        out = capsys.readouterr()
        return ended.value.code, out.out, out.err

    return run


def test_two_files_of_one_source_are_accepted(typed, tmp_path):
    (tmp_path / "a.csv").write_text(shop(500, 1))
    (tmp_path / "b.csv").write_text(shop(300, 2))
    status, out, _ = typed(tmp_path / "a.csv", tmp_path / "b.csv", "--target", "bought")
    assert status == 0
    assert "accept: This data keeps the contract." in out


def test_another_unit_ends_with_status_3_and_says_so(typed, project, tmp_path):
    (tmp_path / "new.csv").write_text(shop(300, 3, cents=True, without=("bought",)))
    status, out, _ = typed(tmp_path / "new.csv", "--against", project.path)
    assert status == 3
    assert "'price' seems to be multiplied by 100" in " ".join(out.split())
    assert "refuse: Do not use this data as it is: 1 critical finding." in out


def test_a_bundle_alone_holds_deliveries_to_the_same_contract(typed, project, tmp_path):
    (tmp_path / "new.csv").write_text(shop(300, 4, without=("age", "bought")))
    answers = [
        typed(tmp_path / "new.csv", "--against", place, "--json") for place in (project.path, project.bundle_path())
    ]
    assert [status for status, _, _ in answers] == [3, 3]
    for _, out, _ in answers:
        found = json.loads(out)
        assert found["verdict"] == "refuse"
        assert [f["check"] for f in found["findings"]["findings"]] == ["lost_columns"]


def test_a_table_of_a_database_is_a_delivery_too(project, tmp_path):
    with sqlite3.connect(tmp_path / "new.db") as base:
        lines = [line.split(",") for line in shop(200, 5, without=("bought",)).splitlines()]
        base.execute("CREATE TABLE orders (age INTEGER, price REAL, town TEXT)")
        base.executemany("INSERT INTO orders VALUES (?, ?, ?)", lines[1:])
    delivery = project.check_delivery(f"sqlite:///{tmp_path / 'new.db'}", query="orders")
    assert (delivery.verdict, delivery.n_now) == ("accept", 200)
    assert project.show("delivery") == delivery


def test_an_edit_holds_from_the_next_delivery_on(project, tmp_path):
    (tmp_path / "new.csv").write_text(shop(200, 6))
    assert project.check_delivery(tmp_path / "new.csv").verdict == "accept"
    try:
        (project.path / "mlwright.toml").write_text(TOML + "[contract.columns.age]\nmost = 60\n")
        delivery = project.check_delivery(tmp_path / "new.csv")
        assert project.contract().clause("age").most == 60
    finally:
        (project.path / "mlwright.toml").write_text(TOML)
    assert delivery.verdict == "look"
    assert [f.check for f in delivery.findings.findings if f.severity != "note"] == ["out_of_range"]


BAD = {
    "an empty file": ("", "is empty (0 bytes)"),
    "no rows": ("age,price,town\n", "has a header but no rows"),
    "no common column": ("x,y\n1,2\n3,4\n", "none of the 4 columns of the contract; it has x, y"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_delivery_has_one_clear_answer(typed, project, tmp_path, name):
    content, told = BAD[name]
    (tmp_path / "new.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    status, _, err = typed(tmp_path / "new.csv", "--against", project.path)
    assert status == 2
    assert told in err
    assert "  -> " in err


def test_one_row_is_judged_as_far_as_it_goes(project, tmp_path):
    (tmp_path / "new.csv").write_text("age,price,town\n30,20.5,Riga\n")
    delivery = project.check_delivery(tmp_path / "new.csv")
    assert delivery.verdict == "accept"
    assert [f.check for f in delivery.findings.findings] == ["row_count"]


def test_another_encoding_is_read_and_told(tmp_path):
    (tmp_path / "a.csv").write_text(shop(300, 7).replace("Lund", "Malmö"), "utf-8")
    (tmp_path / "b.csv").write_text(shop(300, 8).replace("Lund", "Malmö"), "latin-1")
    before = Project.create(tmp_path / "p", {"project": {"task": "none"}, "collect": {"source": "../a.csv"}})
    before.run(until="contract")
    delivery = before.check_delivery(tmp_path / "b.csv")
    assert delivery.verdict == "accept"
    assert "text_encoding" in [f.check for f in delivery.findings.findings]


def test_many_columns_are_judged(tmp_path):
    rng = np.random.default_rng(9)
    for name in ("a", "b"):
        rows = rng.normal(size=(60, 300)).round(3).astype(str)
        lines = [",".join(f"c{place}" for place in range(300)), *map(",".join, rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    before = Project.create(tmp_path / "p", {"project": {"task": "none"}, "collect": {"source": "../a.csv"}})
    before.run(until="contract")
    assert before.check_delivery(tmp_path / "b.csv").verdict == "accept"


def test_without_a_run_there_is_no_contract(tmp_path):
    (tmp_path / "mlwright.toml").write_text(TOML)
    with pytest.raises(NothingToShow, match="No contract has been made"):
        Project(tmp_path).check_delivery("new.csv")


def test_two_tables_and_against_exclude_each_other(typed, project):
    status, _, err = typed("a.csv", "b.csv", "--against", project.path)
    assert status == 2
    assert "one table is named" in err


def checked(project, path, text):
    path.write_text(text)
    return project.check_delivery(path)


def test_yesterdays_delivery_under_another_name_is_told_and_asking_twice_is_a_note(project, tmp_path):
    assert checked(project, tmp_path / "monday.csv", shop(300, 41)).verdict == "accept"
    asked_twice = project.check_delivery(tmp_path / "monday.csv")
    assert asked_twice.verdict == "accept"
    assert [f.severity for f in asked_twice.findings.findings if f.check == "delivered_again"] == ["note"]
    again = checked(project, tmp_path / "tuesday.csv", shop(300, 41))
    (finding,) = (f for f in again.findings.findings if f.check == "delivered_again")
    assert again.verdict == "look"
    assert finding.sentence.startswith("All 300 rows are those of an earlier delivery (")
    assert "monday.csv" in finding.sentence


def test_a_delivery_that_was_refused_may_come_again_when_it_is_mended(project, tmp_path):
    assert checked(project, tmp_path / "bad.csv", shop(300, 42, cents=True)).verdict == "refuse"
    assert checked(project, tmp_path / "mended.csv", shop(300, 42)).verdict == "accept"


def test_a_file_that_ends_in_the_middle_of_a_row_is_told(project, tmp_path):
    found = checked(project, tmp_path / "cut.csv", shop(300, 43)[:-9])
    (finding,) = (f for f in found.findings.findings if f.check == "ragged_rows")
    assert "line 301" in finding.sentence


def test_a_header_in_capitals_is_a_renaming_even_where_no_name_is_left(project, tmp_path):
    header, _, rest = shop(300, 44).partition("\n")
    found = checked(project, tmp_path / "capitals.csv", f"{header.upper()}\n{rest}")
    assert [f.check for f in found.findings.findings if f.severity == "critical"] == ["renamed_columns"]
