"""How a fallback is configured, and the candidates that it names for a requested model."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from bedrock_guard._fallback._accepted import AUTO, Models, accepted
from bedrock_guard._identifiers import parse_model_id

Params: TypeAlias = dict[str, Any]

_WILDCARDS = frozenset("*?[")


@dataclass(frozen=True)
class Fallback:
    """
    Which models may serve where a service control policy blocks the one that was asked for, and how.

    *models* is a model ID (any kind that the API takes, ARNs included), several in the order to try, a mapping from
    the requested model, or a shell-style pattern of it, to these, or `"auto"`: the same model in-Region or through a
    narrower profile. *remember* is for how many seconds calls then go straight to the fallback, *probes* how many good
    answers in a row of the first choice end that. *enabled* is the switch, or a function that is asked once a second
    at most and whose last answer counts while it fails. *allow_wider* lets a candidate route where the original
    would not. *adapt* is given a model ID and the parameters, and returns those to send.

    Raises TypeError or ValueError where one of them is not what it should be.
    """

    models: Models
    _: KW_ONLY
    remember: float = 300
    probes: int = 3
    enabled: bool | Callable[[], bool] = True
    allow_wider: bool = False
    adapt: Callable[[str, Params], Params] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", accepted(self.models))
        if not _is_number(self.remember) or not self.remember > 0:
            raise ValueError(f"remember is a number of seconds above 0, not {self.remember!r}")
        if not _is_number(self.probes) or self.probes != int(self.probes) or self.probes < 1:
            raise ValueError(f"probes is a whole number above 0, not {self.probes!r}")
        if not isinstance(self.enabled, bool) and not is_function(self.enabled):
            raise TypeError(
                f"enabled is True, False or a function (no coroutine) that returns one, not {self.enabled!r}"
            )
        if not isinstance(self.allow_wider, bool):
            raise TypeError(f"allow_wider is True or False, not {self.allow_wider!r}")
        if self.adapt is not None and not is_function(self.adapt):
            raise TypeError(f"adapt is a function (no coroutine) of a model ID and parameters, not {self.adapt!r}")


@dataclass(frozen=True)
class Candidate:
    """
    A model that may serve instead.

    `is_literal`: the user wrote its ID, and the requested model's, if any, in full. `is_auto`: nobody wrote it.
    """

    model_id: str
    is_literal: bool = True
    is_auto: bool = False


def configured(fallback: Models | Fallback | None) -> Fallback | None:
    """
    Return what was given as `fallback=`, or None where that is None.

    Raises TypeError or ValueError where it is none of what is accepted.
    """
    return fallback if fallback is None or isinstance(fallback, Fallback) else Fallback(fallback)


def candidates_for(
    fallback: Fallback, requested_model_id: str, same_model: Callable[[], Iterable[str]]
) -> list[Candidate]:
    """Return the candidates of *fallback* for *requested_model_id*, in order; *same_model* lists those of "auto"."""
    found: dict[tuple[str, str], Candidate] = {}
    for model_id, is_literal in _named(fallback.models, requested_model_id):
        if model_id == AUTO:
            new = [Candidate(each, is_literal=False, is_auto=True) for each in same_model()]
        else:
            new = [Candidate(model_id, is_literal=is_literal)]
        for candidate in new:
            found.setdefault(_name(candidate.model_id), candidate)
    found.pop(_name(requested_model_id), None)  # it was tried first
    return list(found.values())


def all_models(models: Models) -> list[tuple[str | None, str]]:
    """Return each pair of a requested model (None: any), or a pattern of it, and a candidate for it."""
    if isinstance(models, Mapping):
        return [(requested, each) for requested, value in models.items() for each in _listed(value)]
    return [(None, each) for each in _listed(models)]


def is_pattern(requested: str) -> bool:
    """Tell whether *requested* has a shell-style wildcard."""
    return not _WILDCARDS.isdisjoint(requested)


def _name(model_id: str) -> tuple[str, str]:
    """Return the same for an id and for its ARN: they are one model."""
    identifier = parse_model_id(model_id)
    return identifier.kind, identifier.id


def _named(models: Models, requested_model_id: str) -> list[tuple[str, bool]]:
    if not isinstance(models, Mapping):
        return [(each, True) for each in _listed(models)]
    name = _name(requested_model_id)
    for requested, value in models.items():
        if _name(requested) == name:
            return [(each, True) for each in _listed(value)]
    for pattern, value in models.items():
        if fnmatchcase(requested_model_id, pattern) or fnmatchcase(name[1], pattern):
            return [(each, False) for each in _listed(value)]
    return []


def _listed(models: str | Sequence[str]) -> list[str]:
    return [models] if isinstance(models, str) else list(models)


def is_function(value: object) -> bool:
    """Tell whether *value* can be called, and is no coroutine function, which nobody would await."""
    is_coroutine = inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(getattr(value, "__call__", None))  # noqa: B004
    return callable(value) and not is_coroutine


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer that no float can hold
        return False
