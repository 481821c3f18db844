"""What a load test asks and where: a running service, or one that is started for it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from mlwright.core.errors import SettingsError
from mlwright.shipping.asking import Address
from mlwright.shipping.loadtest import Load
from mlwright.shipping.serving.tokens import Tokens

BAR_WIDTH = 40
EXAMPLE = ("paths", "/predict", "post", "requestBody", "content", "application/json", "example")


@contextmanager
def started(bundle: Path, workers: int) -> Iterator[str]:
    """The address of a service of a bundle that runs as long as the block lasts.

    Raises
    ------
    SettingsError
        If it does not start; with what it said.
    """
    command = [sys.executable, "-m", "mlwright", "serve", str(bundle), "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first.startswith("Serving at "):
            _, said = process.communicate()
            raise SettingsError(f"The service did not start: {said.strip()}", f"mlwright serve {bundle}")
        yield first.split()[-1]
    finally:
        process.terminate()
        process.communicate()


def example_of(address: Address, token: str | None) -> dict[str, Any]:
    """The record by which a service explains itself.

    Raises
    ------
    SettingsError
        If it does not answer, or describes no record.
    """
    connection = http.client.HTTPConnection(address.host, address.port, timeout=10.0)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    hint = "Name the bundle that it serves: --rows BUNDLE"
    try:
        connection.request("GET", "/openapi.json", headers=headers)
        reply = connection.getresponse()
        if reply.status == HTTPStatus.UNAUTHORIZED:
            said = "does not take this token" if token else "asks for a token"
            raise SettingsError(
                f"The service {said}.", "--token env:MLWRIGHT_TOKEN   (or file:PATH, as it was started)"
            )
        found = json.loads(reply.read())
        for key in EXAMPLE:
            found = found[key]
    except (OSError, http.client.HTTPException) as error:
        raise SettingsError(
            f"Nobody answers at {address.host}:{address.port} ({error}).", "mlwright serve MODEL"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise SettingsError(f"The service does not describe its records (status {reply.status}).", hint) from None
    finally:
        connection.close()
    record: dict[str, Any] = found
    return record


def named_token(name: str | None) -> str | None:
    """The first token of ``env:NAME`` or ``file:PATH``.

    Raises
    ------
    SettingsError
        If it is written out, or is not there.
    """
    return None if name is None else Tokens(name).first


def told(load: Load) -> str:
    """A load test in lines of text."""
    each = "" if load.n_records == 1 else f" of {load.n_records} records, {load.records_per_s:,.0f} records a second"
    lines = [
        f"{load.per_s:,.0f} requests a second{each} ({load.n_requests:,} in {load.seconds:.1f} s, "
        f"{load.n_clients} at a time)",
        f"half within {load.p50_ms:g} ms, 90 % within {load.p90_ms:g} ms, 99 % within {load.p99_ms:g} ms, "
        f"the slowest {load.max_ms:g} ms",
        _failures(load),
    ]
    return "\n".join([*lines, "", *_histogram(load)])


def _failures(load: Load) -> str:
    if not load.n_failed:
        return "every one was answered"
    failed = ", ".join(f"{count:,} with {status}" for status, count in load.statuses.items() if status != "200")
    return f"{load.n_failed:,} were not answered: {failed}"


def _histogram(load: Load) -> list[str]:
    """A bar for each step of time that occurred, and those in between."""
    seen = [place for place, (_, count) in enumerate(load.histogram) if count]
    if not seen:
        return []
    steps = load.histogram[seen[0] : seen[-1] + 1]
    most = max(count for _, count in steps)
    last = f"> {load.histogram[-2][0]:g} ms"
    rows = [(f"<= {step:g} ms" if step else last, count, _bar(count, most)) for step, count in steps]
    return [f"{what:>10}  {count:>9,}  {bar}".rstrip() for what, count, bar in rows]


def _bar(count: int, most: int) -> str:
    return "#" * max(round(BAR_WIDTH * count / most), 1 if count else 0)
