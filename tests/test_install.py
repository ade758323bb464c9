"""`client`, `guard`, `install` and `uninstall`: what each reaches, and which one wins."""

import gc
import importlib.util
import weakref
from pathlib import Path
from typing import Any

import boto3
import botocore.handlers
import botocore.session
import pytest
from botocore.client import BaseClient

import bedrock_guard
from bedrock_guard import Event
from bedrock_guard._client import GuardedClient
from bedrock_guard.simulator import Simulator
from calls import denied, refused, sentence
from conftest import TOKYO
from policies import JP_CLAUDE, NOVA


class Hook(list[Event]):
    """A hook that remembers."""

    def __call__(self, event: Event, /) -> None:
        self.append(event)


def runtime(session: Any) -> Any:
    return session.client("bedrock-runtime", region_name=TOKYO)


def is_guarded(client: Any) -> bool:
    return hasattr(refused(client, sentence()), "diagnosis")


def test_install_does_not_reach_sessions_made_before(simulator: Simulator) -> None:
    """A session that is older than `install` makes plain clients."""
    session = simulator.session(TOKYO)
    bedrock_guard.install()

    assert not is_guarded(runtime(session))


def test_install_reaches_sessions_made_after(simulator: Simulator) -> None:
    """Also those that frameworks make for themselves."""
    bedrock_guard.install()

    assert is_guarded(runtime(simulator.session(TOKYO)))


def test_install_reaches_sessions_of_botocore() -> None:
    """A session that boto3 has no part in is reached too."""
    bedrock_guard.install()

    assert is_guarded(botocore.session.get_session().create_client("bedrock-runtime", region_name=TOKYO))


def test_install_reaches_the_default_session_made_before() -> None:
    """The default session is the one older session that is reached."""
    boto3.setup_default_session(region_name=TOKYO)
    bedrock_guard.install()

    assert is_guarded(boto3.client("bedrock-runtime"))


@pytest.mark.parametrize("service", ["bedrock", "bedrock-agent", "bedrock-agent-runtime"])
def test_every_service_of_bedrock_is_reached(service: Any) -> None:
    """By way of the process, with a default session that is older, and by way of a session."""
    boto3.setup_default_session(region_name=TOKYO)
    bedrock_guard.install()
    session = bedrock_guard.guard(boto3.Session(region_name=TOKYO))

    assert isinstance(boto3.client(service), GuardedClient)
    assert isinstance(session.client(service), GuardedClient)


@pytest.mark.parametrize("wrong", [boto3.Session, "a session", None, 7])
def test_only_sessions_and_clients_are_guarded(wrong: Any) -> None:
    """The class of a session is none."""
    with pytest.raises(TypeError, match="a client or a session of boto3 or botocore"):
        bedrock_guard.guard(wrong)


def test_meta_of_a_client_is_no_session(client: Any) -> None:
    """Though it has events."""
    with pytest.raises(TypeError, match="not ClientMeta"):
        bedrock_guard.guard(client.meta)


def test_guarding_a_session_again_leaves_no_handler_behind() -> None:
    """Nor the guard that it was for."""
    session = bedrock_guard.guard(boto3.Session(region_name=TOKYO))
    first = weakref.ref(runtime(session)._bedrock_guard)
    bedrock_guard.guard(session)
    gc.collect()

    assert first() is None


def test_install_reaches_the_default_session_made_after() -> None:
    """And so is the one that `boto3.client` makes when it is first needed."""
    bedrock_guard.install()

    assert is_guarded(boto3.client("bedrock-runtime", region_name=TOKYO))


def test_clients_made_before_install_stay_as_they_are(client: Any) -> None:
    """A client that exists is guarded by `guard` alone."""
    bedrock_guard.install()

    assert not is_guarded(client)


def test_uninstall_reaches_sessions_made_between(simulator: Simulator) -> None:
    """A session made while it was installed makes plain clients afterwards."""
    bedrock_guard.install()
    session = simulator.session(TOKYO)
    bedrock_guard.uninstall()

    assert type(runtime(session)).__mro__[1] is BaseClient


def test_uninstall_reaches_the_default_session() -> None:
    """So does the default session, whenever it was made."""
    boto3.setup_default_session(region_name=TOKYO)
    bedrock_guard.install()
    bedrock_guard.uninstall()

    assert not is_guarded(boto3.client("bedrock-runtime"))


