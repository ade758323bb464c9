"""What one `client`, `guard` or `install` was given, and what it makes of a denied call; for any client."""

from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal, TypeAlias

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bedrock_guard import _catalog, _control
from bedrock_guard._denials import Denial, PolicyType
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._events import Hook, Teller, log_fault
from bedrock_guard._explain import contradicts, diagnose, error_text, resolve_from
from bedrock_guard._identifiers import ModelIdentifier
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard._resolver import Connect, Resolver
from bedrock_guard.exceptions import InferenceDeniedError, enriched

ResolveMode: TypeAlias = Literal["auto", "catalog"]


class Guard:
    """The options of one call of `client`, `guard` or `install`, with all that they make the guard remember."""

    def __init__(
        self,
        *,
        resolve: ResolveMode = "auto",
        catalog: str | PathLike[str] | None = None,
        control_client: Any = None,
        hook: Hook | None = None,
        session: Any = None,
    ) -> None:
        if resolve not in ("auto", "catalog"):
            raise ValueError(f'resolve is "auto" or "catalog", not {resolve!r}')
        if hook is not None and not callable(hook):
            raise TypeError(f"hook is called with an Event, and a {type(hook).__name__} cannot be called")
        self._asks = resolve == "auto"
        self._catalog = None if catalog is None else _catalog.load(catalog)
        self._control_client = control_client
        self._session = session
        self._resolver = Resolver()
        self._teller = Teller(hook)

    def explained(
        self,
        error: ClientError,
        operation_name: str,
        api_params: Mapping[str, Any],
        client: BaseClient,
        credentials: Any = None,
    ) -> ClientError:
        """
        Return the error to raise for *error*: itself, where there is nothing to add or anything fails here.

        *credentials* stand in for those of *client* where its own cannot be used by a synchronous client.
        """
        try:
            diagnosis = self._diagnose(error, api_params, client, credentials)
            if diagnosis is None or diagnosis.denial.policy_type is PolicyType.UNKNOWN:
                return error
            explained = enriched(error, diagnosis)
            self._teller.denied(diagnosis, operation_name)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)
            return error
        return explained

    def _diagnose(
        self, error: ClientError, api_params: Mapping[str, Any], client: BaseClient, credentials: Any
    ) -> Diagnosis | None:
        if isinstance(error, InferenceDeniedError):
            return None
        text, request_id = error_text(error)
        model_id = api_params.get("modelId")
        catalog = self._catalog or _catalog.embedded()
        known = resolve_from(catalog)

        def connect() -> Any:
            return self._connect(client, source, credentials)

        source = client.meta.region_name

        def resolve(identifier: ModelIdentifier, source_region: str, denial: Denial) -> InferenceProfile | None:
            return known(identifier, source_region, denial) or self._ask(identifier, source_region, denial, connect)

        return diagnose(
            text,
            model_id=model_id if isinstance(model_id, str) else None,
            region_name=source,
            request_id=request_id,
            catalog=catalog,
            resolve=resolve,
        )

    def _ask(
        self, identifier: ModelIdentifier, source_region: str, denial: Denial, connect: Connect
    ) -> InferenceProfile | None:
        if not self._asks:
            return None
        profile = self._resolver.profile(identifier, source_region, connect)
        return None if profile and contradicts(denial, profile) else profile

    def _connect(self, client: BaseClient, region_name: str, credentials: Any) -> Any:
        if self._control_client is not None:
            return self._control_client
        if self._session is not None and credentials is None:
            return _control.from_session(self._session, region_name)
        return _control.from_client(client, region_name, credentials)
