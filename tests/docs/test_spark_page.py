"""The commands of the page about Spark run as they stand there, where PySpark and Java are installed."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from mlwright.config import read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "spark.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.M | re.S) for line in block.splitlines()]


@pytest.mark.spark
def test_every_command_runs(tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("java is not installed")
    rng = np.random.default_rng(0)
    age = rng.integers(20, 70, 400)
    rows = pa.table({"age": age, "town": ["Riga", "Lund"] * 200, "bought": np.where(age > 50, "yes", "no")})
    (tmp_path / "sales_by_month").mkdir()
    pq.write_table(rows, tmp_path / "sales_by_month" / "01.parquet")
    pa_csv.write_csv(rows, tmp_path / "sales.csv")
    for command in COMMANDS:
        words = [sys.executable, "-m", *shlex.split(command)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3), done.stderr
    assert (tmp_path / "exploration.html").exists()


def test_every_setting_is_known(tmp_path):
    (tmp_path / "mlwright.toml").write_text("".join(re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)))
    assert read_settings(tmp_path / "mlwright.toml").collect.source
