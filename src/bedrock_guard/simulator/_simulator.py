"""The simulator as its users see it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

import boto3

from bedrock_guard import _catalog
from bedrock_guard._denials import PolicyType
from bedrock_guard.simulator import _adapters
from bedrock_guard.simulator._caller import caller
from bedrock_guard.simulator._dispatch import OPERATIONS, respond
from bedrock_guard.simulator._documents import Documents, Levels, read_documents, read_levels
from bedrock_guard.simulator._fault import Fault
from bedrock_guard.simulator._http import Request, Response
from bedrock_guard.simulator._journal import JournalEntry
from bedrock_guard.simulator._offer import Offer
from bedrock_guard.simulator._organization import Organization, Policies
from bedrock_guard.simulator._replies import Reply, ToolUse, to_reply
from bedrock_guard.simulator._service import Authorize, Service


class Simulator:
    """
    Amazon Bedrock as one principal sees it under service control policies, on this machine.

    *scps* is one policy document (a dict, JSON text or a file), several of them, which are one level with FullAWSAccess
    beside them, or a list of levels from the root to the account, each with exactly the documents listed.
    *policies* are documents of other types, which can deny as well, by `PolicyType` or its value.
    *principal_arn* is who calls: a role, if left out one of *account_id*, or a user. *context* holds further condition
    keys of every request, such as `aws:PrincipalTag/team` or `aws:SourceVpce`.
    *policy_arns* tells whether a denial names the policy, as AWS does for explicit ones where it can.
    *authorize* is `every-destination`, as AWS documents it, or `routed-destination`: only one destination, chosen by
    *seed*, is authorized, so that the same call succeeds and fails in turns, as has been reported.
    With *keep_bodies* the journal holds what was sent. *hook* is called with each entry, in the thread that asked; over
    HTTP in that of the server, where all others wait for it.

    Safe for threads. Raises `bedrock_guard.scp.PolicyError` for a document that AWS would refuse, ValueError for a
    caller, a type of policy or an *authorize* that there is not, TypeError for an account that is a number.
    """

    def __init__(
        self,
        scps: Levels = (),
        *,
        policies: Mapping[str, Documents] | None = None,
        account_id: str | None = None,
        principal_arn: str | None = None,
        context: Mapping[str, Any] | None = None,
        policy_arns: bool = True,
        authorize: Authorize = "every-destination",
        seed: int = 0,
        keep_bodies: bool = False,
        hook: Callable[[JournalEntry], None] | None = None,
    ) -> None:
        if authorize not in get_args(Authorize):
            raise ValueError(f"authorize is one of {', '.join(get_args(Authorize))}, not {authorize!r}")
        self._caller = caller(principal_arn, account_id, context)
        self._policy_arns = policy_arns
        self._keep_bodies = keep_bodies
        self._lock = threading.Lock()
        given = [_scps(scps), *(_others(type_, documents) for type_, documents in (policies or {}).items())]
        self._policies = {each.type: each for each in given}
        offer = Offer(_catalog.embedded(), self._caller.account_id)
        self._service = Service(offer, self._caller, self._organization(), authorize, seed, hook=hook)

    @property
    def requests(self) -> list[JournalEntry]:
        """The requests so far, oldest first; only the last 10,000 are kept."""
        return self._service.journal

    def set_scps(self, scps: Levels) -> None:
        """Replace all service control policies, at once for all clients. *scps* is read as by `Simulator`."""
        self._set(_scps(scps))

    def set_policies(self, policy_type: str, documents: Documents) -> None:
        """Replace the policies of another type, such as `identity_based`. Raises ValueError for SCPs: see `set_scps`."""
        self._set(_others(policy_type, documents))

    def add_inference_profile(self, profile_id: str, source_region: str, destination_regions: list[str]) -> None:
        """
        Offer the system-defined profile *profile_id* from *source_region*, in place of the catalogue's routes.

        `unspecified` among *destination_regions* makes it a global one. Raises ValueError for an id that is not formed
        like a profile's, and for no Regions at all; TypeError for Regions that are no list.
        """
        self._service.offer.add_profile(profile_id, source_region, destination_regions)

    def script(self, *replies: str | ToolUse | Reply) -> None:
        """
        Queue *replies*: each answers one inference request. Without them a model answers with its own name.

        Raises TypeError for what is no reply.
        """
        self._service.script([to_reply(reply) for reply in replies])

    def add_fault(self, fault: Fault) -> None:
        """
        Let something go wrong from now on.

        Raises TypeError for what is no `Fault`, ValueError for one that befalls no operation.
        """
        if not isinstance(fault, Fault):
            raise TypeError(f"a fault is a Fault, such as Fault('throttling'), not {type(fault).__name__}")
        if not any(map(fault.befalls, OPERATIONS)):
            raise ValueError(f"{fault.kind} befalls no operation called {fault.operation!r}: {', '.join(OPERATIONS)}")
        self._service.faults.add(fault)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._service.faults.clear()

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        return respond(self._service, request, keep_body=self._keep_bodies)

    def attach(self, target: Any) -> None:
        """
        Answer from now on all Bedrock requests of *target*: a client, or a session's clients that it makes from now on.

        Sessions and clients are those of boto3, botocore, aiobotocore or aioboto3. What was attached to it before no
        longer answers. While this simulator is `installed`, *target* becomes like what is made inside, and follows
        whichever is installed later. Raises TypeError for anything else, and for clients of other services.
        """
        _adapters.attach(self.respond, target)

    def session(self, region_name: str) -> boto3.Session:
        """Return a new `boto3.Session` with made-up credentials, attached."""
        session = _adapters.new_session(region_name)
        self.attach(session)
        return session

    @contextmanager
    def installed(self) -> Iterator["Simulator"]:
        """
        Answer, while the context lasts, for every session that is made inside, and for the default session of boto3.

        A session or a client that was made earlier is not reached: `attach` it. What is made inside follows whichever
        simulator is installed later, and raises RuntimeError while none is: its requests never reach AWS.
        Credentials are still needed, for botocore signs what it sends: made-up ones will do. What is attached to a
        session or a client by `attach` goes before. Raises RuntimeError where a simulator is installed already.
        """
        with _adapters.installed(self.respond):
            yield self

    @contextmanager
    def serving(self, *, host: str = "127.0.0.1", port: int = 0, region_name: str = "us-east-1") -> Iterator[str]:
        """
        Answer over HTTP while the context lasts, and yield the URL: both services', whatever the language.

        Clients find it by `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` and `AWS_ENDPOINT_URL_BEDROCK`, or by `endpoint_url`; their
        Region is that of their signature, or *region_name* where they send a Bedrock API key. *port* 0 takes a free one.
        It needs the extra `simulator`. Raises OSError where it cannot listen, ValueError for a *port* that there is not.
        """
        from bedrock_guard.simulator import _server  # noqa: PLC0415 (its libraries are an extra)

        with _server.serving(self.respond, host, port, region_name) as url:
            yield url

    def _set(self, policies: Policies) -> None:
        with self._lock:
            self._policies[policies.type] = policies
            self._service.organization = self._organization()

    def _organization(self) -> Organization:
        return Organization(list(self._policies.values()), self._caller, policy_arns=self._policy_arns)


def _scps(scps: Levels) -> Policies:
    return Policies(PolicyType.SERVICE_CONTROL_POLICY, read_levels(scps))


def _others(policy_type: str, documents: Documents) -> Policies:
    if policy_type == PolicyType.SERVICE_CONTROL_POLICY:
        raise ValueError("service control policies are not among the others: they are `scps`, and set by set_scps")
    return Policies(policy_type, [read_documents(documents)])
