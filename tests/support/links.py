"""Network links that a test can cut: what is sent is held back, connections stay open, and nobody is told."""

import socket
import threading
from contextlib import suppress
from pathlib import Path

from dunghan.stack.config import HOST
from dunghan.stack.ports import free_ports
from support.cluster import Cluster

_CHUNK_BYTES = 1 << 16


class Link:
    """A port of loopback that leads to another one."""

    def __init__(self) -> None:
        self.target: int | None = None
        (self.port,) = free_ports(1)
        self._is_whole = threading.Event()
        self._is_whole.set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server((HOST, self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Let nothing through, in either direction. Who connects is kept waiting, too."""
        self._is_whole.clear()

    def mend(self) -> None:
        """Let all through again, beginning with what was held back."""
        self._is_whole.set()

    def close(self) -> None:
        """Close it, and every connection through it."""
        for one in (self._listener, *self._sockets):
            _shut(one)
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._sockets.append(client)
        self._is_whole.wait()
        assert self.target is not None
        try:
            server = socket.create_connection((HOST, self.target))
        except OSError:
            _shut(client)
            return
        self._sockets.append(server)
        threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
        self._pass_on(server, client)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                self._is_whole.wait()
                target.sendall(data)
        self._is_whole.wait()
        _shut(source)
        _shut(target)


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class LinkedCluster(Cluster):
    """A cluster in which everybody reaches a broker over links: clients and brokers, and controllers each other."""

    def __init__(self, folder: Path, brokers: int) -> None:
        numbers = range(1, brokers + 1)
        self._to_brokers = {number: Link() for number in numbers}
        self._to_controllers = {(one, other): Link() for one in numbers for other in numbers if one != other}
        super().__init__(folder, brokers)
        for number, link in self._to_brokers.items():
            link.target = self.ports[number]
        for (_, number), link in self._to_controllers.items():
            link.target = self.controllers[number]

    def client_port(self, number: int) -> int:
        """Return the port of the link."""
        return self._to_brokers[number].port

    def controller_port(self, number: int, *, seen_by: int) -> int:
        """Return the port of the link; a controller reaches itself without."""
        return self.controllers[number] if number == seen_by else self._to_controllers[seen_by, number].port

    def cut_off(self, number: int) -> None:
        """Cut a broker off from the clients and from the others of the cluster."""
        for link in self._links_of(number):
            link.cut()

    def mend(self, number: int) -> None:
        """Let it take part again."""
        for link in self._links_of(number):
            link.mend()

    def _links_of(self, number: int) -> list[Link]:
        return [self._to_brokers[number], *(link for ends, link in self._to_controllers.items() if number in ends)]

    def stop(self) -> None:
        """End all brokers, and close the links."""
        super().stop()
        for link in (*self._to_brokers.values(), *self._to_controllers.values()):
            link.close()
