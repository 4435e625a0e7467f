"""`dunghan api`: it does not start where anybody could ask, and says how to mend that."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.api.server import is_loopback, listen
from alerts.api.tokens import parse_tokens
from dunghan.commands.api_command import command


def invoke(*arguments: str, tokens_file: object = "") -> Result:
    return CliRunner().invoke(command, list(arguments), env={"DUNGHAN_API_TOKENS_FILE": str(tokens_file)})


def test_without_tokens_it_does_not_start() -> None:
    result = invoke()

    assert result.exit_code == 2
    assert "set DUNGHAN_API_TOKENS_FILE" in result.output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.vn"])  # noqa: S104 - to be refused
def test_without_tokens_it_listens_on_loopback_only(host: str) -> None:
    result = invoke("--no-token", "--host", host)

    assert result.exit_code == 2
    assert f"--no-token: {host} is not loopback" in result.output


def test_what_is_loopback() -> None:
    assert [host for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost") if not is_loopback(host)] == []


def test_a_file_of_tokens_that_is_not_there_or_cannot_be_used_is_named(tmp_path: Path) -> None:
    missing, broken = tmp_path / "missing", tmp_path / "broken"
    broken.write_text("grafana\n", encoding="utf-8")

    assert f"{missing} (DUNGHAN_API_TOKENS_FILE): No such file" in invoke(tokens_file=missing).output
    result = invoke(tokens_file=broken)
    assert (result.exit_code, "line 1: expected name:digest" in result.output) == (2, True)


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = invoke("--no-token", "--port", str(port))

    assert result.exit_code == 2
    assert f"127.0.0.1:{port}: Address already in use" in result.output


def test_a_new_token_is_told_once_and_its_line_can_be_stored() -> None:
    result = invoke("token", "new", "grafana")

    assert result.exit_code == 0
    token = result.stderr.splitlines()[0].rpartition(" ")[2]
    assert parse_tokens(result.stdout).holder(token) == "grafana"
    assert token not in result.stdout


def test_a_name_that_cannot_be_stored_is_refused() -> None:
    assert invoke("token", "new", "a b").exit_code == 2
