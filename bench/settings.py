"""The settings of this project's own programs, for one task."""

from bench.task import Task
from config.settings import Settings


def settings_of(task: Task) -> Settings:
    """Return settings that share nothing but the events with any other run."""
    return Settings(
        kafka=task.kafka,
        redis=task.redis,
        app=task.app,
        partitions=task.partitions,
        events_topic=task.topic,
        catalogue_topic=f"{task.app}-catalogue",
        petitions_topic=f"{task.app}-petitions",
        alerts_topic=f"{task.app}-alerts",
    )
