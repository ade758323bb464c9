"""The candidates of a call, tried in their order until one serves."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bedrock_guard._call import Call, Send, Work
from bedrock_guard._diagnosis import Attempt, PassedOver
from bedrock_guard._events import log_fault
from bedrock_guard._failures import code_of, is_lasting, is_passing
from bedrock_guard._fallback import Candidate, Evidence, Option, Params
from bedrock_guard._identifiers import PROFILES, parse_model_id


@dataclass(slots=True)
class Outcome:
    """What became of the candidates."""

    attempts: tuple[Attempt, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    passing_error: Exception | None = None  # throttling and the like: it is worth trying again
    unusable: tuple[str, ...] = ()
    served_model_id: str | None = None
    response: Any = None

    @property
    def has_failed_for_good(self) -> bool:
        """Whether no candidate serves, nor would after a while."""
        return self.served_model_id is None and self.passing_error is None


def try_candidates(
    call: Call, evidence: Evidence, unusable: frozenset[tuple[str, str]], served_model_id: str | None
) -> Generator[Send | Work, Any, Outcome]:
    """
    Send the request to one candidate after the other: at most once to each.

    *unusable* are those that failed lately whatever was sent; *served_model_id* is whose conversation is counted.
    """
    outcome = Outcome()
    options = evidence.options.get(call.operation_name) or (yield from _weighed(call, evidence))
    for option in options:
        model_id = option.candidate.model_id
        if call.is_count and model_id != served_model_id:
            continue
        params: Params | str = "it failed lately, whatever was sent"
        if (call.operation_name, model_id) not in unusable:
            params = _prepared(call, option)
        if isinstance(params, str):
            outcome.passed_over += (PassedOver(model_id, params),)
            continue
        try:
            outcome.response = yield Send(params)
        except Exception as error:  # noqa: BLE001 (whatever it is, the next candidate may do better)
            _note_failure(call, model_id, error, outcome)
            continue
        outcome.served_model_id = model_id
        break
    return outcome


def _weighed(call: Call, evidence: Evidence) -> Generator[Work, Any, tuple[Option, ...]]:
    """Return the candidates, weighed; once and for all, where all that it takes is known."""
    options: list[Option] = []
    for candidate in call.guard.candidates(call.model_id, evidence.diagnosis, call.region):
        option = yield from _option(call, candidate, evidence)
        options.append(option)
    if all(option.is_certain for option in options):
        evidence.options[call.operation_name] = tuple(options)
    return tuple(options)


def _option(call: Call, candidate: Candidate, evidence: Evidence) -> Generator[Work, Any, Option]:
    identifier = parse_model_id(candidate.model_id)
    profile, finder = None, call.guard.finder
    if identifier.kind in PROFILES:
        look_up = Work(partial(finder.find, identifier, call.region, call.client))
        profile = finder.known(identifier, call.region) or (yield look_up)
    option = call.guard.weigh(candidate, call.operation_name, evidence.diagnosis, call.region, profile)
    if call.drill is not None and call.drill.blocks(profile):
        return replace(option, reason="it routes to the Region that the drill blocks")
    return option


def _prepared(call: Call, option: Option) -> Params | str:
    """Return the parameters for *option*, or the reason to pass it over."""
    try:
        params = call.guard.prepare(option, call.operation_name, call.params)
        if isinstance(params, str) or call.body is None or call.body.is_ready():
            return params
    except Exception as fault:  # noqa: BLE001 (the user's adapt, or a bug of ours: neither may hide AWS's error)
        log_fault("bedrock_guard.fallback_not_prepared", fault)
        return f"preparing its request raised {type(fault).__name__}"
    return "the body was read, and cannot be read again"


def _note_failure(call: Call, model_id: str, error: Exception, outcome: Outcome) -> None:
    outcome.attempts += (Attempt(model_id, code_of(error), str(error)),)
    if is_passing(error):
        outcome.passing_error = error
    elif is_lasting(error, call.operation_name):
        outcome.unusable += (model_id,)
