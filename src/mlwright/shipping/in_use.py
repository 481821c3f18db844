"""Which bundle a service in the background is to answer with: a file in its folder.

Beside it lies the lease that the process holds while it lives.
"""

from __future__ import annotations

from pathlib import Path

from mlwright.core.errors import DeploymentError
from mlwright.core.record import Record
from mlwright.core.store.blobs import explain_disk_errors

FILE, LEASE = "in_use.json", "lease"


class InUse(Record):
    """A bundle that is to answer; its places are as seen from the folder of the service, so that all may be moved.

    Parameters
    ----------
    bundle_id : str
    folder : str
        Of the bundle.
    home : str
        The project, or the folder in which a bundle of its own lies.
    port : int
        Where the service listens; 0 for any free port.
    before : InUse or None
        What it came after.
    """

    bundle_id: str
    folder: str
    home: str
    port: int
    before: InUse | None = None

    def after(self, before: InUse | None) -> InUse:
        """The same, behind what it comes after; no further back than that."""
        return self.model_copy(update={"before": before and before.model_copy(update={"before": None})})


def in_use_at(folder: Path) -> InUse | None:
    """What the service of a folder is to answer with; None where it is no such folder.

    Raises
    ------
    DeploymentError
        If the file cannot be read.
    """
    try:
        return InUse.model_validate_json((folder / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        raise DeploymentError(
            f"{folder / FILE} was changed by hand and cannot be read.", f"rm {folder / FILE}   and deploy again"
        ) from None


def write_in_use(folder: Path, in_use: InUse) -> None:
    """Say so from now on, at once."""
    with explain_disk_errors(folder):
        new = folder / f"{FILE}.new"
        new.write_text(in_use.model_dump_json(indent=1), "utf-8")
        new.replace(folder / FILE)
