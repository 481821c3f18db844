"""A process that answers loads no library that it does not use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.contract import Clause
from mlwright.records.model import EncodingPlan
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.symmetric import SymmetricCore
from mlwright.scoring.encoder import Encoder

OLD = Path(__file__).parents[2] / "compat" / "bundle_1"
CODE = """
import socket, sys
from ctypes import c_int
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from werkzeug.test import Client
from mlwright.shipping.serving.server import Answering
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.shipping.serving.succession import Due
settings = ServeSettings(log=LogSettings(folder=sys.argv[3]))
answering = Answering(Due(Path(sys.argv[1])), settings, socket.socket(), None, RawArray(c_int, 1))
front = answering.front(answering.load(Path(sys.argv[1])), None)
row = dict(front.service.manifest.golden[0].row)
assert Client(front).post("/predict", json=row).status_code == 200
front.close()
if sys.argv[2]:
    import catboost
print([name for name in ("sklearn", "pandas", "scipy", "lightgbm", "catboost") if name in sys.modules])
import pandas, scipy.stats, lightgbm
"""


def loaded(also: str, log: Path) -> str:
    command = [sys.executable, "-c", CODE, str(OLD), also, str(log)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_boosted_trees_answer_without_what_they_would_load(tmp_path: Path) -> None:
    assert loaded("", tmp_path) == "[]"


def test_catboost_gets_what_it_cannot_do_without(tmp_path: Path) -> None:
    assert loaded("catboost", tmp_path) == "['pandas', 'scipy', 'catboost']"


def test_a_log_that_a_killed_process_has_left_is_ended_by_the_next_one(tmp_path: Path) -> None:
    code = CODE.replace("front.close()", "import time; time.sleep(2.5); os._exit(9)").replace(
        "import socket, sys", "import os, socket, sys"
    )
    command = [sys.executable, "-c", code, str(OLD), "", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 9
    assert [path.suffixes for path in (tmp_path / "predictions").iterdir()] == [[".open", ".rows"]]
    assert loaded("", tmp_path) == "[]"
    assert [path.suffix for path in (tmp_path / "predictions").iterdir()] == [".parquet"] * 2


def test_a_model_without_texts_loads_no_scipy(write_bundle: Callable[..., Path]) -> None:
    item = Clause(type="double", name="age", kind="number", low=0, high=99, optional=False, example="1")
    folder = write_bundle(inputs=[item], row={"age": 1}, weights={"age": 1.0})
    assert loaded_by(folder) == "[]"


def test_trees_of_catboost_answer_without_catboost_and_pandas(write_bundle: Callable[..., Path]) -> None:
    age = Clause(type="double", name="age", kind="number", low=0, high=99, optional=False, example="1")
    city = Clause(type="string", name="city", kind="category", levels=tuple("abcdefgh"), optional=True, example="a")
    row = {"age": 30, "city": "c"}
    assert loaded_by(write_bundle(inputs=[age, city], row=row, core_of=catboost_core)) == "[]"


def catboost_core(plan: EncodingPlan) -> Core:
    """Trees that ask for numbers, for names, and for what is known of names."""
    rng, names = np.random.default_rng(0), Encoder(plan).names
    blocks = Blocks(
        rng.uniform(0, 99, size=(300, 1)).astype(np.float32), rng.integers(-1, 8, size=(300, 1)).astype(np.int32)
    )
    target = (blocks.numbers[:, 0] > 50) ^ (blocks.codes[:, 0] % 2 == 0)
    facts = Facts("binary", 2, 300, 2, names, budget_s=60.0)
    family = MODELS.get("catboost")()
    candidate = family.candidates(facts)[0]
    quick = candidate.model_copy(update={"params": candidate.params | {"iterations": 30, "one_hot_max_size": 2}})
    rows = Rows(blocks, target.astype(np.float64))
    core = family.fit(quick, rows, rows, FitContext(facts, 0, 1, lambda: False)).core
    assert isinstance(core, SymmetricCore)
    assert len(core.trees.combinations)
    return core


def loaded_by(folder: Path) -> str:
    """What of the libraries that a model can do without is loaded by a process that answers."""
    code = """
import sys
from mlwright.shipping.serving.absent import load_lightly
load_lightly()
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
bundle = Bundle.load(sys.argv[1])
client = create_app(bundle).test_client()
rows = [dict(golden.row) for golden in bundle.manifest.golden]
for asked in (rows[0], rows * 20):
    assert client.post("/predict", json=asked).status_code == 200
print([name for name in ("sklearn", "pandas", "scipy", "lightgbm", "catboost") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.strip()
