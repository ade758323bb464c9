"""
Inference profiles that the catalogue lacks, asked of the live API: once each, and for a second at most.

Timeouts of a client do not bound the look-up of a name, so the question is asked in a daemon thread. Whoever
needs the answer waits for what is left of that second, then goes on without; the answer still comes to stay.
"""

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from bedrock_guard._fork import clean_in_child
from bedrock_guard._identifiers import ModelIdentifier, ModelKind
from bedrock_guard._profiles import InferenceProfile, from_api
from bedrock_guard._text import clean

if TYPE_CHECKING:
    from cachetools import TTLCache

PATIENCE = 1.0  # seconds that a diagnosis may add
KEPT = 15 * 60  # seconds that an answer, or a failure, is kept
_MOST_PAGES = 100

_log = logging.getLogger("bedrock_guard")

# A caller, the source Region, and the application profile or "".
_Key: TypeAlias = tuple[int | None, str, str]
# A `bedrock` client, made when the first question is asked.
Connect = Callable[[], Any]


class _Question:
    """One question under way, and its answer: profiles by id."""

    def __init__(self, source_region: str, ask: Callable[[], Mapping[str, InferenceProfile]]) -> None:
        self._source_region = source_region
        self._ask = ask
        self._deadline = time.monotonic() + PATIENCE
        self._answered = threading.Event()
        self._profiles: Mapping[str, InferenceProfile] = {}
        self._is_told = False
        thread = threading.Thread(target=self._run, name="bedrock_guard-resolve", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the process has as many as it may
            self._failed(error)
            self._answered.set()

    def answer(self) -> Mapping[str, InferenceProfile]:
        if not self._answered.wait(max(0.0, self._deadline - time.monotonic())):
            self._failed(TimeoutError())
        return self._profiles

    def _run(self) -> None:
        try:
            self._profiles = self._ask()
        except Exception as error:  # noqa: BLE001 (whatever it is, the diagnosis goes on with less)
            self._failed(error)
        finally:
            self._answered.set()

    def _failed(self, error: Exception) -> None:
        if self._is_told:
            return
        self._is_told = True
        with contextlib.suppress(Exception):  # a log handler of the application's that raises
            _log.warning(
                "bedrock_guard.unresolved inference profiles from %s: %s; the explanation says less",
                self._source_region,
                clean(_name_of(error)),
            )


class Resolver:
    """Live answers, shared by all threads: one question of a caller for each source Region or application profile."""

    def __init__(self) -> None:
        self.start_clean()
        clean_in_child(self)

    def start_clean(self) -> None:
        """Start clean: a forked child has none of the threads that its parent's questions run in."""
        self._lock = threading.Lock()
        self._questions: TTLCache[_Key, _Question] | None = None

    def profile(
        self, identifier: ModelIdentifier, source_region: str, connect: Connect, *, caller: int | None
    ) -> InferenceProfile | None:
        """Return the profile as the API has it, or None where it did not say so in time."""
        is_application = identifier.kind is ModelKind.APPLICATION_INFERENCE_PROFILE
        wanted = identifier.text if is_application else ""

        def ask() -> Mapping[str, InferenceProfile]:
            client = connect()
            return _get(client, wanted, source_region) if wanted else _list(client, source_region)

        # What one caller is denied, another may be told.
        return self._question((caller, source_region, wanted), ask).answer().get(identifier.id)

    def _question(self, key: _Key, ask: Callable[[], Mapping[str, InferenceProfile]]) -> _Question:
        with self._lock:
            if self._questions is None:
                from cachetools import TTLCache  # noqa: PLC0415 (most denials are answered by the catalogue)

                self._questions = TTLCache(maxsize=1024, ttl=KEPT)
            question = self._questions.get(key)
            if question is None:
                question = self._questions[key] = _Question(key[1], ask)
            return question


def _list(client: Any, source_region: str) -> dict[str, InferenceProfile]:
    # One answer holds the routes of every profile of the source Region.
    pages = client.get_paginator("list_inference_profiles").paginate(typeEquals="SYSTEM_DEFINED")
    profiles = (
        _read(summary, source_region)
        for page in _patiently(lambda: list(islice(pages, _MOST_PAGES)))
        for summary in page["inferenceProfileSummaries"]  # which a captive portal's page lacks
    )
    return {profile.id: profile for profile in profiles if profile}


def _read(summary: Any, source_region: str) -> InferenceProfile | None:
    """Return the profile of *summary*, None where it is of a form that is new: the others are read all the same."""
    with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
        return from_api(summary, source_region, _today())
    return None


def _get(client: Any, arn: str, source_region: str) -> dict[str, InferenceProfile]:
    answer = _patiently(lambda: client.get_inference_profile(inferenceProfileIdentifier=arn))
    profile = from_api(answer, source_region, _today())
    # An opaque id is what the ARN ends in, whatever the answer calls it.
    return {arn.rpartition("/")[2]: profile} if profile else {}


def _patiently(ask: Callable[[], Any]) -> Any:
    """Ask again after a passing failure, while somebody may still be waiting."""
    import tenacity  # noqa: PLC0415 (most denials are answered by the catalogue)

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(3) | tenacity.stop_after_delay(PATIENCE),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=0.3),
        retry=tenacity.retry_if_exception(_is_passing),
        reraise=True,
    )
    return retrying(ask)


def _is_passing(error: BaseException) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html#API_ListInferenceProfiles_Errors
    # A load balancer says it without a code of AWS's.
    response: Any = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
    return _name_of(error) == "ThrottlingException" or metadata.get("HTTPStatusCode", 0) >= 500


def _name_of(error: BaseException) -> str:
    response: Any = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or type(error).__name__)


def _today() -> str:
    return dt.datetime.now(dt.timezone.utc).date().isoformat()
