"""Messages in a channel."""

from __future__ import annotations

from mlwright.watching.notices import Notice, Notifier
from mlwright.watching.notices._posting import post

MOST_LETTERS = 2900
"""A section of a message holds 3,000."""


class Slack(Notifier):
    """Posts a message as Slack's incoming webhooks take it (Mattermost's and Rocket.Chat's do too).

    References
    ----------
    https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """

    title = "a channel of Slack, Mattermost or Rocket.Chat"

    @classmethod
    def accepts(cls, address: str) -> bool:
        """Whether it begins with ``slack:``."""
        return address.startswith("slack:")

    def send(self, notice: Notice) -> None:
        """Post it."""
        head = f"{notice.project}: {notice.title}"
        text = notice.text[:MOST_LETTERS] or " "
        blocks = [
            {"type": "section", "text": {"type": "plain_text", "text": head[:MOST_LETTERS]}},
            {"type": "section", "text": {"type": "plain_text", "text": text}},
        ]
        post(self.address.removeprefix("slack:"), {"text": head, "blocks": blocks}, {})
