"""The local stack without a container engine: Apache Kafka, Redis, Prometheus and Alertmanager on loopback.

    stack = Stack(StackConfig(dir=Path("var/stack")))
    install(stack.config)
    started = stack.up()  # the names of what was not running before
    ...
    stack.down(started)

Everything these services write is under `dir`. What goes wrong is a `StackError`: one clear line, what to do next.
"""

from dunghan.stack.config import StackConfig
from dunghan.stack.errors import StackError
from dunghan.stack.install import install
from dunghan.stack.stack import ServiceStatus, Stack, State

__all__ = ["ServiceStatus", "Stack", "StackConfig", "StackError", "State", "install"]
