"""The machine that the project is on."""

from __future__ import annotations

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.steps import Plan
from mlwright.shipping.targets import State, Target


class Local(Target):
    """The project folder itself: ``mlwright serve`` and ``mlwright predict`` take the champion from there."""

    title = "this machine"

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
