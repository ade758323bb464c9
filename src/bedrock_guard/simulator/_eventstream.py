"""
The event stream encoding, `application/vnd.amazon.eventstream`, in which Bedrock streams.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import json
import struct
from collections.abc import Mapping
from typing import Any
from zlib import crc32

_STRING = 7


def encode_event(event_type: str, payload: Mapping[str, Any]) -> bytes:
    """Return the message of one event with a JSON payload."""
    return _encode({":event-type": event_type, ":content-type": "application/json", ":message-type": "event"}, payload)


def encode_exception(exception_type: str, payload: Mapping[str, Any]) -> bytes:
    """Return the message of a modelled exception in the midst of a stream."""
    headers = {
        ":exception-type": exception_type,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return _encode(headers, payload)


def _encode(headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
    head = b"".join(_header(name, value) for name, value in headers.items())
    data = json.dumps(payload).encode()
    # Lengths and checksums take 16 bytes beside the headers and the payload.
    prelude = struct.pack("!II", 16 + len(head) + len(data), len(head))
    message = prelude + struct.pack("!I", crc32(prelude)) + head + data
    return message + struct.pack("!I", crc32(message))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack("!B", len(key)) + key + struct.pack("!BH", _STRING, len(text)) + text
