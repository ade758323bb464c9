"""
The SCPs above an account, read from AWS Organizations.

Management account or delegated administrator credentials may do so
(https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html). Only these are called:
DescribeOrganization, ListRoots, ListParents, ListPoliciesForTarget, DescribePolicy.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from bedrock_guard import _api
from bedrock_guard.cli._sources import Document, Level, Scps, compiled

_SCP = "SERVICE_CONTROL_POLICY"


def from_organization(account_id: str, region_name: str) -> Scps:
    """
    Return the SCPs above *account_id*, from the root to it.

    Raises click.UsageError where they cannot be read. *region_name* tells the partition.
    """
    try:
        client = boto3.client("organizations", region_name=region_name)
        return _read(client, account_id)
    except ClientError as error:
        raise click.UsageError(_refused(error)) from None
    except BotoCoreError as error:
        raise click.UsageError(f"AWS Organizations cannot be asked: {error}") from None


def _read(client: Any, account_id: str) -> Scps:
    _require_scps(client)
    levels = [
        Level(name, tuple(_documents(client, target))) for target, name in reversed([*_targets(client, account_id)])
    ]
    management_account_id = client.describe_organization()["Organization"].get("MasterAccountId")
    return Scps(tuple(levels), compiled(levels), account_id, management_account_id == account_id)


def _require_scps(client: Any) -> None:
    types = client.get_paginator("list_roots").paginate().search("Roots[].PolicyTypes[]")
    if not any(each["Type"] == _SCP and each["Status"] == "ENABLED" for each in types):
        raise click.UsageError("service control policies are not enabled in this organization: none denies anything")


def _targets(client: Any, account_id: str) -> Iterator[tuple[str, str]]:
    yield account_id, f"account {account_id}"
    child = account_id
    while parent := next(iter(client.list_parents(ChildId=child)["Parents"]), None):
        child = parent["Id"]
        yield child, "root" if parent["Type"] == "ROOT" else child
        if parent["Type"] == "ROOT":
            return


def _documents(client: Any, target: str) -> Iterator[Document]:
    pages = client.get_paginator("list_policies_for_target").paginate(TargetId=target, Filter=_SCP)
    for summary in pages.search("Policies[]"):
        content = client.describe_policy(PolicyId=summary["Id"])["Policy"]["Content"]
        yield Document(summary["Name"], content)


def _refused(error: ClientError) -> str:
    told: Any = error.response.get("Error", {})
    diagnosis = _api.explain(error)
    if diagnosis:
        return f"AWS Organizations refused {error.operation_name}: {diagnosis.summary}"
    advice = ""
    if "AccessDenied" in told.get("Code", ""):
        advice = "; it answers the management account and delegated administrators"
    return f"AWS Organizations, {error.operation_name}: {told.get('Code')}: {told.get('Message')}{advice}"
