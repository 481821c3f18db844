"""The page on cleaning can be followed from its first command to its last."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "clean-data.md"


def test_the_page_can_be_followed(tmp_path):
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
        words = [sys.executable, "-m", *command.split()]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=os.environ)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    for code in re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=os.environ
        )
        assert done.stdout.startswith("[12.0, 16.0"), done.stderr
    assert "kg" in (tmp_path / "changes.html").read_text("utf-8")
