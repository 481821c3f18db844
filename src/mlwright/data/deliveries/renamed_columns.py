"""Columns that go by another name."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.deliveries import DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then
from mlwright.data.deliveries._renames import renames
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import listing
from mlwright.records.findings import Finding

SHOWN = 6


class RenamedColumns(DeliveryCheck):
    """Columns that are gone while a new one has their name but for capitals and signs, or a like name and like values.

    See `_renames.renames`.
    """

    severity = "critical"
    title = "Columns have another name"
    action = (
        "Give them their old names, or ask whether they still mean the same: the model knows columns by their names."
    )

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for those that are required, one for the rest."""
        found = renames(tables)
        for required, severity in ((True, self.severity), (False, "note")):
            names = [clause.name for clause in tables.lost if clause.name in found and clause.required == required]
            if names:
                told = listing([f"'{name}' seems to be '{found[name]}' now" for name in names], SHOWN)
                finding = self.found(f"{told}: names or names and values are alike.", *names)
                yield finding.model_copy(update={"severity": severity})

    @staticmethod
    def speaks() -> Specimen:
        """The weight is called Weight_kg."""
        return Specimen(then(), {"weight_kg" if name == "weight" else name: values for name, values in now().items()})

    @staticmethod
    def quiet() -> Specimen:
        """The weight is gone, and there is a column that has nothing to do with it."""
        rest = {name: values for name, values in now().items() if name != "weight"}
        return Specimen(then(), rest | {"remarks": [f"remark {row}" for row in range(400)]})
