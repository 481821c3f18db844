"""SageMaker, simulated by moto: model, configuration, endpoint, shares, and the way back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import target

KEPT = Path(__file__).parents[2] / "compat" / "bundle_1"
FAILING = "bad"
ROLE = "arn:aws:iam::123456789012:role/models"
OPTIONS = {
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:1",
    "role": ROLE,
    "region": "eu-west-1",
    "pushed": "true",
    "wait_s": "1",
}


def update_endpoint(response: SageMakerResponse) -> ActionResult:
    """What moto lacks: the endpoint takes another configuration, unless that is one that fails, as AWS has it."""
    backend, name = response.sagemaker_backend, response._get_param("EndpointName")
    config = backend.describe_endpoint_config(response._get_param("EndpointConfigName"))
    endpoint = backend.endpoints[name]
    if any(FAILING in variant["VariantName"] for variant in config["ProductionVariants"]):
        endpoint.failure_reason = "The container did not pass the ping health check."
    else:
        endpoint.endpoint_config_name = config["EndpointConfigName"]
        endpoint.production_variants = endpoint._process_production_variants(config["ProductionVariants"])
    return ActionResult({"EndpointArn": endpoint.arn})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(SageMakerResponse, "update_endpoint", update_endpoint, raising=False)
    with mock_aws():
        yield boto3.client("sagemaker", region_name="eu-west-1")


@pytest.fixture
def first(tmp_path: Path) -> Bundle:
    shutil.copytree(KEPT, tmp_path / "one")
    return Bundle.load(tmp_path / "one")


class Other:
    """A later bundle of the same project: another name of its content, which is all that the endpoint looks at."""

    def __init__(self, bundle: Bundle, bundle_id: str) -> None:
        manifest = bundle.manifest.model_copy(update={"bundle_id": bundle_id})
        self.bundle = Bundle(bundle.folder, manifest, bundle.model)


def put(bundle: Bundle, **more: Any) -> None:
    for step in target("sagemaker", {**OPTIONS, **more}).plan(bundle).steps:
        step.do()


def back(bundle: Bundle) -> None:
    for step in target("sagemaker", OPTIONS).back(bundle).steps:
        step.do()


def state(bundle: Bundle) -> Any:
    return target("sagemaker", OPTIONS).state(bundle)


def test_a_plan_and_a_look_make_nothing(aws: Any, first: Bundle) -> None:
    target("sagemaker", OPTIONS).plan(first)
    assert state(first).bundles == {}
    assert aws.list_models()["Models"] == aws.list_endpoints()["Endpoints"] == []


def test_a_bundle_answers_and_doing_it_again_changes_nothing(aws: Any, first: Bundle) -> None:
    place = target("sagemaker", OPTIONS)
    place.deploy(first.folder)
    model = aws.describe_model(ModelName=f"p-{first.bundle_id}")
    assert model["PrimaryContainer"]["Image"] == OPTIONS["image"]
    assert model["ExecutionRoleArn"] == ROLE
    assert place.state(first).bundles == {first.bundle_id: 1.0}
    assert place.state(first).ready
    made = aws.describe_endpoint(EndpointName="p")["LastModifiedTime"]
    place.deploy(first.folder)
    assert aws.describe_endpoint(EndpointName="p")["LastModifiedTime"] == made
    assert len(aws.list_endpoint_configs()["EndpointConfigs"]) == 1


def test_a_second_bundle_gets_a_share_then_all_and_undo_goes_back_step_by_step(aws: Any, first: Bundle) -> None:
    second = Other(first, "0123456789ab").bundle
    put(first)
    put(second, share="0.1")
    assert state(first).bundles == {first.bundle_id: 0.9, second.bundle_id: 0.1}
    put(second, share="0.5")
    assert state(first).bundles == {first.bundle_id: 0.5, second.bundle_id: 0.5}
    put(second)
    assert state(first).bundles == {second.bundle_id: 1.0}
    back(first)
    assert state(first).bundles.keys() == {first.bundle_id, second.bundle_id}
    back(first)
    assert state(first).bundles == {first.bundle_id: 1.0}
    with pytest.raises(DeploymentError, match="nothing before"):
        back(first)


def test_an_endpoint_that_goes_back_by_itself_is_told_and_not_taken_for_done(aws: Any, first: Bundle) -> None:
    put(first)
    with pytest.raises(DeploymentError, match="did not pass the ping health check"):
        put(Other(first, "bad000000000").bundle)
    assert state(first).bundles == {first.bundle_id: 1.0}


def test_a_share_needs_another_bundle_that_answers_the_rest(aws: Any, first: Bundle) -> None:
    with pytest.raises(DeploymentError, match="No other bundle is in use"):
        put(first, share="0.1")
    with pytest.raises(SettingsError, match="above 0 and at most 1"):
        put(first, share="0")


def test_what_ends_is_the_endpoint(aws: Any, first: Bundle) -> None:
    place = target("sagemaker", OPTIONS)
    place.deploy(first.folder)
    place.remove(first.folder)
    place.remove(first.folder)
    assert aws.list_endpoints()["Endpoints"] == []
    assert place.state(first).sentence == "There is no endpoint p."


def test_no_role_and_no_registry_are_said_before_anything_is_done(first: Bundle) -> None:
    with pytest.raises(SettingsError, match="under a role"):
        target("sagemaker", {"image": "registry.example/churn:1"}).plan(first)
    with pytest.raises(SettingsError, match="from a registry"):
        target("sagemaker", {"role": ROLE}).plan(first)


def test_what_aws_refuses_is_told_in_words(first: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DeploymentError, match="cannot be asked: Unable to locate credentials"):
        put(first)
