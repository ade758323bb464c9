"""The functions that users call."""

from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bedrock_guard import _catalog, _client
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._events import Hook
from bedrock_guard._explain import asked_in, diagnose, error_text, resolve_from
from bedrock_guard._fallback import Fallback, Models
from bedrock_guard._guard import Guard, ResolveMode
from bedrock_guard.exceptions import InferenceDeniedError

if TYPE_CHECKING:
    from types_boto3_bedrock_runtime import BedrockRuntimeClient

_Target = TypeVar("_Target")


@overload
def client(
    service_name: Literal["bedrock-runtime"] = "bedrock-runtime",
    *args: Any,
    fallback: Models | Fallback | None = None,
    resolve: ResolveMode = "auto",
    catalog: str | PathLike[str] | None = None,
    control_client: Any = None,
    hook: Hook | None = None,
    **kwargs: Any,
) -> "BedrockRuntimeClient": ...
@overload
def client(service_name: str, *args: Any, **kwargs: Any) -> Any: ...
def client(
    service_name: str = "bedrock-runtime",
    *args: Any,
    fallback: Models | Fallback | None = None,
    resolve: ResolveMode = "auto",
    catalog: str | PathLike[str] | None = None,
    control_client: Any = None,
    hook: Hook | None = None,
    **kwargs: Any,
) -> Any:
    """
    Make a guarded client, as `boto3.client` makes one; the options are those of `guard`.

    Raises what `boto3.client` and `guard` raise.
    """
    made = boto3.client(service_name, *args, **kwargs)  # type: ignore[call-overload]
    settings = Guard(
        fallback=fallback,
        resolve=resolve,
        catalog=catalog,
        control_client=control_client,
        hook=hook,
        session=boto3.DEFAULT_SESSION,
    )
    _client.guard_client(made, settings)
    return made


def guard(
    target: _Target,
    *,
    fallback: Models | Fallback | None = None,
    resolve: ResolveMode = "auto",
    catalog: str | PathLike[str] | None = None,
    control_client: Any = None,
    hook: Hook | None = None,
) -> _Target:
    """
    Guard *target*, in place, and return it: a Bedrock client, or a session with every Bedrock client it makes.

    Guarding again replaces all options. *fallback* says which models may serve where an SCP blocks the one that was
    asked for: see `Fallback`. `resolve="catalog"` forbids the look-up of inference profiles that
    the embedded catalogue lacks; `catalog` is the path of a newer one, made by `scripts/make_catalog.py`;
    `control_client` is the `bedrock` client to look up with; `hook` is called with each `Event`.

    Raises TypeError where *target* is neither, or a client of another service; ValueError or OSError where
    an option is not what it should be.
    """
    session = None if isinstance(target, BaseClient) else target
    settings = Guard(
        fallback=fallback, resolve=resolve, catalog=catalog, control_client=control_client, hook=hook, session=session
    )
    if isinstance(target, BaseClient):
        _client.guard_client(target, settings)
    else:
        _client.guard_session(target, settings)
    return target


def install(
    *,
    fallback: Models | Fallback | None = None,
    resolve: ResolveMode = "auto",
    catalog: str | PathLike[str] | None = None,
    control_client: Any = None,
    hook: Hook | None = None,
) -> None:
    """
    Guard the process: the default session, and every session made from now on, also inside frameworks.

    The options are those of `guard`, and so is what is raised. Installing again replaces them.
    """
    _client.install(
        Guard(fallback=fallback, resolve=resolve, catalog=catalog, control_client=control_client, hook=hook)
    )


def uninstall() -> None:
    """Take `install` back: no further client is guarded by it, and clients that exist stay as they are."""
    _client.uninstall()


def explain(
    error_or_text: BaseException | str, model_id: str | None = None, region_name: str | None = None
) -> Diagnosis | None:
    """
    Return why AWS denied a request, read from its message, or None where no authorization failure is in it.

    Takes the text of a log line or of the console, or any exception: one of ours, or one that a framework has raised
    from it, gives the diagnosis that ours carries; of any other its own text is read, and its `response` where that has
    botocore's form. *model_id* and *region_name* say what was asked for and from where, when the text cannot. Never
    touches the network. Raises TypeError where an argument is of another type.
    """
    for name, value in (("model_id", model_id), ("region_name", region_name)):
        if not isinstance(value, str | None):
            raise TypeError(f"{name} must be a str or None, not {type(value).__name__}")
    if isinstance(error_or_text, BaseException):
        if carried := _carried(error_or_text):
            return carried
        text, request_id = error_text(error_or_text)
    elif isinstance(error_or_text, str):
        text, request_id = error_or_text, None
    else:
        raise TypeError(f"explain takes an exception or a str, not {type(error_or_text).__name__}")
    if not model_id and not region_name:
        model_id, region_name = asked_in(text)
    catalog = _catalog.embedded()
    diagnosis = diagnose(
        text, model_id=model_id or None, region_name=region_name or None, catalog=catalog, resolve=resolve_from(catalog)
    )
    return diagnosis.of_request(request_id) if diagnosis and request_id else diagnosis


def _carried(error: BaseException) -> Diagnosis | None:
    seen: set[int] = set()
    link: BaseException | None = error
    # AWS's other errors speak for themselves: a throttled fallback is raised from the denial that led to it.
    while not (link is None or isinstance(link, ClientError) or id(link) in seen):
        seen.add(id(link))
        link = link.__cause__
    return link.diagnosis if isinstance(link, InferenceDeniedError) else None
