"""What is a matter of spelling in a name."""

from __future__ import annotations

import re
import unicodedata


def folded(name: str) -> str:
    """The name without what is a matter of spelling: capitals, spaces, accents, and hyphens and the like in words.

    Signs that carry a meaning are kept.

    >>> folded("São-Paulo "), folded("<50"), folded("C++"), folded("1-2")
    ('saopaulo', '<50', 'c++', '1-2')
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())
    if plain.isdigit() or not any(c.isalpha() for c in plain):
        return plain
    return re.sub(r"(?<=[^\W\d_])[\s_\-./,'’]+(?=[^\W\d_])|[.]$", "", plain)
