"""What `status()` says is of the whole process: each test begins with nothing."""

import pytest

from bedrock_guard._fallback import _status


@pytest.fixture(autouse=True)
def _nothing_degraded() -> None:
    """Leave out what clients of earlier tests remember, which are yet to be collected."""
    _status._watched.clear()
