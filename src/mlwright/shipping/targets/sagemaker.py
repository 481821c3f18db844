"""A real-time endpoint of Amazon SageMaker."""

from __future__ import annotations

from pathlib import Path

from mlwright.core.errors import SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import label
from mlwright.shipping.registry import RegistryImage
from mlwright.shipping.sharing import check_share
from mlwright.shipping.steps import Call, Plan
from mlwright.shipping.targets import IN_THE_IMAGE, LOG_SETTINGS, State, Target
from mlwright.shipping.targets._sagemaker_endpoint import IN_SERVICE, Endpoint, newest, shares

STEM_LENGTH = 36
"""So that a name and two bundles fit into the 63 letters that SageMaker allows."""


class SageMaker(Target):
    """A model, an endpoint configuration and an endpoint; callers are let in by AWS, which asks no token of ours.

    SageMaker itself keeps the instances before until the new ones answer ``/ping``, which they do when the model gives
    its golden answers. With a `share` below 1 the bundle answers beside the one in use, as a variant of its own.

    Parameters
    ----------
    folder : Path, optional
    image : str, optional
        The name of the image in Amazon ECR.
    base, wheels, pushed : optional
        How the image is made; see `mlwright.shipping.registry.RegistryImage`.
    role : str, optional
        The ARN of the role under which the model runs.
    region : str, optional
        Default: that of the AWS configuration.
    instance : str
        The type of machine.
    count : int
        Machines.
    share : float
        The share of requests that the bundle answers, above 0.
    wait_s : float
        How long the endpoint may take to become ready.
    """

    title = "an endpoint of Amazon SageMaker"
    unsaid = {
        **dict.fromkeys(
            ("workers", "max_per_s", "max_per_s_each", "max_records", "max_body_bytes", "require_signature"),
            IN_THE_IMAGE,
        ),
        **dict.fromkeys(
            ("host", "port", "token", "behind_gate"), "SageMaker asks at a port of its own, and AWS lets callers in."
        ),
        **dict.fromkeys(
            LOG_SETTINGS,
            "SageMaker shuts its containers in and throws their folders away; its own data capture keeps requests.",
        ),
        "shadow": "SageMaker has shadow variants of its own.",
    }

    def __init__(
        self,
        *,
        folder: Path | None = None,
        image: str | None = None,
        base: str | None = None,
        wheels: Path | None = None,
        pushed: bool = False,
        role: str | None = None,
        region: str | None = None,
        instance: str = "ml.m5.large",
        count: int = 1,
        share: float = 1.0,
        wait_s: float = 1800.0,
    ) -> None:
        super().__init__(folder=folder)
        self.image = RegistryImage(image, base, wheels, pushed)
        self.role = role
        self.region = region
        self.instance = instance
        self.count = count
        self.share = share
        self.wait_s = wait_s

    def plan(self, bundle: Bundle) -> Plan:
        """Push the image, make the model and a configuration, and let the endpoint use it."""
        image, folder = self.image.name(bundle), self.place(bundle, "sagemaker")
        if not self.role:
            raise SettingsError(
                "SageMaker runs a model under a role, and none is named.", "--set role=arn:aws:iam::..."
            )
        check_share(self.share)
        endpoint = self._endpoint(bundle)
        steps = (
            *self.image.steps(bundle, folder),
            Call(
                "make the model if there is none for this bundle",
                f"create_model {model_name(bundle)} of {image} under {self.role}",
                lambda: endpoint.make_model(model_name(bundle), image, str(self.role)),
            ),
            Call(
                f"let it answer {self.share:.0%} of the requests, and keep what was in use before",
                f"create_endpoint_config and create_endpoint or update_endpoint {endpoint.name} "
                f"({self.count} x {self.instance})",
                lambda: endpoint.use(bundle.bundle_id, model_name(bundle), self.share),
            ),
        )
        return Plan(folder, self.image.files(bundle), steps, self._address(bundle))

    def removal(self, bundle: Bundle) -> Plan:
        """Delete the endpoint, which is what costs; configurations and models stay, and cost nothing."""
        endpoint = self._endpoint(bundle)
        step = Call("end the endpoint", f"delete_endpoint {endpoint.name}", endpoint.delete)
        return Plan(self.place(bundle, "sagemaker"), {}, (step,), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Let the endpoint use the configuration before again."""
        endpoint = self._endpoint(bundle)
        what = f"update_endpoint {endpoint.name} to the configuration before"
        return Plan(self.place(bundle, "sagemaker"), {}, (Call("go back", what, endpoint.back),), self._address(bundle))

    def state(self, bundle: Bundle) -> State:
        """What the endpoint says of its variants."""
        endpoint = self._endpoint(bundle)
        found = endpoint.described()
        if found is None:
            return State(sentence=f"There is no endpoint {endpoint.name}.")
        status = found["EndpointStatus"]
        return State(
            bundles=shares(found),
            before=newest(endpoint.before(found["EndpointConfigName"])),
            ready=status == IN_SERVICE,
            address=self._address(bundle),
            sentence=f"Endpoint {endpoint.name} is {status}.",
        )

    def _endpoint(self, bundle: Bundle) -> Endpoint:
        return Endpoint(stem(bundle), self.region, self.instance, self.count, self.wait_s)

    def _address(self, bundle: Bundle) -> str:
        return f"the endpoint {stem(bundle)}: aws sagemaker-runtime invoke-endpoint --endpoint-name {stem(bundle)}"


def stem(bundle: Bundle) -> str:
    """The name of the endpoint of a project."""
    return label(bundle.name)[:STEM_LENGTH].strip("-")


def model_name(bundle: Bundle) -> str:
    """The name of the model of a bundle."""
    return f"{stem(bundle)}-{bundle.bundle_id}"
