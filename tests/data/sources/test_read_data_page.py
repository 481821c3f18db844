"""What the page about reading data says can be typed, and is understood."""

import gzip
import json
import re
import shlex
import sqlite3
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.config import read_settings
from mlwright.faces.cli.main import main

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "read-data.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]
SETTINGS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)
ROWS = [{"age": 20 + n % 50, "town": ["Riga", "Lund"][n % 2], "bought": ["no", "yes"][n % 3 // 2]} for n in range(90)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]
    Path("sales.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    Path("events.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    pq.write_table(pa.Table.from_pylist(ROWS), "sales.parquet")
    Path("sales_by_month").mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS), "sales_by_month/01.parquet")
    book = openpyxl.Workbook()
    for row in [list(ROWS[0]), *(list(row.values()) for row in ROWS)]:
        book.active.append(row)
    book.save("sales.xlsx")
    cells = "".join(f"<tr><td>{row['age']}<td>{row['town']}<td>{row['bought']}" for row in ROWS)
    Path("prices.html").write_text(f"<table><tr><th>{'<th>'.join(ROWS[0])}{cells}</table>")
    requests = [f'::1 - - [01/Mar/2024:09:14:{n % 60:02d} +0000] "GET / HTTP/1.1" {200 + n % 2} 9' for n in range(90)]
    Path("access.log.1.gz").write_bytes(gzip.compress("\n".join(requests).encode()))
    with sqlite3.connect("shop.db") as shop:
        shop.execute("CREATE TABLE customers (age, town, bought)")
        shop.executemany("INSERT INTO customers VALUES (:age, :town, :bought)", ROWS)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_collects(command, place, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [*shlex.split(command), "--until", "collect"])
    with pytest.raises(SystemExit) as leave:
        main()
    assert not leave.value.code, capsys.readouterr().err


@pytest.mark.parametrize("text", SETTINGS)
def test_every_setting_is_known(text, tmp_path):
    (tmp_path / "mlwright.toml").write_text(text)
    assert read_settings(tmp_path / "mlwright.toml").collect.source
