"""Text that cannot steer a terminal."""

from __future__ import annotations

_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
"""A visible sign for every control character, so that a name in the data cannot steer the terminal."""


def visible(text: str) -> str:
    r"""Text of which every control character can be seen.

    >>> visible("\x1b[31mred")
    '␛[31mred'
    """
    return text.translate(_PICTURES)
