"""The service of one bundle: who may ask, what is answered, what is counted; the same behind every path."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.coded_rows import Coded, Form
from mlwright.scoring.kept_rows import Asked, ids_of
from mlwright.scoring.nested import flatten, inner_names
from mlwright.scoring.signature import trusted_key
from mlwright.shipping.serving.answering import Answer, Answerer
from mlwright.shipping.serving.by_column import ReadMany
from mlwright.shipping.serving.calls import Call, Reply, json_reply
from mlwright.shipping.serving.counters import Counters, Series
from mlwright.shipping.serving.extras import NOTHING, Extras, refuse_long_work
from mlwright.shipping.serving.guard import Guard
from mlwright.shipping.serving.inputs import InputSchema, Looked
from mlwright.shipping.serving.kept.log import PredictionLog
from mlwright.shipping.serving.layouts import Layouts
from mlwright.shipping.serving.protocols import Route, all_routes
from mlwright.shipping.serving.refusals import Refusal
from mlwright.shipping.serving.shadow import Shadow
from mlwright.shipping.serving.straight import MOST_FEW, ReadOne, Straight, odd_of
from mlwright.shipping.serving.succession import refuse_other_inputs
from mlwright.shipping.serving.tally import Tally, new_tally

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

log = logging.getLogger("mlwright.serving")

PAGES = ("/", "/docs", "/openapi.json", "/metrics", "/health", "/ready")
"""What the Flask application answers; the other paths are those of the protocols."""


Scored = list[tuple[list[float], Any]]
"""The scores of each record of a request, and the answer that follows from them."""


class Begun(NamedTuple):
    """Records of one request that were read: its id, when (seconds since 1970), and what is asked for beside answers.

    `read` is None where all of them must be looked at closely, and a list where they are few.
    """

    id: str
    at: float
    records: Sequence[Mapping[str, Any]]
    extras: Extras
    read: list[ReadOne] | ReadMany | None


class Service:
    """What all paths share.

    Parameters
    ----------
    bundle : Bundle
    settings : ServeSettings
    counts_folder : Path or None
        Where several processes of one service keep what they count.
    before : Service, optional
        Whose place it takes: what that has counted and keeps goes on.
    keeps : bool
        Whether this process seals the segments of its log itself; else one beside it does.

    Attributes
    ----------
    routes : dict of str to tuple of Route
        What the protocols answer, by path.
    """

    def __init__(
        self,
        bundle: Bundle,
        settings: ServeSettings,
        counts_folder: Path | None = None,
        before: Service | None = None,
        *,
        keeps: bool = True,
    ) -> None:
        self.answerer = Answerer(bundle)
        self.manifest = bundle.manifest
        self.settings = settings
        self.schema = InputSchema(self.manifest)
        self._straight = Straight(bundle.model.encoder, self.schema.readers, self.manifest.unused)
        self._most_few = MOST_FEW if bundle.model.is_looked_up else 1
        self._inner = inner_names((*self.schema.readers, *self.manifest.unused))
        self.layouts = Layouts([item.name for item in self.manifest.inputs], settings.max_records)
        self.routes: Mapping[str, tuple[Route, ...]] = all_routes(self)
        if before is None:
            self.guard = Guard(settings)
            self.counters = Counters(self.manifest, (*PAGES, *self.routes), counts_folder)
            self.log = self._new_log(keeps=keeps)
            self.shadow = self._new_shadow()
            self._form = self._new_form()
            return
        refuse_other_inputs(self.manifest, before.manifest)
        self.guard, self.counters, self.log, self.shadow = before.guard, before.counters, before.log, before.shadow
        self.counters.follow(self.manifest)
        self._form = self._new_form()

    def ask(self, call: Call, records: Sequence[Mapping[str, Any]], extras: Extras = NOTHING) -> list[Answer]:
        """Look at the records, answer each, count and keep what was asked and answered.

        Where a log is kept every answer has an id, by which its outcome can be reported: that of the request, with
        the place of the record behind it if there are several.

        Raises
        ------
        Refusal
            If the model is not ready, or a record is not as the contract says.
        """
        tally = new_tally()
        answers = self.finish(self.begin(call, records, extras), tally)
        self.conclude(tally)
        return answers

    def begin(self, call: Call, records: Sequence[Mapping[str, Any]], extras: Extras = NOTHING) -> Begun:
        """The first part of `ask`: read the records.

        Raises
        ------
        Refusal
            If the model is not ready.
        """
        self.check_ready()
        at = time.time()
        if self._inner:
            records = [flatten(record, self._inner) for record in records]
        return Begun(call.request_id, at, records, extras, self._read(records) if extras is NOTHING else None)

    def score(self, several: Sequence[Begun]) -> list[Scored | None]:
        """What the model says of requests of few records that were begun at the same moment; None of others."""
        few = [(begun.read, begun.records) for begun in several if isinstance(begun.read, list)]
        read = [one for of_request, _ in few for one in of_request]
        found = iter(self._scored(read, [record for _, records in few for record in records]))
        return [list(islice(found, len(b.read))) if isinstance(b.read, list) else None for b in several]

    def finish(self, begun: Begun, tally: Tally, scored: Scored | None = None) -> list[Answer]:
        """The last part of `ask`: answer; what is to be counted and kept goes to the tally.

        Parameters
        ----------
        begun : Begun
        tally : Tally
        scored : Scored, optional
            What `score` has found; else it is found now.

        Raises
        ------
        Refusal
            If a record is not as the contract says.
        """
        id, at, records, extras, read = begun
        found = None if read is None else self._answer_read(records, read, tally, scored)
        if read is None or found is None:
            answers, coded = self._answer_closely(records, extras), None
        else:
            answers, scores = found
            coded = self._form and self._coded(self._form, id, at, records, read, answers, scores)
        if self.log is not None:
            tally.kept.append(coded or Asked(id, at, self.manifest.bundle_id, records, answers))
            if self.shadow is not None:
                self.shadow.put(id, at, records, answers)
            if len(answers) == 1:
                answers[0]["id"] = id
            else:
                for own_id, answer in zip(ids_of(id, len(answers)), answers, strict=True):
                    answer["id"] = own_id
        return answers

    def conclude(self, tally: Tally) -> None:
        """Count and keep what was answered at the same moment."""
        self.counters.take(tally)
        if self.log is not None and tally.kept:
            self.log.keep(tally.kept)

    def _read(self, records: Sequence[Mapping[str, Any]]) -> list[ReadOne] | ReadMany | None:
        straight = self._straight
        return straight.read_few(records) if len(records) <= self._most_few else straight.read_many(records)

    def _scored(self, read: Sequence[ReadOne], records: Sequence[Mapping[str, Any]]) -> Scored:
        return self.answerer.bundle.score_several([one.encoded for one in read], records)

    def _answer_read(
        self, records: Sequence[Mapping[str, Any]], read: list[ReadOne] | ReadMany, tally: Tally, scored: Scored | None
    ) -> tuple[list[Answer], Any] | None:
        """Answers to records that are encoded already, and their scores; None if they must be answered otherwise."""
        if isinstance(read, ReadMany):
            return self._answer_many(records, read)
        looked = self.schema.look(records) if any(one.beside.is_told for one in read) else None
        if looked is not None and looked.hidden:
            return None
        scores, labels = zip(*(scored or self._scored(read, records)), strict=True)
        answers = self.answerer.told(scores, labels)
        if looked is not None:
            self._add_notes(answers, looked)
            self._count(answers, looked.counts)
        else:
            tally.classes.extend(map(self.answerer.class_of, answers))
            for one in read:
                tally.seen.extend(one.beside.seen)
        return answers, scores

    def _answer_many(self, records: Sequence[Mapping[str, Any]], read: ReadMany) -> tuple[list[Answer], Any]:
        """As `_answer_read` of several records."""
        answers, scores = self.answerer.answer_blocks(read.encoded, records)
        for place, notes in read.notes.items():
            answers[place]["notes"] = notes
        self._count(answers, read.counts)
        return answers, scores

    def _answer_closely(self, records: Sequence[Mapping[str, Any]], extras: Extras) -> list[Answer]:
        """Look at every value of every record, answer, and count."""
        refuse_long_work(extras, len(records))
        looked = self.schema.look(records)
        answers = self.answerer.answer(looked.taken(records), extras)
        self._add_notes(answers, looked)
        self._count(answers, looked.counts)
        return answers

    def _add_notes(self, answers: Sequence[Answer], looked: Looked) -> None:
        for place, notes in looked.notes.items():
            answers[place]["notes"] = [note.as_json() for note in notes]

    def _coded(
        self,
        form: Form,
        id: str,
        at: float,
        records: Sequence[Mapping[str, Any]],
        read: list[ReadOne] | ReadMany,
        answers: Sequence[Answer],
        scores: Any,
    ) -> Coded:
        """What the log keeps of records that were encoded."""
        straight, predictions = self._straight, [answer["prediction"] for answer in answers]
        if isinstance(read, ReadMany):
            return form.many(id, at, read.numbers, straight.kept_many(records, read), read.odd, predictions, scores)
        numbers = [one.numbers for one in read]
        return form.few(id, at, numbers, straight.kept_few(records, read), odd_of(read), predictions, scores)

    def close(self) -> None:
        """Write what waits to be kept; the service answers no more."""
        if self.shadow is not None:
            self.shadow.close()
        if self.log is not None:
            self.log.close()

    def _new_form(self) -> Form | None:
        """In which form the log gets what was read; None for records as they came."""
        if self.log is None or not (self._straight.is_possible and self.log.takes_codes):
            return None
        form = self._straight.form(self.manifest.bundle_id, self.answerer.bundle.classes or ())
        self.log.forms[form.bundle_id] = form
        return form

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

    def check_ready(self) -> None:
        """See that the model gives its stored answers.

        Raises
        ------
        Refusal
            If it does not.
        """
        if not self.answerer.is_ready:
            message = "The model answers its stored rows otherwise than it did where it was packed."
            raise Refusal("not_ready", message, "Pack the bundle on a machine like this one; the log says more.")

    def refuse(self, refusal: Refusal, call: Call, error: Exception) -> Reply:
        """A refusal as an answer; a fault of ours goes into the log and not to the caller."""
        self.counters.add("refusals_total", refusal.reason)
        if refusal.reason == "breaks_contract" and refusal.field:
            self.counters.add("contract_refusals_total", refusal.field)
        if refusal.reason == "internal":
            log.error("request %s failed", call.request_id, exc_info=error)
        headers: tuple[tuple[str, str], ...] = ()
        if refusal.reason == "token":
            kind = "Basic" if call.path in ("/", "/docs") else "Bearer"
            headers = (("WWW-Authenticate", f'{kind} realm="mlwright"'),)
        if refusal.reason in ("too_often", "busy"):
            headers = (("Retry-After", "1"),)
        return json_reply(refusal.body(), refusal.status, headers)

    def _count(self, answers: Sequence[Answer], seen: Mapping[Series, int]) -> None:
        counts: dict[Series, float] = {("rows_total", ()): len(answers), **seen}
        for name, count in self.answerer.count_classes(answers).items():
            counts["answers_total", (name,)] = count
        self.counters.add_each(counts)
