"""
A call that takes more than one request, or something to be found out before the first.

A fault of ours never takes an answer away: what AWS said last stands, and where it has said nothing of the first
choice, the caller's own request is sent.
"""

from collections.abc import Generator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from bedrock_guard._actions import ACTIONS
from bedrock_guard._calls._call import Conversation, Send, Steps, Verdict, Work
from bedrock_guard._calls._candidates import Trial, weighed
from bedrock_guard._calls._conduct import Conduct
from bedrock_guard._calls._drill import denied_error
from bedrock_guard._events import Event, log_fault
from bedrock_guard._fallback import Evidence
from bedrock_guard._identifiers import PROFILES, parse_model_id
from bedrock_guard._traits import leaves_others
from bedrock_guard._wording import with_failures
from bedrock_guard.exceptions import InferenceDeniedError, enriched


def converse(call: Conduct, error: Exception | None = None) -> Conversation:
    """Hold the conversation, from *error* on where something was sent already; its result is the response."""
    talk = _Talk(call)
    try:
        verdict = yield from talk.verdict(error)
    except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
        log_fault("bedrock_guard.failed", fault)
        verdict = talk.settled
    try:
        if verdict is None:
            verdict = yield from talk.first_choice()
        return verdict.result()
    finally:
        del talk, verdict, error  # a traceback holds this frame: a cycle, and all that the call holds would linger


class _Talk:
    def __init__(self, call: Conduct) -> None:
        self._call = call
        self.settled: Verdict | None = None
        self._unusable: frozenset[tuple[str, str]] = frozenset()

    def verdict(self, error: Exception | None) -> Steps:
        """Do all that there is to do."""
        if isinstance(error, ClientError) and self._call.trial is None:
            self.settled = Verdict(error=error)
            return (yield from self._after_error(error))
        rehearsed = yield from self._rehearsed()
        if error is not None or (yield from self._is_on()):
            verdict = yield from self._remembered(error)
            if verdict is not None:
                return verdict
        verdict = rehearsed or (yield from self.first_choice())
        if isinstance(verdict.error, ClientError):
            return (yield from self._after_error(verdict.error))
        if verdict.error is None:
            self._call.answered(verdict.response)
        return verdict

    def first_choice(self) -> Generator[Send, Any, Verdict]:
        """Send the caller's own request."""
        if self._call.body is not None:
            self._call.body.take()
        try:
            self.settled = Verdict((yield Send(self._call.sent)))
        except Exception as error:  # noqa: BLE001 (it is passed on)
            self.settled = Verdict(error=error)
        return self.settled

    def _is_on(self) -> Generator[Work, Any, bool]:
        switch = self._call.guard.switch
        known = switch.known() if switch is not None else False
        if known is None and switch is not None:
            known = yield Work(lambda _: switch.asked(), switch.last)
        return bool(known)

    def _remembered(self, error: Exception | None) -> Steps:
        """Go on with the fallback that is remembered; None where the first choice is to be sent."""
        call = self._call
        trial, call.trial = call.trial or (yield from self._new_trial()), None
        if trial is None:
            return None
        self._unusable = trial.known_unusable
        if error is not None:
            trial.failed(error)
        response = yield from trial.run()
        if response is not None:
            self.settled = Verdict(response)
        self._note_unusable(trial)
        if response is not None:
            call.served(trial, response)
            return self.settled
        if trial.passing_error is None and (not trial.attempts or call.is_count):
            return None  # nothing is sent twice to one model
        return self._failed(trial, denied_error(call.client, trial.evidence.response, call.operation_name))

    def _new_trial(self) -> Generator[Work, Any, Trial | None]:
        call = self._call
        key, route = call.route()
        if route is None:
            return None
        options = yield from weighed(call, key, route.evidence)
        if call.is_count:  # tokens are counted by whom the conversation went to
            options = tuple(option for option in options if option.candidate.model_id == route.served_model_id)
        return Trial(call, key, route.evidence, options, route=route)

    def _rehearsed(self) -> Steps:
        """Return the denial of a drill, which is raised before the request would leave; leave one that is not about it."""
        call = self._call
        if call.drill is None or (call.is_count and not call.drill.memory.is_empty()):
            return None  # tokens are counted by whom the conversation went to
        identifier, profile = parse_model_id(call.model_id), None
        if identifier.kind in PROFILES and not call.is_count:
            profile = yield Work(partial(call.guard.finder.find, identifier, call.region, call.client))
        call.rehearsed = call.drill.denial(call.client, call.operation_name, ACTIONS[call.operation_name], profile)
        if call.rehearsed is None:
            call.leave_drill()
            return None
        self.settled = Verdict(error=call.rehearsed)
        return self.settled

    def _after_error(self, error: ClientError) -> Steps:
        verdict: Verdict = yield Work(partial(self._call.explained, error), Verdict(error=error))
        self.settled = verdict
        explained = verdict.error
        if verdict.cause is None or not isinstance(explained, InferenceDeniedError):
            return verdict
        if leaves_others(explained.diagnosis) and (yield from self._is_on()):
            return (yield from self._after_denial(error, explained))
        return verdict

    def _after_denial(self, error: ClientError, explained: InferenceDeniedError) -> Steps:
        call, key, evidence = self._call, self._call.key(), Evidence(error.response, explained.diagnosis)
        if call.probed is not None:
            call.keeper.memory.denied(key, evidence, is_probe=True, sent_at=call.sent_at)
            call.probed = None
        options = yield from weighed(call, key, evidence)
        trial = Trial(call, key, evidence, options, known_unusable=self._unusable)
        response = yield from trial.run()
        if response is not None:
            self.settled = Verdict(response)
        elif trial.passing_error is None:
            return self._failed(trial, error)  # what can never serve is not worth remembering
        call.keeper.memory.denied(key, evidence, is_probe=False, sent_at=call.sent_at)
        self._note_unusable(trial)
        if response is None:
            return self._failed(trial, error)
        call.served(trial, response)
        return self.settled

    def _failed(self, trial: Trial, denial: ClientError) -> Verdict:
        if trial.calls_own_error is not None:
            return Verdict(error=trial.calls_own_error)
        call, diagnosis = self._call, trial.diagnosis
        event = Event("fallback_failed", diagnosis, call.operation_name, remembered=trial.is_remembered)
        call.keeper.teller.fallback_failed(event)
        explained = enriched(denial, with_failures(diagnosis))
        if trial.passing_error is not None:
            return Verdict(error=trial.passing_error, cause=explained)
        return Verdict(error=explained, cause=denial)

    def _note_unusable(self, trial: Trial) -> None:
        for model_id in trial.unusable:
            self._call.keeper.memory.unusable(trial.key, self._call.operation_name, model_id)
