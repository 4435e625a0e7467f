"""The whole monitor on a simulated province: `dunghan demo`."""

from dunghan.demo.children import ChildDiedError
from dunghan.demo.run import Demo

__all__ = ["ChildDiedError", "Demo"]
