"""The image is really built and really run: every platform that starts it is told the same, to the byte."""

from __future__ import annotations

import base64
import json
import socket
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import DeploymentError
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST, bundle_files, sealed, write_folder
from mlwright.shipping.containers import Place
from mlwright.shipping.image import USER, build, default_image, label
from mlwright.shipping.steps import write
from mlwright.shipping.targets import target
from mlwright.testing.platforms import Question, health_paths, probability_questions, questions, single_questions

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
IMAGE = "localhost/mlwright-test:1"
TOKEN = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
POD = "p-pod-0-model"
VERTEX, HEALTHY = f"/{uuid.uuid4().hex}/p:predict", f"/{uuid.uuid4().hex}"
ASKER = """
import base64, http.client, json, sys
said = []
for method, path, kind, body, token in json.loads(sys.stdin.readline()):
    headers = {"Content-Type": kind} if kind else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60)
    connection.request(method, path, base64.b64decode(body), headers)
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
def image(bundle: Bundle, podman: Any, base: str, wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of the bundle, built by the commands of the target itself."""
    folder = tmp_path_factory.mktemp("context")
    plan = target("docker", {"base": base, "wheels": wheels, "folder": folder, "image": IMAGE}).plan(bundle)
    write(plan)
    for command in build(IMAGE, folder):
        command.do()
    return IMAGE


def test_a_build_leaves_nothing_behind_but_the_image(podman: Any, image: str) -> None:
    assert image in podman("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
    assert podman("images", "--filter", "dangling=true", "--quiet") == ""


@pytest.mark.parametrize("user", ["0:0", "10001:10001"])
def test_one_container_tells_every_platform_the_same_to_the_byte(
    bundle: Bundle, podman: Any, image: str, user: str
) -> None:
    rows = rows_of(bundle)
    name = f"mlwright-test-{uuid.uuid4().hex[:8]}"
    routes = (f"--env=AIP_PREDICT_ROUTE={VERTEX}", f"--env=AIP_HEALTH_ROUTE={HEALTHY}", "--env=AIP_HTTP_PORT=8080")
    locked = ("--network=none", "--read-only", f"--user={user}", "--cap-drop=ALL", "--security-opt=no-new-privileges")
    podman("run", "--detach", "--name", name, *locked, *routes, image, "serve")
    try:
        podman.wait_until_ready(name)
        asked, chances = questions(bundle, rows, VERTEX), probability_questions(bundle, rows, VERTEX)
        alone = single_questions(bundle, rows[0], VERTEX)
        replies = ask(podman, name, [*asked, *chances, *alone], health_paths(bundle, HEALTHY))
        assert [reply for reply in replies if reply[0] != 200] == []
        told = [(one.platform, one.read(body)) for one, (_, body) in zip(asked, replies, strict=False)]
        assert told == [(one.platform, told[0][1]) for one in asked]
        assert told[0][1] == [str(value) for value in bundle.predict(rows).tolist()]
        probable = [one.read(body) for one, (_, body) in zip(chances, replies[len(asked) :], strict=False)]
        assert probable == [probable[0]] * len(chances)
        single = [one.read(body) for one, (_, body) in zip(alone, replies[len(asked) + len(chances) :], strict=False)]
        assert single == [told[0][1][:1]] * len(alone)
        healthy = dict(
            zip(health_paths(bundle, HEALTHY), replies[len(asked) + len(chances) + len(alone) :], strict=True)
        )
        assert healthy["/version"][1].decode() == bundle.manifest.made_by
        assert healthy[HEALTHY][1] == b'{"status":"ready"}'
        assert "Read-only" in podman("exec", name, "sh", "-c", "(: > /there) 2>&1; true")
    finally:
        began = time.monotonic()
        podman.try_("stop", "--time", "30", name)
        assert time.monotonic() - began < 30
        assert podman("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
        podman.try_("rm", "--force", name)


def ask(
    podman: Any, name: str, asked: list[Question], looked_at: list[str], token: str = ""
) -> list[tuple[int, bytes]]:
    posts = [("POST", one.path, one.content_type, base64.b64encode(one.body).decode(), token) for one in asked]
    lines = json.dumps([*posts, *[("GET", path, "", "", token) for path in looked_at]])
    said = podman("exec", "-i", name, "python", "-c", ASKER, stdin=lines + "\n")
    return [(status, base64.b64decode(body)) for status, body in json.loads(said)]


def test_the_pod_of_the_manifests_runs_and_asks_for_the_token_of_the_secret(
    bundle: Bundle, podman: Any, image: str, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8080)) == 0:
            pytest.skip("port 8080 of this machine, on which podman publishes the pod, is taken")
    plan = target("kubernetes", {"image": image, "replicas": 1, "pushed": True}).plan(bundle)
    items = json.loads(plan.files["kubernetes.json"])["items"]
    data = {"tokens": base64.b64encode(f"{TOKEN}\n".encode()).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "p-token"}, "data": data}
    deployment = next(item for item in items if item["kind"] == "Deployment")
    (tmp_path / "pod.yml").write_text("\n---\n".join(json.dumps(item) for item in (secret, deployment)))
    try:
        podman("play", "kube", tmp_path / "pod.yml")
        podman.wait_until_ready(POD)
        (question, *_) = questions(bundle, rows_of(bundle), VERTEX)
        assert [status for status, _ in ask(podman, POD, [question], ["/ready"])] == [401, 200]
        mounted = podman("exec", POD, "cat", "/tokens/tokens")  # Podman 4.3 does not undo the base64 of a Secret
        assert mounted in (TOKEN, data["tokens"])
        ((status, body),) = ask(podman, POD, [question], [], mounted)
        assert status == 200
        assert question.read(body) == [str(value) for value in bundle.predict(rows_of(bundle)).tolist()]
        container = json.loads(podman("inspect", POD))[0]
        assert container["Config"]["User"] == "10001:10001"
        assert container["HostConfig"]["ReadonlyRootfs"]
        assert container["EffectiveCaps"] in (None, [])
    finally:
        podman.try_("pod", "rm", "--force", "p-pod-0")
        podman.try_("volume", "rm", "p-token")
        podman.try_("secret", "rm", "p-token")


