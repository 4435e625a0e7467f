"""Starting what is measured, and asking it how far it is."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client.parser import text_string_to_metric_families


@contextmanager
def running(arguments: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Run a Python program in the background; stop it by its own process id."""
    process = subprocess.Popen([sys.executable, *arguments], env=environment, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def sample(port: int, name: str) -> float:
    """Return the sum of a metric over its labels; 0 while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return 0.0
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    )
