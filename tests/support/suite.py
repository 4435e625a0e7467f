"""How much the failure suite does: a few cases and few events in CI; all, with more, in `make chaos` (FAILURES=all)."""

import os
from datetime import UTC, datetime

import pytest

IS_THOROUGH = os.environ.get("FAILURES") == "all"
EVENTS = 20_000 if IS_THOROUGH else 6_000
LOAD_SECONDS = 20.0 if IS_THOROUGH else 8.0
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

thorough = pytest.mark.skipif(not IS_THOROUGH, reason="only with FAILURES=all, as `make chaos` sets it")
