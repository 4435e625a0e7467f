"""The program as a user runs it."""

import os
import subprocess
import sys

from config.settings import Settings
from support.workers import environment


def run(*arguments: str, settings: Settings | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `dunghan` with these arguments, and check its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "dunghan", *arguments],
        env=environment(settings) if settings else dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, f"exit code {done.returncode}: {done.stderr}"
    return done
