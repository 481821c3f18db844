"""The manifests of a cluster: pods that scale, what is in front of them, and what they may do."""

from __future__ import annotations

import re
from typing import Any

from mlwright.core.errors import SettingsError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import HASH_KEY, LOG, Allowance, mib
from mlwright.shipping.image import PORT, USER

LABELS = "app.kubernetes.io"
DRAIN_S = 40
"""More than the service itself takes to answer what is in work."""

DEFAULT_MEMORY = "512m"
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
WAITING_MB = 500
"""Of a log that is copied elsewhere, in the pod; predictions and outcomes each."""

Thing = dict[str, Any]


def things(name: str, image: str, bundle: Bundle, replicas: int, most_replicas: int, given: Allowance) -> list[Thing]:
    """The manifests."""
    chosen = {f"{LABELS}/name": name}
    labels = chosen | {f"{LABELS}/managed-by": "mlwright", f"{LABELS}/version": bundle.bundle_id}

    def thing(version: str, kind: str, spec: Thing) -> Thing:
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels}, "spec": spec}

    policy = {
        "podSelector": {"matchLabels": chosen},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [_port(PORT, "TCP")]}],
        "egress": [{"ports": [_port(443, "TCP"), _port(53, "UDP"), _port(53, "TCP")]}] if given.url else [],
    }
    ports = [{"name": "http", "port": PORT, "targetPort": "http"}]
    return [
        thing("apps/v1", "Deployment", _deployment(name, image, chosen, labels, replicas, given)),
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


def each_pod(deployment: Thing) -> str:
    """What each pod gets, in words."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    limits = container["resources"]["limits"]
    told = [f"{one['name']}={one['value']}" for one in container["env"] if "value" in one]
    return ", ".join([f"each with {limits['cpu']} CPU", f"{limits['memory']} of memory", *told])


def _deployment(name: str, image: str, chosen: Thing, labels: Thing, replicas: int, given: Allowance) -> Thing:
    owned = {"fsGroup": USER} if given.log else {}
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": DRAIN_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
            **owned,
        },
        "containers": [_container(name, image, given)],
        "volumes": [
            {"name": "tokens", "secret": {"secretName": f"{name}-token", "optional": False}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
            *([{"name": "log", **_volume(given)}] if given.log else []),
        ],
    }
    return {
        "replicas": replicas,
        "selector": {"matchLabels": chosen},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }


def _volume(given: Allowance) -> Thing:
    """Where the log lies: in the pod until it is copied, or for good.

    Raises
    ------
    SettingsError
        If no PersistentVolumeClaim can have that name.
    """
    if given.url:
        return {"emptyDir": {"sizeLimit": f"{4 * (given.log_max_mb or WAITING_MB)}M"}}
    if not NAME.fullmatch(given.log or ""):
        raise SettingsError(
            f"The log of pods cannot be kept in {given.log!r}, which is neither a URL nor a PersistentVolumeClaim.",
            "--set log=s3://bucket/path   or the name of a claim that many pods can write to: --set log=asked",
        )
    return {"persistentVolumeClaim": {"claimName": given.log}}


def _container(name: str, image: str, given: Allowance) -> Thing:
    limit = mib(given.memory or DEFAULT_MEMORY)
    resources = {
        "requests": {"cpu": f"{250 * given.workers}m", "memory": f"{limit // 2}Mi"},
        "limits": {"cpu": str(given.workers), "memory": f"{limit}Mi"},
    }
    return {
        "name": "model",
        "image": image,
        "ports": [{"name": "http", "containerPort": PORT}],
        "env": _variables(name, given),
        **({"envFrom": [{"secretRef": {"name": f"{name}-log"}}]} if given.url else {}),
        "resources": resources,
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
            *([{"name": "log", "mountPath": LOG}] if given.log else []),
        ],
    }


def _variables(name: str, given: Allowance) -> list[Thing]:
    """What the service is told; each pod has a folder of its name in what many share."""
    shared = given.log is not None and given.url is None
    told = {
        "MLWRIGHT_TOKEN_FILE": "/tokens/tokens",
        **given.variables(f"{LOG}/$(POD_NAME)" if shared else LOG, WAITING_MB if given.url else None),
    }
    pod = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    key = {"name": HASH_KEY, "valueFrom": {"secretKeyRef": {"name": f"{name}-log", "key": HASH_KEY}}}
    return [
        *([pod] if shared else []),
        *({"name": variable, "value": value} for variable, value in told.items()),
        *([key] if given.log_hash else []),
    ]


def _port(number: int, protocol: str) -> Thing:
    return {"port": number, "protocol": protocol}


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
