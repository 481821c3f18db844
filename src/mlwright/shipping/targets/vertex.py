"""An endpoint of Vertex AI on Google Cloud, through its HTTP interface."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from mlwright.core.errors import DeploymentError, ExtraMissing, SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import PORT, label
from mlwright.shipping.registry import RegistryImage
from mlwright.shipping.sharing import back, before_of, check_share, shared
from mlwright.shipping.steps import Call, Plan
from mlwright.shipping.targets import IN_THE_IMAGE, LOG_SETTINGS, State, Target

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
PREDICT, HEALTH = "/vertex:predict", "/ready"
MISSING = 404
TIMEOUT_S, LOOK_S = 60.0, 5.0

Thing = dict[str, Any]


class Vertex(Target):
    """A model, an endpoint, and the model deployed at the endpoint beside the one before; Google lets callers in.

    The account is the one of ``gcloud auth application-default login`` or of the machine; no key is written anywhere.

    Parameters
    ----------
    folder : Path, optional
    image : str, optional
        The name of the image in Artifact Registry.
    base, wheels, pushed : optional
        How the image is made; see `mlwright.shipping.registry.RegistryImage`.
    project : str, optional
        The project of Google Cloud.
    region : str
    machine : str
        The type of machine.
    replicas, most_replicas : int
        Machines at least and at most.
    share : float
        The share of requests that the bundle answers, above 0, in whole per cent.
    wait_s : float
        How long one request to Google may take to be carried out.
    api : str, optional
        Where Vertex AI is asked; default: that of the region.
    """

    title = "an endpoint of Vertex AI"
    unsaid = {
        **dict.fromkeys(
            ("workers", "max_per_s", "max_per_s_each", "max_records", "max_body_bytes", "require_signature"),
            IN_THE_IMAGE,
        ),
        **dict.fromkeys(
            ("host", "port", "token", "behind_gate"), "Vertex AI asks at a port of its own, and Google lets callers in."
        ),
        **dict.fromkeys(
            LOG_SETTINGS, "Containers of Vertex AI lose their folders; its own request-response logging keeps requests."
        ),
        "shadow": "An image holds one bundle; deploy the other one with a share of the requests.",
    }

    def __init__(
        self,
        *,
        folder: Path | None = None,
        image: str | None = None,
        base: str | None = None,
        wheels: Path | None = None,
        pushed: bool = False,
        project: str | None = None,
        region: str = "europe-west1",
        machine: str = "n1-standard-2",
        replicas: int = 1,
        most_replicas: int = 2,
        share: float = 1.0,
        wait_s: float = 1800.0,
        api: str | None = None,
    ) -> None:
        super().__init__(folder=folder)
        self.image = RegistryImage(image, base, wheels, pushed)
        self.project = project
        self.region = region
        self.machine = machine
        self.replicas = replicas
        self.most_replicas = most_replicas
        self.share = share
        self.wait_s = wait_s
        self.api = api

    def plan(self, bundle: Bundle) -> Plan:
        """Push the image, upload the model, make the endpoint, deploy the model there and share the requests."""
        check_share(self.share)
        image, folder, there = self.image.name(bundle), self.place(bundle, "vertex"), self._there(bundle)
        resources = self.resources()
        steps = (
            *self.image.steps(bundle, folder),
            Call(
                "upload the model if there is none for this bundle",
                f"POST {there.parent}/models:upload of {image}",
                lambda: there.make("models", model_id(bundle), ":upload", upload(bundle, image)),
            ),
            Call(
                "make the endpoint if there is none",
                f"POST {there.parent}/endpoints?endpointId={there.name}",
                lambda: there.make("endpoints", there.name, f"?endpointId={there.name}", {"displayName": there.name}),
            ),
            Call(
                f"deploy the model and let it answer {self.share:.0%} of the requests; one from before is kept",
                f"POST {there.parent}/endpoints/{there.name}:deployModel",
                lambda: there.use(bundle.bundle_id, model_id(bundle), self.share, resources),
            ),
        )
        return Plan(folder, self.image.files(bundle), steps, there.address)

    def removal(self, bundle: Bundle) -> Plan:
        """Take the models off the endpoint, which is what costs, and delete it; the models stay in the registry."""
        there = self._there(bundle)
        step = Call(
            "take the models off and delete the endpoint", f"DELETE {there.parent}/endpoints/{there.name}", there.delete
        )
        return Plan(self.place(bundle, "vertex"), {}, (step,), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Give all requests to the model that is kept from before."""
        there = self._there(bundle)
        what = f"PATCH {there.parent}/endpoints/{there.name} trafficSplit"
        step = Call("give all requests to the bundle before", what, lambda: there.share(back(there.traffic())))
        return Plan(self.place(bundle, "vertex"), {}, (step,), there.address)

    def state(self, bundle: Bundle) -> State:
        """What the endpoint says of its traffic."""
        there = self._there(bundle)
        if there.endpoint() is None:
            return State(sentence=f"There is no endpoint {there.name}.")
        now = there.traffic()
        return State(
            bundles={name: per_cent / 100 for name, per_cent in now.items() if per_cent},
            before=before_of(now),
            ready=bool(now),
            address=there.address,
            sentence=f"Endpoint {there.name} holds {len(now)} models.",
        )

    def resources(self) -> Thing:
        """The machines, as ``deployModel`` takes them."""
        machines = {"minReplicaCount": self.replicas, "maxReplicaCount": self.most_replicas}
        return {"dedicatedResources": {"machineSpec": {"machineType": self.machine}, **machines}}

    def _there(self, bundle: Bundle) -> There:
        if not self.project:
            raise SettingsError("The project of Google Cloud is not named.", "--set project=NAME")
        api = self.api or f"https://{self.region}-aiplatform.googleapis.com/v1"
        return There(api, f"projects/{self.project}/locations/{self.region}", endpoint_id(bundle), self.wait_s)


