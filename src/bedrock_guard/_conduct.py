"""
What a call with a fallback sends, and what becomes of the answers.

A fault of ours never takes an answer away: what AWS said last stands, and where nothing was sent yet, the caller's
own request is.
"""

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

from botocore.exceptions import ClientError

from bedrock_guard._call import Call, Conversation, Send, Talk, Verdict, Work
from bedrock_guard._candidates import Outcome, try_candidates
from bedrock_guard._denials import PolicyType
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._drill import denied_error
from bedrock_guard._events import Event, log_fault
from bedrock_guard._fallback import Evidence, Key, Params, Route
from bedrock_guard._guard import caller_of
from bedrock_guard._identifiers import PROFILES, parse_model_id
from bedrock_guard._wording import with_failures
from bedrock_guard.exceptions import InferenceDeniedError, enriched

# In the other causes another model meets the same wall.
_CAUSES = frozenset({Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING, Cause.INFERENCE_PROFILE})


class Conduct:
    """The conduct of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._guard = call.guard
        self._memory = call.memory
        self._settled: Verdict | None = None
        self._probed: Key | None = None

    def run(self, error: ClientError | None = None) -> Conversation:
        """Hold the conversation, from *error* on where the first choice was sent already; its result is the response."""
        try:
            try:
                verdict = yield from self._verdict(error)
            except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
                log_fault("bedrock_guard.failed", fault)
                verdict = self._settled
            if verdict is None:
                verdict = yield from self._sent(self._call.sent)
        finally:
            self._settled = None
            if self._probed is not None:
                self._release(self._probed)
        if verdict.error is None:
            return verdict.response
        try:
            verdict.throw()
        finally:
            del verdict  # a traceback holds this frame: a cycle, and all that the call holds would linger

    def _verdict(self, error: ClientError | None) -> Talk:
        if error is not None:
            self._settled = Verdict(error=error)
            if self._call.body is not None:
                self._call.body.was_sent()
            return (yield from self._after_error(error, -inf))
        if (yield from self._is_on()):
            verdict = yield from self._remembered()
            if verdict is not None:
                return verdict
        return (yield from self._first_choice())

    def _is_on(self) -> Generator[Work, Any, bool]:
        switch = self._guard.switch
        if switch is None or not switch.needs_asking():
            return switch is not None and switch.stands()
        return bool((yield Work(lambda _: switch.is_on(), switch.last)))

    def _sent(self, params: Params) -> Generator[Send, Any, Verdict]:
        try:
            self._settled = Verdict((yield Send(params)))
        except Exception as error:  # noqa: BLE001 (it is passed on)
            self._settled = Verdict(error=error)
        return self._settled

    # While the first choice is blocked.

    def _remembered(self) -> Talk:
        key, route = self._route()
        if route is None or route.is_probe:
            return None
        outcome = yield from try_candidates(self._call, route.evidence, route.unusable, route.served_model_id)
        self._note(key, outcome)
        if outcome.served_model_id is not None:
            return self._served(outcome, route.evidence.diagnosis, remembered=True)
        if outcome.has_failed_for_good and (not outcome.attempts or self._call.is_count):
            return None  # the first choice then: nothing is sent twice to one model
        error = denied_error(self._call.client, route.evidence.response, self._call.operation_name)
        return self._failed(error, outcome, route.evidence.diagnosis, remembered=True)

    def _route(self) -> tuple[Key, Route | None]:
        call = self._call
        if call.is_count:  # it follows its conversation, and proves nothing about it
            names = {call.model_id, parse_model_id(call.model_id).id}
            return self._memory.conversation(caller_of(call.client), call.region, names) or (call.key, None)
        route = self._memory.route(call.key)
        if route is not None and route.is_probe:
            self._probed = call.key
        return call.key, route

    def _release(self, key: Key) -> None:
        """Let the next call probe, where this one was to and has found out nothing."""
        try:
            self._memory.released(key)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)

    # The first choice.

    def _first_choice(self) -> Talk:
        sent_at = self._memory.now()
        rehearsed = (yield from self._rehearsed()) if self._call.drill else None
        if rehearsed is None and self._call.body is not None:
            self._call.body.is_ready()
        verdict = rehearsed or (yield from self._sent(self._call.sent))
        if isinstance(verdict.error, ClientError):
            return (yield from self._after_error(verdict.error, sent_at))
        if verdict.error is None and self._probed is not None:
            self._probed_well(self._probed)
        return verdict

    def _rehearsed(self) -> Talk:
        """Return the denial of a drill, which is raised before the request would leave."""
        call = self._call
        identifier = parse_model_id(call.model_id)
        if call.drill is None or identifier.kind not in PROFILES or call.is_count:
            return None
        profile = yield Work(partial(self._guard.finder.find, identifier, call.region, call.client))
        error = call.drill.denial(call.client, call.operation_name, call.action, profile)
        self._settled = Verdict(error=error) if error else None
        return self._settled

    def _probed_well(self, key: Key) -> None:
        self._probed = None
        route = self._memory.route(key)
        if self._memory.probed_well(key) and route is not None:
            self._call.teller.recovered(Event("recovered", route.evidence.diagnosis, self._call.operation_name))

    def _after_error(self, error: ClientError, sent_at: float) -> Talk:
        explained = yield Work(partial(self._explain, error), error)
        if explained is error:
            return self._settled
        self._settled = Verdict(error=explained, cause=error)
        if not _may_fall_back(explained) or not (yield from self._is_on()):
            return self._settled
        return (yield from self._after_denial(error, explained, sent_at))

    def _explain(self, error: ClientError, credentials: Any) -> ClientError:
        call = self._call
        teller = call.teller if call.drill else None
        return self._guard.explained(error, call.operation_name, call.params, call.client, credentials, teller=teller)

    def _after_denial(self, error: ClientError, explained: InferenceDeniedError, sent_at: float) -> Talk:
        key, evidence = self._call.key, Evidence(error.response, explained.diagnosis)
        if self._probed is not None:
            self._memory.denied(key, evidence, is_probe=True, sent_at=sent_at)
            self._probed = None
        outcome = yield from try_candidates(self._call, evidence, frozenset(), None)
        # A fallback that can never serve is not worth remembering.
        began = not outcome.has_failed_for_good and self._memory.denied(key, evidence, is_probe=False, sent_at=sent_at)
        self._note(key, outcome)
        if outcome.served_model_id is not None:
            return self._served(outcome, explained.diagnosis, began=began)
        return self._failed(error, outcome, explained.diagnosis)

    # What came of the fallback.

    def _note(self, key: Key, outcome: Outcome) -> None:
        if outcome.served_model_id is not None:
            self._settled = Verdict(outcome.response)
            self._memory.served(key, outcome.served_model_id)
        for model_id in outcome.unusable:
            self._memory.unusable(key, self._call.operation_name, model_id)

    def _served(
        self, outcome: Outcome, diagnosis: Diagnosis, *, began: bool = False, remembered: bool = False
    ) -> Verdict:
        call = self._call
        self._mark(outcome, diagnosis, remembered=remembered)
        if began or call.teller.listens():
            diagnosis = _with_attempts(diagnosis, outcome)
            event = Event("fallback", diagnosis, call.operation_name, outcome.served_model_id, remembered)
            call.teller.fallback(event, began=began)
        return Verdict(outcome.response)

    def _failed(
        self, error: ClientError, outcome: Outcome, diagnosis: Diagnosis, *, remembered: bool = False
    ) -> Verdict:
        diagnosis = _with_attempts(diagnosis, outcome)
        event = Event("fallback_failed", diagnosis, self._call.operation_name, remembered=remembered)
        self._call.teller.fallback_failed(event)
        explained = enriched(error, with_failures(diagnosis))
        if outcome.passing_error is not None:
            return Verdict(error=outcome.passing_error, cause=explained)
        return Verdict(error=explained, cause=error)

    def _mark(self, outcome: Outcome, diagnosis: Diagnosis, *, remembered: bool) -> None:
        """Say in the response who has served it."""
        outcome.response.setdefault("ResponseMetadata", {})["BedrockGuard"] = {
            "requested_model_id": self._call.model_id,
            "served_model_id": outcome.served_model_id,
            "source_region": self._call.region,
            "blocked_regions": list(diagnosis.blocked_regions),
            "diagnosis_key": diagnosis.key,
            "remembered": remembered,
        }


def _with_attempts(diagnosis: Diagnosis, outcome: Outcome) -> Diagnosis:
    if not outcome.attempts and not outcome.passed_over:
        return diagnosis
    return replace(diagnosis, attempts=outcome.attempts, passed_over=outcome.passed_over)


def _may_fall_back(error: InferenceDeniedError) -> bool:
    denial = error.diagnosis.denial
    return (
        denial.policy_type is PolicyType.SERVICE_CONTROL_POLICY
        and (denial.action or "").startswith("bedrock:InvokeModel")
        and error.diagnosis.cause in _CAUSES
    )
