"""``mlwright doctor``: what is installed is told as it is."""

import platform
from importlib.metadata import version

from mlwright.faces import diagnosis


def test_the_facts_are_true(call):
    facts = call("doctor", "--json").json
    assert facts["mlwright"] == version("mlwright")
    assert facts["python"] == platform.python_version()
    found = {package["name"]: package["found"] for package in facts["packages"]}
    assert found["duckdb"] == version("duckdb")
    assert facts["memory_free_gb"] > 0
    assert facts["disk_free_gb"] > 0


def test_every_package_is_told(call):
    told = call("doctor").out
    for package in diagnosis.diagnose()["packages"]:
        assert package["name"] in told
        assert package["found"] in told


def test_a_missing_package_and_a_wrong_one_are_told(call, monkeypatch):
    monkeypatch.setattr(
        diagnosis,
        "requires",
        lambda name: ["no-such-package>=1", "typer<0.1", 'never-seen; extra == "postgresql"', "rich"],
    )
    facts = call("doctor", "--json").json
    assert [(package["name"], package["fits"]) for package in facts["packages"]] == [
        ("no-such-package", False),
        ("typer", False),
        ("rich", True),
    ]
    assert facts["extras"][0]["missing"] == ["never-seen"]
    told = call("doctor").out
    assert "missing" in told
    assert "does not fit" in told
    assert "pip install 'mlwright[postgresql]'" in told