class There:
    """An endpoint of a project in a region.

    Parameters
    ----------
    api : str
    parent : str
        The project and the region, as Google names them.
    name : str
    wait_s : float
    """

    def __init__(self, api: str, parent: str, name: str, wait_s: float) -> None:
        self.api = api
        self.parent = parent
        self.name = name
        self.wait_s = wait_s

    @property
    def address(self) -> str:
        """Where the model answers."""
        return f"{self.api}/{self.parent}/endpoints/{self.name}:predict"

    def make(self, kind: str, name: str, how: str, body: Thing) -> None:
        """Make a model or an endpoint, unless it is there."""
        if self._ask("GET", f"{kind}/{name}") is None:
            self._done(self._ask("POST", f"{kind}{how}", body))

    def use(self, bundle_id: str, model: str, share: float, resources: Thing) -> None:
        """Deploy a model unless it is there, give it its share, and take off those that are not kept."""
        now = self.traffic()
        wanted = shared(now, bundle_id, share)
        if bundle_id not in now:
            deployed = {"model": f"{self.parent}/models/{model}", "displayName": bundle_id, **resources}
            ids = self._ids()
            split = {ids[name]: per_cent for name, per_cent in wanted.items() if name != bundle_id and per_cent}
            body = {"deployedModel": deployed, "trafficSplit": {"0": wanted[bundle_id], **split}}
            self._done(self._ask("POST", f"endpoints/{self.name}:deployModel", body))
        self.share(wanted)
        for name, number in self._ids().items():
            if name not in wanted:
                self._done(self._ask("POST", f"endpoints/{self.name}:undeployModel", {"deployedModelId": number}))

    def share(self, wanted: dict[str, int]) -> None:
        """Share the requests, unless they are so."""
        now = self.traffic()
        if {name: now.get(name) for name in wanted} != wanted:
            ids = self._ids()
            split = {ids[name]: per_cent for name, per_cent in wanted.items() if per_cent}
            self._ask("PATCH", f"endpoints/{self.name}?updateMask=trafficSplit", {"trafficSplit": split})

    def delete(self) -> None:
        """Take the models off and delete the endpoint, if it is there."""
        if self.endpoint() is None:
            return
        for number in self._ids().values():
            self._done(self._ask("POST", f"endpoints/{self.name}:undeployModel", {"deployedModelId": number}))
        self._done(self._ask("DELETE", f"endpoints/{self.name}"))

    def endpoint(self) -> Thing | None:
        """What Google says of the endpoint; None if there is none."""
        return self._ask("GET", f"endpoints/{self.name}")

    def traffic(self) -> dict[str, int]:
        """Per cent of the requests by bundle, of all that are deployed."""
        split = (self.endpoint() or {}).get("trafficSplit", {})
        return {name: int(split.get(number, 0)) for name, number in self._ids().items()}

    def _ids(self) -> dict[str, str]:
        """Google's numbers of the deployed models, by bundle."""
        return {one["displayName"]: one["id"] for one in (self.endpoint() or {}).get("deployedModels", ())}

    def _done(self, operation: Thing | None) -> None:
        """Wait until Google has carried out what it was asked."""
        deadline = time.monotonic() + self.wait_s
        while operation and not operation.get("done"):
            if time.monotonic() > deadline:
                raise DeploymentError(f"Vertex AI took longer than {self.wait_s:g} s.", "mlwright status")
            time.sleep(min(LOOK_S, self.wait_s / 100))
            operation = self._ask("GET", operation["name"].removeprefix(f"{self.parent}/"))
        if operation and "error" in operation:
            raise DeploymentError(f"Vertex AI says: {operation['error'].get('message', 'no reason is told')}")

    def _ask(self, method: str, path: str, body: Thing | None = None) -> Thing | None:
        url = f"{self.api}/{self.parent}/{path}"
        session, refusals = _session()
        try:
            reply = session.request(method, url, json=body, timeout=TIMEOUT_S)
        except (OSError, refusals) as error:
            raise DeploymentError(f"Vertex AI cannot be asked: {error}.", f"curl {self.api}") from None
        if reply.status_code == MISSING and method == "GET":
            return None
        if not reply.ok:
            raise DeploymentError(f"Vertex AI says {reply.status_code}: {reply.text[:300]}", "gcloud ai endpoints list")
        found: Thing = reply.json()
        return found


