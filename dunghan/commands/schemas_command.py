"""`dunghan schemas`: write the event contract's generated files, or check that they are current."""

from pathlib import Path

import click

from dunghan.errors import UserError
from streams.schemas import FOLDER, stale, write

_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    help="Where the files are; by default those that come with the program.",
)


@click.group()
def command() -> None:
    """The event contract's JSON Schemas and AsyncAPI document, generated from the types.

    Example: dunghan schemas write --folder /tmp/contracts
    """


@command.command("write")
@_folder
def write_command(folder: Path) -> None:
    """Write the files that are not current.

    Example: dunghan schemas write
    """
    try:
        changed = write(folder)
    except OSError as error:
        raise UserError(f"{folder}: {error.strerror}; choose another --folder") from error
    for path in changed:
        print(path)
    print(f"{len(changed)} files changed" if changed else "all files were current")


@command.command("check")
@_folder
def check_command(folder: Path) -> None:
    """Fail if a file is not what the types say.

    Example: dunghan schemas check
    """
    files = stale(folder)
    if files:
        names = ", ".join(path.name for path in files)
        raise UserError(f"{folder}: not current: {names}; run: dunghan schemas write")
    print("all files are current")
