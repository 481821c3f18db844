"""JSON for programs."""

from __future__ import annotations

from mlwright.watching.notices import Notice, Notifier
from mlwright.watching.notices._posting import post


class Webhook(Notifier):
    """Posts the notice as JSON to an address that begins with ``http://`` or ``https://``.

    The id is sent as ``Idempotency-Key`` too.
    """

    title = "a program that takes JSON"

    @classmethod
    def accepts(cls, address: str) -> bool:
        """Whether it is the address of a web server."""
        return address.startswith(("http://", "https://"))

    def send(self, notice: Notice) -> None:
        """Post it."""
        post(self.address, notice.model_dump(mode="json"), {"Idempotency-Key": notice.id})
