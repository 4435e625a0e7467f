"""Installing what the local stack needs: nothing twice, nothing half, and no service left running."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dunghan.stack import StackConfig, StackError, apt, install
from dunghan.stack.kafka import Kafka

JAVA = "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"
SERVERS = ("redis-server", "prometheus", "prometheus-alertmanager")
# Puts one jar where it is told to, or fails half-way while the file `fails` is there.
MAVEN = """
for argument in "$@"; do case $argument in -DoutputDirectory=*) out=${argument#*=};; esac; done
mkdir -p "$out"
if [ -e "$(dirname "$0")/fails" ]; then touch "$out/half.jar"; echo 'no route to anywhere'; exit 1; fi
touch "$out/whole.jar"
"""

Program = Callable[[str, str], None]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Make programs; only these, and the system's few basic ones, are on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for basic in ("sh", "mkdir", "touch", "dirname"):
        (folder / basic).symlink_to(f"/bin/{basic}" if Path(f"/bin/{basic}").exists() else f"/usr/bin/{basic}")
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return make


@pytest.fixture
def complete(program: Program) -> Program:
    """A machine that lacks nothing but the jars."""
    for server in SERVERS:
        program(server, "exit 0")
    program("java", JAVA)
    program("mvn", MAVEN)
    return program


def test_one_line_says_what_to_install_where_packages_cannot_be_installed(program: Program, tmp_path: Path) -> None:
    del program
    with pytest.raises(StackError) as refused:
        install(StackConfig(dir=tmp_path / "stack"))
    assert refused.value.message == (
        "please install Java 17 or newer, Maven, Redis, Prometheus, Alertmanager, then run this again "
        "(as root on Debian or Ubuntu it installs them itself)"
    )


def test_where_nothing_is_missing_nothing_is_done_or_said(complete: Program, tmp_path: Path) -> None:
    config = StackConfig(dir=tmp_path / "stack")
    said: list[str] = []
    install(config, say=said.append)
    assert said[0].startswith("Kafka 4.3.1: fetching jars…")
    assert said[1] == "Kafka 4.3.1: 1 jars fetched"

    said.clear()
    complete("mvn", "exit 1")
    install(config, say=said.append)
    assert said == []


def test_a_fetch_that_was_interrupted_is_told_of_and_done_again(complete: Program, tmp_path: Path) -> None:
    del complete
    config = StackConfig(dir=tmp_path / "stack")
    (tmp_path / "bin" / "fails").touch()
    with pytest.raises(StackError, match=r"(?s)mvn failed \(exit code 1\).*no route to anywhere"):
        install(config, say=lambda _: None)
    assert not Kafka(config).has_jars()

    (tmp_path / "bin" / "fails").unlink()
    install(config, say=lambda _: None)
    assert Kafka(config).has_jars()
    assert [jar.name for jar in config.libs.glob("*.jar")] == ["whole.jar"]


def test_a_java_too_old_is_missing_and_one_still_first_on_path_is_told_of(
    complete: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete("java", "echo 'java version \"1.8.0_312\"' >&2")
    asked: list[str] = []
    monkeypatch.setattr(apt, "is_usable", lambda: True)
    monkeypatch.setattr(apt, "update", lambda **_: None)
    monkeypatch.setattr(apt, "java_package", lambda: "openjdk-17-jre-headless")
    monkeypatch.setattr(apt, "install", lambda packages, **_: asked.extend(packages))
    with pytest.raises(StackError, match="`java` on PATH is version 1: put Java 17 or newer before it"):
        install(StackConfig(dir=tmp_path / "stack"), say=lambda _: None)
    assert asked == ["openjdk-17-jre-headless"]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["openjdk-11-jre-headless", "openjdk-17-jre-headless", "openjdk-21-jre-headless"], "openjdk-17-jre-headless"),
        (["openjdk-21-jdk", "openjdk-21-jre-headless", "openjdk-25-jre-headless"], "openjdk-21-jre-headless"),
        (["openjdk-11-jre-headless"], "default-jre-headless"),
    ],
)
def test_java_is_the_oldest_that_kafka_takes(names: list[str], chosen: str) -> None:
    assert apt.pick_java(names) == chosen


def test_package_scripts_may_start_nothing_while_packages_are_installed(tmp_path: Path) -> None:
    policy, saved = tmp_path / "policy-rc.d", tmp_path / "saved"
    with apt.nothing_starts(policy, saved):
        assert "exit 101" in policy.read_text()
        assert os.stat(policy).st_mode & stat.S_IXUSR  # noqa: PTH116
    assert not policy.exists()


def test_a_policy_that_was_there_is_put_back_even_when_the_installation_fails(tmp_path: Path) -> None:
    policy, saved = tmp_path / "policy-rc.d", tmp_path / "saved"
    policy.write_text("the administrator's own")
    with pytest.raises(RuntimeError), apt.nothing_starts(policy, saved):
        raise RuntimeError
    assert policy.read_text() == "the administrator's own"
    assert not saved.exists()


def test_a_policy_left_by_a_run_that_was_killed_is_not_taken_for_the_administrators(tmp_path: Path) -> None:
    policy, saved = tmp_path / "policy-rc.d", tmp_path / "saved"
    policy.write_text(apt.FORBID)
    saved.write_text("the administrator's own")
    with apt.nothing_starts(policy, saved):
        pass
    assert policy.read_text() == "the administrator's own"
