"""What one `client`, `guard` or `install` was given, and what it makes of a denied call; for any client."""

from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal, TypeAlias

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bedrock_guard._control import Lend
from bedrock_guard._denials import Denial, PolicyType
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._events import Event, Hook, Teller, log_fault, warn
from bedrock_guard._explain import diagnose, error_text
from bedrock_guard._fallback import AUTO, Fallback, Memory, Models, configured, is_function, review
from bedrock_guard._finder import Finder
from bedrock_guard._identifiers import ModelIdentifier
from bedrock_guard._profiles import InferenceProfile, Origin
from bedrock_guard._switch import Switch
from bedrock_guard._wording import as_drill
from bedrock_guard.exceptions import InferenceDeniedError, enriched

ResolveMode: TypeAlias = Literal["auto", "catalog"]

_MOST_DIAGNOSED = 256


class Guard:
    """The options of one call of `client`, `guard` or `install`, with all that they make the guard remember."""

    def __init__(
        self,
        *,
        fallback: Models | Fallback | None = None,
        resolve: ResolveMode = "auto",
        catalog: str | PathLike[str] | None = None,
        control_client: Any = None,
        hook: Hook | None = None,
        session: Any = None,
    ) -> None:
        if resolve not in ("auto", "catalog"):
            raise ValueError(f'resolve is "auto" or "catalog", not {resolve!r}')
        if hook is not None and not is_function(hook):
            raise TypeError(f"hook is a function (no coroutine) of an Event, not {hook!r}")
        self.fallback = configured(fallback)
        self.finder = Finder(catalog, asks=resolve == "auto", control_client=control_client, session=session)
        self.teller = Teller(hook)
        self.settings = self.fallback or Fallback(AUTO, enabled=False)
        self.memory = Memory(remember=self.settings.remember, probes=self.settings.probes)
        self.switch = Switch(enabled=self.settings.enabled) if self.fallback else None
        self._hook = hook
        self._diagnosed: dict[tuple[str, Any, str], Diagnosis] = {}
        self._reviewed: set[str] = set()
        self._warned: set[str] = set()

    def review(self, region_name: str) -> None:
        """Raise ValueError, or warn once, where the fallback can never do what it is meant for from *region_name*."""
        if self.fallback is None or region_name in self._reviewed:
            return
        self._reviewed.add(region_name)
        for warning in review(self.fallback, region_name, self.finder.catalog):
            warn("bedrock_guard.fallback_cannot_serve", warning)

    def review_late(self, region_name: str) -> None:
        """Do the same for a client that a session has made: what is refused there is passed over, and warned of."""
        try:
            self.review(region_name)
        except ValueError as error:
            warn("bedrock_guard.fallback_cannot_serve", str(error))
        except Exception as fault:  # noqa: BLE001 (the client is made all the same)
            log_fault("bedrock_guard.failed", fault)

    def explained(
        self,
        error: ClientError,
        operation_name: str,
        api_params: Mapping[str, Any],
        client: BaseClient,
        lend: Lend | None = None,
        *,
        teller: Teller | None = None,
    ) -> ClientError:
        """
        Return the error to raise for *error*, having told of it: *error* itself, where there is nothing to add.

        *lend* gives credentials where those of *client* cannot be used by a synchronous one; a *teller*
        of its own is given by a drill.
        """
        diagnosis = self._diagnose(error, api_params, client, lend)
        if diagnosis is None or diagnosis.denial.policy_type is PolicyType.UNKNOWN:
            return error
        if teller is not None:
            diagnosis = as_drill(diagnosis)
        explained = enriched(error, diagnosis)
        (teller or self.teller).denied(Event("denied", diagnosis, operation_name))
        return explained

    def _diagnose(
        self, error: ClientError, api_params: Mapping[str, Any], client: BaseClient, lend: Lend | None
    ) -> Diagnosis | None:
        if isinstance(error, InferenceDeniedError):
            return None
        text, request_id = error_text(error)
        asked = (text, api_params.get("modelId"), client.meta.region_name)
        diagnosis = self._diagnosed.get(asked)
        if diagnosis is None:
            diagnosis = self._diagnose_anew(*asked, client, lend)
        return diagnosis.of_request(request_id) if diagnosis and request_id else diagnosis

    def _diagnose_anew(
        self, text: str, model_id: Any, region_name: str, client: BaseClient, lend: Lend | None
    ) -> Diagnosis | None:
        def resolve(identifier: ModelIdentifier, source_region: str, denial: Denial) -> InferenceProfile | None:
            return self.finder.find(identifier, source_region, client, lend, denial)

        model_id = model_id if isinstance(model_id, str) else None
        diagnosis = diagnose(
            text, model_id=model_id, region_name=region_name, catalog=self.finder.catalog, resolve=resolve
        )
        profile = diagnosis.profile if diagnosis else None
        if diagnosis and profile and profile.origin is Origin.CATALOG:  # a live answer may still come, or grow old
            if len(self._diagnosed) >= _MOST_DIAGNOSED:
                self._diagnosed.clear()
            self._diagnosed[text, model_id, region_name] = diagnosis
        return diagnosis

    # What a call with a fallback asks.

    def new_teller(self) -> Teller:
        """Return a teller for a drill: the same hook, and a quiet of its own."""
        return Teller(self._hook)

    def warn_of_vectors(self, model_id: str) -> None:
        """Warn once that *model_id*, another embedding model, is asked."""
        if model_id not in self._warned:
            self._warned.add(model_id)
            text = f"{model_id}: its vectors cannot be compared with those stored"
            warn("bedrock_guard.other_embedding_model", text)
