from __future__ import annotations

import pytest

from mlwright.judging.probes import PROBES
from mlwright.testing.probes import check_probe


@pytest.mark.parametrize("name", PROBES.names())
def test_probe_keeps_its_contract(name: str) -> None:
    check_probe(PROBES.get(name))
