"""Where a service listens: its address and its port."""

from __future__ import annotations

import errno
import socket

from mlwright.core.errors import SettingsError


def address_of(host: str) -> str:
    """The IP address of a host; IPv4 where it has both."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise SettingsError(
            f"There is no address of the name {host!r}.", "Use --host 127.0.0.1, or an address of this machine."
        ) from None
    addresses = [str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0] != socket.AF_INET)]
    return addresses[0]


def listening_socket(address: str, port: int) -> socket.socket:
    """A socket that listens there, on a free port for 0; all processes of a service share it.

    Raises
    ------
    SettingsError
        If another program listens there, or the address is none of this machine.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise _unusable_port(address, port, error) from None
    return listening


def _unusable_port(address: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Port {port} of {address} is taken by another program.",
            f"mlwright serve MODEL --port {port + 1 if port < 65535 else 8080}   (or --port 0 for any free one)",
        )
    return SettingsError(
        f"Port {port} of {address} cannot be used ({error.strerror}).",
        "Use a port above 1023 and an address of this machine, such as --host 127.0.0.1 --port 8080.",
    )
