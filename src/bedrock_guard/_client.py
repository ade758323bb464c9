"""
The seam: a class in front of botocore's own, whichever way a client is guarded.

botocore emits `creating-client-class.<service>` for each client it makes, "adding classes for the client
class to inherit from": https://docs.aws.amazon.com/boto3/latest/guide/events.html
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import botocore.handlers
from botocore.client import BaseClient

from bedrock_guard._aio import AsyncGuardedClient
from bedrock_guard._calls import Conduct, Conversation, Drill, Send, converse, follow
from bedrock_guard._events import warn
from bedrock_guard._guard import Guard

RUNTIME = "bedrock-runtime"
SERVICES = (RUNTIME, "bedrock", "bedrock-agent-runtime", "bedrock-agent")
_EVENTS = tuple(f"creating-client-class.{service}" for service in SERVICES)
_ID = "bedrock_guard"


class GuardedClient(BaseClient):
    """What a guarded client's class inherits from, before all else."""

    _bedrock_guard: Guard | None = None
    _bedrock_guard_drill: Drill | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._bedrock_guard is not None:
            self._bedrock_guard.review_late(self.meta.region_name)
            follow(self, self._bedrock_guard)

    def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
        send: Callable[[str, Any], Any] = super()._make_api_call  # type: ignore[misc]  # botocore-stubs leave it out
        if self._bedrock_guard is None:
            return send(operation_name, api_params)
        call = Conduct(self._bedrock_guard, self, operation_name, api_params)
        try:
            params = call.opening()
            if params is None:
                return _hold(converse(call), partial(send, operation_name))
            try:
                response = send(operation_name, params)
            except Exception as error:
                if call.goes_on(error):
                    return _hold(converse(call, error), partial(send, operation_name))
                if call.explains(error):
                    return call.explained(error).result()
                raise
            return call.answered(response)
        finally:
            call.close()


def _hold(conversation: Conversation, send: Callable[[Any], Any]) -> Any:
    """Do what *conversation* asks for, until it ends."""
    step: Any
    try:
        step = next(conversation)
        while True:
            try:
                answer = send(step.params) if isinstance(step, Send) else step.do(None)
            except Exception as error:  # noqa: BLE001 (the conversation says what becomes of it)
                step = conversation.throw(error)
            else:
                step = conversation.send(answer)
    except StopIteration as end:
        return end.value
    finally:
        conversation.close()
        step = answer = None  # an error's traceback holds this frame: a cycle, and the prompt would linger


def guard_client(client: BaseClient, guard: Guard) -> None:
    """Guard *client* in place: tracers hang wrappers on the object, which a copy would slip past."""
    service = client.meta.service_model.service_name
    if service not in SERVICES:
        raise TypeError(f"bedrock_guard guards clients of {', '.join(SERVICES)}, not of {service}")
    guard.review(client.meta.region_name)
    if guard.fallback is not None and service != RUNTIME:
        warn(
            "bedrock_guard.fallback_cannot_serve",
            f"a client of {service} has no fallback, which is for {RUNTIME} alone",
        )
    own = type(client)
    front = _front_for((own,))
    if not issubclass(own, front):
        client.__class__ = _derived(own, (front, _behind(client)), {})
    replaced = vars(client).get("_bedrock_guard")
    if replaced is not None:  # a guard of a session goes on with its other clients
        replaced.memory.retire()
    follow(client, guard)
    client._bedrock_guard = guard  # type: ignore[attr-defined]  # noqa: SLF001 (its class is ours by now)


def _behind(client: BaseClient) -> type[BaseClient]:
    """Return the class of *client*, with what a tracer has put in place of `_make_api_call` on the object itself."""
    own = type(client)
    wrapper = vars(client).pop("_make_api_call", None)
    if wrapper is None:
        return own
    return _derived(own, (own,), {"_make_api_call": lambda _, *args, **kwargs: wrapper(*args, **kwargs)})


def _derived(own: type[BaseClient], bases: tuple[type, ...], attributes: dict[str, Any]) -> type[BaseClient]:
    """Return a class of *bases* that goes by the name of *own*."""
    named = {"__module__": own.__module__, "__qualname__": own.__qualname__}
    return type(own.__name__, bases, named | attributes)


def guard_session(session: Any, guard: Guard) -> None:
    """Guard every Bedrock client that *session* makes from now on."""
    emitter = _emitter_of(session)
    if region_name := _region_of(session):
        guard.review(region_name)
    for event in _EVENTS:
        # botocore keeps the first of two handlers with one id, whatever their events, and says nothing.
        emitter.unregister(event, unique_id=f"{_ID}.{event}")
        emitter.register(event, partial(_put_in_front, guard), unique_id=f"{_ID}.{event}")


class _Process:
    """The guard of the process. Sessions keep the handler, so it is asked whether it still applies."""

    guard: Guard | None = None

    def put_in_front(self, class_attributes: dict[str, Any], base_classes: list[type], **_: Any) -> None:
        if self.guard is not None and "_bedrock_guard" not in class_attributes:
            _put_in_front(self.guard, class_attributes, base_classes)


_process = _Process()
_BUILTIN = [(event, _process.put_in_front) for event in _EVENTS]


def install(guard: Guard) -> None:
    """Guard the default session, and every session made from now on."""
    _process.guard = guard
    # moto reaches every new session in this way too.
    botocore.handlers.BUILTIN_HANDLERS.extend(
        spec for spec in _BUILTIN if spec not in botocore.handlers.BUILTIN_HANDLERS
    )
    if boto3.DEFAULT_SESSION is not None:
        for event in _EVENTS:
            boto3.DEFAULT_SESSION.events.register(event, _process.put_in_front, unique_id=f"{_ID}-process.{event}")


def uninstall() -> None:
    """Guard no further client on behalf of the process."""
    _process.guard = None
    for spec in _BUILTIN:
        if spec in botocore.handlers.BUILTIN_HANDLERS:
            botocore.handlers.BUILTIN_HANDLERS.remove(spec)


def _put_in_front(guard: Guard, class_attributes: dict[str, Any], base_classes: list[type], **_: Any) -> None:
    class_attributes["_bedrock_guard"] = guard
    front = _front_for(tuple(base_classes))
    if front not in base_classes:  # a session that is guarded, in a process that is too
        base_classes.insert(0, front)


def _front_for(classes: tuple[type, ...]) -> type[BaseClient]:
    # By where it is from: a tracer may have wrapped the coroutine function in one that only returns its coroutine.
    modules = {base.__module__.partition(".")[0] for each in classes for base in each.__mro__}
    return AsyncGuardedClient if "aiobotocore" in modules else GuardedClient


def _region_of(session: Any) -> str | None:
    """Return the Region of clients for which none is named."""
    botocores = getattr(session, "_session", session)
    region_name: str | None = botocores.get_config_variable("region")
    return region_name


def _emitter_of(session: Any) -> Any:
    makes_clients = not isinstance(session, type) and (hasattr(session, "client") or hasattr(session, "create_client"))
    emitter = getattr(session, "events", None) if makes_clients else None  # boto3's and aioboto3's
    if emitter is None and makes_clients and hasattr(session, "get_component"):
        emitter = session.get_component("event_emitter")
    if emitter is None:
        raise TypeError(
            f"bedrock_guard guards a client or a session of boto3 or botocore, not {type(session).__name__}"
        )
    return emitter
