"""What was asked of the simulator, to assert on."""

from dataclasses import asdict, dataclass
from typing import Any

from bedrock_guard.scp._authorizations import Authorization


@dataclass(frozen=True)
class JournalEntry:
    """
    One request and how it was answered.

    *operation* is `Unknown` for one that is not simulated, *target* method and path. *region* is the source Region,
    *model_id* what was asked for (None where the operation takes none). *error* is the code of the error that was
    answered, or, with status 200, the name of the exception that a fault put inside a stream (`throttlingException`).
    *denied* is the authorization that a policy denied, None where none did.
    *broken_off* tells whether a fault ended the connection before the answer was whole: the caller saw none, or half.
    *body* is kept only if the simulator was told to.
    """

    operation: str
    target: str
    region: str
    model_id: str | None
    status: int
    error: str | None
    denied: Authorization | None
    request_id: str
    broken_off: bool = False
    body: bytes | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all of it but the body, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if name != "body"}
