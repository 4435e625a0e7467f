"""Counts by agency and window, from which the indicators of Decision 766 are made."""
