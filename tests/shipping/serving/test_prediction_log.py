"""What was asked and answered is kept, survives a kill, stays bounded, and is joined with what came true."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from mlwright.core.errors import SettingsError, SourceError, StorageError
from mlwright.core.store.exclusive import lock
from mlwright.data.sources import source_for
from mlwright.faces.cli.main import build
from mlwright.records.contract import Clause
from mlwright.records.served import OPEN, SEALED
from mlwright.records.settings import CollectSettings
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.kept import spool
from mlwright.shipping.serving.kept.keeper import remove_oldest
from mlwright.shipping.serving.kept.log import PredictionLog

KEY = "0123456789abcdef0123456789abcdef"


def read(log: Path) -> pa.Table:
    """The log as `mlwright watch` and `mlwright run` read it."""
    settings = CollectSettings(source=str(log))
    reading = source_for(settings)[1](settings).read()
    return pa.Table.from_batches(list(reading.batches), reading.schema)


def sealed(log: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted((log / "predictions").glob("*.parquet"))])


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, as long as a slow machine may take."""
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.1)


def app_with(bundle: Bundle, log: Path, **settings: Any) -> FlaskClient:
    return create_app(bundle, ServeSettings(log=LogSettings(folder=str(log), **settings))).test_client()


def close(client: FlaskClient) -> None:
    """End the service as a SIGTERM does."""
    client.application.wsgi_app.close()


def test_without_a_folder_nothing_is_kept_and_no_id_is_told(
    client: FlaskClient, row: dict[str, Any], tmp_path: Path
) -> None:
    assert "id" not in client.post("/predict", json=row).json
    assert not list(tmp_path.rglob("*.rows"))
    reply = client.post("/feedback", json={"id": "a", "outcome": "Yes"})
    assert (reply.status_code, reply.json["error"]["code"]) == (409, "no_log")


def test_every_answer_is_kept_with_its_id_inputs_and_probabilities(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path
) -> None:
    client = app_with(bundle, tmp_path / "log")
    one = client.post("/predict", json=row, headers={"X-Request-ID": "call-7"}).json
    two = client.post("/predict", json=[row | {"tenure": 3}, row | {"charges": "1,000.5"}]).json["predictions"]
    close(client)
    kept = sealed(tmp_path / "log").to_pylist()
    assert [line["mlwright_id"] for line in kept] == [one["id"], *(answer["id"] for answer in two)]
    assert one["id"] == "call-7"
    assert [line["mlwright_answer"] for line in kept] == [answer["prediction"] for answer in (one, *two)]
    assert kept[0]["mlwright_probabilities"] == list(one["probabilities"].values())
    assert {line["mlwright_bundle"] for line in kept} == {bundle.bundle_id}
    assert [(line["tenure"], line["charges"]) for line in kept] == [(29, 70.35), (3, 70.35), (29, 1000.5)]
    assert kept[0]["senior"] == "false"


def test_inputs_that_may_not_be_stored_are_left_out_or_hashed(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_OF_THE_TEST", KEY)
    client = app_with(
        bundle, tmp_path / "log", left_out=("remarks",), hashed=("contract",), hash_key="env:KEY_OF_THE_TEST"
    )
    for contract in ("One year", "One year", "Two year", None):
        client.post("/predict", json=row | {"contract": contract, "remarks": "her name is Ada"})
    close(client)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "log").rglob("*") if path.is_file())
    assert b"Ada" not in stored
    assert b"One year" not in stored
    hashes = sealed(tmp_path / "log").column("contract").to_pylist()
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[3] is None
    assert read(tmp_path / "log").column_names == ["tenure", "charges", "senior", "signup", "churned"]


