"""Who calls: callers are told apart without a request, and without keeping anything of their credentials."""

import itertools
from typing import Any

_NUMBER = "_bedrock_guard_caller"
_numbers = itertools.count(1)


def caller_of(client: Any) -> int | None:
    """
    Return a number for whom *client* signs as, the same for all clients of one caller; None where it does not sign.

    It tells nothing of the credentials, and none are fetched or refreshed for it.
    """
    signer = client._request_signer  # noqa: SLF001 (no other way to tell callers apart without a call)
    token = getattr(signer, "_auth_token", None)
    if token is not None and isinstance(api_key := getattr(token, "token", None), str):
        return hash(api_key)  # that of IAM Identity Center has none
    credentials = signer._credentials  # noqa: SLF001
    number: int | None = getattr(credentials, _NUMBER, None)
    return number if number is not None or not hasattr(credentials, "__dict__") else _new_number(vars(credentials))


def _new_number(credentials: dict[str, Any]) -> int:
    """Return a number for *credentials*, kept with them: they may be refreshed, and a table would keep them alive."""
    if credentials.get("_access_key", "") is None:  # they are yet to be fetched
        return next(_numbers)
    access_key = credentials.get("_access_key") or credentials.get("access_key")
    return int(credentials.setdefault(_NUMBER, hash(access_key) if access_key else next(_numbers)))
