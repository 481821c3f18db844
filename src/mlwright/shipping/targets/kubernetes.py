"""A cluster of Kubernetes."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote

from mlwright.core.errors import DeploymentError
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import HASH_KEY, NOTHING_GIVEN, OPTIONS, Allowance
from mlwright.shipping.image import PORT, label
from mlwright.shipping.registry import RegistryImage
from mlwright.shipping.steps import Command, Plan, ask
from mlwright.shipping.targets import State, Target
from mlwright.shipping.targets._manifests import LABELS, each_pod, inference_service, things

FILE = "kubernetes.json"
KSERVE = "kserve.json"


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
    given : Allowance
        What each pod is given; each field is an option. Its log is kept in a PersistentVolumeClaim, in a folder of the
        pod's name, or copied to a URL by what the Secret NAME-log says of who may write there. Of the memory (default:
        512m) half is asked for when a pod is placed; it may take as many processors as it has workers.
    """

    title = "a Kubernetes cluster"
    said = {
        **{name: f"`--set {option}`" for name, option in OPTIONS.items()},
        "token": "the Secret `NAME-token`",
        "log.hash_key": f"`{HASH_KEY}` in the Secret `NAME-log`",
    }
    unsaid = {
        "host": "Pods listen to their cluster; the NetworkPolicy and an Ingress of yours say who reaches them.",
        "port": "The Service answers at port 8080 of its own name; an Ingress of yours may answer at another one.",
        "behind_gate": "Other pods of the cluster reach them too, so callers send a token of the Secret.",
        "shadow": "An image holds one bundle; deploy the other one under a name of its own.",
    }

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
        given: Allowance = NOTHING_GIVEN,
    ) -> None:
        super().__init__(folder=folder)
        self.image = RegistryImage(image, base, wheels, pushed)
        self.replicas = replicas
        self.most_replicas = most_replicas
        self.given = given

    def plan(self, bundle: Bundle) -> Plan:
        """Build and push the image, and apply the manifests; a rollout that fails is rolled back."""
        self.given.check(bundle)
        image = self.image.name(bundle)
        name, folder = label(bundle.name), self.place(bundle, "kubernetes")
        manifests = things(name, image, bundle, self.replicas, self.most_replicas, self.given)
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
                *_finding_log(name, self.given),
                Command(
                    f"apply the manifests ({self.replicas} to {self.most_replicas} pods, {each_pod(manifests[0])}), "
                    "and go back to those before if the new pods do not become ready",
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


def _finding_log(name: str, given: Allowance) -> tuple[Command, ...]:
    """Find what the pods need to keep their log."""
    if not given.log:
        return ()
    found: list[Command] = []
    if given.url or given.log_hash:
        lines = [*(["AWS_ACCESS_KEY_ID=..."] if given.url else []), *([f"{HASH_KEY}=..."] if given.log_hash else [])]
        why = "find who may write the log to its store" if given.url else "find the key of the log's hashes"
        remedy = f"kubectl create secret generic {name}-log --from-env-file=FILE   ({', '.join(lines)}, one a line)"
        found.append(Command(why, ("kubectl", "get", "secret", f"{name}-log"), remedy=remedy))
    if not given.url:
        words = ("kubectl", "get", "persistentvolumeclaim", given.log)
        remedy = f"Make a PersistentVolumeClaim {given.log} that many pods can write to (ReadWriteMany)."
        found.append(Command("find the volume of the log", words, remedy=remedy))
    return tuple(found)
