"""The machine that the project is on."""

from __future__ import annotations

from mlwright.scoring.bundle import Bundle
from mlwright.shipping.targets import Plan, Target


class Local(Target):
    """The project folder itself: ``mlwright serve`` and ``mlwright predict`` take the champion from there."""

    title = "this machine"

    def plan(self, bundle: Bundle) -> Plan:
        """Nothing: the bundle is where it is."""
        return Plan(bundle.folder, {}, (), str(bundle.folder))

    def removal(self, bundle: Bundle) -> Plan:
        """Nothing either."""
        return self.plan(bundle)
