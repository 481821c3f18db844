"""Whether a bundle is what the holder of a key has signed.

The signature is that of minisign over ``manifest.json``, which holds the hash of every other file: it lies beside it as
``manifest.json.minisig``, and ``minisign -Vm manifest.json -P KEY`` reads it too.

References
----------
Denis, F. Minisign: signature format; https://jedisct1.github.io/minisign/
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from mlwright.core.errors import BundleError, ExtraMissing, SettingsError
from mlwright.scoring.folder import MANIFEST, SIGNATURE

PLAIN, HASHED = b"Ed", b"ED"
ID_BYTES, KEY_BYTES, SIGNATURE_BYTES = 8, 32, 64
TRUSTED = "trusted comment: "
_SIGN = "mlwright sign BUNDLE --key KEY_FILE"


class PublicKey(NamedTuple):
    """What a signature is checked with.

    Parameters
    ----------
    key_id : bytes
        By which a signature says which key it needs; 8 bytes.
    key : bytes
        Of Ed25519; 32 bytes.
    """

    key_id: bytes
    key: bytes

    @classmethod
    def read(cls, given: str) -> PublicKey:
        """A key, or the file that holds it (``minisign.pub``).

        Raises
        ------
        SettingsError
            If it is no public key of minisign.
        """
        text = given.strip()
        if Path(text).is_file():
            lines = Path(text).read_text("utf-8", errors="replace").strip().splitlines()
            text = lines[-1].strip() if lines else ""
        data = _decoded(text)
        if len(data) != len(PLAIN) + ID_BYTES + KEY_BYTES or not data.startswith(PLAIN):
            raise SettingsError(
                "The public key is none of minisign: 56 letters that begin with RW, or a file that ends with them.",
                "mlwright sign --new-key FILE   makes a pair",
            )
        return cls(data[2:10], data[10:])

    def text(self) -> str:
        """As minisign writes it."""
        return base64.b64encode(PLAIN + self.key_id + self.key).decode()


def check_signature(folder: Path, key: str) -> str:
    """See that the holder of the key signed the manifest, and return the comment that is signed with it.

    Whether the other files are what the manifest says is seen where the bundle is loaded.

    Parameters
    ----------
    folder : Path
        Of the bundle.
    key : str
        The public key, or the file that holds it.

    Raises
    ------
    BundleError
        If there is no signature, or it is of another key, or of something else.
    SettingsError
        If the key is none.
    ExtraMissing
        If the package that checks signatures is not installed.
    """
    public = PublicKey.read(key)
    path = folder / SIGNATURE
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"The bundle {folder} is not signed, and only a signed one may be used.", _SIGN)
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    head, whole = (_decoded(lines[1]), _decoded(lines[3])) if len(lines) >= 4 else (b"", b"")
    method, key_id, signature = head[:2], head[2 : 2 + ID_BYTES], head[2 + ID_BYTES :]
    is_form = len(signature) == len(whole) == SIGNATURE_BYTES and lines[2].startswith(TRUSTED)
    if not is_form or method not in (PLAIN, HASHED):
        raise BundleError(f"{SIGNATURE} of the bundle {folder} is no signature of minisign.", _SIGN)
    if key_id != public.key_id:
        raise BundleError(f"The bundle {folder} is signed with another key than the one that is trusted.", _SIGN)
    comment = lines[2].removeprefix(TRUSTED)
    manifest = (folder / MANIFEST).read_bytes()
    signed = digest(manifest) if method == HASHED else manifest
    if not (_holds(public, signature, signed) and _holds(public, whole, signature + comment.encode())):
        raise BundleError(f"The signature of the bundle {folder} is not of this manifest.", _SIGN)
    return comment


def digest(data: bytes) -> bytes:
    """What is signed of large files."""
    return hashlib.blake2b(data).digest()


def trusted_key(given: str | None) -> str | None:
    """The public key from ``env:NAME``, or as it is given.

    Raises
    ------
    SettingsError
        If the variable is not set.
    """
    kind, _, name = (given or "").partition(":")
    if kind != "env":
        return given
    if not os.environ.get(name):
        raise SettingsError(f"The variable {name} holds no public key.", f"export {name}=RW...")
    return os.environ[name]


def _holds(public: PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ModuleNotFoundError:
        raise ExtraMissing(
            "Signatures are checked by the package cryptography, which is not installed.",
            "pip install 'mlwright[sign]'",
        ) from None
    try:
        Ed25519PublicKey.from_public_bytes(public.key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _decoded(text: str) -> bytes:
    """The bytes that a text in base64 says; none if it is not the one way of writing them."""
    text = text.strip()
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""
