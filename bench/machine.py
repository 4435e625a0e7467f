"""What kind of machine this is, and the versions of all that runs: figures mean little without them."""

import platform
import re
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.environments import PEERS
from bench.results import Machine
from dunghan.stack.kafka import kafka_version

_OURS = ("faust-streaming", "aiokafka", "kafka-python", "msgspec", "uvloop", "redis")
_PINNED = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)


@cache
def machine() -> Machine:
    """Look at the machine, once."""
    return Machine(
        cores=psutil.cpu_count() or 0,
        processor=_processor(),
        memory_bytes=psutil.virtual_memory().total,
        kernel=f"{platform.system()} {platform.release().partition('-')[0]}",
        versions=_versions(),
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    ours = {"Python": platform.python_version(), "Apache Kafka": kafka_version(), "Java": _java()}
    ours |= {name: version(name) for name in _OURS}
    pinned = [_PINNED.findall(file.read_text()) for file in sorted(PEERS.glob("*/requirements.in"))]
    return (
        ours
        | {name: number for pins in pinned for name, number in pins if name not in ours}
        | {"kafka-streams": _kafka_streams()}
    )


def _java() -> str:
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    found = re.search(r'version "([^"]+)', said)
    return found[1] if found else "?"


def _kafka_streams() -> str:
    found = re.search(r"<kafka.version>(.+?)</kafka.version>", (PEERS / "kafka_streams" / "pom.xml").read_text())
    return found[1] if found else "?"
