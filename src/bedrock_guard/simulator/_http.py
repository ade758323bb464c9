"""What goes in and out of the core: plain HTTP, whoever carries it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

# Host, path and query. `urllib.parse.urlsplit` raises ValueError for some that a client may send.
_URL = re.compile(r"(?:https?://([^/?#]*))?([^?#]*)\??([^#]*)")
# The credential scope of a signature: access key id, date, Region, service.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_SCOPE = re.compile(r"[^/]+/\d{8}/([a-z0-9-]+)/bedrock[a-z-]*/aws4_request")
# https://docs.aws.amazon.com/general/latest/gr/bedrock.html
_HOST = re.compile(r"bedrock[a-z-]*\.([a-z0-9-]+)\.(?:amazonaws|api|vpce)\.")

JSON = "application/json"
EVENT_STREAM = "application/vnd.amazon.eventstream"


@dataclass(frozen=True)
class Request:
    """
    An HTTP request. *url* may be a path alone; the names of *headers* are in lower case.

    *default_region* is that of a request which names none: one with a Bedrock API key, to this machine.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    default_region: str | None = None

    @cached_property
    def path(self) -> list[str]:
        """The segments of the path, decoded after they were split: an ARN in one of them holds slashes."""
        return [unquote(segment) for segment in self._parts[1].strip("/").split("/")]

    @property
    def target(self) -> str:
        """Method and path, as they were sent."""
        return f"{self.method} {self._parts[1]}"

    @cached_property
    def query(self) -> dict[str, str]:
        """The query string, one value a name."""
        return dict(parse_qsl(self._parts[2]))

    @property
    def region(self) -> str | None:
        """The Region that the request was signed for, or else that of its host, or else the default."""
        # A presigned request has the scope in its query string.
        scope = self.headers.get("authorization") or self.query.get("X-Amz-Credential", "")
        match = _SCOPE.search(scope) or _HOST.search(self._host)
        return match[1] if match else self.default_region

    @property
    def bearer_token(self) -> str | None:
        """The Bedrock API key that the request carries in place of a signature, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme == "Bearer" else None

    @property
    def _host(self) -> str:
        return self._parts[0] or self.headers.get("host", "")

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        match = _URL.match(self.url)
        return match.groups("") if match else ("", "", "")


@dataclass(frozen=True)
class Pause:
    """A wait of so many *seconds*; where it comes first, before the head."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """The end of the connection, before the response is whole. Where it comes first, not even a head is sent."""


Part: TypeAlias = bytes | Pause | Drop


@dataclass(frozen=True)
class Response:
    """
    An HTTP response: its body in the chunks in which it is sent.

    The core neither sleeps nor sends: whoever carries the response does what `Pause` and `Drop` say.
    """

    status: int
    headers: Mapping[str, str]
    body: tuple[Part, ...] = ()


def json_response(data: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Return *data* as a JSON response."""
    body = json.dumps(data).encode()
    return Response(status, {"Content-Type": JSON, "Content-Length": str(len(body)), **(headers or {})}, (body,))


def stream_response(messages: Iterable[bytes], headers: Mapping[str, str] | None = None) -> Response:
    """Return messages of the event stream encoding as a response, one chunk each."""
    return Response(200, {"Content-Type": EVENT_STREAM, **(headers or {})}, tuple(messages))
