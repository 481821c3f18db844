"""The service for another WSGI server, such as gunicorn: it is told by the environment, as in a container.

``gunicorn --threads 8 "mlwright.shipping.serving.wsgi:application()"``. What the other server does with connections,
headers and slow callers is its own; a bundle that changes needs a restart; and of several processes each counts for
itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mlwright.scoring.signature import trusted_key
from mlwright.shipping.serving.absent import load_lightly
from mlwright.shipping.serving.container import options

if TYPE_CHECKING:
    from flask import Flask


def application(environment: Mapping[str, str] | None = None) -> Flask:
    """The application for the bundle that the environment names; see `container` for the variables.

    Raises
    ------
    SettingsError
        If a variable cannot be used, or there is no bundle.
    BundleError
        If the bundle cannot be loaded.
    """
    path, settings = options(os.environ if environment is None else environment, [])
    load_lightly()
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.serving.app import create_app

    return create_app(Bundle.load(path, signed_by=trusted_key(settings.require_signature)), settings)
