"""A managed online endpoint of Azure Machine Learning, through its own program ``az ml``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlwright.core.errors import DeploymentError, SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import PORT, label
from mlwright.shipping.registry import RegistryImage
from mlwright.shipping.sharing import back, before_of, check_share, shared
from mlwright.shipping.steps import Call, Command, Plan, ask
from mlwright.shipping.targets import IN_THE_IMAGE, LOG_SETTINGS, State, Target

ENDPOINT, DEPLOYMENT = "azure-endpoint.yml", "azure-deployment.yml"
SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
NAME_LENGTH = 32
CONCURRENT = 100
"""Requests at a time for one machine; Azure's own default is 1."""

Thing = dict[str, Any]


class Azure(Target):
    """An endpoint with a key, and a deployment for the bundle in use and for the one before.

    Files are written in YAML's subset JSON. ``az`` must be logged in; the key stays in Azure.

    Parameters
    ----------
    folder : Path, optional
    image : str, optional
        The name of the image in a registry that the workspace may pull from.
    base, wheels, pushed : optional
        How the image is made; see `mlwright.shipping.registry.RegistryImage`.
    workspace, group : str, optional
        The workspace and its resource group.
    instance : str
        The type of machine.
    count : int
        Machines.
    share : float
        The share of requests that the bundle answers, above 0, in whole per cent.
    """

    title = "an online endpoint of Azure Machine Learning"
    unsaid = {
        **dict.fromkeys(
            ("workers", "max_per_s", "max_per_s_each", "max_records", "max_body_bytes", "require_signature"),
            IN_THE_IMAGE,
        ),
        **dict.fromkeys(
            ("host", "port", "token", "behind_gate"),
            "Azure asks at a port that the deployment names, and lets callers in by its own key.",
        ),
        **dict.fromkeys(LOG_SETTINGS, "Containers of Azure lose their folders; its own data collector keeps requests."),
        "shadow": "An image holds one bundle; Azure mirrors traffic to another deployment.",
    }

    def __init__(
        self,
        *,
        folder: Path | None = None,
        image: str | None = None,
        base: str | None = None,
        wheels: Path | None = None,
        pushed: bool = False,
        workspace: str | None = None,
        group: str | None = None,
        instance: str = "Standard_DS3_v2",
        count: int = 1,
        share: float = 1.0,
    ) -> None:
        super().__init__(folder=folder)
        self.image = RegistryImage(image, base, wheels, pushed)
        self.workspace = workspace
        self.group = group
        self.instance = instance
        self.count = count
        self.share = share

    def plan(self, bundle: Bundle) -> Plan:
        """Push the image, make the endpoint and the deployment, and give it its share of requests."""
        check_share(self.share)
        image, folder, name = self.image.name(bundle), self.place(bundle, "azure"), endpoint_name(bundle)
        account = self._account()
        things = {ENDPOINT: endpoint(name), DEPLOYMENT: self.deployment(bundle, image)}
        files = {file: json.dumps(thing, indent=1).encode() for file, thing in things.items()}
        steps = (
            *self.image.steps(bundle, folder),
            Call(
                "make the endpoint if there is none",
                f"az ml online-endpoint create --file {folder / ENDPOINT}",
                lambda: _unless_there("online-endpoint", ("--name", name), folder / ENDPOINT, account),
            ),
            Call(
                "make the deployment if there is none for this bundle, which takes some minutes",
                f"az ml online-deployment create --file {folder / DEPLOYMENT}",
                lambda: _unless_there(
                    "online-deployment",
                    ("--name", deployment_name(bundle.bundle_id), "--endpoint-name", name),
                    folder / DEPLOYMENT,
                    account,
                ),
            ),
            Call(
                f"let it answer {self.share:.0%} of the requests; the one before is kept, older ones end",
                f"az ml online-endpoint update --name {name} --traffic ...",
                lambda: _turn(name, shared(_traffic(name, account), bundle.bundle_id, self.share), account),
            ),
        )
        return Plan(folder, self.image.files(bundle) | files, steps, _address(name))

    def removal(self, bundle: Bundle) -> Plan:
        """Delete the endpoint with all its deployments."""
        words = ("az", "ml", "online-endpoint", "delete", "--yes", "--name", endpoint_name(bundle), *self._account())
        return Plan(self.place(bundle, "azure"), {}, (Command("delete the endpoint", words),), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Give all requests to the deployment that is kept from before."""
        name, account = endpoint_name(bundle), self._account()
        step = Call(
            "give all requests to the bundle before",
            f"az ml online-endpoint update --name {name} --traffic ...",
            lambda: _turn(name, back(_traffic(name, account)), account),
        )
        return Plan(self.place(bundle, "azure"), {}, (step,), _address(name))

    def state(self, bundle: Bundle) -> State:
        """What the endpoint says of its traffic."""
        name, account = endpoint_name(bundle), self._account()
        found = _shown("online-endpoint", ("--name", name), account)
        if found is None:
            return State(sentence=f"There is no endpoint {name}.")
        now, provisioned = _traffic(name, account), found.get("provisioning_state", "unknown")
        return State(
            bundles={name: per_cent / 100 for name, per_cent in now.items() if per_cent},
            before=before_of(now),
            ready=provisioned == "Succeeded",
            address=str(found.get("scoring_uri") or _address(name)),
            sentence=f"Endpoint {name} is {provisioned}.",
        )

    def deployment(self, bundle: Bundle, image: str) -> Thing:
        """The deployment of a bundle, as ``az ml`` reads it."""
        routes = {"liveness_route": "/health", "readiness_route": "/ready", "scoring_route": "/score"}
        return {
            "$schema": f"{SCHEMAS}/managedOnlineDeployment.schema.json",
            "name": deployment_name(bundle.bundle_id),
            "endpoint_name": endpoint_name(bundle),
            "environment": {
                "name": f"{endpoint_name(bundle)}-image",
                "version": bundle.bundle_id,
                "image": image,
                "inference_config": {route: {"port": PORT, "path": path} for route, path in routes.items()},
            },
            "environment_variables": {"MLWRIGHT_BEHIND_GATE": "1"},
            "instance_type": self.instance,
            "instance_count": self.count,
            "request_settings": {"max_concurrent_requests_per_instance": CONCURRENT, "request_timeout_ms": 30_000},
            "tags": {"bundle": bundle.bundle_id, "made-by": "mlwright"},
        }

    def _account(self) -> tuple[str, ...]:
        if not (self.workspace and self.group):
            raise SettingsError(
                "The workspace and its resource group are not named.", "--set workspace=NAME --set group=NAME"
            )
        return ("--workspace-name", self.workspace, "--resource-group", self.group)


def endpoint(name: str) -> Thing:
    """The endpoint, as ``az ml`` reads it."""
    return {"$schema": f"{SCHEMAS}/managedOnlineEndpoint.schema.json", "name": name, "auth_mode": "key"}


def endpoint_name(bundle: Bundle) -> str:
    """The name of the endpoint of a project: 3 to 32 letters, digits and dashes, a letter first."""
    plain = label(bundle.name)
    named = plain if plain[0].isalpha() and len(plain) > 2 else f"model-{plain}"
    return named[:NAME_LENGTH].strip("-")


def deployment_name(bundle_id: str) -> str:
    """The name of the deployment of a bundle, which must begin with a letter."""
    return f"b-{bundle_id}"


def _address(name: str) -> str:
    return f"the endpoint {name}: az ml online-endpoint show --name {name} --query scoring_uri"


def _traffic(name: str, account: tuple[str, ...]) -> dict[str, int]:
    """Per cent of the requests by bundle, of all that are deployed."""
    there = _listed(("az", "ml", "online-deployment", "list", "--endpoint-name", name, *account))
    told = (_shown("online-endpoint", ("--name", name), account) or {}).get("traffic", {})
    return {one["name"].removeprefix("b-"): int(told.get(one["name"], 0)) for one in there}


def _turn(name: str, wanted: dict[str, int], account: tuple[str, ...]) -> None:
    """Share the requests, and end the deployments that get none and are not kept."""
    now = _traffic(name, account)
    if now == wanted:
        return
    zeros = {bundle: 0 for bundle in now if bundle not in wanted}
    words = " ".join(f"{deployment_name(bundle)}={per_cent}" for bundle, per_cent in {**zeros, **wanted}.items())
    Command(
        "share the requests", ("az", "ml", "online-endpoint", "update", "--name", name, "--traffic", words, *account)
    ).do()
    for bundle in zeros:
        which = ("--name", deployment_name(bundle), "--endpoint-name", name, "--yes")
        Command("end an older deployment", ("az", "ml", "online-deployment", "delete", *which, *account)).do()


def _unless_there(kind: str, which: tuple[str, ...], file: Path, account: tuple[str, ...]) -> None:
    if _shown(kind, which, account) is None:
        Command(f"make the {kind}", ("az", "ml", kind, "create", "--file", str(file), *account)).do()


def _shown(kind: str, which: tuple[str, ...], account: tuple[str, ...]) -> Thing | None:
    done = ask(("az", "ml", kind, "show", *which, *account, "--output", "json"), "ask Azure")
    if done.returncode and "notfound" in done.stderr.replace(" ", "").lower():
        return None
    return dict(_read(done.returncode, done.stdout, done.stderr))


def _listed(words: tuple[str, ...]) -> list[Thing]:
    done = ask((*words, "--output", "json"), "ask Azure")
    return list(_read(done.returncode, done.stdout, done.stderr))


def _read(status: int, said: str, complained: str) -> Any:
    if status:
        raise DeploymentError(
            f"Azure does not tell: {complained.strip()[-300:]}", "az login   and   az extension add --name ml"
        )
    return json.loads(said)
