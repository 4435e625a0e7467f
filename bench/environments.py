"""Environments of their own for the peers, under `var/bench`: each holds what its lock or pom pins, no more."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from bench.contestant import Command, MissingError
from bench.task import Task

PEERS = Path(__file__).parent / "peers"
HOME = Path("var/bench").absolute()
_LIMIT_SECONDS = 900.0
_MADE = ".made"  # stands in a folder once all is there; holds what it was made from


class Environment:
    """A virtual environment, and the program that runs in it: the package of this name under `bench/peers`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._folder = HOME / name
        self._lock = PEERS / name / "requirements.lock"

    def make(self) -> None:
        """Install what the lock pins, unless that is there.

        Raises:
            MissingError: it cannot be installed here.
        """
        wanted = self._lock.read_text()
        if holds(self._folder, wanted):
            return
        click.echo(f"{self.name}: making {self._folder}…", err=True)
        run_installer([sys.executable, "-m", "venv", "--clear", str(self._folder)])
        pip = [str(self._python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run_installer([*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(self._lock)])
        (self._folder / _MADE).write_text(wanted)

    def command(self, task: Task) -> Command:
        """Return how to run the program."""
        return Command([str(self._python), "-m", f"bench.peers.{self.name}"], dict(os.environ) | task.environment())

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"


class JavaEnvironment:
    """The jars of a pom, and one class compiled against them."""

    def __init__(self, name: str, main: str) -> None:
        self.name = name
        self._main = main
        self._folder = HOME / name
        self._pom = PEERS / name / "pom.xml"
        self._source = PEERS / name / f"{main}.java"

    def make(self) -> None:
        """Fetch the jars and compile, unless that is done.

        Raises:
            MissingError: a tool is missing, or failed.
        """
        wanted = self._pom.read_text() + self._source.read_text()
        if holds(self._folder, wanted):
            return
        for tool, package in (("mvn", "Maven"), ("javac", "a Java development kit, 17 or newer")):
            if shutil.which(tool) is None:
                raise MissingError(f"{tool} is not on PATH; install {package}")
        click.echo(f"{self.name}: fetching jars and compiling into {self._folder}…", err=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        options = ["-B", "-q", "--strict-checksums", "-DincludeScope=runtime", f"-DoutputDirectory={self._libs}"]
        run_installer(["mvn", *options, "-f", str(self._pom), "dependency:copy-dependencies"])
        run_installer(["javac", "-cp", f"{self._libs}/*", "-d", str(self._folder / "classes"), str(self._source)])
        (self._folder / _MADE).write_text(wanted)

    def command(self, task: Task, *arguments: str) -> Command:
        """Return how to run the class."""
        path = f"{self._folder / 'classes'}{os.pathsep}{self._libs}/*"
        java = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", path, self._main]
        return Command([*java, *arguments], dict(os.environ) | task.environment())

    @property
    def _libs(self) -> Path:
        return self._folder / "libs"


def holds(folder: Path, wanted: str) -> bool:
    """Tell whether a folder is wholly made, and from this."""
    made = folder / _MADE
    return made.exists() and made.read_text() == wanted


def run_installer(command: list[str]) -> None:
    """Run an installer.

    Raises:
        MissingError: with the last line it said.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise MissingError(f"{command[0]} took over {_LIMIT_SECONDS:.0f} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "(nothing)").splitlines()
        raise MissingError(f"{Path(command[0]).name} failed: {said[-1]}")
