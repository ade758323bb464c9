"""Fixtures that all tests share: a Bedrock under a Tokyo-only SCP."""

from typing import Any

import pytest

from bedrock_guard.simulator import Simulator
from policies import TOKYO_ONLY


@pytest.fixture
def simulator() -> Simulator:
    """Return a simulated Bedrock whose SCP allows Tokyo alone; `set_scps` changes that."""
    return Simulator(TOKYO_ONLY)


@pytest.fixture
def client(simulator: Simulator) -> Any:
    """Return a plain boto3 client of `bedrock-runtime` in Tokyo, attached to the simulator."""
    return simulator.session("ap-northeast-1").client("bedrock-runtime")
