"""`.ci/audit`: a known vulnerability fails the check, and a service that is away is said to be."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "audit"
CLEAN = 'echo "No known vulnerabilities found"'
VULNERABLE = 'echo "Found 1 known vulnerability in 1 package"; echo "starlette 0.1 PYSEC-1"; exit 1'
AWAY = 'echo "ConnectionError: Max retries exceeded" >&2; exit 1'


def audit(tmp_path: Path, *, pypi: str, osv: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a pip-audit that answers so, by the service that is asked."""
    program = tmp_path / "pip-audit"
    program.write_text(f'#!/bin/sh\ncase "$*" in *pypi*) {pypi} ;; *osv*) {osv} ;; esac\n')
    program.chmod(0o755)
    return subprocess.run(
        ["sh", str(SCRIPT), str(program), "a.lock", "b.lock"], capture_output=True, text=True, check=False
    )


def test_what_no_service_knows_a_vulnerability_of_passes(tmp_path: Path) -> None:
    done = audit(tmp_path, pypi=CLEAN, osv=AWAY)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{lock}: no known vulnerability, says pypi" for lock in ("a.lock", "b.lock")]


@pytest.mark.parametrize(("pypi", "osv"), [(VULNERABLE, CLEAN), (AWAY, VULNERABLE)])
def test_a_known_vulnerability_fails_and_is_told(pypi: str, osv: str, tmp_path: Path) -> None:
    done = audit(tmp_path, pypi=pypi, osv=osv)

    assert done.returncode == 1
    assert "a.lock: Found 1 known vulnerability in 1 package\nstarlette 0.1 PYSEC-1" in done.stderr


def test_where_no_service_can_be_asked_it_says_so_and_does_not_fail(tmp_path: Path) -> None:
    done = audit(tmp_path, pypi=AWAY, osv=AWAY)

    assert done.returncode == 0
    assert done.stdout == ""
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["WARNING"] * 2
    assert "b.lock was NOT audited" in done.stderr
