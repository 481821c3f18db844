"""A shop whose customers change their mind: rows for tests of what follows a deployment."""

from types import SimpleNamespace

import numpy as np
import pytest

from mlwright import Project
from mlwright.core.store.ledger import Ledger

TOML = """
[project]
target = "bought"
[collect]
source = "shop.csv"
[train]
families = ["linear"]
candidates = 1
experience = false
"""


def shop(n, seed, *, turned=False, labels=1.0):
    """Lines of a CSV file: who bought, by visits and age; where `turned`, those who visit much buy less."""
    rng = np.random.default_rng(seed)
    ages, visits = rng.normal(45, 12, n).round(3), rng.normal(3, 1, n).round(4)
    lift = 2.0 * (visits - 3) * (-1 if turned else 1)
    says = rng.random(n) < 1 / (1 + np.exp(-lift))
    known = rng.random(n) < labels
    words = np.where(known, np.where(says, "yes", "no"), "")
    lines = [f"{age},{seen},{word}" for age, seen, word in zip(ages, visits, words, strict=True)]
    return "\n".join(["age,visits,bought", *lines]) + "\n"


def opened_shop(folder, n=600, toml=TOML):
    """A project with a model in use."""
    folder.mkdir(exist_ok=True)
    (folder / "shop.csv").write_text(shop(n, 0))
    (folder / "mlwright.toml").write_text(toml)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    project.approve("for the test")
    return project


@pytest.fixture(scope="session")
def a_shop():
    return SimpleNamespace(toml=TOML, rows=shop, opened=opened_shop)


class Killed(BaseException):
    """What a kill looks like from within."""


@pytest.fixture
def killed():
    """What is raised in place of the second entry that an operator makes, see `dies_after_one_entry`."""
    return Killed


@pytest.fixture
def dies_after_one_entry():
    """Lets who works from now on make one entry in the diary or the history, and die before the second."""

    def patch(patched):
        append, left = Ledger.append, [1]

        def dying(self, kind, **fields):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return append(self, kind, **fields)

        patched.setattr(Ledger, "append", dying)

    return patch
