"""Agencies and the sources that speak for them: who does not use the system, and whose numbers are stale."""
