"""`dunghan api`."""

import logging
from pathlib import Path

import click

from alerts.api.app import create_app, openapi_document
from alerts.api.reading import Reading
from alerts.api.server import is_loopback, listen, serve
from alerts.api.tokens import Tokens, TokensError, line_of, new_token, parse_tokens
from alerts.redis.rebuild import connect
from config.clock import SystemClock
from config.index import load_indexes
from config.settings import Settings, load_settings
from dunghan.errors import UserError

_REDIS_SECONDS = 5.0  # a page is read in milliseconds; a Redis that hangs must not hold every request


@click.group(name="api", invoke_without_command=True)
@click.option("--host", help="Where to listen.  [default: DUNGHAN_API_HOST, 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="[default: DUNGHAN_API_PORT, 19105]")
@click.option("--no-token", is_flag=True, help="Answer anybody on this machine; on loopback only.")
@click.pass_context
def command(context: click.Context, host: str | None, port: int | None, *, no_token: bool) -> None:
    """Serve the JSON API: agencies, indicators, overdue, due soon, unsynced and diverged dossiers. Read only.

    Whoever asks needs a token of DUNGHAN_API_TOKENS_FILE. The document is /openapi.json.

    Example: dunghan api token new grafana >> tokens && DUNGHAN_API_TOKENS_FILE=tokens dunghan api
    """
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    host, port = host or settings.api_host, settings.api_port if port is None else port
    tokens = None if no_token else _tokens(settings)
    if no_token and not is_loopback(host):
        raise UserError(f"--no-token: {host} is not loopback; without tokens only this machine may ask")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    client = connect(settings, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)
    app = create_app(Reading(client, settings, load_indexes(), SystemClock()), tokens)
    try:
        on = listen(host, port)
    except OSError as error:
        raise UserError(f"{host}:{port}: {error.strerror}; choose another --port or --host") from error
    with client, on:
        serve(app, on)


def _tokens(settings: Settings) -> Tokens:
    file = settings.api_tokens_file
    if not file:
        raise UserError(
            "no tokens: set DUNGHAN_API_TOKENS_FILE to a file of lines that `dunghan api token new NAME` prints, "
            "or give --no-token, and whoever is on this machine may ask"
        )
    try:
        return parse_tokens(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} (DUNGHAN_API_TOKENS_FILE): {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{file} (DUNGHAN_API_TOKENS_FILE): {error}") from error


@command.group()
def token() -> None:
    """The tokens by which programs ask.

    Example: dunghan api token new grafana
    """


@token.command()
@click.argument("name")
def new(name: str) -> None:
    """Make a token for NAME. It is told once, on standard error; the line to store, on standard output, has its digest.

    Example: dunghan api token new grafana >> tokens
    """
    made = new_token()
    try:
        line = line_of(name, made)
    except TokensError as error:
        raise UserError(str(error)) from error
    click.echo(f"the token, which is not stored anywhere: {made}", err=True)
    click.echo("the line for DUNGHAN_API_TOKENS_FILE (the API reads the file when it starts):", err=True)
    click.echo(line)


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
def openapi(file: Path) -> None:
    """Write the OpenAPI document to FILE (- is standard output).

    Example: dunghan api openapi docs/api/openapi.json
    """
    try:
        with click.open_file(str(file), "wb") as out:
            out.write(openapi_document())
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
