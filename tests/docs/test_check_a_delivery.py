"""Every command, setting and piece of Python of the page on deliveries runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from mlwright import Project
from mlwright.faces.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "check-a-delivery.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(bash|toml|python)\n(.*?)^```", PAGE, re.M | re.S)


def people(n, seed):
    """Lines of a CSV file: who stays, by age and job."""
    rng = np.random.default_rng(seed)
    ages, jobs = rng.integers(18, 80, n), rng.choice(["clerk", "nurse", "cook"], n)
    lines = [f"{age},{job},{rng.choice(['yes', 'no'])}" for age, job in zip(ages, jobs, strict=True)]
    return "\n".join(["age,job,y", *lines]) + "\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    for seed, name in enumerate(("before.csv", "after.csv", "new.csv", "customers.csv")):
        (tmp_path / name).write_text(people(300, seed))
    Project.create(tmp_path / "customers", {"project": {"target": "y"}, "collect": {"source": "../customers.csv"}}).run(
        until="contract"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_can_be_followed(place, capsys):
    for language, text in BLOCKS:
        if language == "toml":
            with open(place / "customers" / "mlwright.toml", "a") as file:
                file.write(text)
        elif language == "python":
            exec(compile(text, "page", "exec"), {})
        else:
            for command in filter(None, (line.split("#")[0].strip() for line in text.splitlines())):
                with pytest.raises(SystemExit) as ended:
                    main(command.split()[1:])
                assert ended.value.code == 0, (command, capsys.readouterr().err)
    contract = Project("customers").contract()
    assert (contract.least_rows, contract.clause("age").most) == (50, 100)
    assert "pilot" in contract.clause("job").levels
    assert "accept: This data keeps the contract" in capsys.readouterr().out
