"""How often may be asked: each caller for itself, and all together."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import Allowance
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.pace import MOST_CALLERS, Callers, Pace
from mlwright.shipping.serving.settings import settings_of

ONE, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"


class Clock:
    """That stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(per_s=st.floats(0.01, 200), steps=st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_no_more_is_allowed_than_the_pace_and_one_second_of_rest(per_s: float, steps: list[float]) -> None:
    clock = Clock()
    pace = Pace(per_s, clock=clock)
    allowed = 0
    for step in steps:
        clock.now += step
        taken = pace.take(7)
        allowed += taken.is_allowed
        assert allowed <= per_s * (clock.now - 100.0) + max(1.0, per_s) + 1e-6
        if not taken.is_allowed:
            clock.now += taken.rest_s
            assert pace.take(7).is_allowed
            allowed += 1


def test_a_caller_uses_up_nothing_of_another_and_their_number_is_bounded() -> None:
    clock = Clock()
    pace = Pace(1.0, clock=clock)
    size = len(pace._callers)
    number_of = Callers(b"key").number
    assert all(pace.take(number_of(f"10.{a}.{b}.1")).is_allowed for a in range(100) for b in range(200))
    assert len(pace._callers) == size == MOST_CALLERS
    assert pace.take(5).is_allowed
    assert not pace.take(5).is_allowed


def test_services_know_a_caller_by_numbers_that_nobody_else_can_make(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path
) -> None:
    known = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        settings = ServeSettings(host="0.0.0.0", behind_gate=True, max_per_s_each=1)
        assert ask(create_app(bundle, settings, counts_folder=tmp_path / name).test_client(), row).status_code == 200
        known.append(
            {number for number in np.fromfile(tmp_path / name / "pace-each", np.uint64)[:MOST_CALLERS] if number}
        )
    assert [len(numbers) for numbers in known] == [1, 1]
    assert not known[0] & known[1]


def test_processes_share_what_they_know(tmp_path: Path) -> None:
    clock = Clock()
    first, second = (Pace(2.0, shared=tmp_path / "pace", clock=clock) for _ in range(2))
    assert [one.take(7).is_allowed for one in (first, second, first, second)] == [True, True, False, False]
    assert (tmp_path / "pace").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def limited(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FlaskClient]:
    monkeypatch.setenv("TOKEN_OF_THE_TEST", f"{ONE},{OTHER}")

    def made(**more: Any) -> FlaskClient:
        return create_app(bundle, ServeSettings(host="0.0.0.0", token="env:TOKEN_OF_THE_TEST", **more)).test_client()

    return made


def ask(client: FlaskClient, row: dict[str, Any], token: str = ONE, address: str = "127.0.0.1") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/predict", json=row, headers=headers, environ_base={"REMOTE_ADDR": address})


def test_each_token_has_an_allowance_of_its_own(limited: Callable[..., FlaskClient], row: dict[str, Any]) -> None:
    client = limited(max_per_s_each=0.01)
    assert ask(client, row, ONE).status_code == 200
    refused = ask(client, row, ONE, address="10.0.0.9")
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_often")
    assert refused.json["error"]["message"] == "This caller asked more than 0.01 times a second."
    assert refused.headers["Retry-After"] == "100"
    assert ask(client, row, OTHER).status_code == 200
    assert ask(client, row, "x" * 32).status_code == 401  # which counts for nobody


def test_without_a_token_each_address_has(bundle: Bundle, row: dict[str, Any]) -> None:
    client = create_app(bundle, ServeSettings(host="0.0.0.0", behind_gate=True, max_per_s_each=0.01)).test_client()
    addresses = ("10.0.0.1", "10.0.0.2", "10.0.0.1", "2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1")
    assert [ask(client, row, address=one).status_code for one in addresses] == [200, 200, 429, 200, 429, 429]


def test_who_asks_too_often_takes_nothing_from_the_total(
    limited: Callable[..., FlaskClient], row: dict[str, Any]
) -> None:
    client = limited(max_per_s_each=0.01, max_per_s=0.02)
    assert [ask(client, row, ONE).status_code for _ in range(5)] == [200, 429, 429, 429, 429]
    refused = ask(client, row, OTHER)
    assert refused.json["error"]["message"] == "All callers together asked more than 0.02 times a second."


def test_answers_tell_what_is_left(limited: Callable[..., FlaskClient], row: dict[str, Any]) -> None:
    client = limited(max_per_s_each=3, max_per_s=2.5)
    headers = ask(client, row).headers
    assert headers["RateLimit-Policy"] == '"caller";q=3;w=1, "all";q=5;w=2'
    assert re.fullmatch(r'"caller";r=2;t=1, "all";r=1;t=1', headers["RateLimit"])
    assert "RateLimit" not in client.get("/ready").headers
    long = client.post("/predict?reasons=1", json=row, headers={"Authorization": f"Bearer {ONE}", "X-Request-ID": "a"})
    assert "RateLimit" in long.headers


@pytest.mark.parametrize("name", ["max_per_s", "max_per_s_each"])
@pytest.mark.parametrize("pace", ["inf", "nan", 0])
def test_a_pace_is_a_number_of_requests(name: str, pace: object) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not usable"):
        settings_of({name: pace})
    with pytest.raises(ValidationError, match=name):
        Allowance.model_validate({name: pace})


def test_without_a_limit_nothing_is_told_of_it(client: FlaskClient, row: dict[str, Any]) -> None:
    assert not [name for name in client.post("/predict", json=row).headers if "Rate" in name]


def test_a_caller_on_one_connection_may_ask_as_often_as_on_many(
    start: Callable[..., Any], write_bundle: Callable[..., Path], row: dict[str, Any]
) -> None:
    """Processes count together: half of the allowance each would halve that of who stays with one of them."""
    service = start(write_bundle(), workers=2, max_per_s_each=0.001)
    statuses = [service.ask("/predict", row)[0] for _ in range(6)]
    assert sorted(statuses) == [200, *[429] * 5]
