"""The drill: AWS's exact denial, raised here, before the request would leave."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bedrock_guard._events import warn
from bedrock_guard._fallback import Memory
from bedrock_guard._guard import Guard
from bedrock_guard._identifiers import UNSPECIFIED, is_region, partition_of
from bedrock_guard._profiles import InferenceProfile

_NOBODY = "arn:{partition}:sts::000000000000:assumed-role/drill/bedrock_guard"


class Drill:
    """What holds while a drill lasts: the blocked Region, and a memory and a log's quiet of its own."""

    def __init__(self, blocked: str, guard: Guard) -> None:
        self.blocked = blocked
        self.teller = guard.new_teller()
        self.memory = Memory(remember=guard.settings.remember, probes=guard.settings.probes, drill=True)
        self.has_denied = False

    def blocks(self, profile: InferenceProfile | None) -> bool:
        """Tell whether a request through *profile* may be routed to the blocked Region."""
        return profile is not None and self.blocked in profile.destination_regions

    def denial(
        self, client: BaseClient, operation_name: str, action: str, profile: InferenceProfile | None
    ) -> ClientError | None:
        """Return the error that an SCP would cause, or None where *profile* does not route to the blocked Region."""
        if profile is None or not self.blocks(profile):
            return None
        partition = partition_of(profile.source_region)
        region = "" if self.blocked == UNSPECIFIED else self.blocked
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        message = (
            f"User: {_NOBODY.format(partition=partition)} is not authorized to perform: {action} on resource: "
            f"arn:{partition}:bedrock:{region}::foundation-model/{profile.model_id} with an explicit deny in a "
            "service control policy"
        )
        self.has_denied = True
        return denied_error(client, _response(message), operation_name)


def _response(message: str) -> dict[str, Any]:
    """Return what botocore makes of AWS's answer."""
    request_id = str(uuid.uuid4())
    metadata = {
        "RequestId": request_id,
        "HTTPStatusCode": 403,
        "HTTPHeaders": {"content-type": "application/json", "x-amzn-requestid": request_id},
        "RetryAttempts": 0,
    }
    return {"Error": {"Message": message, "Code": "AccessDeniedException"}, "ResponseMetadata": metadata}


def denied_error(client: Any, response: Any, operation_name: str) -> ClientError:
    """Return the error that *client* would raise for *response*."""
    code = response["Error"]["Code"]
    error: ClientError = client.exceptions.from_code(code)(response, operation_name)
    return error


@contextmanager
def drill(client: Any, *, blocked: str) -> Iterator[None]:
    """
    Rehearse a blocked Region with *client*, guarded, in all threads, while the block lasts.

    Each call that would route to *blocked*, a Region or "unspecified", is denied before it leaves the machine; the
    log, the hook and the fallback do what they would, marked as a drill. Nothing of it outlives the block. A drill in
    which no call was denied ends with a WARNING.

    Raises TypeError where *client* is not guarded, ValueError where *blocked* is no Region, RuntimeError where a
    drill is held with the client already.
    """
    guard = getattr(client, "_bedrock_guard", None)
    if guard is None:
        raise TypeError("a drill is held with a guarded client: bedrock_guard.guard(client) makes it one")
    if blocked != UNSPECIFIED and not is_region(str(blocked)):
        raise ValueError(f'blocked is a Region, such as "ap-northeast-3", or "{UNSPECIFIED}", not {blocked!r}')
    held = Drill(blocked, guard)
    if vars(client).setdefault("_bedrock_guard_drill", held) is not held:
        raise RuntimeError("a drill is held with this client already")
    try:
        yield
    finally:
        del client._bedrock_guard_drill  # noqa: SLF001 (ours)
        held.memory.retire()
        if not held.has_denied:
            warn("bedrock_guard.drill_denied_nothing", f"no call was denied: none was known to route to {blocked}")
