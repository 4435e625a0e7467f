"""The worker's event loop is uvloop's: it saves a tenth of what an event costs."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from config.clock import SystemClock
from config.settings import Settings
from dunghan.worker import Worker
worker = Worker(Settings(), SystemClock(), data_dir=Path(sys.argv[1]), instance_id=None)
print(type(worker.app.loop).__module__)
"""


def test_the_worker_runs_on_uvloop(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", PROGRAM, str(tmp_path)]  # a process of its own: the choice is a whole process's
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == "uvloop"
