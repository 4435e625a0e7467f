"""Set the tool up: Chromium from the distribution, the packages of the lock, the bundle; nothing twice.

All of it is in one folder, `var/drawing` or the one in DUNGHAN_DRAWING_DIR, with what it was made from in stamps.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dunghan.stack import StackError, apt
from dunghan.stack.say import Say, run_logged, say_on_stderr

SOURCES = Path(__file__).parent
HOME = Path(os.environ.get("DUNGHAN_DRAWING_DIR") or SOURCES.parents[1] / "var" / "drawing").absolute()
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
PAGE = ("build.mjs", "draw.mjs", "server.mjs", "index.html", "src")
LIMIT_SECONDS = 600.0
OLDEST_NODE = (20, 11)


class NodeMissingError(StackError):
    """This machine has no Node.js that will do, and gets none: not every machine that runs the tests needs it."""


def set_up(*, say: Say = say_on_stderr) -> Path:
    """Do what is still to be done, and return the folder in which `node draw.mjs` works.

    Raises:
        NodeMissingError: there is no Node.js with npm, or it is too old.
        StackError: Chromium is missing and cannot be installed here, or a step failed.
    """
    with _alone():
        _check_node()
        _install_chromium(say)
        with _stamped("packages", PACKAGES) as is_stale:
            if is_stale:
                say("npm: installing the packages that draw…")
                run_logged(["npm", "ci", "--omit=dev", "--prefix", str(HOME)], log=_log(), limit_seconds=LIMIT_SECONDS)
        with _stamped("page", (*PACKAGES, *PAGE)) as is_stale:
            if is_stale:
                run_logged(["node", str(HOME / "build.mjs")], log=_log(), limit_seconds=LIMIT_SECONDS)
    return HOME


def chromium() -> str | None:
    """Return the browser's program."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _log() -> Path:
    return HOME / "set_up.log"


@contextmanager
def _alone() -> Iterator[None]:
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _stamped(name: str, of: Iterable[str]) -> Iterator[bool]:
    """Copy these sources, and tell whether they differ from those that the stamp was made of; then stamp."""
    stamp, digest = HOME / f"{name}.sha256", _copied(of)
    is_stale = not stamp.exists() or stamp.read_text() != digest
    if is_stale:
        stamp.unlink(missing_ok=True)
    yield is_stale
    stamp.write_text(digest)


def _copied(names: Iterable[str]) -> str:
    found = hashlib.sha256()
    for name in names:
        source, target = SOURCES / name, HOME / name
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for file in files:
            found.update(f"{file.relative_to(SOURCES)}\0".encode() + file.read_bytes())
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    return found.hexdigest()


def _check_node() -> None:
    wanted = ".".join(map(str, OLDEST_NODE))
    if not all(shutil.which(program) for program in ("node", "npm")):
        raise NodeMissingError(f"please install Node.js {wanted} or newer, with npm: the dashboards are drawn with it")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    if tuple(map(int, re.findall(r"\d+", said)[:2])) < OLDEST_NODE:
        raise NodeMissingError(f"`node` on PATH is {said.strip()}: put {wanted} or newer before it on PATH")


def _install_chromium(say: Say) -> None:
    if chromium():
        return
    if not apt.is_usable():
        raise StackError(
            "please install Chromium, in which the dashboards are drawn (as root on Debian it installs itself)"
        )
    apt.update(log=_log(), say=say)
    apt.install(["chromium"], units=[], log=_log(), say=say)
