"""One command at a time in one stack's folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunghan.stack.errors import StackError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this command; the kernel lets go of it when the command ends, however it ends.

    Raises:
        StackError: another command holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(
                f"another `dunghan stack` command is at work in {folder}; try again when it has ended"
            ) from error
        yield
