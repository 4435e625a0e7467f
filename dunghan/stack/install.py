"""Get what the stack needs and this machine lacks: programs from the distribution, Kafka's jars from Maven Central."""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from dunghan.stack import apt
from dunghan.stack.config import StackConfig
from dunghan.stack.errors import StackError
from dunghan.stack.kafka import FETCHED, POM, Kafka, kafka_version
from dunghan.stack.lock import locked
from dunghan.stack.prometheus import Alertmanager, Prometheus
from dunghan.stack.redis import Redis
from dunghan.stack.say import Say, run_logged, say_on_stderr

FETCH_LIMIT_SECONDS = 900.0
JAVA = f"Java {apt.OLDEST_JAVA} or newer"


class Need(msgspec.Struct, frozen=True):
    """A program the stack cannot do without."""

    title: str
    package: Callable[[], str]  # of Debian and Ubuntu
    unit: str | None = None  # the service its package would start


def install(config: StackConfig | None = None, *, say: Say = say_on_stderr) -> None:
    """Install what is missing; where nothing is, change nothing and say nothing.

    Raises:
        StackError: something is missing that this user cannot install here, or an installation failed.
    """
    config = config or StackConfig()
    with locked(config.dir):
        _install(config, say)


def _install(config: StackConfig, say: Say) -> None:
    jars = not Kafka(config).has_jars()
    for_jars, servers = _java_needs(jars=jars), _server_needs(config)
    log = config.logs / "install.log"
    if for_jars or servers:
        _check_apt([*for_jars, *servers])
        apt.update(log=log, say=say)
    _apt_install(for_jars, log, say)
    with ThreadPoolExecutor(max_workers=1) as pool:  # the jars come while apt installs the servers
        fetch = pool.submit(fetch_jars, config, say=say) if jars else None
        _apt_install(servers, log, say)
    if fetch:
        fetch.result()
    _check_java()


def _java_needs(*, jars: bool) -> list[Need]:
    needs = []
    if (version := java_version()) is None or version < apt.OLDEST_JAVA:
        needs.append(Need(JAVA, apt.java_package))
    if jars and shutil.which("mvn") is None:
        needs.append(Need("Maven", partial(str, "maven")))
    return needs


def _server_needs(config: StackConfig) -> list[Need]:
    servers = [(Redis, "redis-server"), (Prometheus, "prometheus"), (Alertmanager, "prometheus-alertmanager")]
    return [
        Need(service.title, partial(str, package), package) for service, package in servers if service(config).lacks()
    ]


def _check_apt(needs: Sequence[Need]) -> None:
    if not apt.is_usable():
        raise StackError(
            f"please install {', '.join(need.title for need in needs)}, then run this again "
            "(as root on Debian or Ubuntu it installs them itself)"
        )


def _apt_install(needs: Sequence[Need], log: Path, say: Say) -> None:
    if needs:
        packages = [need.package() for need in needs]
        apt.install(packages, units=[need.unit for need in needs if need.unit], log=log, say=say)


def _check_java() -> None:
    version = java_version()
    if version is None or version < apt.OLDEST_JAVA:
        raise StackError(f"`java` on PATH is version {version}: put {JAVA} before it on PATH")


def java_version() -> int | None:
    """Return the major version of the `java` on PATH; None without one."""
    if shutil.which("java") is None:
        return None
    answer = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60)
    match = re.search(r'version "(\d+)', answer.stderr)
    return int(match[1]) if match else None


def fetch_jars(config: StackConfig, *, say: Say) -> None:
    """Fetch the broker's jars into a folder beside the real one, which takes its name when all are there.

    Raises:
        StackError: Maven failed; with the last lines of its log.
    """
    log, libs = config.logs / "maven.log", config.libs
    say(f"Kafka {kafka_version()}: fetching jars… (log: {log})")
    partial = libs.with_name(f"{libs.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    options = ["-B", "--strict-checksums", "-Dstyle.color=never", "-DincludeScope=runtime"]
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    run_logged(["mvn", *options, "-f", str(POM), *goal], log=log, limit_seconds=FETCH_LIMIT_SECONDS)
    (partial / FETCHED).write_text(POM.read_text())
    shutil.rmtree(libs, ignore_errors=True)
    partial.rename(libs)
    say(f"Kafka {kafka_version()}: {len(list(libs.glob('*.jar')))} jars fetched")
