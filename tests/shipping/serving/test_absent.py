"""A process that answers loads no library that it does not use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

OLD = Path(__file__).parents[2] / "compat" / "bundle_1"
CODE = """
import sys
from pathlib import Path
from multiprocessing import Pipe
from mlwright.shipping.serving.server import Loader
from mlwright.shipping.serving.settings import ServiceSettings
from mlwright.shipping.serving.succession import Due
if sys.argv[2] == "catboost":
    from mlwright.shipping.serving.absent import NEEDLESS, absent
    with absent(*NEEDLESS):
        import catboost
loader = Loader(Due(Path(sys.argv[1])), ServiceSettings(), None, Pipe()[1])
application = loader._application(Path(sys.argv[1]), None)
assert application.test_client().get("/ready").status_code == 200
print([name for name in ("sklearn", "pandas", "scipy.stats", "lightgbm", "catboost") if name in sys.modules])
import pandas, scipy.stats
"""


def loaded(also: str) -> str:
    done = subprocess.run([sys.executable, "-c", CODE, str(OLD), also], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_boosted_trees_answer_without_what_they_would_load() -> None:
    assert loaded("") == "['lightgbm']"


def test_catboost_can_be_loaded_without_them_too() -> None:
    assert loaded("catboost") == "['lightgbm', 'catboost']"
