"""The project itself."""

from __future__ import annotations

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.steps import Plan
from mlwright.shipping.targets import IN_THE_PROJECT, SERVE_SETTINGS, State, Target


class Project(Target):
    """The project folder: ``mlwright serve`` and ``mlwright predict`` take what is in use from there."""

    title = "the project itself"
    said = dict.fromkeys(SERVE_SETTINGS, IN_THE_PROJECT)

    def plan(self, bundle: Bundle) -> Plan:
        """Nothing: the bundle is where it is."""
        return Plan(bundle.folder, {}, (), str(bundle.folder))

    def removal(self, bundle: Bundle) -> Plan:
        """Nothing either."""
        return self.plan(bundle)

    def back(self, bundle: Bundle) -> Plan:
        """Nothing: the project's ledger says which bundle is in use."""
        return self.plan(bundle)

    def state(self, bundle: Bundle) -> State:
        """The bundle that was given: it lies there and is proved."""
        return State(
            bundles={bundle.bundle_id: 1.0},
            ready=True,
            address=str(bundle.folder),
            sentence=f"Bundle {bundle.bundle_id} lies in {bundle.folder} and is proved.",
        )