def test_sessions_made_after_uninstall_are_plain(simulator: Simulator) -> None:
    """Nothing is left behind for those who come later."""
    before = list(botocore.handlers.BUILTIN_HANDLERS)
    bedrock_guard.install()
    bedrock_guard.uninstall()

    assert not is_guarded(runtime(simulator.session(TOKYO)))
    assert before == botocore.handlers.BUILTIN_HANDLERS


def test_uninstall_leaves_clients_that_exist(simulator: Simulator) -> None:
    """A client that is guarded goes on being guarded."""
    bedrock_guard.install()
    client = runtime(simulator.session(TOKYO))
    bedrock_guard.uninstall()

    assert is_guarded(client)


def test_uninstall_leaves_guarded_sessions(simulator: Simulator) -> None:
    """What `guard` did is not taken back by `uninstall`."""
    session = bedrock_guard.guard(simulator.session(TOKYO))
    bedrock_guard.install()
    bedrock_guard.uninstall()

    assert is_guarded(runtime(session))


def test_uninstall_without_install_is_no_error() -> None:
    """It may be called in any order, and repeatedly."""
    bedrock_guard.uninstall()
    bedrock_guard.uninstall()


def test_install_after_uninstall_works_again() -> None:
    """With the options of the later one."""
    first, second = Hook(), Hook()
    bedrock_guard.install(hook=first)
    bedrock_guard.uninstall()
    bedrock_guard.install(hook=second)
    refused(boto3.client("bedrock-runtime", region_name=TOKYO), sentence())

    assert (len(first), len(second)) == (0, 1)


def test_installing_again_replaces_the_options() -> None:
    """For clients that are made from then on, whatever session makes them; nothing is registered twice."""
    first, second = Hook(), Hook()
    boto3.setup_default_session(region_name=TOKYO)
    bedrock_guard.install(hook=first)
    once = len(botocore.handlers.BUILTIN_HANDLERS)
    older = boto3.Session()
    bedrock_guard.install(hook=second)
    for session in (boto3, older, boto3.Session()):
        refused(runtime(session), sentence())

    assert (len(first), len(second)) == (0, 3)
    assert len(botocore.handlers.BUILTIN_HANDLERS) == once


def test_guarding_a_session_again_replaces_the_options(simulator: Simulator) -> None:
    """Botocore would keep the first of two handlers, and say nothing."""
    first, second = Hook(), Hook()
    session = simulator.session(TOKYO)
    bedrock_guard.guard(bedrock_guard.guard(session, hook=first), hook=second)
    denied(runtime(session))

    assert (len(first), len(second)) == (0, 1)


def test_guarding_a_client_again_replaces_the_options(client: Any) -> None:
    """The hook of before is called no more."""
    first, second = Hook(), Hook()
    bedrock_guard.guard(bedrock_guard.guard(client, hook=first), hook=second)
    denied(client)

    assert (len(first), len(second)) == (0, 1)


@pytest.mark.parametrize("order", [("install", "session"), ("session", "install")])
def test_the_session_wins_over_the_process(simulator: Simulator, order: tuple[str, str]) -> None:
    """Whichever was guarded first: the nearest wins."""
    process, own = Hook(), Hook()
    bedrock_guard.install()
    session = simulator.session(TOKYO)
    for step in order:
        if step == "install":
            bedrock_guard.install(hook=process)
        else:
            bedrock_guard.guard(session, hook=own)
    denied(runtime(session))

    assert (len(process), len(own)) == (0, 1)


def test_the_default_session_that_is_guarded_wins_over_the_process() -> None:
    """Also where `install` reaches that session through its own handler."""
    process, own = Hook(), Hook()
    boto3.setup_default_session(region_name=TOKYO)
    bedrock_guard.guard(boto3.DEFAULT_SESSION, hook=own)
    bedrock_guard.install(hook=process)
    refused(boto3.client("bedrock-runtime"), sentence())

    assert (len(process), len(own)) == (0, 1)


def test_the_client_wins_over_session_and_process(simulator: Simulator) -> None:
    """A client that was guarded itself heeds no other options."""
    process, session_wide, own = Hook(), Hook(), Hook()
    bedrock_guard.install(hook=process)
    session = bedrock_guard.guard(simulator.session(TOKYO), hook=session_wide)
    client = bedrock_guard.guard(runtime(session), hook=own)
    bedrock_guard.guard(session, hook=session_wide)
    denied(client)

    assert (len(process), len(session_wide), len(own)) == (0, 0, 1)


def test_one_client_of_a_guarded_session_is_guarded_alone(simulator: Simulator) -> None:
    """What is set for one client is not set for its brother."""
    session_wide, own = Hook(), Hook()
    session = bedrock_guard.guard(simulator.session(TOKYO), hook=session_wide)
    brother = runtime(session)
    bedrock_guard.guard(runtime(session), hook=own)
    denied(brother)

    assert (len(session_wide), len(own)) == (1, 0)


