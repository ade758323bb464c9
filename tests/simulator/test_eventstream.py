"""The event stream encoding, read back by botocore."""

import json
from typing import Any

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard.simulator._eventstream import encode_event, encode_exception


@given(st.dictionaries(st.text(), st.text(), max_size=5), st.integers(min_value=1, max_value=40))
def test_botocore_reads_what_was_encoded(payload: dict[str, str], size: int) -> None:
    """Checksums, headers and payload hold, however the bytes are cut."""
    data = encode_event("contentBlockDelta", payload) * 2
    buffer: Any = EventStreamBuffer()
    messages: list[Any] = []
    for start in range(0, len(data), size):
        buffer.add_data(data[start : start + size])
        messages += list(buffer)

    assert [json.loads(message.payload) for message in messages] == [payload, payload]
    assert messages[0].headers == {
        ":event-type": "contentBlockDelta",
        ":content-type": "application/json",
        ":message-type": "event",
    }


def test_exception_in_a_stream_is_marked_as_one() -> None:
    """What botocore raises while iterating is told by the message type."""
    buffer: Any = EventStreamBuffer()
    buffer.add_data(encode_exception("throttlingException", {"message": "slow"}))

    message = next(buffer)

    assert message.to_response_dict()["status_code"] == 400
    assert message.headers[":exception-type"] == "throttlingException"
