"""
One call of a client that has a fallback: what is sent, and what becomes of the answers.

It is written as a conversation, so that a synchronous and an asynchronous client hold the same one: it yields what
to do, and is sent what came of it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from bedrock_guard._denials import PolicyType
from bedrock_guard._diagnosis import Attempt, Cause, Diagnosis, PassedOver
from bedrock_guard._drill import Drill, denied_error, drill_of
from bedrock_guard._events import Event, log_fault
from bedrock_guard._fallback import Candidate, Evidence, Key, Params, Request, Route, position_of
from bedrock_guard._guard import Guard, caller_of
from bedrock_guard._identifiers import PROFILES, parse_model_id
from bedrock_guard._switch import is_guard_off
from bedrock_guard._wording import amended
from bedrock_guard.exceptions import InferenceDeniedError, enriched

# The operations that name a model, and the action that each is authorized as.
ACTIONS = {
    "Converse": "bedrock:InvokeModel",
    "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModel": "bedrock:InvokeModel",
    "InvokeModelWithResponseStream": "bedrock:InvokeModelWithResponseStream",
    "StartAsyncInvoke": "bedrock:InvokeModel",
    "CountTokens": "bedrock:CountTokens",
}
# In the other causes another model meets the same wall.
_CAUSES = frozenset({Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING, Cause.INFERENCE_PROFILE})


@dataclass(frozen=True)
class Send:
    """Send these parameters."""

    params: Params


@dataclass(frozen=True)
class Work:
    """
    Do this, which may take a second: it is given credentials that a synchronous client can use, or None for its own.

    `otherwise` is the answer where there are none to be had.
    """

    do: Callable[[Any], Any]
    otherwise: Any = None


Conversation: TypeAlias = Generator[Send | Work, Any, Any]


@dataclass
class _Outcome:
    """What became of the candidates."""

    attempts: list[Attempt] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    passing_error: Exception | None = None  # throttling and the like: it is worth trying again
    served_model_id: str | None = None
    response: Any = None


class Conduct:
    """One call: of *operation_name* with *params*, by *client*."""

    def __init__(
        self, guard: Guard, client: BaseClient, operation_name: str, params: Params, drill: Drill | None
    ) -> None:
        self._guard = guard
        self._client = client
        self._operation_name = operation_name
        self._action = ACTIONS[operation_name]
        # botocore writes a clientRequestToken into the parameters that it is given.
        self._sent = params
        self._params = dict(params)
        self._position = position_of(params)
        self._drill = drill
        self._memory = drill.memory if drill else guard.memory
        self._teller = drill.teller if drill else guard.teller
        self._region: str = client.meta.region_name
        self._is_probing = False

    def run(self) -> Conversation:
        """Hold the conversation; its result is the response."""
        key = self._degraded_key() if not self._memory.is_empty and self._guard.is_fallback_on() else None
        if key is not None and self._route(key) is Route.FALLBACK:
            response = yield from self._pass_by(key)
            if response is not None:
                return response
        try:
            return (yield from self._first_choice())
        finally:
            if self._is_probing:
                self._memory.released(self._key())

    def _route(self, key: Key) -> Route:
        if self._operation_name == "CountTokens":  # it follows its conversation, and proves nothing about it
            return Route.FALLBACK
        route = self._memory.route(key)
        self._is_probing = route is Route.PROBE
        return route

    def _degraded_key(self) -> Key | None:
        actions = {self._action} if self._operation_name != "CountTokens" else dict.fromkeys(ACTIONS.values())
        keys = (replace(self._key(), action=action) for action in actions)
        return next((key for key in keys if self._memory.evidence(key)), None)

    def _key(self) -> Key:
        return Key(caller_of(self._client), self._region, self._action, self._params["modelId"])

    # The first choice.

    def _first_choice(self) -> Conversation:
        try:
            if self._drill is not None:
                yield from self._rehearse(self._drill)
            response = yield Send(self._sent)
        except ClientError as error:
            explained = yield Work(partial(self._explain, error), error)
            if explained is error:
                raise
            if not self._may_fall_back(explained):
                raise explained from error
            return (yield from self._after_denial(error, explained))
        if self._is_probing:
            self._probed_well()
        return response

    def _rehearse(self, drill: Drill) -> Conversation:
        identifier = parse_model_id(self._params["modelId"])
        if identifier.kind not in PROFILES or self._operation_name == "CountTokens":
            return
        profile = yield Work(partial(self._guard.finder.find, identifier, self._region, self._client))
        error = drill.denial(self._client, self._operation_name, self._action, profile)
        if error is not None:
            raise error

    def _explain(self, error: ClientError, credentials: Any) -> ClientError:
        return self._guard.explained(
            error,
            self._operation_name,
            self._params,
            self._client,
            credentials,
            teller=self._drill.teller if self._drill else None,
        )

    def _may_fall_back(self, error: InferenceDeniedError) -> bool:
        denial = error.diagnosis.denial
        return (
            denial.policy_type is PolicyType.SERVICE_CONTROL_POLICY
            and (denial.action or "").startswith("bedrock:InvokeModel")
            and error.diagnosis.cause in _CAUSES
            and self._guard.is_fallback_on()
        )

    def _probed_well(self) -> None:
        key = self._key()
        evidence = self._memory.evidence(key)
        self._is_probing = False
        if self._memory.probed_well(key) and evidence is not None:
            self._teller.recovered(Event("recovered", evidence.diagnosis, self._operation_name))

    # The fallback.

    def _after_denial(self, error: ClientError, explained: InferenceDeniedError) -> Conversation:
        diagnosis = explained.diagnosis
        key, evidence = self._key(), Evidence(error.response, diagnosis)
        if self._is_probing:
            self._memory.denied(key, evidence, is_probe=True)
            self._is_probing = False
        try:
            outcome = yield from self._try_candidates(key, diagnosis)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)
            raise explained from error
        # A fallback that can never serve is not worth remembering.
        is_useful = outcome.served_model_id is not None or outcome.passing_error is not None
        began = is_useful and self._memory.denied(key, evidence, is_probe=False)
        return self._conclude(key, error, diagnosis, outcome, began=began, remembered=False)

    def _pass_by(self, key: Key) -> Conversation:
        evidence = self._memory.evidence(key)
        if evidence is None:  # it has recovered just now
            return None
        try:
            outcome = yield from self._try_candidates(key, evidence.diagnosis)
        except Exception as fault:  # noqa: BLE001 (a fault of ours: the first choice then)
            log_fault("bedrock_guard.failed", fault)
            return None
        failed_for_good = outcome.served_model_id is None and outcome.passing_error is None
        if failed_for_good and (not outcome.attempts or self._operation_name == "CountTokens"):
            return None  # the first choice then: nothing is sent twice to one model
        error = denied_error(self._client, evidence.response, self._operation_name)
        return self._conclude(key, error, evidence.diagnosis, outcome, began=False, remembered=True)

    def _try_candidates(self, key: Key, diagnosis: Diagnosis) -> Generator[Send | Work, Any, _Outcome]:
        outcome = _Outcome()
        denied = self._memory.denied_models(key)
        for candidate in self._guard.candidates(self._params["modelId"], diagnosis, self._region):
            if candidate.model_id in denied:
                outcome.passed_over.append(PassedOver(candidate.model_id, "it was denied as well, lately"))
                continue
            params = yield from self._prepared(candidate, diagnosis)
            if isinstance(params, str):
                outcome.passed_over.append(PassedOver(candidate.model_id, params))
                continue
            try:
                outcome.response = yield Send(params)
            except Exception as error:  # noqa: BLE001 (whatever it is, the next candidate may do better)
                self._failed(key, candidate, error, outcome)
                continue
            outcome.served_model_id = candidate.model_id
            break
        return outcome

    def _prepared(self, candidate: Candidate, diagnosis: Diagnosis) -> Generator[Work, Any, Params | str]:
        """Return the parameters for *candidate*, or the reason to pass it over."""
        identifier = parse_model_id(candidate.model_id)
        profile = self._guard.finder.known(identifier, self._region)
        if profile is None and identifier.kind in PROFILES:
            profile = yield Work(partial(self._guard.finder.find, identifier, self._region, self._client))
        try:
            return self._guard.prepare(candidate, self._request(diagnosis), profile)
        except Exception as fault:  # noqa: BLE001 (the user's adapt, or a bug of ours: neither may hide AWS's error)
            log_fault("bedrock_guard.fallback_not_prepared", fault)
            return f"preparing its request raised {type(fault).__name__}"

    def _request(self, diagnosis: Diagnosis) -> Request:
        profile = diagnosis.profile
        return Request(
            operation_name=self._operation_name,
            params=self._params,
            source_region=self._region,
            model_id=profile.model_id if profile else diagnosis.denial.model_id or "",
            profile=profile,
            position=self._position,
        )

    def _failed(self, key: Key, candidate: Candidate, error: Exception, outcome: _Outcome) -> None:
        code = _code_of(error)
        outcome.attempts.append(Attempt(candidate.model_id, code, str(error)))
        if _is_passing(error):
            outcome.passing_error = error
        elif code.startswith("AccessDenied"):
            self._memory.candidate_denied(key, candidate.model_id)

    def _conclude(
        self, key: Key, error: ClientError, diagnosis: Diagnosis, outcome: _Outcome, *, began: bool, remembered: bool
    ) -> Any:
        diagnosis = replace(diagnosis, attempts=tuple(outcome.attempts), passed_over=tuple(outcome.passed_over))
        event = Event("fallback", diagnosis, self._operation_name, outcome.served_model_id, remembered)
        if outcome.served_model_id is not None:
            self._memory.served(key, outcome.served_model_id)
            self._teller.fallback(event, began=began)
            return self._marked(outcome.response, event)
        self._teller.fallback_failed(replace(event, name="fallback_failed"))
        explained = enriched(error, amended(diagnosis))
        if outcome.passing_error is not None:
            raise outcome.passing_error from explained
        raise explained from error

    def _marked(self, response: Any, event: Event) -> Any:
        """Say in *response* who has served it."""
        response.setdefault("ResponseMetadata", {})["BedrockGuard"] = {
            "requested_model_id": self._params["modelId"],
            "served_model_id": event.served_model_id,
            "source_region": self._region,
            "blocked_regions": list(event.diagnosis.blocked_regions),
            "diagnosis_key": event.diagnosis.key,
            "remembered": event.remembered,
        }
        return response


def conduct_for(guard: Guard | None, client: BaseClient, operation_name: str, params: Any) -> Conduct | None:
    """Return the conduct of a call for which there is a fallback or a drill, None for any other."""
    if guard is None:
        return None
    drill = drill_of(client)
    if (guard.fallback is None and drill is None) or is_guard_off():
        return None
    if operation_name not in ACTIONS or not isinstance(params, dict) or not isinstance(params.get("modelId"), str):
        return None
    return Conduct(guard, client, operation_name, params, drill)


def _code_of(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def _is_passing(error: Exception) -> bool:
    """Tell whether *error* is throttling, a fault of the service or a timeout."""
    if not isinstance(error, ClientError):
        return isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status in (408, 429) or status >= 500 or "Throttling" in _code_of(error)
