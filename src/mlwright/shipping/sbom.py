"""The list of all that a model brings along, in the form that scanners for known faults read: CycloneDX 1.6, JSON.

The same content gives the same bytes: there is no time in it, and its number follows from the rest.

References
----------
OWASP CycloneDX specification 1.6; https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from mlwright.shipping.parts import Part

SBOM = "sbom.cdx.json"
SPEC = "1.6"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mlwright:sbom")

Thing = dict[str, Any]


def write_sbom(
    name: str, parts: Iterable[Part], files: Mapping[str, str] | None = None, *, made_by: str, version: str = ""
) -> bytes:
    """The list as a file.

    Parameters
    ----------
    name, version : str
        Of what carries the parts; a bundle's own list has no version, for the bundle's name depends on it.
    parts : iterable of Part
    files : mapping of str to str, optional
        SHA-256 of the files of the model, by their path.
    made_by : str
        What made it, with its version.
    """
    parts = tuple(parts)
    carrier: Thing = {"type": "machine-learning-model", "bom-ref": "model", "name": name}
    maker, _, release = made_by.partition(" ")
    tools = {"components": [{"type": "application", "name": maker, "version": release}]}
    draft: Thing = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"tools": tools, "component": carrier | ({"version": version} if version else {})},
        "components": [*map(_library, parts), *(_file(path, sha256) for path, sha256 in sorted((files or {}).items()))],
        "dependencies": _dependencies(parts),
    }
    number = str(uuid.uuid5(NAMESPACE, json.dumps(draft, sort_keys=True)))
    return json.dumps({**draft, "serialNumber": f"urn:uuid:{number}"}, indent=1).encode()


def read_versions(sbom: bytes) -> dict[str, str]:
    """The packages that a list names, with their versions."""
    components = json.loads(sbom)["components"]
    return {one["name"]: one["version"] for one in components if one["type"] == "library"}


def _library(part: Part) -> Thing:
    licence: list[Thing] = []
    if part.expression:
        licence = [{"expression": part.expression}]
    elif part.licence:
        licence = [{"license": {"name": part.licence}}]
    told = {"type": "library", "bom-ref": _ref(part), "name": part.name, "version": part.version, "purl": _ref(part)}
    return told | ({"licenses": licence} if licence else {})


def _file(path: str, sha256: str) -> Thing:
    return {"type": "file", "bom-ref": path, "name": path, "hashes": [{"alg": "SHA-256", "content": sha256}]}


def _dependencies(parts: tuple[Part, ...]) -> list[Thing]:
    refs = {part.name: _ref(part) for part in parts}
    needed = {need for part in parts for need in part.needs}
    first = {"ref": "model", "dependsOn": sorted(ref for name, ref in refs.items() if name not in needed)}
    rest = [{"ref": _ref(part), "dependsOn": [refs[need] for need in part.needs if need in refs]} for part in parts]
    return [first, *rest]


def _ref(part: Part) -> str:
    return f"pkg:pypi/{part.name}@{part.version}"
