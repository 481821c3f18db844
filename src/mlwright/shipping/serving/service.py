"""The service of one bundle: who may ask, what is answered, what is counted; the same behind every path."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.signature import trusted_key
from mlwright.shipping.serving.answering import Answerer
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.counters import Counters
from mlwright.shipping.serving.guard import Guard
from mlwright.shipping.serving.inputs import InputSchema
from mlwright.shipping.serving.kept.log import PredictionLog
from mlwright.shipping.serving.layouts import Layouts
from mlwright.shipping.serving.protocols import Route, all_routes
from mlwright.shipping.serving.questions import Questions
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.shadow import Shadow
from mlwright.shipping.serving.succession import refuse_other_inputs

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

log = logging.getLogger("mlwright.serving")

PAGES = ("/", "/docs", "/openapi.json", "/metrics", "/health", "/ready")
"""What the Flask application answers; the other paths are those of the protocols."""


class Service:
    """What all paths share.

    Parameters
    ----------
    bundle : Bundle
    settings : ServeSettings
    counts_folder : Path or None
        Where several processes of one service keep what they count.
    callers_key : bytes, optional
        By which those processes know callers; default: one of its own.
    before : Service, optional
        Whose place it takes: what that has counted and keeps goes on.
    keeps : bool
        Whether this process seals the segments of its log itself; else one beside it does.

    Attributes
    ----------
    routes : dict of str to tuple of Route
        What the protocols answer, by path.
    questions : Questions
        What is asked of the model.
    """

    def __init__(
        self,
        bundle: Bundle,
        settings: ServeSettings,
        counts_folder: Path | None = None,
        callers_key: bytes | None = None,
        before: Service | None = None,
        *,
        keeps: bool = True,
    ) -> None:
        self.answerer = Answerer(bundle)
        self.manifest = bundle.manifest
        self.settings = settings
        self.schema = InputSchema(self.manifest)
        self.layouts = Layouts(self.manifest.inputs, settings.max_records)
        self.routes: Mapping[str, tuple[Route, ...]] = all_routes(self)
        if before is None:
            self.guard = Guard(settings, counts_folder, callers_key)
            self.counters = Counters(self.manifest, (*PAGES, *self.routes), counts_folder)
            self.log = self._new_log(keeps=keeps)
            self.shadow = self._new_shadow()
        else:
            refuse_other_inputs(self.manifest, before.manifest)
            self.guard, self.counters, self.log, self.shadow = before.guard, before.counters, before.log, before.shadow
            self.counters.follow(self.manifest, (*PAGES, *self.routes))
        self.questions = Questions(bundle, self.answerer, self.schema, self.counters, self.log, self.shadow)

    def close(self) -> None:
        """Write what waits to be kept; the service answers no more."""
        if self.shadow is not None:
            self.shadow.close()
        if self.log is not None:
            self.log.close()

    def _new_log(self, *, keeps: bool) -> PredictionLog | None:
        if not self.settings.log.folder:
            return None
        return PredictionLog(self.manifest, self.settings.log, self._count_lost, keeps=keeps)

    def _new_shadow(self) -> Shadow | None:
        if self.settings.shadow is None:
            return None
        kept = self.settings.log
        if kept.folder is None:
            raise SettingsError(
                "The answers of a shadow are kept in the log, and the service has none.", "Name one: --log FOLDER"
            )
        key = trusted_key(self.settings.require_signature)
        other = type(self.answerer.bundle).load(self.settings.shadow, signed_by=key)
        return Shadow(other, self.manifest, Path(kept.folder), self.counters)

    def _count_lost(self, n_requests: int) -> None:
        self.counters.add("log_lost_total", by=n_requests)

    def all_routes(self) -> list[Route]:
        """What the protocols answer."""
        return [route for routes in self.routes.values() for route in routes]

    def refuse(self, refusal: Refusal, call: Call, error: Exception) -> Reply:
        """A refusal as an answer; a fault of ours goes into the log and not to the caller."""
        self.counters.add("refusals_total", refusal.reason)
        if refusal.reason in ("breaks_contract", "wrong_type") and refusal.field:
            self.counters.add("contract_refusals_total", refusal.field)
        if refusal.reason == "internal":
            log.error("request %s failed", call.request_id, exc_info=error)
        headers: tuple[tuple[str, str], ...] = ()
        if refusal.reason == "token":
            kind = "Basic" if call.path in ("/", "/docs") else "Bearer"
            headers = (("WWW-Authenticate", f'{kind} realm="mlwright"'),)
        if refusal.reason == "packed":
            headers = (("Accept-Encoding", "identity"),)
        if refusal.reason in ("too_often", "busy"):
            headers = (("Retry-After", str(refusal.wait_s)),)
        return json_reply(refusal.body(), refusal.status, headers)