@pytest.mark.parametrize("service", ["bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime"])
def test_every_service_of_bedrock_is_guarded(service: Any) -> None:
    """`guard` takes a client of each, and of a guarded session each is guarded."""
    session = bedrock_guard.guard(boto3.Session(region_name=TOKYO))

    for client in (session.client(service), bedrock_guard.guard(boto3.client(service, region_name=TOKYO))):
        assert [each.__name__ for each in type(client).__mro__].count("GuardedClient") == 1


@pytest.mark.parametrize("service", ["bedrock", "bedrock-agent", "bedrock-agent-runtime"])
def test_fallback_of_a_client_that_has_none_is_warned_of(service: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It would do nothing, and nobody would know."""
    bedrock_guard.client(service, region_name=TOKYO, fallback=NOVA)

    (warning,) = [record.getMessage() for record in caplog.records if record.name == "bedrock_guard"]
    assert warning == (
        f"bedrock_guard.fallback_cannot_serve a client of {service} has no fallback, which is for bedrock-runtime alone"
    )


def test_fallback_of_a_session_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """It guards clients of all services, and so does the process."""
    bedrock_guard.guard(boto3.Session(region_name=TOKYO), fallback=NOVA).client("bedrock")
    bedrock_guard.install(fallback=NOVA)
    boto3.client("bedrock", region_name=TOKYO)

    assert "fallback_cannot_serve" not in caplog.text


@pytest.mark.parametrize("service", ["s3", "sts"])
def test_clients_of_other_services_are_refused(service: Any) -> None:
    """A mistake of the caller's, said at once."""
    with pytest.raises(TypeError, match=f"not of {service}"):
        bedrock_guard.guard(boto3.client(service, region_name=TOKYO))
    with pytest.raises(TypeError, match=f"not of {service}"):
        bedrock_guard.client(service, region_name=TOKYO)


@pytest.mark.parametrize("wrong", [None, "bedrock-runtime", object(), BaseClient, boto3, ValueError()])
def test_what_is_neither_client_nor_session_is_refused(wrong: Any) -> None:
    """Nor is anything else that cannot be guarded taken in silence."""
    with pytest.raises(TypeError, match="a client or a session of boto3 or botocore"):
        bedrock_guard.guard(wrong)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"resolve": "always"}, ValueError),
        ({"resolve": None}, ValueError),
        ({"hook": "print"}, TypeError),
        ({"catalog": "/nonexistent/catalog.json"}, FileNotFoundError),
    ],
)
def test_wrong_options_are_refused_at_once(client: Any, options: dict[str, Any], error: type[Exception]) -> None:
    """Not when the first call is denied, weeks later; and nothing is guarded or installed by halves."""
    with pytest.raises(error):
        bedrock_guard.guard(client, **options)
    with pytest.raises(error):
        bedrock_guard.install(**options)

    assert not is_guarded(client)
    assert not is_guarded(boto3.client("bedrock-runtime", region_name=TOKYO))


def test_a_catalogue_that_is_none_is_refused(client: Any, tmp_path: Path) -> None:
    """A file of another form is named in the error."""
    path = tmp_path / "catalog.json"
    path.write_text('{"format": 1}', encoding="utf-8")

    with pytest.raises(ValueError, match=r"catalog\.json is no catalogue"):
        bedrock_guard.guard(client, catalog=path)


def test_guard_returns_what_it_was_given(simulator: Simulator) -> None:
    """In place: tracers hold the object."""
    session = simulator.session(TOKYO)
    client = runtime(session)

    assert bedrock_guard.guard(session) is session
    assert bedrock_guard.guard(client) is client


@pytest.mark.parametrize("way", ["client", "session", "install"])
def test_works_beside_moto(way: str) -> None:
    """`mock_aws`, which answers by `before-send` too, answers guarded clients."""
    if importlib.util.find_spec("moto") is None:
        pytest.skip("moto is not installed")
    from moto import mock_aws

    with mock_aws():
        if way == "install":
            bedrock_guard.install()
        session = boto3.Session(region_name="us-east-1")
        client = session.client("bedrock-runtime")
        if way == "session":
            client = bedrock_guard.guard(session).client("bedrock-runtime")
        if way == "client":
            bedrock_guard.guard(client)

        assert client.invoke_model(modelId=JP_CLAUDE, body="{}")["body"].read() == b"{}"
