"""In which partition a dossier lives: Kafka's own default partitioning (murmur2) of its code."""

from aiokafka.partitioner import murmur2

_POSITIVE = 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition in which records of `key` belong."""
    return int(murmur2(key) & _POSITIVE) % partitions
