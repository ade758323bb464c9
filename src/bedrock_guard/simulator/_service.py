"""The state of one simulated Bedrock, and what all of its operations share."""

import random
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from bedrock_guard._actions import CALL_WITH_BEARER_TOKEN
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.scp._authorizations import Authorization
from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._caller import Caller
from bedrock_guard.simulator._faults import Faults
from bedrock_guard.simulator._journal import JournalEntry
from bedrock_guard.simulator._kept import LENGTH, Kept
from bedrock_guard.simulator._offer import Offer
from bedrock_guard.simulator._organization import DeniedError, Organization
from bedrock_guard.simulator._replies import Reply

Authorize: TypeAlias = Literal["every-destination", "routed-destination"]

_ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Service:
    """
    What operations read and change. Safe for threads: what changes is replaced whole, or guarded by the lock.

    Nothing in here sleeps, and nothing is sent.
    """

    def __init__(
        self,
        offer: Offer,
        caller: Caller,
        organization: Organization,
        authorize: Authorize,
        seed: int,
        *,
        hook: Callable[[JournalEntry], None] | None = None,
    ) -> None:
        self.offer = offer
        self.caller = caller
        self.organization = organization
        self.faults = Faults(seed)
        # By Region and ARN: nobody finds them from elsewhere.
        self.async_invokes: Kept[tuple[str, str], dict[str, Any]] = Kept()
        self.batch_jobs: Kept[tuple[str, str], dict[str, Any]] = Kept()
        self._made: Kept[tuple[str, str, str], str] = Kept()
        self._authorize = authorize
        self._hook = hook
        self._random = random.Random(seed)  # noqa: S311 (reproducible on purpose)
        self._replies: deque[Reply] = deque()
        self._journal: deque[JournalEntry] = deque(maxlen=LENGTH)
        self._lock = threading.Lock()

    def admit(self, call: Call, asked: Sequence[Authorization], profile: InferenceProfile | None = None) -> None:
        """
        Raise DeniedError for the first of *asked* that a policy denies, in the order given.

        Raises the ServiceError of a fault that is due, where all are allowed.
        """
        organization = self.organization  # one and the same for the whole request
        for authorization in [*_of_bearer_token(call), *self._routed(asked, profile)]:
            refusal = organization.refusal(authorization)
            if refusal:
                raise DeniedError(refusal, self.caller.name)
        self.faults.strike(call)

    def script(self, replies: Sequence[Reply]) -> None:
        """Queue *replies*: each answers one inference request."""
        with self._lock:
            self._replies.extend(replies)

    def next_reply(self, model_id: str) -> Reply:
        """Return the next scripted reply, or one that names the model."""
        with self._lock:
            return self._replies.popleft() if self._replies else Reply(f"This is a simulated reply of {model_id}.")

    def once(self, call: Call, make: Callable[[], str]) -> str:
        """Return the ARN that *make* makes, or the one made before for the same operation and `clientRequestToken`."""
        token = call.body.get("clientRequestToken")
        return self._made.once((call.operation, call.region, token), make) if isinstance(token, str) else make()

    def new_id(self, length: int) -> str:
        """Return letters and digits by the seed."""
        with self._lock:
            return "".join(self._random.choices(_ID_CHARACTERS, k=length))

    def new_request_id(self) -> str:
        """Return a UUID by the seed."""
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def record(self, entry: JournalEntry) -> None:
        """Write *entry* into the journal, which forgets its oldest ones when it is long."""
        with self._lock:
            self._journal.append(entry)
        if self._hook:
            self._hook(entry)

    @property
    def journal(self) -> list[JournalEntry]:
        """All entries, oldest first."""
        with self._lock:
            return list(self._journal)

    def _routed(self, asked: Sequence[Authorization], profile: InferenceProfile | None) -> Sequence[Authorization]:
        """Leave out, where only the destination that serves is to be authorized, all others."""
        if profile is None or self._authorize == "every-destination":
            return asked
        with self._lock:
            chosen = self._random.choice(profile.destination_regions)
        # The profile and the source Region come first, and are authorized whatever is chosen.
        return [*asked[:2], *(authorization for authorization in asked[2:] if authorization.region == chosen)]


def _of_bearer_token(call: Call) -> list[Authorization]:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-permissions.html
    token = call.request.bearer_token
    if token is None:
        return []
    kind = "SHORT_TERM" if token.startswith("bedrock-api-key-") else "LONG_TERM"
    context = {"aws:RequestedRegion": call.region, "bedrock:BearerTokenType": kind}
    return [Authorization(CALL_WITH_BEARER_TOKEN, "*", context)]
