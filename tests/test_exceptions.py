"""The errors: classes, copies, other processes, and the sessions that they must not keep."""

import concurrent.futures
import copy
import gc
import multiprocessing
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

import bedrock_guard
from bedrock_guard import InferenceDeniedError, ScpDeniedError
from bedrock_guard.simulator import Simulator
from calls import denied, explained, refused, sentence
from conftest import TOKYO
from policies import JP_CLAUDE, TOKYO_ONLY

COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol)) for protocol in range(6)),
]
IDS = ["copy", "deepcopy", *(f"pickle-{protocol}" for protocol in range(6))]


@pytest.mark.parametrize("again", COPIES, ids=IDS)
def test_copy_is_ours_and_botocores(guarded: Any, again: Callable[[Any], Any]) -> None:
    """A copy is a `ScpDeniedError` and a `ClientError`, and no longer of the session's class."""
    error = again(denied(guarded))

    assert type(error) is ScpDeniedError
    assert isinstance(error, ClientError)
    assert not isinstance(error, guarded.exceptions.AccessDeniedException)


@pytest.mark.parametrize("again", COPIES, ids=IDS)
def test_copy_says_and_holds_the_same(guarded: Any, again: Callable[[Any], Any]) -> None:
    """Nothing that the error carries is lost on the way."""
    error = denied(guarded)
    twin = again(error)

    assert str(twin) == str(error)
    assert twin.response == error.response
    assert twin.operation_name == error.operation_name
    assert twin.diagnosis == error.diagnosis
    assert str(twin.diagnosis) == str(error.diagnosis)
    assert twin.diagnosis.request_id == error.diagnosis.request_id is not None


@pytest.mark.parametrize("again", COPIES, ids=IDS)
def test_copy_can_be_copied(guarded: Any, again: Callable[[Any], Any]) -> None:
    """A worker may hand on what it was handed."""
    error = denied(guarded)

    assert str(again(again(error))) == str(error)


def test_notes_are_copied(guarded: Any) -> None:
    """What a framework has noted on the error goes along."""
    error: Any = denied(guarded)
    error.__notes__ = ["Region: ap-northeast-1"]  # what add_note() does, from Python 3.11 on

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["Region: ap-northeast-1"]


def test_other_policies_have_the_wider_class(guarded: Any) -> None:
    """A denial by another type of policy is an `InferenceDeniedError`, and no `ScpDeniedError`."""
    error = explained(guarded, sentence(cause="because no identity-based policy allows the bedrock:InvokeModel action"))

    assert isinstance(error, guarded.exceptions.AccessDeniedException)
    assert not isinstance(error, ScpDeniedError)
    assert type(copy.copy(error)) is InferenceDeniedError


def test_unmodelled_code_is_explained_too(guarded: Any) -> None:
    """AWS's front door answers some denials under codes of which the service's model has none."""
    error = refused(guarded, sentence(), code="AccessDenied")

    assert type(error) is ScpDeniedError
    assert type(error.__cause__) is ClientError


def _deny_in_a_worker() -> None:
    client = Simulator(TOKYO_ONLY).session(TOKYO).client("bedrock-runtime")
    denied(client=bedrock_guard.guard(client))
    bedrock_guard.guard(client).converse(modelId=JP_CLAUDE, messages=[])


def test_error_crosses_a_process_pool() -> None:
    """What a worker process raises arrives with its diagnosis."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        error = pool.submit(_deny_in_a_worker).exception()

    assert type(error) is ScpDeniedError
    assert error.diagnosis.requested_model_id == JP_CLAUDE
    assert str(error).endswith(error.diagnosis.message)


@pytest.mark.parametrize("way", ["client", "session", "process"])
def test_sessions_are_not_kept_alive(simulator: Simulator, way: str) -> None:
    """Once session, client and error are gone, nothing of ours holds them."""
    if way == "process":
        bedrock_guard.install()
    session = simulator.session(TOKYO)
    if way == "session":
        bedrock_guard.guard(session)
    client: Any = session.client("bedrock-runtime")
    if way == "client":
        bedrock_guard.guard(client)
    error = denied(client)
    watched = [weakref.ref(each) for each in (session, client, type(client), type(error), type(error.__cause__))]
    del session, client, error
    gc.collect()

    assert [watch() for watch in watched] == [None] * len(watched)


def test_error_is_not_needed_to_keep_its_class(guarded: Any) -> None:
    """The class that was derived stays with the session's own, so that `except` by class is stable."""
    first = type(denied(guarded))
    gc.collect()

    assert type(denied(guarded)) is first


def test_message_that_is_missing_is_no_trouble(guarded: Any) -> None:
    """An error without any message goes out as it is."""
    error = refused(guarded, "")

    assert type(error) is guarded.exceptions.AccessDeniedException
