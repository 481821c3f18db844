"""Requests that wait at the same moment are answered, counted and kept as if each of them had come alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from mlwright.records.bundle import GoldenRow
from mlwright.records.contract import Clause
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.cores.lightgbm import LightGBMCore
from mlwright.scoring.model import Model
from mlwright.shipping.serving import questions
from mlwright.shipping.serving.answered import Answered
from mlwright.shipping.serving.app import create_app, front_of
from mlwright.shipping.serving.calls import LARGE, LONG
from mlwright.shipping.serving.front import Front
from mlwright.shipping.serving.straight import MOST_FEW
from mlwright.shipping.serving.turns import MOST_TOGETHER, Turns

INPUTS = (
    Clause(type="double", name="tenure", kind="number", low=0, high=72, optional=False, example="29"),
    Clause(type="double", name="charges", kind="number", low=18.25, high=118.75, optional=True, example="70.35"),
    Clause(type="string", name="contract", kind="category", levels=("One year", "Two year"), optional=False),
)
PLAIN: dict[str, Any] = {"tenure": 29, "charges": 70.35, "contract": "One year"}
RECORDS: tuple[Any, ...] = (
    *(PLAIN | {"tenure": tenure} for tenure in (1, 20, 29, 72)),
    PLAIN | {"tenure": 73},
    PLAIN | {"charges": None},
    PLAIN | {"contract": "never seen"},
    PLAIN | {"tenure": []},
    PLAIN | {"more": 1},
    {"records": [PLAIN, PLAIN | {"tenure": 3}]},
    {"instances": [PLAIN | {"tenure": 5}]},
    {"data": [PLAIN, PLAIN | {"tenure": 7}], "params": {"probabilities": True}},
    [],
    "none",
)
PATHS = (
    "/predict",
    "/predict",
    "/predict",
    "/predict?reasons=1",
    "/invocations",
    "/v1/models/churn:predict",
    "/score",
    "/health",
    "/nowhere",
)
ASKED = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(RECORDS)), max_size=20)


def front_to(bundle: Bundle, **options: Any) -> Front:
    return front_of(create_app(bundle, ServeSettings(**options)))


def environs(asked: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """As connections hand them over: what the address asks for beside answers is known to take long."""
    return [
        EnvironBuilder(path, method="POST", json=record, headers={"X-Request-ID": f"r{place}"}).get_environ()
        | ({LONG: True} if "?" in path else {})
        for place, (path, record) in enumerate(asked)
    ]


def counted(front: Front) -> list[str]:
    return [line for line in front.service.counters.text().splitlines() if "seconds" not in line]


@pytest.fixture
def plain(write_bundle: Callable[..., Path]) -> Bundle:
    return Bundle.load(write_bundle(inputs=INPUTS, row=PLAIN))


@pytest.fixture
def trees(plain: Bundle) -> Bundle:
    """With trees, which answer several records together as each of them alone."""
    rng = np.random.default_rng(0)
    rows = [
        {"tenure": int(tenure), "charges": 20 + tenure % 7, "contract": contract}
        for tenure, contract in zip(rng.integers(0, 73, 300), rng.choice(["One year", "Two year"], 300), strict=True)
    ]
    matrix = plain.model.encoder.encode_records(rows).matrix()
    data = lightgbm.Dataset(matrix, matrix[:, 0] + rng.normal(0, 9, 300) > 30)
    options = {"objective": "binary", "num_leaves": 7, "num_threads": 1, "verbose": -1}
    text = lightgbm.train(options, data, num_boost_round=9).model_to_string()
    core = LightGBMCore.of(text, np.full(matrix.shape[1] - 1, np.nan))
    plain.model = Model(plain.manifest.model, plain.model.encoder, [[core]])
    golden = GoldenRow(row=PLAIN, answer=tuple(plain.score_record(PLAIN)[0]))
    plain.manifest = plain.manifest.model_copy(update={"golden": (golden,)})
    return plain


VALUES: dict[str, Any] = {
    "tenure": st.sampled_from([1, 29, 72, 73, "29", None, []]),
    "charges": st.sampled_from([18.25, 70.35, None, 1e6, True]),
    "contract": st.sampled_from(["One year", "Two year", "never seen", None, 7]),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    several=st.lists(st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=MOST_FEW + 1), min_size=1, max_size=3)
)
def test_a_few_records_of_a_request_are_answered_and_counted_as_by_column(trees: Bundle, several: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        few = front_to(trees)
        patch.setattr(questions, "MOST_FEW", 0)
        by_column = front_to(trees)
    asked = [("/predict", {"records": records}) for records in several]
    assert few.answers(environs(asked)) == by_column.answers(environs(asked))
    assert counted(few) == counted(by_column)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ASKED)
def test_each_is_answered_and_counted_as_if_it_had_come_alone(plain: Bundle, asked: list[tuple[str, Any]]) -> None:
    together, alone = front_to(plain), front_to(plain)
    found = together.answers(environs(asked))
    assert [_plain(each) for each in found] == [_plain(alone.answers([each])[0]) for each in environs(asked)]
    assert counted(together) == counted(alone)


def _plain(answered: Any) -> tuple[str, str, bytes]:
    """All but what is drawn anew for each page."""
    return answered.status, answered.lines if b"id" not in answered.body else "", answered.body


def test_each_is_kept_once_under_its_own_id(plain: Bundle, tmp_path: Path) -> None:
    front = front_to(plain, log=LogSettings(folder=str(tmp_path / "log")))
    tenures = [1, 5, 20, 29, 40, 50, 60, 70, 72]
    found = front.answers(environs([("/predict", PLAIN | {"tenure": tenure}) for tenure in tenures]))
    front.close()
    (segment,) = (tmp_path / "log" / "predictions").glob("*.parquet")
    kept = {row["mlwright_id"]: row for row in pq.read_table(segment).to_pylist()}
    told = [json.loads(answered.body) for answered in found]
    assert list(kept) == [each["id"] for each in told] == [f"r{place}" for place in range(len(tenures))]
    assert [row["tenure"] for row in kept.values()] == tenures
    for row, answer in zip(kept.values(), told, strict=True):
        np.testing.assert_array_equal(row["mlwright_probabilities"], list(answer["probabilities"].values()))


def groups(environs: list[dict[str, Any]], fails: Callable[[int], bool] = lambda n: False) -> list[list[str]]:
    """Which requests are asked in one go, of some that wait at the same moment; all must get their own answer."""
    asked, told = [], []

    def answers(some: Sequence[dict[str, Any]]) -> list[Answered]:
        asked.append([each["PATH_INFO"] for each in some])
        if fails(len(some)):
            raise RuntimeError("a mistake of ours")
        return [Answered("200 OK", "", each["PATH_INFO"].encode()) for each in some]

    async def wait() -> None:
        turns = Turns(answers, 1000)
        for environ in environs:
            turns.answer(environ, lambda environ, answered: told.append((environ["PATH_INFO"], answered)))
        while len(told) < len(environs):
            await asyncio.sleep(0)

    asyncio.run(wait())
    assert [path for path, _ in told] == [each["PATH_INFO"] for each in environs]
    assert all(answered.status[0] == "5" or answered.body.decode() == path for path, answered in told)
    return asked


def test_small_requests_are_asked_in_one_go_and_a_large_one_alone() -> None:
    small = [{"PATH_INFO": name} for name in "abcde"]
    assert groups(small) == [["a", "b", "c", "d", "e"]]
    small[2][LARGE] = True
    assert groups(small) == [["a", "b"], ["c"], ["d", "e"]]
    assert max(map(len, groups([{"PATH_INFO": f"/{place}"} for place in range(100)]))) == MOST_TOGETHER


def test_who_asks_while_others_were_read_is_answered_with_them() -> None:
    asked: list[int] = []

    def answers(some: Sequence[dict[str, Any]]) -> list[Answered]:
        asked.append(len(some))
        return [Answered("200 OK", "", b"")] * len(some)

    async def wait(n_connections: int) -> None:
        turns, loop = Turns(answers, 1000), asyncio.get_running_loop()
        turns.connections |= {object() for _ in range(n_connections)}  # type: ignore[misc]

        def ask() -> None:
            turns.answer({}, lambda environ, answered: None)

        ask()
        loop.call_soon(ask)
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(wait(2))
    assert asked == [2]
    asyncio.run(wait(1))
    assert asked == [2, 1, 1], "who is alone is answered at once"


def test_what_fails_in_one_go_is_asked_one_by_one(caplog: pytest.LogCaptureFixture) -> None:
    requests = [{"PATH_INFO": name} for name in "abc"]
    assert groups(requests, lambda n: n > 1) == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert groups(requests, lambda n: True)[1:] == [["a"], ["b"], ["c"]]
    assert "a request failed" in caplog.text
