"""A small project that was run once, and the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from mlwright import Project
from mlwright.faces.cli.main import main

N_ROWS = 400


class Answer(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def write_customers(file: Path, n_rows: int = N_ROWS, seed: int = 3) -> Path:
    """Customers of a shop; those who come often, and those of Riga, buy more."""
    rng = np.random.default_rng(seed)
    age, visits = rng.integers(18, 80, n_rows), rng.poisson(3, n_rows)
    town = rng.choice(["Riga", "Lund", "Graz"], n_rows)
    bought = rng.random(n_rows) < 1 / (1 + np.exp(-1.5 * (visits - 4) - 2 * (town == "Riga")))
    rows = zip(age, visits, town, np.where(bought, "yes", "no"), strict=True)
    lines = ["age,visits,town,bought", *(",".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Carry out a command as if it was typed in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Answer:
        with pytest.raises(SystemExit) as leave:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return Answer(int(leave.value.code or 0), said.out, said.err)

    return run


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run, and looked at new rows, with its data beside it; for reading only."""
    folder = tmp_path_factory.mktemp("shops") / "shop"
    folder.mkdir()
    write_customers(folder / "customers.csv")
    sections = {
        "project": {"target": "bought"},
        "collect": {"source": "customers.csv"},
        "train": {"families": ["linear", "lightgbm"], "candidates": 4},
    }
    project = Project.create(folder, sections)
    project.run()
    new = write_customers(folder / "new.csv", seed=4)
    project.watch(new)
    project.check_delivery(new)
    return folder
