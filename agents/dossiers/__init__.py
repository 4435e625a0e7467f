"""Dossiers (hồ sơ): facts, rules and the partition processor. Nothing here does I/O but `agent`."""
