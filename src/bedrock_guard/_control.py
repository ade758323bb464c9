"""The control-plane client that questions are asked with: the caller's credentials, none of his event handlers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials

if TYPE_CHECKING:
    import asyncio

# The caller waits a second in all (see `_resolver`), and tenacity alone decides on another attempt.
_PATIENCE = 1
_CONFIG = Config(connect_timeout=_PATIENCE, read_timeout=_PATIENCE, retries={"total_max_attempts": 1})
# Older versions of botocore lack the last.
_CARRIED = (
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "proxies",
    "proxies_config",
    "client_cert",
    "auth_scheme_preference",
)


class _Given:
    """A provider of what a client already has, so that nothing is asked for again and refreshes stay shared."""

    def __init__(self, credentials: Any, token: Any) -> None:
        self._credentials = credentials
        self._token = token

    def load_credentials(self) -> Any:
        return self._credentials

    def load_token(self, **_: Any) -> Any:
        return self._token


# Lends credentials that a synchronous client can use, where only the caller's asynchronous one can use its own.
Lend: TypeAlias = Callable[[], Credentials | None]


def control_client(client: Any, region_name: str, session: Any = None, lend: Lend | None = None) -> Any:
    """
    Return a `bedrock` client that signs as *client* does, or with what *lend* gives.

    It is made by *session*, boto3's or botocore's, where that signs with the same credentials.
    """
    signer = client._request_signer  # noqa: SLF001 (botocore offers no other way to a client's credentials)
    credentials = lend() if lend else signer._credentials  # noqa: SLF001
    if session is None or lend or _credentials_of(session) is not credentials:
        session = _fresh_session(credentials, getattr(signer, "_auth_token", None))
    make = getattr(session, "client", None) or session.create_client
    made = make("bedrock", region_name=region_name, config=_config_of(client), verify=_verify_of(client))
    vars(made)["_bedrock_guard"] = None  # a question of ours, when denied, is not the caller's call
    return made


def _verify_of(client: Any) -> str | bool | None:
    """Return how *client* verifies TLS: behind a proxy that opens it, by its own certificate authority."""
    verify = getattr(client._endpoint.http_session, "_verify", None)  # noqa: SLF001 (kept nowhere else)
    # aiobotocore's session for httpx has made a context of it, which botocore does not take.
    return verify if isinstance(verify, str | bool) else None


def lent_credentials(client: Any, loop: "asyncio.AbstractEventLoop") -> Credentials | None:
    """
    Return the present credentials of an asynchronous *client*, asked in its *loop*, for use by a synchronous one.

    Asked for a look-up alone, in the thread of that, for a refresh may hang: TimeoutError after a second.
    """
    import asyncio  # noqa: PLC0415 (a synchronous application may never need it)

    asked = asyncio.run_coroutine_threadsafe(_frozen(client), loop)
    try:
        return asked.result(_PATIENCE)
    finally:
        asked.cancel()


async def _frozen(client: Any) -> Credentials | None:
    credentials = client._request_signer._credentials  # noqa: SLF001
    if credentials is None:
        return None
    frozen = await credentials.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


def _credentials_of(session: Any) -> Any:
    """Return what *session* has loaded; a client may have been given others, and asking would load them."""
    return getattr(getattr(session, "_session", session), "_credentials", None) or _NONE


_NONE = object()


def _fresh_session(credentials: Any, token: Any) -> botocore.session.Session:
    given = _Given(credentials, token)
    session = botocore.session.Session()
    session.register_component("credential_provider", given)
    if token is not None:
        session.register_component("token_provider", given)
    return session


def _config_of(client: BaseClient) -> Config:
    """
    Return the settings that say by which way *client* reaches AWS, and how a Bedrock API key signs.

    Of the latter, where code chose it; one in the environment needs none. A token alone tells nothing: IAM Identity
    Center puts its own in the same place. https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    """
    theirs: Any = client.meta.config
    settings = {name: value for name in _CARRIED if (value := getattr(theirs, name, None)) is not None}
    if theirs.signature_version == "bearer":
        settings["signature_version"] = "bearer"
    return _CONFIG.merge(Config(**settings))
