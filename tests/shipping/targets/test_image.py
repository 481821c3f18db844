"""The image is really built and really run: every platform that starts it is told the same, to the byte."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import build
from mlwright.shipping.steps import write
from mlwright.shipping.targets import target
from mlwright.testing.platforms import Question, health_paths, probability_questions, questions

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
IMAGE = "localhost/mlwright-test:1"
VERTEX, HEALTHY = f"/{uuid.uuid4().hex}/p:predict", f"/{uuid.uuid4().hex}"
ASKER = """
import base64, http.client, json, sys
connection, said = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60), []
for method, path, kind, body in json.loads(sys.stdin.readline()):
    connection.request(method, path, base64.b64decode(body), {"Content-Type": kind} if kind else {})
    reply = connection.getresponse()
    said.append((reply.status, base64.b64encode(reply.read()).decode()))
print(json.dumps(said))
"""
"""Asks from inside the container, which has no network but loopback."""

pytestmark = [pytest.mark.podman, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle.load(KEPT)


@pytest.fixture(scope="module")
def image(
    bundle: Bundle, podman: Any, base: str, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The image of the bundle, built by the commands of the target itself."""
    folder = tmp_path_factory.mktemp("context")
    plan = target("docker", {"base": base, "wheels": wheels, "folder": folder, "image": IMAGE}).plan(bundle)
    write(plan)
    for command in build(IMAGE, folder):
        command.do()
    yield IMAGE
    podman.try_("rmi", "--force", IMAGE)


@pytest.mark.parametrize("user", ["0:0", "10001:10001"])
def test_one_container_tells_every_platform_the_same_to_the_byte(
    bundle: Bundle, podman: Any, image: str, user: str
) -> None:
    rows = [dict(golden.row) for golden in bundle.manifest.golden]
    name = f"mlwright-test-{uuid.uuid4().hex[:8]}"
    routes = (f"--env=AIP_PREDICT_ROUTE={VERTEX}", f"--env=AIP_HEALTH_ROUTE={HEALTHY}", "--env=AIP_HTTP_PORT=8080")
    locked = ("--network=none", "--read-only", f"--user={user}", "--cap-drop=ALL", "--security-opt=no-new-privileges")
    podman("run", "--detach", "--name", name, *locked, *routes, image, "serve")
    try:
        podman.wait_until_ready(name)
        asked, chances = questions(bundle, rows, VERTEX), probability_questions(bundle, rows, VERTEX)
        replies = ask(podman, name, [*asked, *chances], health_paths(bundle, HEALTHY))
        assert [reply for reply in replies if reply[0] != 200] == []
        told = [(one.platform, one.read(body)) for one, (_, body) in zip(asked, replies, strict=False)]
        assert told == [(one.platform, told[0][1]) for one in asked]
        assert told[0][1] == [str(value) for value in bundle.predict(rows).tolist()]
        probable = [one.read(body) for one, (_, body) in zip(chances, replies[len(asked) :], strict=False)]
        assert probable == [probable[0]] * len(chances)
        assert "Read-only" in podman("exec", name, "sh", "-c", "(: > /there) 2>&1; true")
    finally:
        began = time.monotonic()
        podman.try_("stop", "--time", "30", name)
        assert time.monotonic() - began < 30
        assert podman("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
        podman.try_("rm", "--force", name)


def ask(podman: Any, name: str, asked: list[Question], looked_at: list[str]) -> list[tuple[int, bytes]]:
    posts = [("POST", one.path, one.content_type, base64.b64encode(one.body).decode()) for one in asked]
    lines = json.dumps([*posts, *[("GET", path, "", "") for path in looked_at]])
    said = podman("exec", "-i", name, "python", "-c", ASKER, stdin=lines + "\n")
    return [(status, base64.b64decode(body)) for status, body in json.loads(said)]
