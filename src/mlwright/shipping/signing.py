"""Signs bundles, with keys and signatures in minisign's form.

A key file holds the secret key as minisign writes it: under a password, or (``minisign -W``) as it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlwright.core.errors import ExtraMissing, SettingsError
from mlwright.records.bundle import Manifest
from mlwright.scoring.folder import MANIFEST, SIGNATURE, read_folder
from mlwright.scoring.signature import HASHED, PLAIN, TRUSTED, PublicKey, check_signature, digest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCRYPT, NO_PASSWORD, BLAKE2 = b"Sc", b"\0\0", b"B2"
SALT_BYTES, NUMBER_BYTES, SECRET_BYTES, SEED_BYTES = 32, 8, 104, 32
OPERATIONS, MEMORY = 33_554_432, 1_073_741_824
BLOCK, SPARE_BYTES = 8, 64 << 20
"""What minisign asks of scrypt: 1 GB of memory, about three seconds."""


class SecretKey(NamedTuple):
    """What bundles are signed with.

    Parameters
    ----------
    key_id : bytes
    seed : bytes
        Of Ed25519; 32 bytes.
    """

    key_id: bytes
    seed: bytes

    @property
    def public(self) -> PublicKey:
        """What others check with."""
        return PublicKey(self.key_id, self.pair().public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """A plain signature."""
        return self.pair().sign(data)

    def pair(self) -> Ed25519PrivateKey:
        """The key as the library has it."""
        try:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        except ModuleNotFoundError:
            raise ExtraMissing(
                "Bundles are signed by the package cryptography, which is not installed.",
                "pip install 'mlwright[sign]'",
            ) from None
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def new_key(path: Path, password: str | None = None) -> PublicKey:
    """Make a pair of keys: the secret one in a file that only its owner may read, the public one in ``PATH.pub``.

    Parameters
    ----------
    path : Path
    password : str, optional
        Without one the file itself is the secret.

    Raises
    ------
    SettingsError
        If there is such a file already.
    """
    key = SecretKey(secrets.token_bytes(8), secrets.token_bytes(SEED_BYTES))
    public = key.public
    text = f"untrusted comment: mlwright secret key\n{base64.b64encode(_locked(key, password)).decode()}\n"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        raise SettingsError(f"{path} is there already; no key is written over.", "Name another file.") from None
    said = f"untrusted comment: mlwright public key {public.key_id[::-1].hex().upper()}"
    path.with_name(f"{path.name}.pub").write_text(f"{said}\n{public.text()}\n")
    return public


def read_key(path: Path, password: str | None = None) -> SecretKey:
    """The secret key in a file of minisign.

    Raises
    ------
    SettingsError
        If it is none, or the password does not open it.
    """
    try:
        lines = path.read_text("utf-8").strip().splitlines()
        data = base64.b64decode(lines[-1], validate=True)
    except (OSError, UnicodeDecodeError, IndexError, binascii.Error) as error:
        raise SettingsError(f"{path} holds no secret key: {error}.", "mlwright sign --new-key FILE") from None
    if len(data) != 6 + SALT_BYTES + 2 * NUMBER_BYTES + SECRET_BYTES or data[:2] != PLAIN or data[4:6] != BLAKE2:
        raise SettingsError(f"{path} holds no secret key of minisign.", "mlwright sign --new-key FILE")
    salt, operations, memory = data[6:38], _number(data[38:46]), _number(data[46:54])
    secret = data[54:]
    if data[2:4] == SCRYPT:
        secret = _mixed(secret, _needed(password), salt, operations, memory)
    key = SecretKey(secret[:8], secret[8 : 8 + SEED_BYTES])
    if secret[72:] != _checksum(key.key_id, secret[8:72]):
        raise SettingsError(f"The password does not open the key {path}.", "Give the password that it was made with.")
    return key


def sign(folder: Path, key: SecretKey) -> str:
    """Sign the bundle in a folder, and return the comment that is signed with it; a signature before is replaced.

    Every file is proved by its hash first. The comment names the bundle.

    Raises
    ------
    BundleError
        If the bundle is changed or incomplete.
    """
    manifest, _ = read_folder(folder)
    signature, comment = key.sign(digest((folder / MANIFEST).read_bytes())), _comment(manifest)
    lines = (
        "untrusted comment: signature of a bundle of mlwright",
        base64.b64encode(HASHED + key.key_id + signature).decode(),
        f"{TRUSTED}{comment}",
        base64.b64encode(key.sign(signature + comment.encode())).decode(),
    )
    (folder / SIGNATURE).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return check_signature(folder, key.public.text())


def _comment(manifest: Manifest) -> str:
    """What is signed with the manifest, on one line."""
    name = " ".join(manifest.name.split())
    return f"bundle {manifest.bundle_id} of {name}, made {manifest.made_at}"


def _locked(key: SecretKey, password: str | None) -> bytes:
    both = key.seed + key.public.key
    secret = key.key_id + both + _checksum(key.key_id, both)
    if password is None:
        return PLAIN + NO_PASSWORD + BLAKE2 + bytes(SALT_BYTES + 2 * NUMBER_BYTES) + secret
    salt = secrets.token_bytes(SALT_BYTES)
    limits = OPERATIONS.to_bytes(NUMBER_BYTES, "little") + MEMORY.to_bytes(NUMBER_BYTES, "little")
    return PLAIN + SCRYPT + BLAKE2 + salt + limits + _mixed(secret, password, salt, OPERATIONS, MEMORY)


def _mixed(secret: bytes, password: str, salt: bytes, operations: int, memory: int) -> bytes:
    """A secret and a stream that follows from the password, one over the other: locks and unlocks."""
    n, p = _cost(operations, memory)
    stream = hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=BLOCK, p=p, maxmem=memory + SPARE_BYTES, dklen=len(secret)
    )
    return bytes(one ^ other for one, other in zip(secret, stream, strict=True))


def _cost(operations: int, memory: int) -> tuple[int, int]:
    """Scrypt's N and p, as libsodium takes them from limits of operations and memory."""
    operations = max(operations, 32_768)
    small = operations < memory // 32
    most = (operations // (BLOCK * 4)) if small else (memory // (BLOCK * 128))
    bits = next(bits for bits in range(1, 63) if 1 << bits > most // 2)
    n = 1 << bits
    return n, 1 if small else min(operations // 4 // n, 0x3FFFFFFF) // BLOCK


def _checksum(key_id: bytes, both: bytes) -> bytes:
    return hashlib.blake2b(PLAIN + key_id + both, digest_size=32).digest()


def _needed(password: str | None) -> str:
    if password is None:
        raise SettingsError("The key is locked by a password.", "export MLWRIGHT_KEY_PASSWORD=...   and sign again")
    return password


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