def test_a_container_takes_the_place_of_another_and_undo_brings_that_back(
    bundle: Bundle, podman: Any, image: str, base: str, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLWRIGHT_TOKEN", TOKEN)
    first, second = later(bundle, "first", tmp_path), later(bundle, "second", tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("MLWRIGHT_LOG_HASH_KEY", "k" * 32)
    left, hashed, *_ = [item.name for item in bundle.manifest.inputs]
    given = {"log": str(tmp_path / "asked"), "workers": 2, "max_per_s": 1000, "max_per_s_each": 900}
    given |= {"log_leave_out": left, "log_hash": hashed}
    place = target("docker", {"base": base, "wheels": wheels, "port": port, **given})
    container = label(f"{bundle.name} placed")
    try:
        assert place.state(first).sentence == f"There is no container {container}."
        for one in (first, second):
            address = place.deploy(one.folder)
            assert place.state(first).bundles == {one.bundle_id: 1.0}
        assert (tmp_path / "asked" / "prediction-log.json").exists()
        assert (tmp_path / "asked").stat().st_uid == USER
        started = podman("inspect", "--format", "{{.State.StartedAt}}", container)
        place.deploy(second.folder)
        assert podman("inspect", "--format", "{{.State.StartedAt}}", container) == started
        assert told_by(address) == second.bundle_id
        monkeypatch.setenv("MLWRIGHT_TOKEN", f"{OTHER},{TOKEN}")
        place.deploy(second.folder)
        assert told_by(address, OTHER) == told_by(address) == second.bundle_id
        assert place.state(first).before == first.bundle_id
        place.undo(second.folder)
        assert told_by(address) == first.bundle_id
        broken = ("run", "--detach", "--name", container, "--entrypoint=sleep", default_image(second), "nothing")
        with pytest.raises(DeploymentError, match="did not get ready"):
            Place("podman", container).put("another", broken)
        assert told_by(address) == first.bundle_id
        (question, *_) = questions(bundle, rows_of(bundle), VERTEX)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": question.content_type}
        asked = urllib.request.Request(f"{address}{question.path}", question.body, headers)
        with urllib.request.urlopen(asked, timeout=30) as reply:
            assert reply.headers["RateLimit-Policy"] == '"caller";q=900;w=1, "all";q=1000;w=1'
        podman("stop", container)
        kept = kept_in(tmp_path / "asked")
        assert left not in kept.column_names
        assert set(kept[hashed].to_pylist()).isdisjoint(str(row[hashed]) for row in rows_of(bundle))
        place.remove(first.folder)
        assert place.state(first).bundles == {}
    finally:
        podman.try_("rm", "--force", container, f"{container}-before", f"{container}-aside")


def later(bundle: Bundle, learned: str, folder: Path) -> Bundle:
    """The same model as another bundle of a project of its own."""
    changed = bundle.manifest.model_copy(update={"learned": learned, "name": f"{bundle.name} placed"})
    bundle_id, manifest = sealed(changed)
    write_folder({**bundle_files(bundle.folder), MANIFEST: manifest}, folder / bundle_id)
    return Bundle.load(folder / bundle_id)


def told_by(address: str, token: str = TOKEN) -> str:
    """Which model answers at an address, from outside of the container."""
    asked = urllib.request.Request(f"{address}/v2/models/p placed".replace(" ", "%20"))
    asked.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(asked, timeout=30) as reply:
        return str(json.load(reply)["versions"][0])


def kept_in(folder: Path) -> pa.Table:
    """What a log holds, sealed."""
    return pa.concat_tables(
        [pq.read_table(file) for file in sorted((folder / "predictions").glob("*.parquet"))], promote_options="default"
    )


def rows_of(bundle: Bundle) -> list[dict[str, Any]]:
    return [dict(golden.row) for golden in bundle.manifest.golden]
