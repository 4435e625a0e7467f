"""A new version of the state, built beside the running one (docs/replay.md, docs/decisions/0016)."""
