"""Decisions: what the events say of each dossier, and whether it is on time. A folder by subject."""
