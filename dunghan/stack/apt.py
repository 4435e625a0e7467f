"""Packages of Debian and Ubuntu, installed so that none of them leaves a service running."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dunghan.stack.say import Say, run_logged

POLICY = Path("/usr/sbin/policy-rc.d")  # Debian's own way to say which services may be started
POLICY_SAVED = POLICY.with_name("policy-rc.d.before-dunghan")
MARK = "# written by `dunghan stack install`, and removed when it ends"
FORBID = f"#!/bin/sh\n{MARK}\nexit 101\n"
LIMIT_SECONDS = 900.0
LOCK_LIMIT_SECONDS = 120  # for another apt to end; unattended upgrades hold its lock for a while
OLDEST_JAVA = 17


def is_usable() -> bool:
    """Tell whether packages can be installed: by root, on Debian or Ubuntu."""
    return os.geteuid() == 0 and all(shutil.which(program) for program in ("apt-get", "dpkg"))


def install(packages: Sequence[str], *, units: Sequence[str], log: Path, say: Say) -> None:
    """Install packages; `units` are the services among them, which are kept from starting now and at boot.

    Raises:
        StackError: apt-get failed; with the last lines of its log.
    """
    say(f"apt: installing {', '.join(packages)}… (log: {log})")
    with nothing_starts():
        _apt_get("-y", "--no-install-recommends", "install", *packages, log=log)
    for unit in units:
        _keep_from_booting(unit)


def update(*, log: Path, say: Say) -> None:
    """Fetch the lists of packages: on a fresh machine there are none.

    Raises:
        StackError: apt-get failed; with the last lines of its log.
    """
    say("apt: fetching the lists of packages…")
    _apt_get("update", log=log)


def java_package() -> str:
    """Return the package of a Java new enough for Kafka: the default one is too old on some releases."""
    listed = subprocess.run(
        ["apt-cache", "pkgnames", "openjdk-"], capture_output=True, text=True, check=False, timeout=60
    )
    return pick_java(listed.stdout.split())


def pick_java(names: Iterable[str]) -> str:
    """Choose the oldest Java that Kafka takes: the longest tried one.

    >>> pick_java(["openjdk-11-jre-headless", "openjdk-21-jre-headless", "openjdk-17-jre-headless"])
    'openjdk-17-jre-headless'
    """
    found = (re.fullmatch(r"openjdk-(\d+)-jre-headless", name) for name in names)
    versions = [int(match[1]) for match in found if match and int(match[1]) >= OLDEST_JAVA]
    return f"openjdk-{min(versions)}-jre-headless" if versions else "default-jre-headless"


@contextmanager
def nothing_starts(policy: Path = POLICY, saved: Path = POLICY_SAVED) -> Iterator[None]:
    """Forbid package scripts to start services while inside; a policy that was there is put back afterwards."""
    if policy.exists() and MARK not in policy.read_text():  # ours may be left from a run that was killed
        policy.replace(saved)
    policy.write_text(FORBID)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
        if saved.exists():
            saved.replace(policy)


def _keep_from_booting(unit: str) -> None:
    # Both ways of Debian; neither needs systemd to be running, and a unit or script that is not there does no harm.
    for command in (["deb-systemd-helper", "disable", f"{unit}.service"], ["update-rc.d", unit, "disable"]):
        subprocess.run(command, check=False, capture_output=True, timeout=60)


def _apt_get(*arguments: str, log: Path) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"}  # no questions, no restarts of others
    run_logged(
        ["apt-get", "-q", "-o", f"DPkg::Lock::Timeout={LOCK_LIMIT_SECONDS}", *arguments],
        log=log,
        limit_seconds=LIMIT_SECONDS,
        environment=os.environ | quiet,
    )
