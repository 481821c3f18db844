"""The target family: where a bundle is put to use."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from mlwright.core.errors import SettingsError, offers
from mlwright.core.family import Family
from mlwright.core.record import Record
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.allowance import OPTIONS, Allowance
from mlwright.shipping.places import home_of
from mlwright.shipping.steps import Plan, carry_out

SERVE_SETTINGS: tuple[str, ...] = (
    *(name for name in ServeSettings.model_fields if name != "log"),
    *(f"log.{name}" for name in LogSettings.model_fields),
)
"""Every setting of a service, as ``[serve]`` and ``[serve.log]`` call it."""

LOG_SETTINGS = tuple(name for name in SERVE_SETTINGS if name.startswith("log."))
SETTING_OF = {option: setting for setting, option in OPTIONS.items()} | {"log_hash_key": "log.hash_key"}
"""Which setting an option of `Allowance` stands for."""

GIVEN = "given"
IN_THE_PROJECT = "`[serve]` of `mlwright.toml`"
IN_THE_IMAGE = (
    "The platform keeps one model a bundle, as it was made: say it in the image (`FROM IMAGE`, `ENV MLWRIGHT_...=`), "
    "and deploy that with `--set pushed=true`."
)


class State(Record):
    """What is in use at a place now.

    Parameters
    ----------
    bundles : dict
        The share of requests that each bundle answers, by its name; empty if none does.
    before : str or None
        The bundle that taking a step back would put to use.
    ready : bool
        Whether the place says that it answers.
    address : str
        Where the model answers; empty if nowhere.
    sentence : str
    """

    bundles: dict[str, float] = {}
    before: str | None = None
    ready: bool = False
    address: str = ""
    sentence: str


class Target(ABC):
    """A place where models answer.

    Options are keyword arguments, stored unchanged. A member says what it will do as a plan; only `deploy`, `remove`
    and `undo` do it.

    Parameters
    ----------
    folder : Path, optional
        Where files for the place are written; default: ``deploy/`` in the project, or beside a bundle of its own.

    Attributes
    ----------
    said, unsaid : mapping of str to str
        Of each of `SERVE_SETTINGS` how it is said here, or why it cannot be.
    """

    title: ClassVar[str]
    said: ClassVar[Mapping[str, str]] = {}
    unsaid: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, folder: Path | None = None) -> None:
        self.folder = folder

    @abstractmethod
    def plan(self, bundle: Bundle) -> Plan:
        """What putting a bundle to use will do.

        Raises
        ------
        MlwrightError
            If the options do not suffice.
        """

    @abstractmethod
    def removal(self, bundle: Bundle) -> Plan:
        """What taking it out of use will do; the files stay."""

    @abstractmethod
    def back(self, bundle: Bundle) -> Plan:
        """What putting back to use what was in use there before will do."""

    @abstractmethod
    def state(self, bundle: Bundle) -> State:
        """What is in use under the name of the bundle's project.

        Raises
        ------
        DeploymentError
            If the place cannot be asked.
        """

    def deploy(self, bundle: Path) -> str:
        """Put the bundle in that folder to use, and return where it is.

        The bundle is loaded first, so that every file is proved by its hash and the model by its golden rows. Doing
        it again with the same bundle changes nothing.

        Raises
        ------
        MlwrightError
            If it cannot be done; what was in use before stays in use.
        """
        return carry_out(self.plan(Bundle.load(bundle)))

    def undo(self, bundle: Path) -> str:
        """Go back to what was in use there before, and return where it is.

        Raises
        ------
        DeploymentError
            If there was nothing before, or it does not answer any more.
        """
        return carry_out(self.back(Bundle.load(bundle)))

    def remove(self, bundle: Path) -> None:
        """Take the model out of use."""
        carry_out(self.removal(Bundle.load(bundle)))

    def place(self, bundle: Bundle, name: str) -> Path:
        """The folder for the files of a place."""
        return self.folder or home_of(bundle.folder) / "deploy" / name / bundle.bundle_id


TARGETS: Family[Target] = Family("mlwright.shipping.targets", Target)


def target(name: str, options: Mapping[str, Any] | None = None) -> Target:
    """A place with its options, as a project file or a command line gives them.

    Parameters
    ----------
    name : str
        Member of the family.
    options : mapping of str to object, optional
        Strings are read as what the option takes.

    Raises
    ------
    MemberUnknown
        If there is no such place.
    SettingsError
        If it has no such option, or the value is of another kind.
    """
    kind = TARGETS.get(name)
    known = dict(inspect.signature(kind).parameters)
    fields = Allowance.model_fields if known.pop(GIVEN, None) is not None else {}
    hints, read, given = get_type_hints(kind.__init__, include_extras=True), dict[str, Any](), dict[str, Any]()
    for key, value in (options or {}).items():
        if key in known:
            read[key] = _read(name, key, value, TypeAdapter(hints[key]).validate_python)
        elif key in fields:
            given[key] = getattr(_read(name, key, {key: value}, Allowance.model_validate), key)
        else:
            raise _unknown(kind, name, key, [*known, *fields])
    if given:
        read[GIVEN] = Allowance(**given)
    return kind(**read)


def _read(name: str, key: str, value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        found = value[key] if isinstance(value, dict) else value
        raise SettingsError(
            f"The option {key} of the target {name} is {found!r}: {error.errors()[0]['msg']}.", f"--set {key}=VALUE"
        ) from None


def _unknown(kind: type[Target], name: str, key: str, known: list[str]) -> SettingsError:
    """Of an option that a place has not; of a setting of the service with the reason, or how else it is said."""
    setting = key if key in SERVE_SETTINGS else SETTING_OF.get(key, key)
    if setting in kind.unsaid:
        return SettingsError(f"The target {name} cannot be told {key!r}.", kind.unsaid[setting])
    if setting in kind.said:
        return SettingsError(f"The target {name} has no option {key!r}.", f"It is said by {kind.said[setting]}.")
    return SettingsError(f"The target {name} has no option {key!r}.", f"Known are: {offers(key, known)}")
