"""SCPs read from AWS Organizations: the simulated one of moto, and botocore's own errors."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import boto3
import click
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders
from moto import mock_aws
from urllib3 import HTTPResponse

from bedrock_guard.cli._organization import from_organization
from cli.asking import Captured, asked, refused
from policies import JP_CLAUDE, TOKYO_ONLY

TOKYO = "ap-northeast-1"
# The oldest botocore that is tested signs with it.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
SCP = "SERVICE_CONTROL_POLICY"


@pytest.fixture
def organizations() -> Iterator[Any]:
    """Return a client of an organization with SCPs enabled."""
    with mock_aws():
        client = boto3.client("organizations", region_name=TOKYO)
        client.create_organization(FeatureSet="ALL")
        client.enable_policy_type(RootId=_root(client), PolicyType=SCP)
        yield client


def _root(client: Any) -> str:
    return str(client.list_roots()["Roots"][0]["Id"])


def _account(client: Any, parent: str) -> str:
    status = client.create_account(AccountName="app", Email="app@example.com")["CreateAccountStatus"]
    account_id = str(status["AccountId"])
    client.move_account(AccountId=account_id, SourceParentId=_root(client), DestinationParentId=parent)
    return account_id


def _unit(client: Any, parent: str) -> str:
    return str(client.create_organizational_unit(ParentId=parent, Name="Workloads")["OrganizationalUnit"]["Id"])


def _attach(client: Any, name: str, document: dict[str, Any], target: str) -> None:
    policy = client.create_policy(Name=name, Type=SCP, Description=name, Content=json.dumps(document))
    client.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=target)


def test_levels(organizations: Any) -> None:
    """The levels run from the root through the organizational units to the account."""
    outer = _unit(organizations, _root(organizations))
    inner = _unit(organizations, outer)
    account_id = _account(organizations, inner)

    scps = from_organization(account_id, TOKYO)

    assert [level.name for level in scps.levels] == ["root", outer, inner, f"account {account_id}"]


def test_documents(organizations: Any) -> None:
    """Each level has the policies attached to it, by their names and with their contents."""
    account_id = _account(organizations, _unit(organizations, _root(organizations)))
    _attach(organizations, "region-deny", TOKYO_ONLY, _root(organizations))

    scps = from_organization(account_id, TOKYO)

    assert scps.lines()[0] == "root: FullAWSAccess + region-deny"
    assert json.loads(scps.document(0, 1).text) == TOKYO_ONLY


def test_many_policies(organizations: Any) -> None:
    """All pages of the answers are read."""
    account_id = _account(organizations, _root(organizations))
    for number in range(9):
        _attach(organizations, f"policy-{number}", TOKYO_ONLY, account_id)

    scps = from_organization(account_id, TOKYO)

    assert len(scps.levels[-1].documents) == 10


def test_member_account(organizations: Any) -> None:
    """A member account is under its SCPs."""
    account_id = _account(organizations, _root(organizations))

    scps = from_organization(account_id, TOKYO)

    assert (scps.account_id, scps.management_account) == (account_id, False)


def test_management_account(organizations: Any) -> None:
    """The management account is told apart: SCPs do not affect it."""
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]

    assert from_organization(management, TOKYO).management_account


def test_check(organizations: Any, capsys: Captured) -> None:
    """`check --account` answers as if the documents were at hand, by the names of levels and policies."""
    account_id = _account(organizations, _root(organizations))
    _attach(organizations, "region-deny", TOKYO_ONLY, account_id)
    status, text = asked(capsys, "check", "--region", TOKYO, "--account", account_id, JP_CLAUDE)

    assert status == 1
    assert f"1  account {account_id} region-deny, DenyOutsideTokyo: aws:RequestedRegion" in text


def test_allow_list(organizations: Any, capsys: Captured) -> None:
    """What the organization attaches is known: no FullAWSAccess is spoken of that may be attached beside it."""
    account_id = _account(organizations, _root(organizations))
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    _attach(organizations, "allow", {"Version": "2012-10-17", "Statement": allow}, account_id)
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=account_id)
    _, text = asked(capsys, "check", "--region", TOKYO, "--account", account_id, JP_CLAUDE)

    assert text.splitlines()[-1] == f"1  account {account_id}: no statement allows it"


def test_check_management_account(organizations: Any, capsys: Captured) -> None:
    """The management account may do all, whatever stands above it."""
    _attach(organizations, "region-deny", TOKYO_ONLY, _root(organizations))
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    status, text = asked(capsys, "check", "--region", TOKYO, "--account", management, JP_CLAUDE)

    assert (status, "SCPs do not affect it" in text) == (0, True)


def test_nothing_to_write_to(organizations: Any, capsys: Captured) -> None:
    """`fix --account` shows the edit; there is no file to write it to."""
    account_id = _account(organizations, _root(organizations))
    _attach(organizations, "region-deny", TOKYO_ONLY, account_id)
    question = ["--region", TOKYO, "--account", account_id, JP_CLAUDE]

    assert asked(capsys, "fix", *question)[0] == 0
    assert "region-deny came from no file" in refused(capsys, "fix", "--write", *question)


def test_nothing_to_compare(organizations: Any, capsys: Captured) -> None:
    """`check --account` asks what is attached, which no old file stands for."""
    account_id = _account(organizations, _root(organizations))
    question = ["--region", TOKYO, "--account", account_id, JP_CLAUDE]

    assert "--baseline: there is no --scp file" in refused(capsys, "check", *question, "--baseline", "old.json")


def test_region_before_anything_is_read(capsys: Captured) -> None:
    """A misspelled Region costs no call of AWS."""
    _refuse("You don't have permissions to access this resource.")
    line = refused(capsys, "check", "--region", "Tokyo", "--account", "111122223333", JP_CLAUDE)

    assert "--region: Tokyo is not the name of a Region" in line


def test_scps_not_enabled() -> None:
    """An organization without SCPs is told from one whose levels are empty."""
    with mock_aws():
        client = boto3.client("organizations", region_name=TOKYO)
        client.create_organization(FeatureSet="ALL")

        with pytest.raises(click.UsageError, match="not enabled in this organization"):
            from_organization("111122223333", TOKYO)


def test_unknown_account(organizations: Any) -> None:
    """An account that is not in the organization is said to be none."""
    with pytest.raises(click.UsageError, match="ListParents"):
        from_organization("999999999999", TOKYO)


def test_no_organization() -> None:
    """An account outside of any organization is told what AWS says."""
    with mock_aws(), pytest.raises(click.UsageError, match="AWSOrganizationsNotInUseException"):
        from_organization("111122223333", TOKYO)


def _refuse(message: str) -> None:
    """Let every call of Organizations be answered by AccessDeniedException (botocore's documented `before-send`)."""
    body = json.dumps({"__type": "AccessDeniedException", "Message": message}).encode()

    def answer(**_: Any) -> Any:
        raw = HTTPResponse(BytesIO(body), preload_content=False)
        return AWSResponse("https://organizations.us-east-1.amazonaws.com/", 400, HTTPHeaders(), raw)

    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-send.organizations", answer)


def test_refused() -> None:
    """A caller from an ordinary account is told who is answered."""
    _refuse("You don't have permissions to access this resource.")

    with pytest.raises(click.UsageError, match="management account and delegated administrators"):
        from_organization("111122223333", TOKYO)


def test_denied_by_policy() -> None:
    """A denial that names its policy is explained, in the line that any other denial gets."""
    _refuse(
        "User: arn:aws:sts::111122223333:assumed-role/app/me is not authorized to perform: organizations:ListRoots "
        "on resource: * with an explicit deny in a service control policy: "
        "arn:aws:organizations::999999999999:policy/o-example1/service_control_policy/p-readonly1"
    )

    with pytest.raises(click.UsageError, match=r"ListRoots: .*SCP p-readonly1 blocks"):
        from_organization("111122223333", TOKYO)


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials, botocore's sentence is the message."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(click.UsageError, match="Unable to locate credentials"):
        from_organization("111122223333", TOKYO)
