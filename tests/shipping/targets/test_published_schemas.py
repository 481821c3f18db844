"""What is sent to Azure and Google is what their own libraries know, where these are installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import target
from mlwright.shipping.targets.vertex import Vertex, upload

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
PYTHON = os.environ.get("MLWRIGHT_CLOUD_PYTHON", sys.executable)
"""A Python that has azure-ai-ml and google-api-python-client."""

AZURE = """
import sys
from azure.ai.ml import load_online_deployment, load_online_endpoint
endpoint = load_online_endpoint(sys.argv[1] + "/azure-endpoint.yml")
deployment = load_online_deployment(sys.argv[1] + "/azure-deployment.yml")
assert endpoint.auth_mode == "key"
assert deployment.endpoint_name == endpoint.name
assert deployment.request_settings.max_concurrent_requests_per_instance == 100
route = deployment.environment.inference_config.scoring_route
assert (route.port, route.path) == (8080, "/score")
assert type(deployment).__name__ == "ManagedOnlineDeployment"
"""

GOOGLE = """
import json, sys
from googleapiclient.discovery_cache import get_static_doc
schemas = json.loads(get_static_doc("aiplatform", "v1"))["schemas"]
def check(thing, name, place):
    known = schemas[name]["properties"]
    for key, value in thing.items():
        assert key in known, f"{place}.{key} is unknown to {name}"
        told = known[key]
        if "$ref" in told:
            check(value, told["$ref"], f"{place}.{key}")
        elif told["type"] == "array":
            assert isinstance(value, list)
            for one in value:
                if "$ref" in told["items"]:
                    check(one, told["items"]["$ref"], f"{place}.{key}")
        elif told["type"] == "object":
            assert isinstance(value, dict)
        else:
            kinds = {"string": str, "integer": int, "boolean": bool, "number": float}
            assert isinstance(value, kinds[told["type"]]), f"{place}.{key}"
for name, thing in json.loads(sys.argv[1]):
    check(thing, name, name)
"""


def run(code: str, module: str, argument: str) -> None:
    if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode:
        pytest.skip(f"{module} is not installed; MLWRIGHT_CLOUD_PYTHON may name a Python that has it")
    done = subprocess.run([PYTHON, "-c", code, argument], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_azures_library_reads_the_files(tmp_path: Path) -> None:
    options = {"image": "models.azurecr.io/churn:1", "pushed": True, "workspace": "w", "group": "g"}
    plan = target("azure", {**options, "folder": tmp_path}).plan(Bundle.load(KEPT))
    for name, content in plan.files.items():
        (tmp_path / name).write_bytes(content)
    run(AZURE, "azure.ai.ml", str(tmp_path))


def test_googles_description_of_vertex_knows_every_field(tmp_path: Path) -> None:
    bundle = Bundle.load(KEPT)
    deployed = {"model": "projects/p/locations/r/models/m", "displayName": "one", **Vertex(project="p").resources()}
    body = {"deployedModel": deployed, "trafficSplit": {"0": 100}}
    bodies = [
        ("GoogleCloudAiplatformV1UploadModelRequest", upload(bundle, "a/b:1")),
        ("GoogleCloudAiplatformV1DeployModelRequest", body),
        ("GoogleCloudAiplatformV1Endpoint", {"displayName": "p", "trafficSplit": {"1": 100}}),
        ("GoogleCloudAiplatformV1UndeployModelRequest", {"deployedModelId": "1"}),
    ]
    run(GOOGLE, "googleapiclient", json.dumps(bodies))
