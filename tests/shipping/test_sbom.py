"""The list of parts names every package, in a form that scanners read."""

from __future__ import annotations

import json
from importlib.metadata import version

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from mlwright.shipping.parts import parts
from mlwright.shipping.sbom import read_versions, write_sbom

FILES = {"model/a.txt": "ab" * 32}


def listed() -> bytes:
    return write_sbom(
        "churn", parts(["flask", "numpy"]).values(), FILES, made_by="mlwright 0.1.0", version="3f2a9c71d0e4"
    )


def test_it_is_what_the_standard_wants() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed().decode()) is None


def test_what_is_needed_by_what_is_needed_is_named_with_its_version_and_licence() -> None:
    found = json.loads(listed())
    libraries = {one["name"]: one for one in found["components"] if one["type"] == "library"}
    assert libraries.keys() >= {"flask", "numpy", "werkzeug", "markupsafe", "click"}
    assert libraries["markupsafe"]["purl"] == f"pkg:pypi/markupsafe@{version('markupsafe')}"
    assert [name for name, one in libraries.items() if not one.get("licenses")] == []
    needs = {one["ref"]: one["dependsOn"] for one in found["dependencies"]}
    assert libraries["werkzeug"]["purl"] in needs[libraries["flask"]["purl"]]
    assert sorted(needs["model"]) == sorted([libraries["flask"]["purl"], libraries["numpy"]["purl"]])


def test_the_files_of_the_model_are_named_with_their_hashes() -> None:
    (file,) = [one for one in json.loads(listed())["components"] if one["type"] == "file"]
    assert (file["name"], file["hashes"]) == ("model/a.txt", [{"alg": "SHA-256", "content": "ab" * 32}])


def test_the_same_content_gives_the_same_bytes_and_another_another_number() -> None:
    other = write_sbom("churn", parts(["numpy"]).values(), made_by="mlwright 0.1.0")
    assert listed() == listed()
    assert json.loads(listed())["serialNumber"] != json.loads(other)["serialNumber"]


def test_versions_are_read_back() -> None:
    assert read_versions(listed())["numpy"] == version("numpy")


def test_what_is_not_installed_is_left_out() -> None:
    assert parts(["no-such-package-at-all"]) == {}
