"""A model registry of MLflow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlwright.core.errors import DeploymentError, ExtraMissing
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.image import label, packed_versions, scoring_code
from mlwright.shipping.steps import Call, Plan
from mlwright.shipping.targets import SERVE_SETTINGS, State, Target

if TYPE_CHECKING:
    from mlflow import MlflowClient

TAG, BEFORE = "mlwright.bundle", "mlwright.before"
LOADER = "mlwright.scoring.pyfunc"
MAX_VERSIONS = 1000


class MLflow(Target):
    """A version of a registered model, and the alias by which others find the one in use.

    What is logged is the bundle itself and the few parts of mlwright that answer: no pickle, no training code, and
    ``mlflow models serve -m models:/NAME@champion`` gives the same answers.

    Parameters
    ----------
    folder : Path, optional
    tracking : str, optional
        Where MLflow keeps its books; default: ``MLFLOW_TRACKING_URI``.
    name : str, optional
        Of the registered model; default: that of the project.
    alias : str
    """

    title = "a model registry of MLflow"
    unsaid = dict.fromkeys(
        SERVE_SETTINGS, "A registry keeps models; what serves one from there has options of its own."
    )

    def __init__(
        self,
        *,
        folder: Path | None = None,
        tracking: str | None = None,
        name: str | None = None,
        alias: str = "champion",
    ) -> None:
        super().__init__(folder=folder)
        self.tracking = tracking
        self.name = name
        self.alias = alias

    def plan(self, bundle: Bundle) -> Plan:
        """Log and register the bundle, and give it the alias."""
        name = self._name(bundle)
        steps = (
            Call(
                "log the bundle and register it, unless a version of it is there",
                f"log_model and register {name} ({bundle.bundle_id})",
                lambda: self._register(bundle, name),
            ),
            Call(
                "let it be found by the alias, and remember which was found before",
                f"set_registered_model_alias {name} {self.alias}",
                lambda: self._call(bundle, name),
            ),
        )
        return Plan(self.place(bundle, "mlflow"), {}, steps, self._address(name))

    def removal(self, bundle: Bundle) -> Plan:
        """Take the alias away; the versions stay."""
        name = self._name(bundle)
        step = Call(
            "take the alias away", f"delete_registered_model_alias {name} {self.alias}", lambda: self._hide(name)
        )
        return Plan(self.place(bundle, "mlflow"), {}, (step,), "nowhere")

    def back(self, bundle: Bundle) -> Plan:
        """Give the alias to the version that had it before."""
        name = self._name(bundle)
        step = Call(
            "let the version before be found again",
            f"set_registered_model_alias {name} {self.alias}",
            lambda: self._go_back(name),
        )
        return Plan(self.place(bundle, "mlflow"), {}, (step,), self._address(name))

    def state(self, bundle: Bundle) -> State:
        """Which version has the alias."""
        name = self._name(bundle)
        with _in_words():
            now = self._aliased(name)
            if now is None:
                return State(sentence=f"No version of {name} has the alias {self.alias}.")
            before = now.tags.get(BEFORE)
            earlier = self._client().get_model_version(name, before).tags.get(TAG) if before else None
        sentence = f"Version {now.version} of {name} has the alias {self.alias}."
        return State(
            bundles={str(now.tags.get(TAG, "unknown")): 1.0},
            before=earlier,
            ready=now.status == "READY",
            address=self._address(name),
            sentence=sentence,
        )

    def _name(self, bundle: Bundle) -> str:
        return self.name or label(bundle.name)

    def _address(self, name: str) -> str:
        return f"models:/{name}@{self.alias}"

    def _register(self, bundle: Bundle, name: str) -> None:
        with _in_words(), tempfile.TemporaryDirectory(prefix="mlwright-mlflow-") as code:
            import mlflow

            if self._version_of(bundle, name) is not None:
                return
            client = self._client()
            for path, content in scoring_code().items():
                (Path(code) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(code) / path).write_bytes(content)
            mlflow.set_tracking_uri(client.tracking_uri)
            with mlflow.start_run(run_name=f"mlwright {bundle.bundle_id}"):
                mlflow.log_params({"target": bundle.target, "task": bundle.task, "verdict": bundle.decision.verdict})
                mlflow.log_metrics({one.name: one.model.value for one in bundle.evaluation.metrics})
                mlflow.pyfunc.log_model(
                    name="model",
                    loader_module=LOADER,
                    data_path=str(bundle.folder),
                    code_paths=[f"{code}/mlwright"],
                    pip_requirements=[f"{package}=={number}" for package, number in packed_versions(bundle).items()],
                    registered_model_name=name,
                    metadata={TAG: bundle.bundle_id, "made_by": f"mlwright {version('mlwright')}"},
                )
            newest = max(self._versions(name), key=lambda one: int(one.version))
            client.set_model_version_tag(name, newest.version, TAG, bundle.bundle_id)

    def _call(self, bundle: Bundle, name: str) -> None:
        with _in_words():
            client, now, wanted = self._client(), self._aliased(name), self._version_of(bundle, name)
            assert wanted is not None
            if now is not None and now.version == wanted.version:
                return
            if now is not None:
                client.set_model_version_tag(name, wanted.version, BEFORE, now.version)
            client.set_registered_model_alias(name, self.alias, wanted.version)

    def _go_back(self, name: str) -> None:
        with _in_words():
            now = self._aliased(name)
            before = None if now is None else now.tags.get(BEFORE)
            if before is None:
                raise DeploymentError(f"No version of {name} had the alias {self.alias} before.", "mlwright status")
            self._client().set_registered_model_alias(name, self.alias, before)

    def _hide(self, name: str) -> None:
        with _in_words():
            if self._aliased(name) is not None:
                self._client().delete_registered_model_alias(name, self.alias)

    def _version_of(self, bundle: Bundle, name: str) -> Any:
        return next((one for one in self._versions(name) if one.tags.get(TAG) == bundle.bundle_id), None)

    def _versions(self, name: str) -> list[Any]:
        return list(self._client().search_model_versions(f"name='{name}'", max_results=MAX_VERSIONS))

    def _aliased(self, name: str) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return self._client().get_model_version_by_alias(name, self.alias)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None
            raise

    def _client(self) -> MlflowClient:
        from mlflow import MlflowClient

        return MlflowClient(self.tracking)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what MLflow raises into an error that says what to do."""
    try:
        from mlflow.exceptions import MlflowException
    except ModuleNotFoundError:
        raise ExtraMissing("MLflow is not installed.", "pip install 'mlwright[mlflow]'") from None
    try:
        yield
    except MlflowException as error:
        raise DeploymentError(f"MLflow says: {str(error).splitlines()[0]}", "export MLFLOW_TRACKING_URI=...") from None
