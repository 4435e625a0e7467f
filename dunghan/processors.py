"""The states of this process, one a partition; the dossiers in memory, or where `DUNGHAN_STORE_DIR` says."""

from pathlib import Path
from typing import Any

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.store import Stores
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from config.settings import Settings
from streams.sources import Source

PROCESSORS: tuple[type[Any], ...] = (DossierProcessor, ProcedureProcessor, PetitionProcessor)
"""Of the topics of `sources`, in their order."""


def new_processor(kind: type[Any], source: Source, partition: int, stores: Stores, **given: Any) -> Any:
    """Return the empty state of a partition.

    Raises:
        StoreError: the dossiers cannot be held where they are to be.
    """
    if kind is DossierProcessor:
        given["store"] = stores.open(source.topic, partition)
    return kind(partition=partition, lives_here=lambda code: source.home(code) == partition, **given)


def stores_of(settings: Settings) -> Stores:
    """Return the stores that the settings ask for; close them in the end.

    Raises:
        SettingsError: the folder cannot be used.
    """
    if not settings.store_dir:
        return Stores()
    from agents.dossiers.disk_store import DiskStores  # noqa: PLC0415 - takes 9 MiB, which memory alone does not need

    return DiskStores(Path(settings.store_dir))
