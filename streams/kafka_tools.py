"""What the tools that use kafka-python share. The workers use aiokafka."""

import logging

from config.settings import Settings

REACH_SECONDS = 8
"""A person waits for the answer of a broker that is not there; one that is there answers in well under a second."""

# Without a handler Python prints the library's every retry on stderr. What matters is raised by the tools instead.
logging.getLogger("kafka").addHandler(logging.NullHandler())


def no_answer(settings: Settings) -> str:
    """Return the line for a broker that does not answer: where it was looked for, and what to do."""
    return f"Kafka at {settings.kafka} does not answer; start it (make stack-up) or set DUNGHAN_KAFKA"
