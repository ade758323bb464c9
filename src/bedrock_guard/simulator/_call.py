"""One request, understood: which operation, from which Region, on what."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bedrock_guard._identifiers import partition_of
from bedrock_guard.scp._authorizations import Authorization
from bedrock_guard.simulator._errors import ServiceError, validation
from bedrock_guard.simulator._http import Request

UNKNOWN = "Unknown"  # what an operation is called that is not simulated


@dataclass(frozen=True)
class Call:
    """A request for *operation* in *region*."""

    operation: str
    region: str
    account_id: str
    request: Request

    @property
    def label(self) -> str:
        """The identifier in the path."""
        return self.request.path[1]

    @property
    def model_id(self) -> str | None:
        """What was asked for, wherever the operation takes it from."""
        if self.operation == UNKNOWN:
            return None
        if len(self.request.path) > 1:
            return self.label
        try:
            return str(self.body["modelId"])
        except (KeyError, ServiceError):
            return None

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. Raises ServiceError for anything else."""
        try:
            data = json.loads(self.request.body or b"{}")
        except (RecursionError, ValueError):
            data = None
        if not isinstance(data, dict):
            raise validation("Malformed input request, please reformat your input and try again.")
        return data

    def text(self, name: str) -> str:
        """Return the member *name* of the body. Raises ServiceError where it is no text."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise validation(
                f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"
            )
        return value

    def arn(self, resource: str, *, account: bool = True) -> str:
        """Return the ARN of *resource* in this call's Region."""
        owner = self.account_id if account else ""
        return f"arn:{partition_of(self.region)}:bedrock:{self.region}:{owner}:{resource}"

    def authorization(self, resource: str) -> Authorization:
        """Return what an operation of the control plane is authorized on."""
        return Authorization(f"bedrock:{self.operation}", resource, {"aws:RequestedRegion": self.region})
