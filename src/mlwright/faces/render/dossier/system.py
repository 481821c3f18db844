"""Points 1(a) to 1(h): what the system is."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.words import listing
from mlwright.faces.render.dossier.blocks import Block, Grid, Known, Told


def purpose(known: Known) -> Iterator[Block]:
    """What it answers, and which version it is."""
    roles, run = known.facts.profile.roles, known.facts.run
    what = f"one of {listing(map(repr, roles.classes), 12)}" if roles.classes else "a number"
    yield Told(f"What the model answers: {roles.target!r}, {what}, for one case at a time.", "profile")
    version = known.facts.bundle.bundle_id if known.facts.bundle else "none was packed"
    yield Told(f"Version: bundle {version}, made by run {run.run_id}.", "bundle")
    if known.facts.deployment is not None:
        yield Told(known.facts.deployment.sentence, "deployment")


def interplay(known: Known) -> Iterator[Block]:
    """What it takes and gives."""
    yield Told(
        "It takes cases as JSON over HTTP, or as files on the command line, and answers with a prediction, its "
        "probabilities or range, and notes on cases unlike anything seen. It calls no other system by itself.",
        "bundle",
    )


def versions(known: Known) -> Iterator[Block]:
    """The packages it was made with."""
    if known.manifest is None:
        return
    making = known.manifest.making
    packages = {**known.manifest.packages, **(making.packages if making else {})}
    yield Grid(("package", "version"), sorted(packages.items()), "bundle: manifest")
    if making is not None:
        yield Told(
            f"Made with Python {making.python} on {making.machine}, with seed {making.seed}.", "bundle: manifest"
        )
    yield Told("Loading checks the hash of every file and refuses a bundle that was changed.", "bundle: manifest")


def forms(known: Known) -> Iterator[Block]:
    """The forms in which it can be had."""
    yield Told(
        "A folder of files without code (the bundle), a service over HTTP, a container image, and exports to ONNX, C, "
        "SQL and Python, each proved equal to the model on stored rows before it is handed out.",
        "bundle",
    )


def hardware(known: Known) -> Iterator[Block]:
    """What it needs to run."""
    bundle = known.facts.bundle
    if bundle is not None:
        yield Told(
            f"One processor core suffices: a case is answered in {bundle.single_row_ms:.2f} ms, the bundle takes "
            f"{bundle.size_bytes / 1e6:.1f} MB. No accelerator is needed.",
            "bundle",
        )


def interface(known: Known) -> Iterator[Block]:
    """What people see."""
    yield Told("The service has a form for one case, made from the contract, and pages of its interface.", "bundle")


def use(known: Known) -> Iterator[Block]:
    """How it is used, and what comes next."""
    yield Told(
        "The model card and report.html say what it is good for and where it fails; `mlwright serve` starts the "
        "service, `mlwright predict` answers a file, `mlwright explain` gives the reasons of one answer.",
        "decision",
    )
    yield from (Told(step, "decision: next_steps") for step in known.facts.decision.next_steps)
