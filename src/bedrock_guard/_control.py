"""The control-plane client that questions are asked with: the caller's credentials, none of his event handlers."""

from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials

# The caller waits a second in all (see `_resolver`), and tenacity alone decides on another attempt.
_CONFIG = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})


class _Given:
    """A provider of what a client already has, so that nothing is asked for again and refreshes stay shared."""

    def __init__(self, credentials: Any, token: Any) -> None:
        self._credentials = credentials
        self._token = token

    def load_credentials(self) -> Any:
        return self._credentials

    def load_token(self, **_: Any) -> Any:
        return self._token


def from_session(session: Any, region_name: str) -> Any:
    """Return a `bedrock` client of *session*, boto3's or botocore's."""
    make = getattr(session, "client", None) or session.create_client
    return make("bedrock", region_name=region_name, config=_CONFIG)


def from_client(client: BaseClient, region_name: str, credentials: Any = None) -> Any:
    """
    Return a `bedrock` client with the credentials of *client*, or with *credentials* in their stead.

    A Bedrock API key is handed on too, where this botocore knows of them.
    https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    """
    signer = client._request_signer  # noqa: SLF001 (botocore offers no other way to a client's credentials)
    token = getattr(signer, "_auth_token", None)
    given = _Given(credentials or signer._credentials, token)  # noqa: SLF001
    session = botocore.session.Session()
    session.register_component("credential_provider", given)
    config = _CONFIG
    if token is not None:
        session.register_component("token_provider", given)
        config = config.merge(Config(auth_scheme_preference="httpBearerAuth"))
    return session.create_client("bedrock", region_name=region_name, config=config)


async def frozen_credentials(client: BaseClient) -> Credentials | None:
    """Return the present credentials of an asynchronous *client*, for use by a synchronous one."""
    credentials = client._request_signer._credentials  # noqa: SLF001
    if credentials is None:
        return None
    frozen = await credentials.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)
