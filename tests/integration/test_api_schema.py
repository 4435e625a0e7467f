"""The API does what its OpenAPI document says: schemathesis asks it all that the document allows, and more."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders import AGENCY, DAY, status
from config.clock import SystemClock
from streams.events import Event
from support.api import Serving, serving

pytestmark = pytest.mark.stack

EXAMPLES = 20  # an operation: some 700 questions
SEED = 766
NOW = SystemClock().now()


def told() -> Iterator[Event]:
    """Yield dossiers of which each list has some: late, due soon and unknown to the portal."""
    for number in range(-15, 15):
        yield status(NOW - 20 * DAY, 4, code=f"{AGENCY}-{number}", due_at=NOW + number * DAY / 10)


@pytest.fixture
def served(make_settings: Any, tmp_path: Path) -> Iterator[Serving]:
    with serving(make_settings(partitions=2), tmp_path, told()) as found:
        yield found


def test_the_api_keeps_to_its_document(served: Serving, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"  # paths that lead somewhere, beside those that do not
    config.write_text(
        f'[[operations]]\ninclude-path = "/v1/dossiers/{{code}}"\nparameters = {{ "path.code" = "{AGENCY}-3" }}\n'
        f'[[operations]]\ninclude-path = "/v1/agencies/{{code}}"\nparameters = {{ "path.code" = "{AGENCY}" }}\n',
        encoding="utf-8",
    )
    command = Path(sys.executable).with_name("schemathesis")
    for options in ((), ("--config-file", str(config))):
        done = subprocess.run(
            [
                command,
                *options,
                "run",
                f"{served.api.address}/openapi.json",
                f"--header=Authorization: Bearer {served.api.token}",
                "--checks=all",
                "--phases=examples,coverage,fuzzing,stateful",
                f"--max-examples={EXAMPLES}",
                f"--seed={SEED}",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
        assert "Tested: 10" in done.stdout
