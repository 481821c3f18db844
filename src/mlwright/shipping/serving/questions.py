"""What is asked of the model of one bundle: read, scored with what waits beside it, answered, counted and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from mlwright.scoring.coded_rows import CodedRequest, Form
from mlwright.scoring.kept_rows import Asked, ids_of
from mlwright.scoring.nested import flatten, inner_names
from mlwright.shipping.serving.answering import Answer, Answerer
from mlwright.shipping.serving.by_column import ReadMany
from mlwright.shipping.serving.calls import Call
from mlwright.shipping.serving.counted import Series
from mlwright.shipping.serving.counters import Counters
from mlwright.shipping.serving.extras import NOTHING, Extras, refuse_long_work
from mlwright.shipping.serving.inputs import InputSchema, Looked
from mlwright.shipping.serving.kept.log import PredictionLog
from mlwright.shipping.serving.shadow import Shadow
from mlwright.shipping.serving.straight import MOST_FEW, ReadOne, Straight
from mlwright.shipping.serving.tally import Tally

if TYPE_CHECKING:
    from mlwright.scoring.bundle import Bundle

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


class Questions:
    """Answers in two parts, so that requests that wait at the same moment are scored together.

    Where a log is kept every answer has an id, by which its outcome can be reported: that of the request, with the
    place of the record behind it if there are several.

    Parameters
    ----------
    bundle : Bundle
    answerer : Answerer
    schema : InputSchema
    counters : Counters
    log : PredictionLog, optional
    shadow : Shadow, optional
    """

    def __init__(
        self,
        bundle: Bundle,
        answerer: Answerer,
        schema: InputSchema,
        counters: Counters,
        log: PredictionLog | None,
        shadow: Shadow | None,
    ) -> None:
        self._bundle, self._answerer, self._schema = bundle, answerer, schema
        self._counters, self._log, self._shadow = counters, log, shadow
        unused = bundle.manifest.unused
        self._straight = Straight(bundle.model.encoder, schema.readers, unused)
        self._most_few = MOST_FEW if bundle.model.is_looked_up else 1
        self._inner = inner_names((*schema.readers, *unused))
        self._form = self._new_form()

    def begin(self, call: Call, records: Sequence[Mapping[str, Any]], extras: Extras = NOTHING) -> Begun:
        """The first part: read the records.

        Raises
        ------
        Refusal
            If the model is not ready.
        """
        self._answerer.check_ready()
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
        """The last part: answer; what is to be counted and kept goes to the tally.

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
        coded: CodedRequest | None = None
        if read is None:
            answers, records = self._answer_closely(records, extras)
        elif isinstance(read, ReadMany):
            answers, coded = self._answer_many(begun, read)
        else:
            answers, coded = self._answer_few(begun, read, tally, scored)
        if self._log is not None:
            if coded is not None:
                tally.ids.append(id)
                tally.coded.append(coded)
            else:
                tally.asked.append(Asked(id, at, self._bundle.bundle_id, records, answers))
            if self._shadow is not None:
                self._shadow.put(id, at, records, answers)
            if len(answers) == 1:
                answers[0]["id"] = id
            else:
                for own_id, answer in zip(ids_of(id, len(answers)), answers, strict=True):
                    answer["id"] = own_id
        return answers

    def conclude(self, tally: Tally) -> None:
        """Count and keep what was answered at the same moment."""
        self._counters.take(tally)
        if self._log is not None and tally.asked:
            self._log.keep(tally.asked)
        if self._log is not None and self._form is not None and tally.coded:
            self._log.keep([self._form.together(tally.ids, tally.coded)])

    def _read(self, records: Sequence[Mapping[str, Any]]) -> list[ReadOne] | ReadMany | None:
        straight = self._straight
        return straight.read_few(records) if len(records) <= self._most_few else straight.read_many(records)

    def _scored(self, read: Sequence[ReadOne], records: Sequence[Mapping[str, Any]]) -> Scored:
        return self._bundle.score_several([one.encoded for one in read], records)

    def _answer_few(
        self, begun: Begun, read: list[ReadOne], tally: Tally, scored: Scored | None
    ) -> tuple[list[Answer], CodedRequest | None]:
        """Answers to records that were read one by one, and what the log keeps of them."""
        records = begun.records
        looked = self._schema.look(records) if any(one.beside.is_told for one in read) else None
        scores, labels = zip(*(scored or self._scored(read, records)), strict=True)
        answers = self._answerer.told(scores, labels)
        if looked is not None:
            self._add_notes(answers, looked)
            self._count(answers, looked.counts)
        else:
            tally.classes.extend(map(self._answerer.class_of, answers))
            for one in read:
                tally.seen.extend(one.beside.seen)
        if self._form is None:
            return answers, None
        return answers, self._straight.kept_few(self._form, begun.at, records, read, labels, scores)

    def _answer_many(self, begun: Begun, read: ReadMany) -> tuple[list[Answer], CodedRequest | None]:
        """As `_answer_few` of records that were read column by column."""
        answers, decided, scores = self._answerer.answer_blocks(read.encoded, begun.records)
        for place, notes in read.notes.items():
            answers[place]["notes"] = notes
        self._count(answers, read.counts)
        if self._form is None:
            return answers, None
        return answers, self._straight.kept_many(self._form, begun.at, begun.records, read, decided, scores)

    def _answer_closely(
        self, records: Sequence[Mapping[str, Any]], extras: Extras
    ) -> tuple[list[Answer], Sequence[Mapping[str, Any]]]:
        """Look at every value of every record, answer, and count; with the records as they may be kept."""
        refuse_long_work(extras, len(records))
        looked = self._schema.look(records)
        answers = self._answerer.answer(looked.taken(records), extras)
        self._add_notes(answers, looked)
        self._count(answers, looked.counts)
        return answers, looked.kept(records)

    def _add_notes(self, answers: Sequence[Answer], looked: Looked) -> None:
        for place, notes in looked.notes.items():
            answers[place]["notes"] = [note.as_json() for note in notes]

    def _new_form(self) -> Form | None:
        """In which form the log gets what was read; None for records as they came."""
        if self._log is None or not (self._straight.is_possible and self._log.takes_codes):
            return None
        form = self._straight.form(self._bundle.bundle_id, self._bundle.classes or ())
        self._log.forms[form.bundle_id] = form
        return form

    def _count(self, answers: Sequence[Answer], seen: Mapping[Series, int]) -> None:
        counts: dict[Series, float] = {("rows_total", ()): len(answers), **seen}
        for name, count in self._answerer.count_classes(answers).items():
            counts["answers_total", (name,)] = count
        self._counters.add_each(counts)
