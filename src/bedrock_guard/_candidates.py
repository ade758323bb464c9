"""The candidates of a call, tried in their order until one serves."""

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bedrock_guard._call import Call, Send, Work
from bedrock_guard._diagnosis import Attempt, Diagnosis, PassedOver
from bedrock_guard._events import log_fault
from bedrock_guard._failures import code_of, is_lasting, is_passing
from bedrock_guard._fallback import Candidate, Params, Request, request_of
from bedrock_guard._identifiers import PROFILES, parse_model_id
from bedrock_guard._profiles import InferenceProfile


@dataclass
class Outcome:
    """What became of the candidates."""

    attempts: list[Attempt] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    passing_error: Exception | None = None  # throttling and the like: it is worth trying again
    unusable: list[str] = field(default_factory=list)
    served_model_id: str | None = None
    response: Any = None

    @property
    def has_failed_for_good(self) -> bool:
        """Whether no candidate serves, nor would after a while."""
        return self.served_model_id is None and self.passing_error is None


def try_candidates(
    call: Call, diagnosis: Diagnosis, unusable: frozenset[tuple[str, str]], served_model_id: str | None
) -> Generator[Send | Work, Any, Outcome]:
    """
    Send the request to one candidate after the other: at most once to each.

    *unusable* are those that failed lately whatever was sent; *served_model_id* is whose conversation is counted.
    """
    outcome = Outcome()
    request = request_of(call.operation_name, call.params, call.region, diagnosis)
    for candidate in call.guard.candidates(call.model_id, diagnosis, call.region):
        if call.is_count and candidate.model_id != served_model_id:
            continue
        params: Params | str = "it failed lately, whatever was sent"
        if (call.operation_name, candidate.model_id) not in unusable:
            params = yield from _prepared(call, candidate, request)
        if isinstance(params, str):
            outcome.passed_over.append(PassedOver(candidate.model_id, params))
        elif (yield from _serves(call, candidate, params, outcome)):
            break
    return outcome


def _prepared(call: Call, candidate: Candidate, request: Request) -> Generator[Work, Any, Params | str]:
    """Return the parameters for *candidate*, or the reason to pass it over."""
    try:
        profile = yield from _profile_of(call, candidate.model_id)
        if call.drill is not None and call.drill.blocks(profile):
            return "it routes to the Region that the drill blocks"
        params = call.guard.prepare(candidate, request, profile)
        if isinstance(params, str) or call.body.is_ready():
            return params
    except Exception as fault:  # noqa: BLE001 (the user's adapt, or a bug of ours: neither may hide AWS's error)
        log_fault("bedrock_guard.fallback_not_prepared", fault)
        return f"preparing its request raised {type(fault).__name__}"
    return "the body was read, and cannot be read again"


def _profile_of(call: Call, model_id: str) -> Generator[Work, Any, InferenceProfile | None]:
    identifier = parse_model_id(model_id)
    if identifier.kind not in PROFILES:
        return None
    finder = call.guard.finder
    return finder.known(identifier, call.region) or (
        yield Work(partial(finder.find, identifier, call.region, call.client))
    )


def _serves(call: Call, candidate: Candidate, params: Params, outcome: Outcome) -> Generator[Send, Any, bool]:
    try:
        outcome.response = yield Send(params)
    except Exception as error:  # noqa: BLE001 (whatever it is, the next candidate may do better)
        outcome.attempts.append(Attempt(candidate.model_id, code_of(error), str(error)))
        if is_passing(error):
            outcome.passing_error = error
        elif is_lasting(error, call.operation_name):
            outcome.unusable.append(candidate.model_id)
        return False
    outcome.served_model_id = candidate.model_id
    return True
