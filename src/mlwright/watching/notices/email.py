"""Mail."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

from mlwright.core.errors import NoticeRefused
from mlwright.watching.notices import TIMEOUT_S, Notice, Notifier


class Email(Notifier):
    """Sends mail by ``smtp://host:25/?from=...&to=...`` or ``smtps://``; several receivers with commas between them.

    With a user's name the connection is encrypted (STARTTLS) before it is sent.
    """

    title = "mail"

    @classmethod
    def accepts(cls, address: str) -> bool:
        """Whether it is the address of a mail server."""
        return address.startswith(("smtp://", "smtps://"))

    def send(self, notice: Notice) -> None:
        """Hand it to the server."""
        parts = urlsplit(self.address)
        said = parse_qs(parts.query)
        if not (said.get("from") and said.get("to") and parts.hostname):
            raise NoticeRefused("The address for mail lacks ?from=...&to=...", "Write smtp://host:25/?from=a@b&to=c@d")
        message = _message(notice, said["from"][0], said["to"][0])
        kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
        try:
            with kind(parts.hostname, parts.port or 0, timeout=TIMEOUT_S) as server:
                if parts.username:
                    if parts.scheme == "smtp":
                        server.starttls()
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            said_why = f"{parts.hostname} did not take the mail ({type(error).__name__})."
            raise NoticeRefused(said_why, "It is tried again later.") from None


def _message(notice: Notice, sender: str, receivers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(f"{notice.project}: {notice.title}".split())
    message["From"], message["To"] = sender, receivers
    message["Date"] = formatdate(notice.at)
    message["Message-ID"] = f"<{notice.id}@mlwright>"
    message.set_content(f"{notice.title}\n\n{notice.text}\n")
    return message
