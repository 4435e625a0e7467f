"""Where the local stack lives: one folder, and a port of loopback for each service."""

from importlib.resources import files
from pathlib import Path

import msgspec

CONFIG_FILES = Path(str(files("config")))
HOST = "127.0.0.1"


class StackConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All choices of one stack; the defaults are those of `config.settings.Settings`."""

    dir: Path = Path("var/stack")
    kafka_port: int = 19092
    kafka_controller_port: int = 19094  # 19093 is Alertmanager's
    redis_port: int = 16379
    prometheus_port: int = 19090
    alertmanager_port: int = 19093
    worker_ports: tuple[int, ...] = (19101, 19102, 19103, 19104)  # where Prometheus looks for workers' metrics
    api_port: int = 19105
    deliver_port: int = 19106  # and for those of `dunghan deliver`
    kafka_heap: str = "512m"
    kafka_libs: Path | None = None  # None: kafka/libs under `dir`; tests share one fetch
    prometheus_files: Path = CONFIG_FILES / "prometheus"
    alertmanager_files: Path = CONFIG_FILES / "alertmanager"
    start_limit_seconds: float = 90.0  # a broker on two busy cores needs 5 to 10

    def __post_init__(self) -> None:
        # The services are given absolute paths: they outlive the working directory of whoever starts them.
        msgspec.structs.force_setattr(self, "dir", self.dir.absolute())

    @property
    def libs(self) -> Path:
        """Return the folder of the broker's jars."""
        return self.kafka_libs or self.dir / "kafka" / "libs"

    @property
    def logs(self) -> Path:
        """Return the folder of the services' logs."""
        return self.dir / "logs"

    def environment(self) -> dict[str, str]:
        """Return the settings (`DUNGHAN_…`) by which every other command finds this stack."""
        return {
            "DUNGHAN_KAFKA": f"{HOST}:{self.kafka_port}",
            "DUNGHAN_REDIS": f"redis://{HOST}:{self.redis_port}/0",
            "DUNGHAN_PROMETHEUS": f"http://{HOST}:{self.prometheus_port}",
            "DUNGHAN_ALERTMANAGER": f"http://{HOST}:{self.alertmanager_port}",
        }
