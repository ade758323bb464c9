"""Where a guard finds inference profiles: in the catalogue, then by asking the live API."""

from os import PathLike
from typing import Any

from botocore.client import BaseClient

from bedrock_guard import _catalog, _control
from bedrock_guard._callers import caller_of
from bedrock_guard._catalog import Catalog
from bedrock_guard._control import Lend
from bedrock_guard._denials import Denial, PolicyType
from bedrock_guard._explain import contradicts
from bedrock_guard._identifiers import ModelIdentifier, ModelKind
from bedrock_guard._profiles import InferenceProfile, from_catalog
from bedrock_guard._resolver import Resolver


class Finder:
    """The catalogue of a guard, and how it asks; *asks* is False where the network is forbidden."""

    def __init__(
        self, catalog: str | PathLike[str] | None, *, asks: bool, control_client: Any = None, session: Any = None
    ) -> None:
        self._catalog = None if catalog is None else _catalog.load(catalog)
        self._asks = asks
        self._control_client = control_client
        self._session = session
        self._resolver = Resolver()

    @property
    def catalog(self) -> Catalog:
        """The catalogue: the embedded one is read when it is first needed."""
        return self._catalog or _catalog.embedded()

    def known(self, identifier: ModelIdentifier, source_region: str) -> InferenceProfile | None:
        """Return the profile as the catalogue has it, or None."""
        is_id = identifier.id == identifier.text  # whose form tells but by guess what it names
        if identifier.kind is not ModelKind.INFERENCE_PROFILE and not is_id:
            return None
        return from_catalog(identifier.id, source_region, self.catalog)

    def find(
        self,
        identifier: ModelIdentifier,
        source_region: str,
        client: BaseClient,
        lend: Lend | None = None,
        denial: Denial | None = None,
    ) -> InferenceProfile | None:
        """
        Return the profile, or None where neither says so, or where *denial* contradicts them.

        It may take a second. *lend* gives credentials where only *client* can use its own.
        """
        known = self.known(identifier, source_region)
        if known is not None and not (denial and contradicts(denial, known)):
            return known
        if not self._asks or (denial is not None and denial.policy_type is PolicyType.UNKNOWN):
            return None

        def connect() -> Any:
            if self._control_client is not None:
                return self._control_client
            return _control.control_client(client, source_region, self._session, lend)

        answer = self._resolver.profile(identifier, source_region, connect, caller=caller_of(client))
        return None if answer and denial and contradicts(denial, answer) else answer
