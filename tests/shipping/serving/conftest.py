"""Small real bundles, written to disk and loaded: a linear model whose weights are known."""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from mlwright.records.bundle import GoldenRow, Manifest
from mlwright.records.contract import Clause, Contract
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision, Worth
from mlwright.records.evaluation import Estimate, Evaluation, MetricResult
from mlwright.records.model import (
    CategoryColumn,
    CoreRef,
    DateColumn,
    EncodingPlan,
    Member,
    ModelSpec,
    NumberColumn,
    PlanColumn,
    TextColumn,
)
from mlwright.records.uncertainty import Uncertainty
from mlwright.scoring.arrays import arrays_to_bytes
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.cores import Core
from mlwright.scoring.cores.linear import LinearCore
from mlwright.scoring.dense import Design
from mlwright.scoring.encoder import names
from mlwright.scoring.folder import MANIFEST, sealed, write_folder
from mlwright.scoring.model import Model
from mlwright.shipping.serving.app import create_app

DAY_S = 86_400.0
LINKS = {"binary": 1, "multiclass": 2, "regression": 0}
CLASSES = {"binary": ("No", "Yes"), "multiclass": ("bus", "saab", "van"), "regression": ()}

INPUTS = (
    Clause(
        type="string", name="tenure", kind="number", low=0, high=72, missing_codes=("-1",), optional=False, example="29"
    ),
    Clause(
        type="string",
        name="charges",
        kind="number",
        low=18.25,
        high=118.75,
        missing_codes=("-1",),
        optional=True,
        example="70.35",
    ),
    Clause(
        type="string",
        name="contract",
        kind="category",
        levels=("Month-to-month", "One year", "Two year"),
        optional=False,
        example="Month-to-month",
    ),
    Clause(type="string", name="senior", kind="boolean", levels=("false", "true"), optional=False, example="false"),
    Clause(
        type="string",
        name="signup",
        kind="date",
        low=16_000 * DAY_S,
        high=18_000 * DAY_S,
        date_format="%d.%m.%Y",
        optional=True,
        example="2018-03-01",
    ),
    Clause(type="string", name="remarks", kind="text", optional=True, example="Asked about the price."),
)

ROW: dict[str, Any] = {
    "tenure": 29,
    "charges": 70.35,
    "contract": "Month-to-month",
    "senior": False,
    "signup": "2018-03-01",
    "remarks": "Asked about the price.",
}


def column_of(item: Clause) -> PlanColumn:
    """The plan of one input."""
    if item.kind == "number":
        return NumberColumn(name=item.name, missing_codes=("-1",), low=item.low or 0.0, high=item.high or 0.0)
    if item.kind == "date":
        return DateColumn(name=item.name, parts=("days",), format="%d.%m.%Y")
    if item.kind == "text":
        return TextColumn(name=item.name, terms=("w:price",), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="idf")
    return CategoryColumn(name=item.name, levels=item.levels, counts=(1,) * len(item.levels))


def linear_core(plan: EncodingPlan, task: str, weights: Mapping[str, float]) -> LinearCore:
    """Sums the numbers with the given weights; with several classes only the first class's sum moves."""
    outputs = names(plan)
    n_numbers = len(outputs.numbers)
    zeros, ones, nothing = np.zeros(n_numbers), np.ones(n_numbers), np.zeros(0, dtype=np.int64)
    parts = dict.fromkeys(Design.names(), nothing) | {
        "low": -1e9 * ones,
        "high": 1e9 * ones,
        "center": zeros,
        "scale": ones,
        "knots": np.zeros((0, 2)),
        "heights": np.zeros((0, 2)),
        "n_levels": np.array(outputs.n_levels, dtype=np.int64),
        "n_terms": np.array([outputs.n_terms]),
    }
    design = Design(**parts)
    n_sums = len(CLASSES[task]) if task == "multiclass" else 1
    sums = np.zeros((design.width, n_sums))
    for name, weight in weights.items():
        sums[outputs.numbers.index(name), 0] = weight
    return LinearCore(design, sums, np.zeros(n_sums), LINKS[task])


def estimate(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, method="by hand")


def decision(verdict: Any = "deploy", headline: str = "Call the customers that it names.") -> Decision:
    worth = Worth(
        unit="money", assumed=True, table={}, model=estimate(2), today=estimate(1), today_is="call nobody",
        gain=estimate(1),
    )  # fmt: skip
    return Decision(verdict=verdict, headline=headline, reasons=(), rulings=(), worth=worth)


UNCERTAIN = {
    "regression": Uncertainty(levels=(0.8, 0.9), n_rows=100, below=((-1.0, -2.0),), above=((1.5, 3.0),)),
    "binary": Uncertainty(levels=(0.8, 0.9), n_rows=100, limits=((0.4, 0.2), (0.3, 0.25))),
}


def evaluation() -> Evaluation:
    same = {name: estimate(12.5) for name in ("model", "simple", "baseline", "gain_over_baseline", "gain_over_simple")}
    error = MetricResult(name="mae", title="Mean absolute error", greater_is_better=False, **same)
    return Evaluation(n_rows=10, metrics=(error,), predictions="", simple_predictions="", baseline_predictions="")


