"""How quickly a large table is looked at, and in how much memory.

Usage: python benchmarks/profiling.py [FOLDER] [--quick] [--check] [--postgres]

FOLDER keeps the made-up tables (default: a folder that is removed at the end). Each contender works in a process of its
own, one after the other; the memory is the peak of that process. Every contender is run three times on the same Parquet
file, in turns, and its quickest run counts: what other guests of the same machine take comes and goes within seconds.
"""

import argparse
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

FULL, QUICK, REPORTED = 10_000_000, 500_000, 1_000_000
CHUNK = 500_000
RUNS = 3
POSTGRES_ROWS = 5_000_000
PROFILE_GOAL, CHECK_GOAL = 0.3, 1.0
"""At most so many times what SUMMARIZE takes."""
MEMORY_GOAL_GB = 1.5

CONTENDERS = {
    "mlwright profile": "profile_with_mlwright",
    "mlwright check": "check_with_mlwright",
    "DuckDB SUMMARIZE": "summarize",
    "polars describe": "describe_with_polars",
    "skrub TableReport, 1M rows": "report_with_skrub",
}


def main() -> int:
    """Make the table, run every contender, print the comparison and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where the made-up tables are kept")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} rows in place of {FULL:,}")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--postgres", action="store_true", help="a table in a PostgreSQL that is started for it, too")
    parser.add_argument("--one", nargs=2, metavar=("FUNCTION", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, metavar=("FILE", "ROWS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return run_one(*options.one)
    if options.make:
        return make(Path(options.make[0]), int(options.make[1]))
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        n_rows = QUICK if options.quick else FULL
        file, small = made(folder, n_rows), made(folder, min(n_rows, REPORTED))
        print(
            f"{n_rows:,} rows, 20 columns, {file.stat().st_size / 1e6:,.0f} MB of Parquet, {os.cpu_count()} processors"
        )
        figures = measured(
            {title: small if name == "report_with_skrub" else file for title, name in CONTENDERS.items()}
        )
        if options.postgres:
            figures["PostgreSQL"] = in_postgres(made(folder, QUICK if options.quick else POSTGRES_ROWS))
    code = judged(figures, options)
    print(json.dumps({"benchmark": "profiling"} | figures))
    return code


def judged(figures: dict[str, dict[str, float]], options: argparse.Namespace) -> int:
    """The exit status."""
    if options.quick:
        print("The goals are for the full table: on a small one, what does not depend on its size weighs most.")
        return 0
    return 1 if missed(figures) and options.check else 0


def missed(figures: dict[str, dict[str, float]]) -> list[str]:
    """The goals that were missed; each goal is printed."""
    base, own, whole = (figures[name] for name in ("DuckDB SUMMARIZE", "mlwright profile", "mlwright check"))
    goals = {
        f"the profile takes at most {PROFILE_GOAL} of SUMMARIZE": own["wall_s"] <= PROFILE_GOAL * base["wall_s"],
        f"the profile needs at most {MEMORY_GOAL_GB} GB": own["peak_gb"] <= MEMORY_GOAL_GB,
        f"the whole check takes at most {CHECK_GOAL} of SUMMARIZE": whole["wall_s"] <= CHECK_GOAL * base["wall_s"],
    }
    for goal, is_met in goals.items():
        print(f"{'met   ' if is_met else 'missed'} {goal}")
    return [goal for goal, is_met in goals.items() if not is_met]


def measured(files: dict[str, Path]) -> dict[str, dict[str, float]]:
    """Wall time, processor time and peak memory of each contender: those of the quickest of its runs, in turns."""
    runs = [{title: once(title, CONTENDERS[title], file) for title, file in files.items()} for _ in range(RUNS)]
    best = {title: min((run[title] for run in runs), key=lambda found: found.get("wall_s", 0.0)) for title in files}
    for title, found in best.items():
        told = "{wall_s:8.2f} s   {cpu_s:8.2f} s of processors   {peak_gb:6.2f} GB".format(**found) if found else "-"
        print(f"{title:28} {told}", flush=True)
    return best


def once(title: str, name: str, file: Path) -> dict[str, float]:
    """One run of a contender; empty if it is not installed."""
    command = [sys.executable, __file__, "--one", name, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 3:
        print(f"{title:28} not installed: {done.stdout.strip()}")
        return {}
    if done.returncode:
        raise SystemExit(f"{title} failed:\n{done.stdout}{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_one(name: str, file: str) -> int:
    """Run one contender here and print what it took."""
    needs = {"report_with_skrub": "skrub", "describe_with_polars": "polars"}.get(name)
    if needs and importlib.util.find_spec(needs) is None:
        print(f"pip install {needs}")
        return 3
    began = time.perf_counter()
    globals()[name](Path(file))
    wall = time.perf_counter() - began
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    peak = max(own.ru_maxrss, children.ru_maxrss) / 1e6
    print(json.dumps({"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "peak_gb": round(peak, 3)}))
    return 0


def profile_with_mlwright(file: Path) -> None:
    """What every column is, with all its figures."""
    from mlwright.data.compute.table import open_parquet
    from mlwright.data.kinds.describe import describe
    from mlwright.records.data import Field
    from mlwright.records.settings import ProfileSettings

    fields = [Field(name=field.name, type=str(field.type)) for field in pq.read_schema(file)]
    describe(open_parquet(file), fields, ProfileSettings(), "y")


def check_with_mlwright(file: Path) -> None:
    """The command that a user types: collect, profile, split and all checks."""
    command = [sys.executable, "-m", "mlwright", "check", str(file), "--target", "y", "--json"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)


def summarize(file: Path) -> None:
    """What DuckDB says of a table."""
    import duckdb

    duckdb.sql(f"SUMMARIZE SELECT * FROM '{file}'").fetchall()


def describe_with_polars(file: Path) -> None:
    """What polars says of a table that it has read."""
    import polars as pl

    pl.read_parquet(file).describe()


def report_with_skrub(file: Path) -> None:
    """A page about a table in memory."""
    import pandas as pd
    from skrub import TableReport

    TableReport(pd.read_parquet(file), verbose=0).html()


def made(folder: Path, n_rows: int) -> Path:
    """The made-up table of so many rows; made in another process, whose memory is not that of the contenders."""
    file = folder / f"orders_{n_rows}.parquet"
    if not file.exists():
        subprocess.run([sys.executable, __file__, "--make", str(file), str(n_rows)], check=True)
    return file


def make(file: Path, n_rows: int) -> int:
    """Write the table; the same rows every time."""
    part = file.with_suffix(".part")
    with pq.ParquetWriter(part, orders(0, 1).schema) as writer:
        for start in range(0, n_rows, CHUNK):
            writer.write_table(orders(start, min(CHUNK, n_rows - start)), row_group_size=100_000)
    part.rename(file)
    return 0


def orders(start: int, n: int) -> pa.Table:
    """Some rows: ids, counts, measures, moments, flags, names and text, with missing values in plain sight and not."""
    rng = np.random.default_rng([7, start])
    score = rng.random(n)
    score[rng.random(n) < 0.1] = np.nan
    seconds = 1_600_000_000_000_000 + rng.integers(0, 10**14, n)
    words = pa.array([f"word{place}" for place in range(2_000)])
    remark = [words.take(pa.array(rng.integers(0, 2_000, n))) for _ in range(4)]

    def names(levels: list[str], shares: list[float] | None = None) -> pa.Array:
        return pa.array(levels).take(pa.array(rng.choice(len(levels), n, p=shares)))

    return pa.table(
        {
            "order_id": np.arange(start, start + n),
            "customer": rng.integers(0, 400_000, n),
            "quantity": rng.poisson(3, n),
            "points": np.where(rng.random(n) < 0.03, -1, rng.integers(0, 100_000, n)),
            "age": rng.integers(18, 95, n),
            "price": np.round(rng.lognormal(3, 1, n), 2),
            "weight": rng.normal(70, 12, n),
            "distance": rng.exponential(12, n),
            "score": pa.array(score, from_pandas=True),
            "discount": np.where(rng.random(n) < 0.8, 0.0, np.round(rng.random(n), 2)),
            "ratio": rng.normal(size=n),
            "placed_at": pa.array(seconds.astype("datetime64[us]")),
            "born": pa.array(rng.integers(-10_000, 10_000, n).astype("datetime64[D]")),
            "member": rng.random(n) < 0.3,
            "country": names([f"C{place}" for place in range(40)]),
            "channel": names(["web", "shop", "phone", "?"], [0.5, 0.3, 0.15, 0.05]),
            "product": names([f"P-{place:05d}" for place in range(20_000)]),
            "remark": pc.binary_join_element_wise(*remark, " "),
            "email": pc.binary_join_element_wise(
                pa.array(rng.integers(0, 10**9, n)).cast("string"), "example.org", "@"
            ),
            "y": names(["no", "yes"], [0.8, 0.2]),
        }
    )


def in_postgres(file: Path) -> dict[str, float]:
    """Look at a table in a PostgreSQL that is started here, with the rows left where they are."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)
    initdb = shutil.which("initdb") or (str(programs / "initdb") if programs else None)
    if initdb is None or importlib.util.find_spec("psycopg") is None:
        print(
            "PostgreSQL                   not installed: apt-get install postgresql, pip install mlwright[postgresql]"
        )
        return {}
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(initdb).parent, Path(name))
        try:
            server.load(file)
            began = time.perf_counter()
            command = [sys.executable, "-m", "mlwright", "check", server.url, "--query", "orders", "--target", "y"]
            command += ["--sample-rows", "100000", "--json"]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            if done.returncode not in (0, 3):
                raise SystemExit(done.stderr)
            found = {"wall_s": round(time.perf_counter() - began, 2), "n_rows": pq.read_metadata(file).num_rows}
        finally:
            server.stop()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["peak_gb"] = round(children.ru_maxrss / 1e6, 3)
    print(
        f"{'mlwright check, PostgreSQL':28} {found['wall_s']:8.2f} s for {found['n_rows']:,} rows left where they are"
    )
    return found


