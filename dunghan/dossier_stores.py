"""Where this process holds the dossiers' bytes: in memory, or where `DUNGHAN_STORE_DIR` says."""

from pathlib import Path

from agents.dossiers.store import Stores
from config.settings import Settings


def stores_of(settings: Settings) -> Stores:
    """Return the stores that the settings ask for; close them in the end.

    Raises:
        SettingsError: the folder cannot be used.
    """
    if not settings.store_dir:
        return Stores()
    from agents.dossiers.disk_store import DiskStores  # noqa: PLC0415 - takes 9 MiB, which memory alone does not need

    return DiskStores(Path(settings.store_dir))
