"""
What a call sends at once, and what is made of the answer to that.

Most calls need one request, known at once: their own, or that of the fallback which serves meanwhile. The rest is a
conversation.
"""

from contextvars import Token
from math import inf
from typing import Any, TypeGuard

from botocore.exceptions import ClientError

from bedrock_guard._calls import _headers
from bedrock_guard._calls._call import OPERATIONS, Call, Verdict
from bedrock_guard._calls._candidates import Trial
from bedrock_guard._control import Lend
from bedrock_guard._events import Event, log_fault
from bedrock_guard._fallback import Body, Key, Params, Route
from bedrock_guard._identifiers import parse_model_id
from bedrock_guard._switch import is_guard_off


class Conduct(Call):
    """A call under way. A fault of ours costs it the fallback, never AWS's answer."""

    may_fall_back = False  # whether anything else may be sent in its place
    rehearsed: ClientError | None = None  # the denial of a drill
    trial: Trial | None = None  # of the fallback that is remembered
    probed: Key | None = None
    sent_at = -inf
    first: _headers.First | None = None
    _present: Token[_headers.Keeper | None] | None = None

    def opening(self) -> Params | None:
        """Return what to send at once, or None where something is to be found out before."""
        try:
            if not self._has_others():
                return self.sent
            self._present = _headers.present.set(self)
            self.params = self.sent.copy()  # botocore writes a clientRequestToken into those that it is given
            body = self.params.get("body")
            if body is not None and hasattr(body, "read"):
                self.body = Body(body)
            self.may_fall_back = True
            params = self._opening()
            if params is self.sent and self.body is not None:
                self.body.take()
        except Exception as fault:  # noqa: BLE001 (the caller's own request is sent)
            log_fault("bedrock_guard.failed", fault)
            self.trial, params = None, self.sent
        return params

    def goes_on(self, error: Exception) -> bool:
        """Tell whether there may be more to send after *error*, the answer to what was sent at once."""
        return self.trial is not None or (self.may_fall_back and self.explains(error))

    def explains(self, error: Exception) -> TypeGuard[ClientError]:
        """Tell whether *error*, the answer to what was sent at once, may be one to explain."""
        return isinstance(error, ClientError) and not is_guard_off()

    def explained(self, error: ClientError, lend: Lend | None = None) -> Verdict:
        """Return what is raised for *error*, with *error* as the cause where there is anything to add."""
        try:
            teller = self.keeper.teller if error is self.rehearsed else None
            raised = self.guard.explained(error, self.operation_name, self.params, self.client, lend, teller=teller)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)
            return Verdict(error=error)
        return Verdict(error=raised, cause=None if raised is error else error)

    def answered(self, response: Any) -> Any:
        """Return *response*, the answer to what was sent at once."""
        try:
            if self.trial is not None:
                self.served(self.trial, response)
            elif self.probed is not None:
                self.probed_well(self.probed)
        except Exception as fault:  # noqa: BLE001 (the answer stands)
            log_fault("bedrock_guard.failed", fault)
        return response

    def leave_drill(self) -> None:
        """Go on as if none were held: it is not about this call."""
        self.drill, self.keeper = None, self.guard

    def close(self) -> None:
        """End it. Where it was to probe and has found out nothing, another call does, after a pause."""
        self.trial = self.rehearsed = self.first = None  # an error that is kept holds this, and would be held by it
        try:
            if self.probed is not None:
                self.keeper.memory.released(self.probed)
            if self._present is not None:
                _headers.forget(self._present)
        except Exception as fault:  # noqa: BLE001 (the answer stands)
            log_fault("bedrock_guard.failed", fault)

    def _has_others(self) -> bool:
        params: Any = self.sent
        return (
            (self.guard.fallback is not None or self.drill is not None)
            and self.operation_name in OPERATIONS
            and isinstance(params, dict)
            and isinstance(params.get("modelId"), str)
        )

    def _opening(self) -> Params | None:
        if (self.drill is None and self.keeper.memory.is_empty()) or is_guard_off():
            return self.sent
        switch = self.guard.switch
        if self.drill is not None or self.is_count or switch is None:
            return None
        key, route = self.route()
        if route is None:
            return self.sent
        is_on = switch.known()  # a function of the user's holds up no call that it is no business of
        if not is_on:
            return self.sent if is_on is False else None
        options = route.evidence.options.get(self.operation_name)
        if options is None:
            return None
        self.trial = Trial(self, key, route.evidence, options, route=route)
        return self.trial.next()

    def route(self) -> tuple[Key, Route | None]:
        """Return what is remembered of the first choice; None where that is to be sent."""
        key, memory = self.key(), self.keeper.memory
        if self.is_count:  # it follows its conversation, and proves nothing about it
            names = {self.model_id, parse_model_id(self.model_id).id}
            return memory.conversation(key.caller, key.source_region, names) or (key, None)
        route = memory.route(key)
        if route is not None and not route.is_probe:
            return key, route
        self.sent_at = memory.now()
        self.probed = key if route is not None else None
        return key, None

    def probed_well(self, key: Key) -> None:
        """Note a good answer of the first choice to the probe."""
        self.probed = None
        evidence = self.keeper.memory.probed_well(key)
        if evidence is not None:
            self.keeper.teller.recovered(Event("recovered", evidence.diagnosis, self.operation_name))

    def served(self, trial: Trial, response: Any) -> None:
        """Say in *response*, and to whoever listens, that a candidate has served it."""
        diagnosis, keeper = trial.evidence.diagnosis, self.keeper
        response.setdefault("ResponseMetadata", {})["BedrockGuard"] = {
            "requested_model_id": self.params["modelId"],
            "served_model_id": trial.model_id,
            "source_region": trial.key.source_region,
            "blocked_regions": list(diagnosis.blocked_regions),
            "diagnosis_key": diagnosis.key,
            "remembered": trial.is_remembered,
        }
        began = keeper.memory.served(trial.key, trial.model_id)
        if began or keeper.teller.listens():
            event = Event("fallback", trial.diagnosis, self.operation_name, trial.model_id, trial.is_remembered)
            keeper.teller.fallback(event, began=began)