def test_a_hash_needs_a_key_and_every_name_must_be_an_input(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Hashing contract needs a key"):
        PredictionLog(bundle.manifest, LogSettings(folder=str(tmp_path / "a"), hashed=("contract",)))
    with pytest.raises(SettingsError, match="leave out or hash nme"):
        PredictionLog(bundle.manifest, LogSettings(folder=str(tmp_path / "b"), left_out=("nme",)))


def test_a_folder_holds_the_log_of_one_sort_of_model(
    bundle: Bundle, write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    PredictionLog(bundle.manifest, LogSettings(folder=str(tmp_path / "log"))).close()
    other = Bundle.load(write_bundle("multiclass"))
    with pytest.raises(StorageError, match="other inputs or classes"):
        PredictionLog(other.manifest, LogSettings(folder=str(tmp_path / "log")))


def test_outcomes_are_joined_by_id_and_the_last_report_counts(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path
) -> None:
    client = app_with(bundle, tmp_path / "log")
    ids = [client.post("/predict", json=row | {"tenure": tenure}).json["id"] for tenure in (1, 2, 3)]
    assert client.post("/feedback", json={"id": ids[0], "outcome": "Yes"}).json == {"kept": 1}
    client.post("/feedback", json=[{"id": ids[1], "outcome": "No"}, {"id": ids[1], "outcome": "Yes"}])
    close(client)
    rows = read(tmp_path / "log").select(["tenure", "churned"]).to_pylist()
    assert rows == [{"tenure": 1, "churned": "Yes"}, {"tenure": 2, "churned": "Yes"}, {"tenure": 3, "churned": None}]


@pytest.mark.parametrize(
    ("task", "outcomes", "odd"),
    [("binary", ["Yes", None, "No"], 0), ("binary", ["Yes", "Maybe", 3], 2), ("regression", [3, "1,200", "many"], 1)],
)
def test_outcomes_that_no_model_could_answer_are_kept_and_told(
    write_bundle: Callable[..., Path], tmp_path: Path, task: str, outcomes: list[Any], odd: int
) -> None:
    client = app_with(Bundle.load(write_bundle(task)), tmp_path / "log")
    reply = client.post("/feedback", json=[{"id": "a", "outcome": outcome} for outcome in outcomes]).json
    assert reply["kept"] == 3
    assert len(reply.get("notes", [])) == (odd > 0)
    assert not odd or f"The outcome of report {3 - odd}" in reply["notes"][0]
    assert "Maybe" not in str(reply)
    close(client)


@pytest.mark.parametrize(
    "body", [{"id": "a"}, {"id": 3, "outcome": 1}, {"id": "a", "outcome": [1]}, ["a"], {"id": "", "outcome": 1}]
)
def test_a_report_that_cannot_be_meant_is_refused(bundle: Bundle, tmp_path: Path, body: Any) -> None:
    client = app_with(bundle, tmp_path / "log")
    reply = client.post("/feedback", json=body)
    assert (reply.status_code, reply.json["error"]["code"]) == (422, "not_feedback")
    close(client)


def test_outcomes_come_from_a_file_too(bundle: Bundle, row: dict[str, Any], tmp_path: Path) -> None:
    client = app_with(bundle, tmp_path / "log")
    one = client.post("/predict", json=row).json["id"]
    close(client)
    told = tmp_path / "told.csv"
    told.write_text(f"call,left\n{one},Yes\nsomebody-else,No\n")
    arguments = ["feedback", str(told), "--log", str(tmp_path / "log"), "--id", "call", "--outcome", "left"]
    result = CliRunner().invoke(build(), arguments)
    assert result.stdout.splitlines() == [
        "2 outcomes added, 1 of them of answers in the log.",
        "The others are kept, and count once their answers are in the log.",
    ]
    assert read(tmp_path / "log").column("churned").to_pylist() == ["Yes"]


def test_outcomes_of_a_file_that_no_model_could_answer_are_told_and_the_project_knows_its_log(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path
) -> None:
    client = app_with(bundle, tmp_path / "shop" / "served")
    one = client.post("/predict", json=row).json["id"]
    close(client)
    told = tmp_path / "told.csv"
    told.write_text(f"id,outcome\n{one},yes\n{one},Maybe\n{one},\n{one},Yes\n")
    (tmp_path / "shop" / "mlwright.toml").write_text('[serve.log]\nfolder = "served"\n')
    result = CliRunner().invoke(build(), ["feedback", str(told), "-p", str(tmp_path / "shop")])
    assert result.stdout.splitlines() == [
        "4 outcomes added, 4 of them of answers in the log.",
        "Of 2 the outcome is none of the classes (No, Yes); no model is measured on these: 'yes', 'Maybe'.",
    ]
    wrong = CliRunner().invoke(build(), ["feedback", str(told), "-p", str(tmp_path / "shop"), "--outcome", "left"])
    assert "no column 'left'; it has id, outcome" in str(wrong.exception)
    (tmp_path / "shop" / "mlwright.toml").write_text("")
    nowhere = CliRunner().invoke(build(), ["feedback", str(told), "-p", str(tmp_path / "shop")])
    assert "not said which log" in str(nowhere.exception)


def test_the_oldest_segments_are_removed_when_the_log_is_full(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = time.gmtime
    for tenure in range(5):
        monkeypatch.setattr(time, "gmtime", lambda tenure=tenure: second(tenure))  # segments are named by the second
        client = app_with(bundle, tmp_path / "log", max_bytes=15_000)
        client.post("/predict", json=row | {"tenure": tenure})
        close(client)
    files = list((tmp_path / "log" / "predictions").glob("*.parquet"))
    assert sum(file.stat().st_size for file in files) <= 15_000
    assert read(tmp_path / "log").column("tenure").to_pylist()[-1] == 4


def test_segments_that_wait_to_be_sealed_take_no_more_room_than_the_others(tmp_path: Path) -> None:
    """As where nothing is sealed for a while; one that is still written to stays."""
    names = [f"2026010{day}T000000-x{ending}" for day, ending in enumerate((SEALED, OPEN, OPEN, SEALED, OPEN), 1)]
    for name in names:
        (tmp_path / name).write_bytes(bytes(100))
    with open(tmp_path / names[1], "rb") as written:
        lock(written)
        remove_oldest(tmp_path, 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[1], *names[3:]]


def test_a_disk_that_fails_stops_no_answer_and_is_counted_and_told_now_and_then(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(spool, "WRITE_S", 0.05)
    client = app_with(bundle, tmp_path / "log")
    folder = tmp_path / "log" / "predictions"
    folder.rmdir()
    folder.touch()
    for n in (1, 2, 3):
        assert client.post("/predict", json=row).status_code == 200
        wait_for(lambda n=n: f"mlwright_log_lost_total {n}" in client.get("/metrics").text)
    told = [message for message in caplog.messages if "predictions" in message]
    assert [message.partition(" in ")[0] for message in told] == ["1 requests could not be kept"]
    folder.unlink()
    client.post("/predict", json=row)
    close(client)
    assert caplog.messages[-1].endswith("again; 3 before could not be.")
    assert len(read(tmp_path / "log")) == 1


@pytest.mark.parametrize(
    "goes", [shutil.rmtree, lambda log: log.rename(log.with_name("moved"))], ids=["removed", "moved"]
)
def test_a_log_that_goes_away_while_it_is_written_is_begun_again(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, caplog: Any, goes: Callable[[Path], Any]
) -> None:
    log = tmp_path / "log"
    client = app_with(bundle, log)
    client.post("/predict", json=row | {"tenure": 1})
    wait_for(lambda: any(path.stat().st_size for path in (log / "predictions").glob("*.rows")))
    goes(log)
    client.post("/predict", json=row | {"tenure": 2})
    wait_for(lambda: any((log / "predictions").glob("*")))
    client.post("/predict", json=row | {"tenure": 3})
    close(client)
    assert read(log).column("tenure").to_pylist() == [2, 3]
    assert [message for message in caplog.messages if "was removed or moved" in message]
    assert "mlwright_log_lost_total 0" in client.get("/metrics").text


NUMBER = Clause(type="double", name="tenure", kind="number", low=0, high=72, optional=False, example="29")


@pytest.mark.parametrize(("fields", "most_bytes"), [({}, 500_000), ({"inputs": (NUMBER,)}, 20_000)])
def test_what_waits_for_a_disk_that_hangs_is_bounded_by_its_size(
    write_bundle: Callable[..., Path],
    row: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, Any],
    most_bytes: int,
) -> None:
    """Of records with texts, which wait as they came, and of numbers, which wait as bytes."""
    monkeypatch.setattr(spool, "WRITE_S", 3_600.0)
    monkeypatch.setattr(spool, "MOST_WAITING_BYTES", most_bytes)
    row = {"tenure": 29} if fields else row
    client = app_with(Bundle.load(write_bundle(row=row, **fields)), tmp_path / "log")
    for _ in range(3):
        assert client.post("/predict", json=[row] * 300).status_code == 200
    assert "\nmlwright_log_lost_total 2\n" in client.get("/metrics").text
    close(client)
    assert len(read(tmp_path / "log")) == 300


def test_a_folder_that_is_no_log_is_read_as_a_folder_of_tables(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no tables"):
        read(tmp_path)


def test_a_killed_service_has_lost_no_more_than_its_window_and_doubles_nothing(
    write_bundle: Callable[..., Path], start: Callable[..., Any], row: dict[str, Any], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    service = start(write_bundle(), workers=2, log={"folder": str(log)})
    for tenure in range(40):
        assert service.ask("/predict", row | {"tenure": tenure})[0] == 200
    time.sleep(2 * spool.WINDOW_S)  # the window that is promised, and some time for a slow machine
    service.ask("/predict", row | {"tenure": 70})
    for pid in [service.process.pid, *service.beside(), *service.workers()]:
        os.kill(pid, signal.SIGKILL)
    found = read(log).column("tenure").to_pylist()
    assert sorted(found)[:40] == list(range(40))
    (next((log / "predictions").glob("*.rows"))).open("ab").write(b"mlwr cut short")
    again = start(write_bundle(), log={"folder": str(log)})
    wait_for(lambda: not list((log / "predictions").glob("*.rows")))
    assert sorted(sealed(log).column("tenure").to_pylist()) == sorted(found)
    again.ask("/predict", row | {"tenure": 71})
    again.process.terminate()
    again.process.wait(timeout=60)
    assert sorted(sealed(log).column("tenure").to_pylist()) == [*sorted(found), 71]


def test_who_keeps_seals_what_a_killed_process_has_left_and_is_itself_started_again(
    bundle: Bundle,
    write_bundle: Callable[..., Path],
    start: Callable[..., Any],
    row: dict[str, Any],
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    plain = [item for item in bundle.manifest.inputs if item.kind not in ("date", "text")]  # written as codes
    row = {item.name: row[item.name] for item in plain}
    service = start(write_bundle(inputs=plain, row=row), workers=2, log={"folder": str(log)})
    answering, keeping = service.workers(), service.beside()[-1]
    os.kill(keeping, signal.SIGKILL)
    for tenure in range(20):
        assert service.ask("/predict", row | {"tenure": tenure, "contract": "Three years"})[0] == 200
    time.sleep(2 * spool.WINDOW_S)
    for pid in answering:
        os.kill(pid, signal.SIGKILL)
    wait_for(
        lambda: len(service.beside()) == len(service.workers()) == 2 and not list((log / "predictions").glob("*.rows"))
    )
    assert keeping not in service.beside()
    assert sorted(sealed(log).column("tenure").to_pylist()) == list(range(20))
    assert set(sealed(log).column("contract").to_pylist()) == {"Three years"}
    assert service.ask("/predict", row | {"tenure": 20})[0] == 200
    service.process.terminate()
    service.process.wait(timeout=60)
    assert {path.suffix for path in (log / "predictions").iterdir()} == {".parquet"}
    assert sorted(sealed(log).column("tenure").to_pylist()) == list(range(21))
    assert sealed(log).schema.field("contract").type == pa.string()


def test_a_segment_that_cannot_be_sealed_stays_as_it_is_and_stops_nothing(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for tenure in (1, 2):
        client = app_with(bundle, tmp_path / "log")
        client.post("/predict", json=row | {"tenure": tenure})
        if tenure == 1:
            (tmp_path / "log" / "predictions" / "20260101T000000-x.open.rows").mkdir()
        close(client)
    assert "20260101T000000-x.open.rows could not be sealed" in caplog.text
    assert sorted(sealed(tmp_path / "log").column("tenure").to_pylist()) == [1, 2]


def test_what_callers_sent_is_not_for_everybody_on_the_machine(bundle: Bundle, tmp_path: Path) -> None:
    PredictionLog(bundle.manifest, LogSettings(folder=str(tmp_path / "log"))).close()
    assert (tmp_path / "log").stat().st_mode & 0o007 == 0
