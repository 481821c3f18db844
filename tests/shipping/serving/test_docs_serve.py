"""The pages about the service say what it does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app
from mlwright.shipping.serving.counters import MEASURES, PREFIX, SECONDS
from mlwright.shipping.serving.refusals import REASONS

DOCS = Path(__file__).parents[3] / "docs"
HOW_TO = (DOCS / "how-to" / "serve.md").read_text("utf-8")
REFERENCE = (DOCS / "reference" / "http.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```bash\n(curl.*?)```\n+```json\n(.*?)```", HOW_TO, re.M | re.S)
PROGRAMS = re.findall(r"^```python\n(import json.*?)```", HOW_TO, re.M | re.S)


@pytest.fixture
def port(bundle: Bundle) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, create_app(bundle), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.port
    server.shutdown()


def rounded(content: Any) -> Any:
    """With four decimals, and without the bundle's id, which is another one here."""
    if isinstance(content, dict):
        return {key: rounded(value) for key, value in content.items() if key != "model"}
    if isinstance(content, list):
        return [rounded(value) for value in content]
    return round(content, 4) if isinstance(content, float) else content


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=["one", "several", "misspelt"])
def test_an_example_gives_what_the_page_shows(port: int, command: str, shown: str) -> None:
    done = subprocess.run(["bash", "-c", command.replace(":8080", f":{port}")], capture_output=True, text=True)
    assert rounded(json.loads(done.stdout)) == rounded(json.loads(shown))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_page_runs(port: int, program: str) -> None:
    subprocess.run([sys.executable, "-c", program.replace(":8080", f":{port}")], check=True)


def test_the_page_has_examples() -> None:
    assert (len(EXAMPLES), len(PROGRAMS)) == (3, 1)


@pytest.mark.parametrize("code", REASONS)
def test_every_code_is_documented_with_its_status(code: str) -> None:
    assert f"| `{code}` | {REASONS[code].status} |" in REFERENCE


@pytest.mark.parametrize("measure", [*MEASURES, SECONDS], ids=lambda measure: measure.name)
def test_every_metric_is_documented_with_its_labels(measure: Any) -> None:
    labels = ", ".join(f"`{label}`" for label in measure.labels)
    assert f"| `{PREFIX}{measure.name}` | {labels}" in REFERENCE


def test_every_path_is_documented(client: FlaskClient) -> None:
    for rule in client.application.url_map.iter_rules():
        (method,) = (rule.methods or set()) - {"HEAD"}
        assert f"| `{rule.rule}` | {method} |" in REFERENCE


def test_the_limits_are_those_of_the_page() -> None:
    settings = ServeSettings()
    assert f"at most {settings.max_body_bytes:,} bytes and {settings.max_records:,} records" in REFERENCE
