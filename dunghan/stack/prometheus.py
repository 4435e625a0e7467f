"""Prometheus and Alertmanager, with copies of the project's own configuration."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dunghan.stack.config import HOST
from dunghan.stack.service import Service, http_ready


class Prometheus(Service):
    """Prometheus, which scrapes the workers of this machine."""

    name = "prometheus"
    title = "Prometheus"

    def ports(self) -> dict[str, int]:
        """Return its one port."""
        return {"--prometheus-port": self.config.prometheus_port}

    def lacks(self) -> str | None:
        """Return the program, if it is not on PATH."""
        return None if shutil.which("prometheus") else "prometheus"

    def prepare(self) -> None:
        """Copy the configuration, and write who is scraped and who is told of alerts on this machine."""
        config = self.home / "config"
        _copy_afresh(self.config.prometheus_files, config, leave_out=("targets", "tests"))
        _write_targets(config / "targets" / "worker.json", self.config.worker_ports)
        _write_targets(config / "targets" / "deliver.json", [self.config.deliver_port])
        _write_targets(config / "targets" / "alertmanager.json", [self.config.alertmanager_port])

    def command(self) -> list[str]:
        """Return its command line."""
        return [
            "prometheus",
            f"--config.file={self.home / 'config' / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.home / 'data'}",
            "--storage.tsdb.retention.time=2d",
            f"--web.listen-address={HOST}:{self.config.prometheus_port}",
            "--log.level=warn",
        ]

    def is_ready(self, port: int) -> bool:
        """Ask /-/ready."""
        return http_ready(port)


class Alertmanager(Service):
    """Alertmanager, alone: it gossips with nobody."""

    name = "alertmanager"
    title = "Alertmanager"

    def ports(self) -> dict[str, int]:
        """Return its one port."""
        return {"--alertmanager-port": self.config.alertmanager_port}

    def lacks(self) -> str | None:
        """Return the program, if it is not on PATH."""
        return None if _alertmanager() else "alertmanager"

    def prepare(self) -> None:
        """Copy the configuration."""
        _copy_afresh(self.config.alertmanager_files, self.home / "config", leave_out=("tests",))

    def command(self) -> list[str]:
        """Return its command line; an empty cluster address keeps it from listening for peers."""
        return [
            _alertmanager() or "alertmanager",
            f"--config.file={self.home / 'config' / 'alertmanager.yml'}",
            f"--storage.path={self.home / 'data'}",
            f"--web.listen-address={HOST}:{self.config.alertmanager_port}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]

    def is_ready(self, port: int) -> bool:
        """Ask /-/ready."""
        return http_ready(port)


def _alertmanager() -> str | None:
    # Debian's name for it, and everybody else's.
    return shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")


def _copy_afresh(source: Path, target: Path, *, leave_out: tuple[str, ...]) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*leave_out))


def _write_targets(file: Path, ports: Iterable[int]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(msgspec.json.encode([{"targets": [f"{HOST}:{port}" for port in ports]}]))