class Server:
    """A PostgreSQL that lives in a folder as long as it is needed."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(folder, "postgres")
        self._do("initdb", "-D", str(folder / "data"), "-U", "bench", "--auth=trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_wal_size=8GB"
        self._do("pg_ctl", "-D", str(folder / "data"), "-o", settings, "-l", str(folder / "log"), "-w", "start")
        self.url = f"postgresql://bench@/postgres?host={folder}"

    def load(self, file: Path) -> None:
        """Copy a Parquet file into the table ``orders``."""
        import io

        import psycopg
        import pyarrow.csv as csv

        kinds = {"int64": "bigint", "double": "double precision", "bool": "boolean", "string": "text"}
        kinds |= {"timestamp[us]": "timestamp", "date32[day]": "date"}
        with pq.ParquetFile(file) as parquet, psycopg.connect(self.url, autocommit=True) as connection:
            columns = ", ".join(f'"{field.name}" {kinds[str(field.type)]}' for field in parquet.schema_arrow)
            connection.execute(f"create table orders ({columns})")
            with connection.cursor().copy("copy orders from stdin with (format csv)") as copy:
                for batch in parquet.iter_batches(100_000):
                    buffer = io.BytesIO()
                    csv.write_csv(batch, buffer, csv.WriteOptions(include_header=False))
                    copy.write(buffer.getvalue())
            connection.execute("vacuum analyze orders")

    def stop(self) -> None:
        """End it."""
        self._do("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def _do(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


if __name__ == "__main__":
    sys.exit(main())
