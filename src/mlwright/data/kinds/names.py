"""What the name of a column says about it."""

from __future__ import annotations

import re


def listed(text: str) -> tuple[str, ...]:
    """The words of a list that is written as one text."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """`listed`, as a set."""
    return frozenset(listed(text))


_ID_ENDINGS = frozenset({"id", "ids", "uuid", "guid", "uid", "identifier", "key", "code"})
_ID_NAMES = word_set(
    """index idx rownames rowname rownum rowid row number no nr num ref reference serial hash token url email
    phone ssn isbn iban vin"""
)
_PHONES = frozenset({"phone", "telephone", "mobile", "fax"})
_AREA_WORDS = frozenset({"zip", "postal", "post", "postcode", "area"})
_MOMENT_WORDS = word_set(
    """date time day datetime timestamp dt ts when created updated modified month week at on until since dob
    birthday born"""
)
_EVENT_WORDS = word_set(
    """created timestamp event transaction order ordered purchase purchased sale sold visit admission booking
    booked departure pickup trip logged recorded measured observed observation reading tweet posted"""
)
_PRIVATE_MOMENTS = word_set(
    """birth born birthday dob expiry expires expiration due end until valid hired hire joined join start signup
    registered founded built death"""
)
_ENTITY_WORDS = word_set(
    """user customer client patient subject person household family member account student pupil participant
    speaker respondent employee passenger driver player session device
    individual resident citizen voter applicant borrower policyholder donor visitor infant
    machine engine order invoice basket cart visit trip
    animal rat mouse cow pig sheep chick chicken litter"""
)
_COUNT_WORDS = word_set(
    """count counts n num number amount total sum age price cost salary income revenue sales rings demand
    quantity qty duration minutes hours days years year size length weight height score visits claims children kids
    goals calls accidents crashes incidents injuries deaths births arrests absences complaints"""
)
_CLASS_WORDS = frozenset({"class", "label", "type", "category", "species", "cluster", "segment", "kind", "group"})


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters.

    >>> words_of("customerID"), words_of("tweet_created"), words_of("PULocationID2")
    (('customer', 'id'), ('tweet', 'created'), ('pu', 'location', 'id', '2'))
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(word.casefold() for word in re.findall(r"[^\W\d_]+|[0-9]+", apart))


def says_id(name: str) -> bool:
    """Whether the name is that of something that tells rows apart."""
    words = words_of(name)
    if not words:
        return True
    return (
        words[-1] in _ID_ENDINGS or words[0] in {"id", "uuid", "unnamed"} or words[-1] in _ID_NAMES
    ) and not says_area(name)


def says_code(name: str) -> bool:
    """Whether the name is that of numbers which name things and do not measure."""
    words = words_of(name)
    return bool(words) and words[-1] in _ID_ENDINGS | _PHONES and not says_area(name)


def says_area(name: str) -> bool:
    """Whether the name is that of a postal code: a code, but near numbers are near places."""
    return bool(_AREA_WORDS & set(words_of(name)))


def says_moment(name: str) -> bool:
    """Whether the name is that of a date or a time."""
    return bool(_MOMENT_WORDS & set(words_of(name))) or name.casefold().startswith("date") or "date" in name.casefold()


def says_event(name: str) -> bool:
    """Whether the name is that of the moment at which a row came about."""
    words = set(words_of(name))
    return bool(_EVENT_WORDS & words) and not words & _PRIVATE_MOMENTS


def says_epoch(name: str) -> bool:
    """Whether the name is that of a moment which computers note as a number."""
    words = set(words_of(name))
    return bool(words & {"timestamp", "ts", "epoch", "unixtime", "unix", "utc"}) or name.casefold() in {"time", "t"}


def says_private_moment(name: str) -> bool:
    """Whether the name is that of a moment in the life of a row's subject (a birth, an expiry)."""
    return bool(_PRIVATE_MOMENTS & set(words_of(name)))


def says_entity(name: str) -> bool:
    """Whether the name is that of a person or thing which may come back in several rows."""
    words = words_of(name)
    return bool(words) and bool(_ENTITY_WORDS & set(words)) and (words[-1] in _ID_ENDINGS or len(words) == 1)


def says_amount(name: str) -> bool:
    """Whether the name is that of something counted or measured."""
    return bool(_COUNT_WORDS & set(words_of(name)))


def says_class(name: str) -> bool:
    """Whether the name is that of classes."""
    return bool(_CLASS_WORDS & set(words_of(name)))
