"""A cluster of Kubernetes."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import Any

from mlwright.core.errors import DeploymentError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import PORT, USER, label
from mlwright.shipping.registry import RegistryImage
from mlwright.shipping.steps import Command, Plan, ask
from mlwright.shipping.targets import State, Target

FILE = "kubernetes.json"
KSERVE = "kserve.json"
LABELS = "app.kubernetes.io"
DRAIN_S = 40
"""More than the service itself takes to answer what is in work."""

Thing = dict[str, Any]


class Kubernetes(Target):
    """Pods that scale, behind a Service, under the "restricted" rules for pods and with no way out of the cluster.

    Callers send a token of the Secret NAME-token; changing the Secret needs no restart.

    Parameters
    ----------
    folder : Path, optional
    image : str, optional
        The name of the image in its registry.
    base, wheels, pushed : optional
        How the image is made; see `mlwright.shipping.registry.RegistryImage`.
    replicas, most_replicas : int
        Pods at least and at most.
    """

    title = "a Kubernetes cluster"

    def __init__(
        self,
        *,
        folder: Path | None = None,
        image: str | None = None,
        base: str | None = None,
        wheels: Path | None = None,
        pushed: bool = False,
        replicas: int = 2,
        most_replicas: int = 10,
    ) -> None:
        super().__init__(folder=folder)
        self.image = RegistryImage(image, base, wheels, pushed)
        self.replicas = replicas
        self.most_replicas = most_replicas

    def plan(self, bundle: Bundle) -> Plan:
        """Build and push the image, and apply the manifests; a rollout that fails is rolled back."""
        image = self.image.name(bundle)
        name, folder = label(bundle.name), self.place(bundle, "kubernetes")
        manifests = things(name, image, bundle, self.replicas, self.most_replicas)
        everything = {"apiVersion": "v1", "kind": "List", "items": manifests}
        apply = (
            f"kubectl apply -f {quote(str(folder / FILE))} && kubectl rollout status deployment/{name} --timeout=180s"
        )
        return Plan(
            folder,
            {
                **self.image.files(bundle),
                FILE: json.dumps(everything, indent=1).encode(),
                KSERVE: json.dumps(
                    inference_service(manifests[0], self.replicas, self.most_replicas), indent=1
                ).encode(),
            },
            (
                *self.image.steps(bundle, folder),
                Command(
                    "find the tokens of those who may ask",
                    ("kubectl", "get", "secret", f"{name}-token"),
                    remedy=f"kubectl create secret generic {name}-token --from-file=tokens=FILE   (one token a line)",
                ),
                Command(
                    "apply the manifests, and go back to those before if the new pods do not become ready",
                    ("sh", "-c", f"{apply} || {{ kubectl rollout undo deployment/{name}; exit 1; }}"),
                ),
            ),
            _address(name),
        )

    def removal(self, bundle: Bundle) -> Plan:
        """Delete everything but the Secret."""
        kinds = "deployment,service,horizontalpodautoscaler,poddisruptionbudget,networkpolicy"
        words = ("kubectl", "delete", kinds, "--selector", f"app.kubernetes.io/name={label(bundle.name)}")
        return Plan(self.place(bundle, "kubernetes"), {}, (Command("delete what was applied", words),), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Roll out the pods before again."""
        name = label(bundle.name)
        steps = (
            Command("roll out the pods before", ("kubectl", "rollout", "undo", f"deployment/{name}")),
            Command(
                "wait until they are ready", ("kubectl", "rollout", "status", f"deployment/{name}", "--timeout=180s")
            ),
        )
        return Plan(self.place(bundle, "kubernetes"), {}, steps, _address(name))

    def state(self, bundle: Bundle) -> State:
        """What the cluster says of the Deployment."""
        name = label(bundle.name)
        done = ask(("kubectl", "get", "deployment", name, "--output", "json"), "ask the cluster")
        if done.returncode and "NotFound" in done.stderr:
            return State(sentence=f"There is no Deployment {name}.")
        if done.returncode:
            raise DeploymentError(f"The cluster does not tell: {done.stderr.strip()[-300:]}", "kubectl cluster-info")
        found = json.loads(done.stdout)
        now = found["spec"]["template"]["metadata"]["labels"][f"{LABELS}/version"]
        wanted, ready = found["spec"]["replicas"], found.get("status", {}).get("readyReplicas", 0)
        return State(
            bundles={now: 1.0},
            ready=ready >= wanted,
            address=_address(name),
            sentence=f"Deployment {name} holds bundle {now}; {ready} of {wanted} pods are ready.",
        )


def _address(name: str) -> str:
    return f"http://{name}:{PORT} inside the cluster"


def things(name: str, image: str, bundle: Bundle, replicas: int, most_replicas: int) -> list[Thing]:
    """The manifests."""
    chosen = {f"{LABELS}/name": name}
    labels = chosen | {f"{LABELS}/managed-by": "mlwright", f"{LABELS}/version": bundle.bundle_id}

    def thing(version: str, kind: str, spec: Thing) -> Thing:
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}

    policy = {
        "podSelector": {"matchLabels": chosen},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": PORT, "protocol": "TCP"}]}],
        "egress": [],
    }
    ports = [{"name": "http", "port": PORT, "targetPort": "http"}]
    return [
        thing("apps/v1", "Deployment", _deployment(name, image, chosen, labels, replicas)),
        thing("v1", "Service", {"selector": chosen, "ports": ports}),
        thing("autoscaling/v2", "HorizontalPodAutoscaler", _scaling(name, replicas, most_replicas)),
        thing("policy/v1", "PodDisruptionBudget", {"maxUnavailable": 1, "selector": {"matchLabels": chosen}}),
        thing("networking.k8s.io/v1", "NetworkPolicy", policy),
    ]


def inference_service(deployment: Thing, replicas: int, most_replicas: int) -> Thing:
    """The same pods for a cluster with KServe, which makes the rest itself; applied in place of the others.

    References
    ----------
    https://kserve.github.io/website/docs/reference/crd-api (`InferenceService`, a custom predictor)
    """
    pod = deployment["spec"]["template"]["spec"]
    container = pod["containers"][0] | {"name": "kserve-container"}
    predictor = pod | {"minReplicas": replicas, "maxReplicas": most_replicas, "containers": [container]}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": deployment["metadata"],
        "spec": {"predictor": predictor},
    }


def _deployment(name: str, image: str, chosen: Thing, labels: Thing, replicas: int) -> Thing:
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": DRAIN_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(image)],
        "volumes": [
            {"name": "tokens", "secret": {"secretName": f"{name}-token", "optional": False}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    return {
        "replicas": replicas,
        "selector": {"matchLabels": chosen},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }


def _container(image: str) -> Thing:
    return {
        "name": "model",
        "image": image,
        "ports": [{"name": "http", "containerPort": PORT}],
        "env": [{"name": "MLWRIGHT_TOKEN_FILE", "value": "/tokens/tokens"}],
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
        "startupProbe": _probe("/health", 2, 30),
        "livenessProbe": _probe("/health", 10, 3),
        "readinessProbe": _probe("/ready", 5, 2),
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tokens", "mountPath": "/tokens", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  an empty folder of the pod's own
        ],
    }


def _probe(path: str, period_s: int, failures: int) -> Thing:
    return {"httpGet": {"path": path, "port": "http"}, "periodSeconds": period_s, "failureThreshold": failures}


def _scaling(name: str, replicas: int, most_replicas: int) -> Thing:
    usage = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": replicas,
        "maxReplicas": most_replicas,
        "metrics": [usage],
    }
