"""The fixture `bedrock_simulator`, as the tests of an application use it."""

import json

import pytest

from policies import JAPAN_ONLY, TOKYO_ONLY

pytest_plugins = ["pytester"]

ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
WITHOUT = ("-p", "no:asyncio", "-p", "no:hypothesispytest")
APP = """
    from dataclasses import dataclass

    import bedrock_guard

    @dataclass
    class Answer:
        text: str
        degraded: bool

    def answer(question):
        client = bedrock_guard.client(region_name="ap-northeast-1", fallback="amazon.nova-lite-v1:0")
        response = client.converse(
            modelId="jp.anthropic.claude-sonnet-4-5-20250929-v1:0",
            messages=[{"role": "user", "content": [{"text": question}]}],
        )
        text = response["output"]["message"]["content"][0]["text"]
        return Answer(text, degraded="BedrockGuard" in response["ResponseMetadata"])
"""


@pytest.fixture(autouse=True)
def _application(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(my_app=APP)
    pytester.path.joinpath("tokyo-only.json").write_text(json.dumps(TOKYO_ONLY), encoding="utf-8")


def passes(pytester: pytest.Pytester, test: str, *, tests: int = 1) -> None:
    """Run *test* in a project of its own, and demand that all of it pass."""
    pytester.runpytest("--strict-markers", *WITHOUT, pytester.makepyfile(test)).assert_outcomes(passed=tests)


def test_example_of_the_documentation(pytester: pytest.Pytester) -> None:
    """An application that makes its own client meets the SCP, and its fallback serves."""
    passes(
        pytester,
        """
        import my_app

        def test_tokyo_only(bedrock_simulator):
            bedrock_simulator.set_scps("tokyo-only.json")
            assert my_app.answer("hello").degraded
        """,
    )


def test_nothing_is_denied_at_first(pytester: pytest.Pytester) -> None:
    """The SCPs are the test's to set."""
    passes(
        pytester,
        """
        import my_app

        def test_app(bedrock_simulator):
            bedrock_simulator.script("Hi.")
            assert my_app.answer("hello") == my_app.Answer("Hi.", degraded=False)
        """,
    )


def test_options_are_those_of_the_simulator(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a marker, SCPs and other policies among them."""
    pytester.mkdir("elsewhere")
    pytester.path.joinpath("all.json").write_text(ALLOW_ALL, encoding="utf-8")
    monkeypatch.chdir("elsewhere")
    passes(
        pytester,
        """
        import pytest
        import my_app

        @pytest.mark.bedrock_simulator("tokyo-only.json", policies={"session": "all.json"}, keep_bodies=True)
        def test_app(bedrock_simulator):
            assert my_app.answer("hello").degraded
            denied, _ = bedrock_simulator.requests
            assert b"hello" in denied.body
        """,
    )


def test_marker_brings_the_fixture(pytester: pytest.Pytester) -> None:
    """To a test that does not ask for it, and before its `setup_method`; a mark on a method replaces that on its class."""
    passes(
        pytester,
        """
        import boto3
        import pytest
        import my_app

        @pytest.mark.bedrock_simulator("tokyo-only.json", keep_bodies=True)
        class TestApp:
            def setup_method(self):
                self.client = boto3.client("bedrock-runtime", region_name="ap-northeast-1")

            def test_of_the_class(self):
                assert my_app.answer("hello").degraded
                assert self.client.converse(modelId="amazon.nova-lite-v1:0", messages=[])

            @pytest.mark.bedrock_simulator(account_id="444455556666")
            def test_of_the_method(self, bedrock_simulator):
                assert not my_app.answer("hello").degraded
                assert bedrock_simulator.requests[0].body is None
        """,
        tests=2,
    )


def test_simulator_of_a_module_is_a_fixture_of_its_own(pytester: pytest.Pytester) -> None:
    """Beside it the error tells what cannot be had."""
    passes(
        pytester,
        """
        import pytest
        from bedrock_guard.simulator import Simulator

        @pytest.fixture(scope="module", autouse=True)
        def bedrock():
            with Simulator().installed() as simulator:
                yield simulator

        def test_both(request):
            with pytest.raises(RuntimeError, match="from a fixture of a module or a session"):
                request.getfixturevalue("bedrock_simulator")
        """,
    )


def test_files_are_found_beside_the_test_and_in_the_root(pytester: pytest.Pytester) -> None:
    """The nearest wins."""
    pytester.makeini("[pytest]")
    pytester.mkdir("tests")
    pytester.path.joinpath("japan-only.json").write_text("{}", encoding="utf-8")
    pytester.path.joinpath("tests", "japan-only.json").write_text(json.dumps(JAPAN_ONLY), encoding="utf-8")
    test = """
        import my_app

        def test_app(bedrock_simulator):
            bedrock_simulator.set_scps("japan-only.json")
            assert not my_app.answer("hello").degraded
            bedrock_simulator.set_scps([["tokyo-only.json"], ["japan-only.json"]])
            bedrock_simulator.set_policies("identity_based", "tokyo-only.json")
    """
    pytester.path.joinpath("tests", "test_it.py").write_text("\n".join(line[8:] for line in test.split("\n")), "utf-8")
    pytester.syspathinsert()

    pytester.runpytest("--rootdir", str(pytester.path), *WITHOUT).assert_outcomes(passed=1)


def test_file_that_is_missing_is_named(pytester: pytest.Pytester) -> None:
    """As it was given, with the folders that were looked in."""
    passes(
        pytester,
        """
        import pathlib
        import pytest

        def test_app(bedrock_simulator):
            with pytest.raises(ValueError, match="tokio-only.json: cannot be read: no such file in ") as caught:
                bedrock_simulator.set_scps("tokio-only.json")
            assert str(caught.value).endswith(str(pathlib.Path(__file__).parent))
        """,
    )


def test_credentials_are_made_up_meanwhile(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment and the default session hold is neither used nor lost."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    passes(
        pytester,
        """
        import os
        import boto3

        boto3.setup_default_session(aws_access_key_id="AKIAKEPT", aws_secret_access_key="kept")
        session = boto3.DEFAULT_SESSION

        def test_meanwhile(bedrock_simulator):
            credentials = boto3.client("bedrock-runtime", region_name="us-east-1")._request_signer._credentials
            assert (credentials.access_key, credentials.token) == ("AKIAIOSFODNN7EXAMPLE", None)

        def test_after():
            assert boto3.DEFAULT_SESSION is session
            assert (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SESSION_TOKEN"]) == ("AKIAREAL", "real")
        """,
        tests=2,
    )


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_profile_is_not_looked_for(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A developer's profile, which is in no file where the tests run, is left out."""
    monkeypatch.setenv(name, "missing")
    passes(
        pytester,
        """
        import my_app

        def test_app(bedrock_simulator):
            assert my_app.answer("hello").text
        """,
    )


def test_cached_client_follows_the_test(pytester: pytest.Pytester) -> None:
    """An application that makes its client once asks each test's own simulator."""
    passes(
        pytester,
        """
        from functools import lru_cache
        import boto3

        @lru_cache
        def client():
            return boto3.client("bedrock-runtime", region_name="ap-northeast-1")

        def test_first(bedrock_simulator):
            assert client().converse(modelId="amazon.nova-lite-v1:0", messages=[])
            assert len(bedrock_simulator.requests) == 1

        def test_second(bedrock_simulator):
            bedrock_simulator.script("Second.")
            answer = client().converse(modelId="amazon.nova-lite-v1:0", messages=[])
            assert answer["output"]["message"]["content"] == [{"text": "Second."}]
        """,
        tests=2,
    )


def test_what_was_made_at_import_is_attached_once(pytester: pytest.Pytester) -> None:
    """It follows the simulator of each test, and reaches nobody without one."""
    passes(
        pytester,
        """
        import boto3
        import pytest

        client = boto3.client(
            "bedrock-runtime", region_name="us-east-1", aws_access_key_id="made-up", aws_secret_access_key="made-up"
        )

        @pytest.fixture
        def bedrock(bedrock_simulator):
            bedrock_simulator.attach(client)
            return bedrock_simulator

        def test_first(bedrock):
            assert client.converse(modelId="amazon.nova-lite-v1:0", messages=[])
            assert len(bedrock.requests) == 1

        def test_second(bedrock_simulator):
            assert client.converse(modelId="amazon.nova-lite-v1:0", messages=[])
            assert len(bedrock_simulator.requests) == 1

        def test_without():
            with pytest.raises(RuntimeError, match="no simulator is installed any more"):
                client.converse(modelId="amazon.nova-lite-v1:0", messages=[])
        """,
        tests=3,
    )


def test_nothing_heavy_is_imported_where_it_is_not_used(pytester: pytest.Pytester) -> None:
    """Every run of pytest loads the plugin."""
    pytester.makepyfile(
        """
        import sys

        def test_app():
            assert "bedrock_guard.pytest_plugin" in sys.modules
            assert not {"boto3", "botocore", "bedrock_guard.simulator", "bedrock_guard.scp"} & set(sys.modules)
        """
    )

    pytester.runpytest_subprocess(*WITHOUT).assert_outcomes(passed=1)
