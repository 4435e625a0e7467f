"""What the tools that use kafka-python share. The workers use aiokafka."""

import logging

from config.settings import Settings

REACH_SECONDS = 8
"""A person waits for the answer of a broker that is not there; one that is there answers in well under a second."""

# Without a handler Python prints the library's every retry on stderr. What matters is raised by the tools instead.
logging.getLogger("kafka").addHandler(logging.NullHandler())


def no_answer(settings: Settings) -> str:
    """Return the line for a broker that does not answer: where it was looked for, and what to do.

    The clients do not tell a broker that is not there from one that refuses who they are, or whom they do not trust.
    """
    if settings.kafka_security_protocol == "PLAINTEXT":
        return (
            f"Kafka at {settings.kafka} does not answer; start it (make stack-up) or set DUNGHAN_KAFKA "
            "(and DUNGHAN_KAFKA_SECURITY_PROTOCOL, if it asks for TLS)"
        )
    return (
        f"Kafka at {settings.kafka} does not answer, or refuses {_who(settings)}; check DUNGHAN_KAFKA, "
        "DUNGHAN_KAFKA_USERNAME, DUNGHAN_KAFKA_PASSWORD and DUNGHAN_KAFKA_CA_FILE"
    )


def no_topic(settings: Settings, topic: str, creation: str = "create it: dunghan topics create") -> str:
    """Return the line for a topic that is not there. A broker shows nobody what is not theirs."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return f"topic {topic} does not exist; {creation}"
    return (
        f"topic {topic} does not exist, or {_who(settings)} may not see it; {creation}, "
        "or have the rights given: dunghan topics acls"
    )


def said_of(settings: Settings, error: BaseException) -> str:
    """Return what went wrong in one line; of what is not allowed, who may not and where the rights are listed."""
    if "Authorization" in type(error).__name__ or "Authorization" in str(error):
        return not_allowed(settings, "do this")
    return str(error) or type(error).__name__


def not_allowed(settings: Settings, what: str) -> str:
    """Return the line for what whoever connects may not do, as a verb and its object."""
    return f"{_who(settings)} may not {what}; have the rights given: dunghan topics acls"


def _who(settings: Settings) -> str:
    return settings.kafka_username or "whoever connects so"