def upload(bundle: Bundle, image: str) -> Thing:
    """What ``models:upload`` takes."""
    container = {"imageUri": image, "ports": [{"containerPort": PORT}], "predictRoute": PREDICT, "healthRoute": HEALTH}
    labels = {"bundle": bundle.bundle_id, "made-by": "mlwright"}
    model = {"displayName": model_id(bundle), "containerSpec": container, "labels": labels}
    return {"modelId": model_id(bundle), "model": model}


def endpoint_id(bundle: Bundle) -> str:
    """The name of the endpoint of a project, which begins with a letter."""
    plain = label(bundle.name)
    return plain if plain[0].isalpha() else f"m-{plain}"[:50].strip("-")


def model_id(bundle: Bundle) -> str:
    """The name of the model of a bundle: at most 63 letters."""
    return f"{endpoint_id(bundle)[:50].strip('-')}-{bundle.bundle_id}"


def _session() -> tuple[Any, type[Exception]]:
    """A session that sends the token of the account with every request, and what it raises if there is none."""
    try:
        import google.auth
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import AuthorizedSession
    except ModuleNotFoundError:
        raise ExtraMissing(
            "Google's accounts are asked by google-auth, which is not installed.", "pip install 'mlwright[vertex]'"
        ) from None
    try:
        account, _ = google.auth.default(scopes=[SCOPE])
    except GoogleAuthError as error:
        raise DeploymentError(
            f"Google knows no account here: {str(error).rstrip('.')}.", "gcloud auth application-default login"
        ) from None
    return AuthorizedSession(account), GoogleAuthError
