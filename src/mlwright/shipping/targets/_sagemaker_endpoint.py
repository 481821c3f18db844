"""An endpoint of Amazon SageMaker, as boto3 knows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mlwright.core.errors import DeploymentError, ExtraMissing

BEFORE = "mlwright-before"
"""The tag of an endpoint configuration that names the one that was in use before it."""

IN_SERVICE = "InService"

Thing = dict[str, Any]


class Endpoint:
    """An endpoint under a name.

    Parameters
    ----------
    name : str
    region : str or None
    instance : str
    count : int
        Machines of each variant.
    wait_s : float
    """

    def __init__(self, name: str, region: str | None, instance: str, count: int, wait_s: float) -> None:
        self.name = name
        self.region = region
        self.instance = instance
        self.count = count
        self.wait_s = wait_s

    def make_model(self, name: str, image: str, role: str) -> None:
        """Make the model, unless it is there."""
        with _in_words():
            if self._found("describe_model", ModelName=name) is None:
                self._client().create_model(
                    ModelName=name,
                    ExecutionRoleArn=role,
                    PrimaryContainer={"Image": image},
                    EnableNetworkIsolation=True,
                    Tags=[{"Key": "made-by", "Value": "mlwright"}],
                )

    def use(self, bundle_id: str, model: str, share: float) -> None:
        """Let a bundle answer a share of the requests, beside what is in use."""
        with _in_words():
            found = self.described()
            now = None if found is None else found["EndpointConfigName"]
            variants = [self._variant(bundle_id, model, share)]
            if share < 1:
                variants.insert(0, self._other(bundle_id, now, 1 - share))
            config = self._config_name(variants)
            if now == config:
                self._weigh(variants)
                return
            self._make_config(config, variants, now)
            asked = {"EndpointName": self.name, "EndpointConfigName": config}
            if found is None:
                self._client().create_endpoint(**asked)
            else:
                self._client().update_endpoint(**asked)
            self._wait(config)

    def back(self) -> None:
        """Use the configuration before again."""
        with _in_words():
            found = self.described()
            before = None if found is None else self.before(found["EndpointConfigName"])
            if before is None:
                raise DeploymentError(f"The endpoint {self.name} knows of nothing before.", "mlwright status")
            self._client().update_endpoint(EndpointName=self.name, EndpointConfigName=before)
            self._wait(before)

    def delete(self) -> None:
        """End the endpoint, if it is there."""
        with _in_words():
            if self.described() is not None:
                self._client().delete_endpoint(EndpointName=self.name)

    def described(self) -> Thing | None:
        """What SageMaker says of the endpoint; None if there is none."""
        with _in_words():
            return self._found("describe_endpoint", EndpointName=self.name)

    def before(self, config: str) -> str | None:
        """The configuration that was in use before another."""
        with _in_words():
            found = self._found("describe_endpoint_config", EndpointConfigName=config)
            if found is None:
                return None
            tags = self._client().list_tags(ResourceArn=found["EndpointConfigArn"])["Tags"]
            return next((tag["Value"] for tag in tags if tag["Key"] == BEFORE), None)

    def _variant(self, bundle_id: str, model: str, weight: float) -> Thing:
        return {
            "VariantName": bundle_id,
            "ModelName": model,
            "InstanceType": self.instance,
            "InitialInstanceCount": self.count,
            "InitialVariantWeight": round(weight, 6),
        }

    def _other(self, bundle_id: str, config: str | None, weight: float) -> Thing:
        """The variant that answers the rest: the one in use that answers most."""
        found = config and self._found("describe_endpoint_config", EndpointConfigName=config)
        there = [one for one in (found or {}).get("ProductionVariants", ()) if one["VariantName"] != bundle_id]
        if not there:
            raise DeploymentError(
                f"No other bundle is in use at the endpoint {self.name} that could answer the rest.", "--set share=1"
            )
        most = max(there, key=lambda one: one["InitialVariantWeight"])
        return {**most, "InitialVariantWeight": round(weight, 6)}

    def _config_name(self, variants: list[Thing]) -> str:
        return "-".join([self.name, *(one["VariantName"] for one in variants)])

    def _make_config(self, config: str, variants: list[Thing], now: str | None) -> None:
        """Make the configuration anew, with the weights that are wanted, and tag it with the one before."""
        client, tags = self._client(), [{"Key": BEFORE, "Value": now}] if now else []
        if self._found("describe_endpoint_config", EndpointConfigName=config) is not None:
            client.delete_endpoint_config(EndpointConfigName=config)
        client.create_endpoint_config(EndpointConfigName=config, ProductionVariants=variants, Tags=tags)

    def _weigh(self, variants: list[Thing]) -> None:
        wanted = {one["VariantName"]: one["InitialVariantWeight"] for one in variants}
        found = self.described() or {}
        if {one["VariantName"]: one.get("CurrentWeight") for one in found.get("ProductionVariants", ())} == wanted:
            return
        weights = [{"VariantName": name, "DesiredWeight": weight} for name, weight in wanted.items()]
        self._client().update_endpoint_weights_and_capacities(
            EndpointName=self.name, DesiredWeightsAndCapacities=weights
        )
        self._wait(found["EndpointConfigName"])

    def _wait(self, config: str) -> None:
        """Until it answers by that configuration; if the new machines fail, SageMaker goes back by itself."""
        pause_s = min(15.0, self.wait_s)
        tries = {"Delay": pause_s, "MaxAttempts": max(1, int(self.wait_s / pause_s))}
        self._client().get_waiter("endpoint_in_service").wait(EndpointName=self.name, WaiterConfig=tries)
        found = self.described() or {}
        if found.get("EndpointConfigName") != config:
            raise DeploymentError(
                f"The endpoint {self.name} went back to what it was: {found.get('FailureReason', 'no reason is told')}",
                f"aws logs tail /aws/sagemaker/Endpoints/{self.name}",
            )

    def _found(self, operation: str, **which: str) -> Thing | None:
        from botocore.exceptions import ClientError

        try:
            found: Thing = getattr(self._client(), operation)(**which)
        except ClientError as error:
            said = error.response["Error"]
            if "could not find" in said["Message"].lower() or said["Code"] in ("ResourceNotFound", "404"):
                return None
            raise
        return found

    def _client(self) -> Any:
        import boto3

        return boto3.client("sagemaker", region_name=self.region)


def shares(endpoint: Thing) -> dict[str, float]:
    """The share of requests that each bundle answers, of the description of an endpoint."""
    weights = {one["VariantName"]: float(one.get("CurrentWeight", 1)) for one in endpoint.get("ProductionVariants", ())}
    total = sum(weights.values()) or 1.0
    return {name: round(weight / total, 6) for name, weight in weights.items()}


def newest(config: str | None) -> str | None:
    """The bundle that a configuration was made for."""
    return config and config.rpartition("-")[2]


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what boto3 raises into an error that says what to do."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
    except ModuleNotFoundError:
        raise ExtraMissing(
            "SageMaker is asked through boto3, which is not installed.", "pip install 'mlwright[sagemaker]'"
        ) from None
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        raise DeploymentError(
            f"SageMaker says: {said['Message']} ({said['Code']}).", "aws sagemaker list-endpoints"
        ) from None
    except NoRegionError:
        raise DeploymentError("SageMaker is asked in a region, and none is named.", "--set region=eu-west-1") from None
    except BotoCoreError as error:
        raise DeploymentError(
            f"SageMaker cannot be asked: {str(error).rstrip('.')}.", "aws sts get-caller-identity"
        ) from None
