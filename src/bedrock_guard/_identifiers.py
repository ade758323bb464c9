"""
What a `modelId` may be: the ids and ARNs that the Bedrock runtime takes.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html lists the forms.
"""

import re
from dataclasses import dataclass

from bedrock_guard._compat import StrEnum

# The value of aws:RequestedRegion where a global inference profile routes: no Region is named.
# https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
UNSPECIFIED = "unspecified"

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")

# Geographies AWS has named so far. They tell that an id is a profile's, never where it routes.
_PREFIXES = frozenset({"apac", "au", "ca", "eu", "global", "in", "jp", "us", "us-gov"})
# A geography newer than this file: a label before that of a provider, which no foundation model's id has.
_NEW_PREFIX = re.compile(r"[a-z]{2,}[0-9]?(-[a-z]+)*\.([a-z]{3,}|ai21)\.")


class ModelKind(StrEnum):
    """What a `modelId` names, spelled as in its ARN."""

    FOUNDATION_MODEL = "foundation-model"
    INFERENCE_PROFILE = "inference-profile"
    APPLICATION_INFERENCE_PROFILE = "application-inference-profile"
    PROVISIONED_MODEL = "provisioned-model"
    CUSTOM_MODEL = "custom-model"
    CUSTOM_MODEL_DEPLOYMENT = "custom-model-deployment"
    IMPORTED_MODEL = "imported-model"
    PROMPT = "prompt"
    PROMPT_ROUTER = "prompt-router"
    ENDPOINT = "endpoint"
    UNKNOWN = "unknown"


PROFILES = frozenset({ModelKind.INFERENCE_PROFILE, ModelKind.APPLICATION_INFERENCE_PROFILE})
_KINDS = {kind.value: kind for kind in ModelKind} | {"default-prompt-router": ModelKind.PROMPT_ROUTER}


@dataclass(frozen=True)
class Arn:
    """The parts of an Amazon Resource Name, the resource split at its first slash."""

    partition: str
    service: str
    region: str
    account_id: str
    resource_type: str
    resource_id: str


@dataclass(frozen=True)
class ModelIdentifier:
    """A `modelId`, read: what it names, its id, and the Region and account where it is an ARN."""

    text: str
    kind: ModelKind
    id: str
    region: str | None = None
    account_id: str | None = None


def parse_arn(text: str) -> Arn | None:
    """Return the parts of *text*, or None if it is no ARN."""
    parts = text.split(":", 5)  # a resource id may hold colons of its own
    if len(parts) != 6 or parts[0] != "arn":
        return None
    _, partition, service, region, account_id, resource = parts
    resource_type, _, resource_id = resource.partition("/")
    return Arn(partition, service, region, account_id, resource_type, resource_id)


def parse_model_id(text: str) -> ModelIdentifier:
    """Return what *text* names; the kind is `unknown` for an ARN of a form not listed."""
    arn = parse_arn(text)
    if arn is None:
        return ModelIdentifier(text, _kind_of_id(text), text)
    kind = _KINDS.get(arn.resource_type, ModelKind.UNKNOWN)
    return ModelIdentifier(text, kind, arn.resource_id, arn.region or None, arn.account_id or None)


def is_region(text: str) -> bool:
    """Tell whether *text* is formed like the name of a Region."""
    return REGION.fullmatch(text) is not None


def partition_of(region_name: str) -> str:
    """
    Return the partition that *region_name* lies in, by the form of its name.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    for start, partition in (("us-gov-", "aws-us-gov"), ("cn-", "aws-cn"), ("eusc-", "aws-eusc")):
        if region_name.startswith(start):
            return partition
    return "aws"


def _kind_of_id(text: str) -> ModelKind:
    prefix, dot, _ = text.partition(".")
    if dot and (prefix in _PREFIXES or _NEW_PREFIX.match(text)):
        return ModelKind.INFERENCE_PROFILE
    # A provisioned model may also go by its name, which has no form of its own.
    return ModelKind.FOUNDATION_MODEL if dot else ModelKind.UNKNOWN