@pytest.fixture
def write_bundle(tmp_path: Path) -> Callable[..., Path]:
    """Writes a bundle and returns its folder."""

    def write(
        task: str = "binary",
        *,
        inputs: Sequence[Clause] = INPUTS,
        row: Mapping[str, Any] = ROW,
        weights: Mapping[str, float] | None = None,
        core_of: Callable[[EncodingPlan], Core] | None = None,
        **facts: Any,
    ) -> Path:
        has_text = any(item.kind == "text" for item in inputs)
        arrays = arrays_to_bytes({"idf": np.ones(1, dtype=np.float32)})
        plan = EncodingPlan(
            columns=tuple(map(column_of, inputs)), arrays=hashlib.sha256(arrays).hexdigest() if has_text else None
        )
        slopes = {"tenure": -0.05} if weights is None else weights
        made = linear_core(plan, task, slopes) if core_of is None else core_of(plan)
        core = made.to_bytes()
        blobs = {hashlib.sha256(data).hexdigest(): data for data in ([arrays, core] if has_text else [core])}
        member = Member(
            candidate="one", weight=1.0, cores=(CoreRef(form=made.form, blob=hashlib.sha256(core).hexdigest()),)
        )
        spec = ModelSpec(
            task=task, classes=CLASSES[task], plan=plan, members=(member,), threshold=0.2 if task == "binary" else None
        )
        scores = Model.load(spec, blobs.__getitem__).scores([dict(row)])[0].tolist()
        answer = (1 - scores[0], scores[0]) if task == "binary" else tuple(scores)
        manifest = Manifest.model_validate(
            {
                "bundle_id": "0" * 12,
                "name": "churn",
                "made_at": "2026-11-21T09:00:00Z",
                "made_by": "mlwright 0.1.0",
                "run_id": "2026-11-21-1",
                "target": "churned",
                "target_type": "string",
                "contract": Contract(n_rows=100, columns=tuple(inputs)),
                "model": spec,
                "lineage": Lineage(source="csv", location="churn.csv", read_at="2026-11-21T09:00:00Z"),
                "golden": (GoldenRow(row=dict(row), answer=answer),),
                "reference": (),
                "evaluation": evaluation().model_copy(update={"uncertainty": UNCERTAIN.get(task)}),
                "decision": decision(),
                "files": {f"model/{place}": name for place, name in enumerate(blobs)},
                "packages": {},
                **facts,
            }
        )
        _, data = sealed(manifest)
        files = {f"model/{place}": content for place, content in enumerate(blobs.values())}
        folder = tmp_path / f"bundle-{task}"
        write_folder({**files, MANIFEST: data}, folder)
        return folder

    return write


@pytest.fixture
def bundle(write_bundle: Callable[..., Path]) -> Bundle:
    """Two classes: the probability of Yes is the logistic function of ``-0.05 * tenure``."""
    return Bundle.load(write_bundle())


@pytest.fixture
def client(bundle: Bundle) -> FlaskClient:
    return create_app(bundle).test_client()


@pytest.fixture
def row() -> dict[str, Any]:
    """A record that the model knows."""
    return dict(ROW)


CODE = """
import json, sys
from mlwright.core.errors import MlwrightError
from mlwright.shipping.serving import server
from mlwright.shipping.serving.server import serve
from mlwright.shipping.serving.settings import settings_of
server.HEADERS_S = float(sys.argv[4])
try:
    options = json.loads(sys.argv[2])
    serve(sys.argv[1], settings_of({**options, "log": json.loads(sys.argv[3])}))
except MlwrightError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
JSON = {"Content-Type": "application/json"}
START_S = 60


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Service:
    """A running service and its port."""

    def __init__(self, process: subprocess.Popen[str], port: int, said: str) -> None:
        self.process = process
        self.port = port
        self.said = said

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_S)
        connection.connect()
        return connection

    def ask(self, path: str, body: object = None) -> tuple[int, bytes]:
        connection = self.connect()
        method = "GET" if body is None else "POST"
        connection.request(method, path, None if body is None else json.dumps(body), JSON)
        reply = connection.getresponse()
        return reply.status, reply.read()

    def beside(self) -> list[int]:
        """The process that others are forked from, and the one that keeps, if there is one."""
        return children(self.process.pid)

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [each for pid in self.beside() for each in children(pid)]


@pytest.fixture
def start() -> Iterator[Callable[..., Service]]:
    """Starts services, and ends them after the test."""
    processes = []

    def run(
        folder: Path,
        port: int = 0,
        workers: int = 1,
        log: Mapping[str, Any] | None = None,
        headers_s: float = 75.0,
        **more: Any,
    ) -> Service:
        options = json.dumps({"port": port, "workers": workers, **more})
        command = [sys.executable, "-c", CODE, str(folder), options, json.dumps(log or {}), str(headers_s)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(5 if log else 4))
        if not said:
            return Service(process, 0, process.communicate()[1])
        return Service(process, int(said.split()[2].rpartition(":")[2]), said)

    yield run
    for process in processes:
        process.terminate()
        process.communicate(timeout=START_S)
