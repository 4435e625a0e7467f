"""Prometheus' and Alertmanager's own tools, run on files of the project."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALERTMANAGER = ROOT / "config/alertmanager/alertmanager.yml"
RULES = sorted((ROOT / "config/prometheus/rules").glob("*.yml"))
RULE_TESTS = sorted((ROOT / "config/prometheus/tests").glob("*.yml"))


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `promtool` or `amtool`; where it is not installed the test is skipped, but not in a build of the project."""
    if shutil.which(name) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing: install the prometheus packages (apt-get install prometheus)")
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
