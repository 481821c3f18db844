"""What some checks find in a table that a test builds in sight."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.testing.checks import look, open_specimen


@pytest.fixture
def find(tmp_path):
    """What some checks find in a table, by check."""

    def ask(columns, *names, **settings):
        values = {name: np.asarray(given).tolist() for name, given in columns.items()}
        opened = open_specimen(Specimen(values, settings=settings), tmp_path)
        return {name: found for name in names if (found := look(name, opened))}

    return ask
