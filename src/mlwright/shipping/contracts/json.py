"""The contract as it is, for programs."""

from __future__ import annotations

from mlwright.records.contract import Contract
from mlwright.shipping.contracts import ContractForm


class Json(ContractForm):
    """The whole record as JSON, as it lies in a bundle's manifest."""

    title = "JSON"

    def write(self, contract: Contract, name: str) -> str:
        """All fields of all clauses."""
        return contract.model_dump_json(indent=1) + "\n"
