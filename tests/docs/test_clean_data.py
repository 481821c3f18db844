"""The page on cleaning can be followed from its first command to its last."""

import csv
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "clean-data.md"


def test_the_page_can_be_followed(tmp_path, type_in, run_python, capsys):
    rows = [[n, f"{1 + n % 9}00 g" if n % 3 else f"{1 + n % 9} kg", "no" if n % 4 else "yes"] for n in range(60)]
    for name in ("orders.csv", "orders_may.csv"):
        with open(tmp_path / name, "w", newline="") as file:
            csv.writer(file).writerows([["order", "weight", "returned"], *rows])
    commands = [
        c
        for block in re.findall(r"^```bash\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
        for c in block.split("\n")
        if c
    ]
    assert len(commands) >= 6
    for command in commands:
        assert type_in(command, tmp_path) == 0, command
    for code in re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        capsys.readouterr()
        run_python(code, tmp_path)
        assert capsys.readouterr().out.startswith("[12.0, 16.0")
    assert "kg" in (tmp_path / "changes.html").read_text("utf-8")
