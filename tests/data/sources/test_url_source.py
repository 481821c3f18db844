"""A web server of these tests: files, pages of JSON, redirections, refusals."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SourceMissing, SourceRefused, SourceUnreadable
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.collect import collect
from mlwright.records.settings import CollectSettings

ROWS = [{"id": place, "town": {"name": f"T{place % 3}"}} for place in range(25)]
CSV = "id,town\n" + "\n".join(f"{row['id']},T{row['id'] % 3}" for row in ROWS)


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, str | None]] = []
    busy = 2

    def do_GET(self) -> None:
        Handler.seen.append((self.path, self.headers.get("Authorization")))
        url = urlsplit(self.path)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        rows = ROWS[10 * page - 10 : 10 * page]
        if url.path == "/t.csv.gz":
            self.answer(gzip.compress(CSV.encode()), "application/gzip")
        elif url.path == "/t.parquet":
            sink = pa.BufferOutputStream()
            pq.write_table(pa.table({"id": [1, 2]}), sink)
            self.answer(sink.getvalue().to_pybytes(), "application/octet-stream")
        elif url.path == "/links":
            more = {"Link": f'<?page={page + 1}>; rel="next", <?page=3>; rel="last"'} if page < 3 else {}
            self.answer(json.dumps(rows).encode(), "application/json", more)
        elif url.path == "/body":
            following = f"/body?page={page + 1}" if page < 3 else None
            self.answer(json.dumps({"results": rows, "next": following}).encode(), "application/json; charset=utf-8")
        elif url.path == "/circle":
            self.answer(json.dumps({"results": rows, "next": "/circle"}).encode(), "application/json")
        elif url.path == "/trap":
            self.answer(json.dumps({"results": rows, "next": "file:///etc/hostname"}).encode(), "application/json")
        elif url.path == "/moved":
            self.answer(b"", "text/plain", {"Location": f"http://localhost:{self.server.server_port}/t.csv.gz"}, 302)
        elif url.path == "/busy.csv":
            Handler.busy -= 1
            self.answer(CSV.encode(), "text/csv", {"Retry-After": "0"}, 503 if Handler.busy > 0 else 200)
        elif url.path == "/key" and self.headers.get("Authorization") != "Bearer s3cret":
            self.answer(b"no", "text/plain", status=401)
        elif url.path == "/key":
            self.answer(CSV.encode(), "text/csv")
        elif url.path == "/page.html":
            self.answer(b"<!doctype html><p>please log in", "text/html")
        else:
            self.answer(b"no", "text/plain", status=404)

    def answer(self, content: bytes, kind: str, more: dict[str, str] | None = None, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_packed_file_is_read_as_the_file_that_it_is(read, site):
    result = read(f"{site}/t.csv.gz?version=2")
    assert result.types == {"id": "int64", "town": "string"}
    assert len(result.rows) == 25


def test_a_parquet_file_becomes_a_snapshot(site, tmp_path):
    run = Run("run", Store(tmp_path), Clock(tmp_path / "cancel", None))
    snapshot = collect(CollectSettings(source=f"{site}/t.parquet"), run)
    assert snapshot.n_rows == 2
    assert snapshot.lineage.location == f"{site}/t.parquet"


@pytest.mark.parametrize("path", ["links", "body"])
def test_all_pages_are_one_table(read, site, path):
    result = read(f"{site}/{path}")
    assert result.column("id") == list(range(25))
    assert set(result.column("town.name")) == {"T0", "T1", "T2"}
    assert result.details["pages"] == "3"


def test_pages_that_go_round_in_a_circle_are_told(read, site):
    with pytest.raises(SourceUnreadable, match="does not end: after 1 pages"):
        read(f"{site}/circle")


def test_the_next_page_is_a_page_of_the_web(read, site):
    with pytest.raises(SourceRefused, match="file:///etc/hostname as the next page"):
        read(f"{site}/trap")


def test_a_service_that_is_busy_is_asked_again(read, site):
    assert len(read(f"{site}/busy.csv").rows) == 25


def test_a_secret_is_named_sent_to_its_host_only_and_never_shown(read, site, monkeypatch):
    with pytest.raises(SourceRefused, match="answers with 401") as caught:
        read(f"{site}/key")
    assert "collect.headers" in caught.value.hint
    monkeypatch.setenv("API_KEY", "s3cret")
    headers = {"Authorization": "Bearer env:API_KEY"}
    assert len(read(f"{site}/key", headers=headers).rows) == 25
    Handler.seen.clear()
    read(f"{site}/moved", headers=headers)
    assert Handler.seen == [("/moved", "Bearer s3cret"), ("/t.csv.gz", None)]
    with pytest.raises(SourceMissing, match="token=env:API_KEY answers with 404") as caught:
        read(f"{site}/nosuch?token=env:API_KEY")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "settings"), [("t.csv?api_key=abc123", {}), ("t.csv", {"headers": {"X-Api-Key": "abc123"}})]
)
def test_a_secret_that_is_written_down_is_refused(read, site, path, settings):
    with pytest.raises(SourceRefused, match="has a secret written into it") as caught:
        read(f"{site}/{path}", **settings)
    assert "abc123" not in str(caught.value)


def test_what_is_no_data_or_not_there_is_told_by_its_url(read, site):
    with pytest.raises(SourceUnreadable, match=r"^page\.html is a web page"):
        read(f"{site}/page.html")
    with pytest.raises(SourceMissing, match="/nosuch answers with 404 Not Found"):
        read(f"{site}/nosuch")
    with pytest.raises(SourceMissing, match="does not answer"):
        read("http://127.0.0.1:1/t.csv")
