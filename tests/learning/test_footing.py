"""What figures rest on: how many pieces of evidence, and how that is told."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlwright.core.engine import execute
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.learning.footing import ENOUGH_PIECES, footing_of, is_thin, told_pieces, told_rows
from mlwright.pipeline import BUILD, Settings
from mlwright.records.evaluation import Footing
from mlwright.statistics.sampling import Sampling


def test_rows_that_stand_alone_need_no_word() -> None:
    footing = footing_of(Sampling(600), by="person")
    assert (footing.n_pieces, footing.piece, footing.by) == (600, "row", "")
    assert told_pieces(footing) == ""
    assert not is_thin(footing)


def test_rows_of_twelve_people_are_twelve_pieces_of_evidence_and_that_is_little() -> None:
    footing = footing_of(Sampling(240, groups=np.arange(240) % 12), by="person")
    assert is_thin(footing)
    assert told_pieces(footing).startswith(
        "Rows of one 'person' hang together: these are 12 pieces of evidence, not 240. That is little"
    )


def test_people_of_one_row_each_are_rows_that_stand_alone() -> None:
    footing = footing_of(Sampling(20, groups=np.arange(20)), by="person")
    assert (footing.n_pieces, footing.piece, footing.by) == (20, "row", "")
    assert told_pieces(footing) == ""


def test_rows_of_one_person_are_one_piece_of_evidence() -> None:
    told = told_pieces(footing_of(Sampling(10, groups=np.zeros(10, dtype=np.int64)), by="person"))
    assert told.startswith("Rows of one 'person' hang together: this is 1 piece of evidence, not 10.")


def test_stretches_of_time_are_counted_by_their_length() -> None:
    footing = footing_of(Sampling(600, order=np.arange(600), block=15))
    assert told_pieces(footing) == "Neighbours in time are alike: these are about 40 pieces of evidence, not 600."


def test_from_thirty_on_a_kind_that_one_in_ten_is_of_is_seldom_missing() -> None:
    assert 0.9 ** (ENOUGH_PIECES - 1) < 0.05 < 0.9 ** (ENOUGH_PIECES - 2)


def test_a_run_without_a_test_tells_people_and_folds(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    person = np.arange(240) // 20
    numbers = rng.normal(size=(240, 3))
    table = pa.table({f"x{k}": numbers[:, k] for k in range(3)} | {"person": [f"p{each}" for each in person]})
    table = table.append_column("y", pa.array(numbers.sum(axis=1) + rng.normal(size=12)[person]))
    pq.write_table(table, tmp_path / "rows.parquet")
    settings = Settings.model_validate(
        {
            "project": {"target": "y"},
            "collect": {"source": str(tmp_path / "rows.parquet"), "group": "person"},
            "split": {"test_share": 0},
            "train": {"candidates": 1, "families": ["linear"], "experience": False},
        }
    )
    run = Run("r", Store(tmp_path / "store"), Clock(tmp_path / "cancel", None), n_jobs=1)
    records = execute(BUILD, settings.sections(), run, until="pack")
    found, folds = records["evaluate"], records["train"].chosen.n_folds
    assert found.footing == Footing(n_rows=240, n_pieces=12, piece="group", by="person", n_folds=folds)
    assert records["train"].corrected.footing.n_pieces == 12
    assert told_rows(found) == (
        f"240 training rows, each answered by cores that had not learned from it ({folds} folds), corrected for what "
        "differs on new rows"
    )
    assert any("12 pieces of evidence, not 240" in reason for reason in records["decide"].reasons)
    card = run.get(records["pack"].files["card.md"]).decode()
    assert f"On {told_rows(found)}; in brackets the 95% interval. Rows of one 'person' hang together" in card
    assert "      split: train" in card
    assert "set aside before" not in card
