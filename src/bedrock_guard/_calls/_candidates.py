"""The candidates of a call, tried in their order until one serves."""

from collections.abc import Generator, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from bedrock_guard._alternatives import same_model
from bedrock_guard._calls._call import Call, Send, Work
from bedrock_guard._calls._failures import code_of, is_lasting, is_of_the_call, is_passing, words_of
from bedrock_guard._diagnosis import Attempt, Diagnosis, PassedOver
from bedrock_guard._events import log_fault
from bedrock_guard._fallback import (
    Candidate,
    Evidence,
    Key,
    Option,
    Params,
    Route,
    candidates_for,
    option_of,
    original_model,
    prepare,
)
from bedrock_guard._identifiers import PROFILES, parse_model_id


class Trial:
    """
    What becomes of the candidates of *call*, whose first choice is denied by *evidence*: one request to each at most.

    *route* is what is remembered of that, where it is an earlier call's denial. `known_unusable` are the pairs of
    operation and candidate that failed lately whatever was sent.
    """

    model_id = ""  # whose turn it is
    calls_own_error: Exception | None = None  # every model would fail with it
    passing_error: Exception | None = None  # throttling and the like: it is worth trying again
    attempts: tuple[Attempt, ...] = ()
    unusable: tuple[str, ...] = ()
    _passed_over: tuple[PassedOver, ...] = ()

    def __init__(
        self,
        call: Call,
        key: Key,
        evidence: Evidence,
        options: Iterable[Option],
        *,
        route: Route | None = None,
        known_unusable: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.key = key
        self.evidence = evidence
        self.is_remembered = route is not None
        self.known_unusable = known_unusable if route is None else route.unusable
        self._call = call
        # Last comes what failed lately: it may have been for what was sent.
        self._options = iter(sorted(options, key=self._failed_lately) if self.known_unusable else options)

    @property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis of the denial, with what became of each candidate."""
        if not self.attempts and not self._passed_over:
            return self.evidence.diagnosis
        return replace(self.evidence.diagnosis, attempts=self.attempts, passed_over=self._passed_over)

    def next(self) -> Params | None:
        """Return what to send to the next candidate that can take it, or None where no candidate is left."""
        for option in self._options:
            self.model_id = option.candidate.model_id
            params = self._prepared(option)
            if not isinstance(params, str):
                return params
            self._passed_over += (PassedOver(self.model_id, params),)
        return None

    def failed(self, error: Exception) -> None:
        """Note that the candidate whose turn it is has failed."""
        if is_of_the_call(error, is_adapted=self._call.is_adapted):
            self.calls_own_error = error
            return
        self.attempts += (Attempt(self.model_id, code_of(error), words_of(error)),)
        if is_passing(error):
            self.passing_error = error
        elif is_lasting(error, self._call.operation_name):
            self.unusable += (self.model_id,)

    def run(self) -> Generator[Send, Any, Any]:
        """Send the request to one candidate after the other; return the response, None where none serves."""
        while self.calls_own_error is None and (params := self.next()) is not None:
            try:
                return (yield Send(params))
            except Exception as error:  # noqa: BLE001 (whatever it is, the next candidate may do better)
                self.failed(error)
        return None

    def _failed_lately(self, option: Option) -> bool:
        return (self._call.operation_name, option.candidate.model_id) in self.known_unusable

    def _prepared(self, option: Option) -> Params | str:
        """Return the parameters for *option*, or the reason to pass it over."""
        call = self._call
        if call.is_count and self._failed_lately(option):
            return "it failed lately, whatever was sent"
        try:
            params = prepare(option, call.operation_name, call.params, call.body, call.guard.settings)
        except Exception as fault:  # noqa: BLE001 (the user's adapt, or a bug of ours: neither may hide AWS's error)
            log_fault("bedrock_guard.fallback_not_prepared", fault)
            return f"preparing its request raised {type(fault).__name__}"
        if option.is_other_embedding and not isinstance(params, str):
            call.guard.warn_of_vectors(self.model_id)
        return params


def weighed(call: Call, key: Key, evidence: Evidence) -> Generator[Work, Any, tuple[Option, ...]]:
    """Return the candidates, weighed; once and for all, where all that it takes is known."""
    known = evidence.options.get(call.operation_name)
    if known is not None:
        return known
    options: list[Option] = []
    for candidate in candidates_for(call.guard.settings, key.requested_model_id, partial(_same_model, call, evidence)):
        option = yield from _option(call, candidate, evidence)
        options.append(option)
    if all(option.is_certain for option in options):
        evidence.options[call.operation_name] = tuple(options)
    return tuple(options)


def _same_model(call: Call, evidence: Evidence) -> list[str]:
    diagnosis = evidence.diagnosis
    model_id, blocked = original_model(diagnosis), diagnosis.blocked_regions
    return same_model(model_id, diagnosis.profile, call.region, blocked, call.guard.finder.catalog)


def _option(call: Call, candidate: Candidate, evidence: Evidence) -> Generator[Work, Any, Option]:
    identifier = parse_model_id(candidate.model_id)
    finder = call.guard.finder
    profile = finder.known(identifier, call.region)
    if profile is None and identifier.kind in PROFILES:
        profile = yield Work(partial(finder.find, identifier, call.region, call.client))
    option = option_of(
        candidate,
        call.operation_name,
        evidence.diagnosis,
        call.guard.settings,
        source_region=call.region,
        profile=profile,
        catalog=finder.catalog,
    )
    if call.drill is not None and call.drill.blocks(profile):
        return replace(option, reason="it routes to the Region that the drill blocks")
    return option
