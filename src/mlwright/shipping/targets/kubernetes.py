"""A cluster of Kubernetes."""

from __future__ import annotations

import json
from typing import Any

from mlwright.core.errors import SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import Command, Plan, Target, label
from mlwright.shipping.targets.docker import PORT, context, default_image

FILE = "kubernetes.json"
USER = 10_001
REPLICAS, MOST_REPLICAS = 2, 10
DRAIN_S = 40
"""More than the service itself takes to answer what is in work."""

Thing = dict[str, Any]


class Kubernetes(Target):
    """Pods that scale, behind a Service, under the "restricted" rules for pods and with no way out of the cluster.

    Callers send a token of the Secret NAME-token; changing the Secret needs no restart.
    """

    title = "a Kubernetes cluster"

    def plan(self, bundle: Bundle) -> Plan:
        """Build and push the image, and apply the manifests; a rollout that fails is rolled back."""
        if not self.image or "/" not in self.image:
            wanted = default_image(bundle)
            raise SettingsError(
                "A cluster takes images from a registry, and none is named.", f"--image REGISTRY/{wanted}"
            )
        name, folder = label(bundle.name), self.place(bundle, "kubernetes")
        manifests = {"apiVersion": "v1", "kind": "List", "items": things(name, self.image, bundle)}
        apply = f"kubectl apply -f {folder / FILE} && kubectl rollout status deployment/{name} --timeout=180s"
        return Plan(
            folder,
            {**context(bundle), FILE: json.dumps(manifests, indent=1).encode()},
            (
                Command("build the image", ("docker", "build", "--tag", self.image, str(folder))),
                Command("push the image", ("docker", "push", self.image)),
                Command(
                    f"find the tokens (kubectl create secret generic {name}-token --from-file=tokens=FILE)",
                    ("kubectl", "get", "secret", f"{name}-token"),
                ),
                Command(
                    "apply the manifests, and go back to those before if the new pods do not become ready",
                    ("sh", "-c", f"{apply} || {{ kubectl rollout undo deployment/{name}; exit 1; }}"),
                ),
            ),
            f"http://{name}:{PORT} inside the cluster",
        )

    def removal(self, bundle: Bundle) -> Plan:
        """Delete everything but the Secret."""
        kinds = "deployment,service,horizontalpodautoscaler,poddisruptionbudget,networkpolicy"
        words = ("kubectl", "delete", kinds, "--selector", f"app.kubernetes.io/name={label(bundle.name)}")
        return Plan(self.place(bundle, "kubernetes"), {}, (Command("delete what was applied", words),), "nowhere")


def things(name: str, image: str, bundle: Bundle) -> list[Thing]:
    """The manifests."""
    chosen = {"app.kubernetes.io/name": name}
    labels = chosen | {"app.kubernetes.io/managed-by": "mlwright", "app.kubernetes.io/version": bundle.bundle_id}

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
        thing("apps/v1", "Deployment", _deployment(name, image, chosen, labels)),
        thing("v1", "Service", {"selector": chosen, "ports": ports}),
        thing("autoscaling/v2", "HorizontalPodAutoscaler", _scaling(name)),
        thing("policy/v1", "PodDisruptionBudget", {"maxUnavailable": 1, "selector": {"matchLabels": chosen}}),
        thing("networking.k8s.io/v1", "NetworkPolicy", policy),
    ]


def _deployment(name: str, image: str, chosen: Thing, labels: Thing) -> Thing:
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
            {"name": "tokens", "secret": {"secretName": f"{name}-token"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    return {
        "replicas": REPLICAS,
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


def _scaling(name: str) -> Thing:
    usage = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": REPLICAS,
        "maxReplicas": MOST_REPLICAS,
        "metrics": [usage],
    }
