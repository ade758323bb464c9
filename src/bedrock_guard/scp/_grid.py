"""Requests beside a call, for which an edit must change nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bedrock_guard._actions import (
    COUNT_TOKENS,
    CREATE_MODEL_INVOCATION_JOB,
    INFERENCE_PROFILE_ARN,
    INVOKE_MODEL,
    INVOKE_MODEL_WITH_RESPONSE_STREAM,
    REQUESTED_REGION,
)
from bedrock_guard._catalog import Catalog
from bedrock_guard._identifiers import UNSPECIFIED, is_region, parse_model_id, partition_of
from bedrock_guard._profiles import from_catalog
from bedrock_guard.scp._askers import OTHER_ACCOUNT, askers
from bedrock_guard.scp._authorizations import Authorization, authorizations
from bedrock_guard.scp._caller import Caller
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._facts import ContextValue
from bedrock_guard.scp._hierarchy import Hierarchy
from bedrock_guard.scp._mentions import Mentions

_INFERENCE = (INVOKE_MODEL, INVOKE_MODEL_WITH_RESPONSE_STREAM)
_SERVICES = (
    "dynamodb:PutItem",
    "ec2:RunInstances",
    "iam:ListRoles",
    "kms:Decrypt",
    "lambda:InvokeFunction",
    "s3:GetObject",
    "sagemaker:InvokeEndpoint",
    "sts:AssumeRole",
)
_OF_BEDROCK = (
    "bedrock:ApplyGuardrail",
    "bedrock:CallWithBearerToken",
    "bedrock:CreateAgent",
    "bedrock:GetInferenceProfile",
    "bedrock:ListFoundationModels",
    "bedrock-mantle:CreateInference",
)
_ELSEWHERE = ("us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1")
_OTHER_MODEL = "amazon.nova-micro-v1:0"
# Of each kind; a family of profiles, or a long list of Regions, would make the grid large without making it wider.
_MOST = 6
_MOST_REGIONS = 12
_MOST_ACTIONS = 12


@dataclass(frozen=True)
class Request:
    """A question for `evaluate`; `group` says in what it differs from the call."""

    group: str
    action: str
    resource: str
    context: Mapping[str, ContextValue]
    unknown: frozenset[str] = frozenset()


def grid(
    calls: Sequence[Call], action: str, caller: Caller, hierarchies: tuple[Hierarchy, Hierarchy], catalog: Catalog
) -> Iterator[Request]:
    """
    Yield requests beside *calls*.

    All are asked for the caller as described, with what *hierarchies* (before and after) ask about besides both unknown
    and absent; for other principals; and for callers who lack one of the keys that the caller was described by, or have
    another value of it. Among them is the call itself by these, and its other action. What the new documents alone name
    is asked about like what the old ones do.
    """
    mentioned = Mentions(*hierarchies)
    beside = [
        *_beside(calls[:_MOST], caller.account, _regions(calls, mentioned), catalog),
        *_named(calls[:1], caller.account, mentioned),
    ]
    own = [("the call", each) for call in calls[:_MOST] for each in _authorized(call, action, caller.account)]
    unknown = frozenset[str]().union(*(caller.unknown(each) for each in hierarchies))
    for group, each in beside:
        described = Request(group, each.action, each.resource, {**caller.known, **each.context})
        yield described
        if unknown:
            yield replace(described, unknown=unknown)
    # Who asks makes a difference to exceptions for principals, which are much the same for all services.
    partition = partition_of(calls[0].source_region) if calls else "aws"
    for who, known in askers(caller, partition, mentioned):
        for group, each in (*own, *(pair for pair in beside if pair[1].action in _INFERENCE)):
            yield Request(f"{group}, {who}", each.action, each.resource, {**known, **each.context})


def _beside(
    calls: Sequence[Call], account: str, regions: list[str], catalog: Catalog
) -> Iterator[tuple[str, Authorization]]:
    for action in _SERVICES:
        yield from (("another service", _elsewhere(action, region, account)) for region in regions)
    for action in _OF_BEDROCK:
        yield from (("another action of Bedrock", _elsewhere(action, region, account)) for region in regions)
    models = dict.fromkeys((*(call.profile.model_id for call in calls if call.profile), _OTHER_MODEL))
    for model in islice(models, _MOST):
        for action in (*_INFERENCE, COUNT_TOKENS, CREATE_MODEL_INVOCATION_JOB):
            for region in regions:
                yield from _group("a direct call", authorizations(action, parse_model_id(model), region, account))
    for call in calls:
        yield from _like(call, account, catalog)
    yield from _other_profiles(calls, account, catalog)


def _like(call: Call, account: str, catalog: Catalog) -> Iterator[tuple[str, Authorization]]:
    """Yield what is done through profiles much like that of *call*."""
    for action in (*_INFERENCE, COUNT_TOKENS, CREATE_MODEL_INVOCATION_JOB):
        yield from _group("another action through the profile", _authorized(call, action, account))
    yield from _group("the profile in another account", _authorized(call, INVOKE_MODEL, OTHER_ACCOUNT))
    if call.profile is None:
        return
    sources = catalog.profiles[call.profile.id].routes if call.profile.id in catalog.profiles else ()
    for source in islice((each for each in sources if each != call.source_region), _MOST):
        other = replace(call, source_region=source, profile=from_catalog(call.profile.id, source, catalog))
        yield from _group("another source Region", _both_ways(other, account))
    for kind in ("application-inference-profile/example", f"inference-profile/{call.model.id}-other"):
        yield from _group("another profile", _disguised(call, account, kind))
        yield from _group("another profile in another account", _disguised(call, OTHER_ACCOUNT, kind))


def _other_profiles(calls: Sequence[Call], account: str, catalog: Catalog) -> Iterator[tuple[str, Authorization]]:
    meant = {call.model.id for call in calls}
    models = {call.profile.model_id for call in calls if call.profile}
    for source in dict.fromkeys(call.source_region for call in calls):
        others = [each for each in catalog.profiles_from(source) if each.id not in meant]
        # Those of the same models first.
        others.sort(key=lambda each: (each.model_id not in models, each.id))
        for other in others[:_MOST]:
            call = Call(other.id, parse_model_id(other.id), source, from_catalog(other.id, source, catalog))
            yield from _group("another profile", _both_ways(call, account))


def _named(calls: Sequence[Call], account: str, mentioned: Mentions) -> Iterator[tuple[str, Authorization]]:
    """Yield the model of *calls* with the actions and the profiles that policies name."""
    for model in (_authorized(call, INVOKE_MODEL, account)[-1] for call in calls):
        for action in islice(mentioned.actions(), _MOST_ACTIONS):
            yield "an action that a policy names", replace(model, action=action)
        for arn in islice(mentioned.arns(INFERENCE_PROFILE_ARN, account), _MOST):
            yield "another profile", replace(model, context={**model.context, INFERENCE_PROFILE_ARN: arn})


def _group(group: str, asked: Iterable[Authorization]) -> Iterator[tuple[str, Authorization]]:
    return ((group, each) for each in asked)


def _authorized(call: Call, action: str, account: str) -> list[Authorization]:
    return authorizations(action, call.model, call.source_region, account, call.profile)


def _both_ways(call: Call, account: str) -> Iterator[Authorization]:
    """Yield what *call* is authorized on, its own check also with bedrock:InferenceProfileArn."""
    for action in _INFERENCE:
        yield from _authorized(call, action, account)
        model, source, profile = call.model, call.source_region, call.profile
        yield authorizations(action, model, source, account, profile, key_on_profile=True)[0]


def _disguised(call: Call, account: str, resource: str) -> Iterator[Authorization]:
    """Yield the authorizations of *call* on foundation models, as if they went through the profile *resource*."""
    for each in _authorized(call, INVOKE_MODEL, account)[1:]:
        partition = each.resource.split(":")[1]
        arn = f"arn:{partition}:bedrock:{call.source_region}:{account}:{resource}"
        yield replace(each, context={**each.context, INFERENCE_PROFILE_ARN: arn})


def _elsewhere(action: str, region: str, account: str) -> Authorization:
    named = "" if region == UNSPECIFIED else region
    resource = f"arn:{partition_of(region)}:{action.partition(':')[0]}:{named}:{account}:example/one"
    return Authorization(action, resource, {REQUESTED_REGION: region})


def _regions(calls: Sequence[Call], mentioned: Mentions) -> list[str]:
    """Return the Regions of *calls*, some others, and those that policies name, as far as there is room."""
    routed = (region for call in calls if call.profile for region in call.profile.destination_regions)
    new, old = (filter(is_region, mentioned.values(REQUESTED_REGION, new=new)) for new in (True, False))
    sources = (call.source_region for call in calls)
    return list(islice(dict.fromkeys((UNSPECIFIED, *sources, *new, *_ELSEWHERE, *routed, *old)), _MOST_REGIONS))
