"""The command line and what puts the parts together: the worker, the local stack, the demonstration."""
