"""`dunghan import`."""

from pathlib import Path

import click

from dunghan.errors import UserError
from dunghan.sinks import counted, open_sink, out_option, topic_option
from streams.importing import ImportLogError, cases_of, events_of, load_mapping, rows_of


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mapping", "mapping_file", required=True, type=click.Path(path_type=Path), help="Which column holds what (YAML)."
)
@out_option
@topic_option
def command(file: Path, mapping_file: Path, out: str, topic: str | None) -> None:
    """Turn a historic log (.csv or .xes) into events: a dossier a case, received and, if it was, finished.

    The whole log is read before the first event is sent: either all of it is good, or nothing happens.

    Example: dunghan import --mapping config/mappings/permit_receipt.yaml log.csv --out events.ndjson
    """
    try:
        mapping = load_mapping(mapping_file)
        cases = cases_of(counted(rows_of(file, mapping.columns), "Reading rows"), mapping, file)
    except ImportLogError as error:
        raise UserError(str(error)) from error
    sent = 0
    with open_sink(out, topic) as sink:
        for event in counted(events_of(cases, mapping), "Sending events"):
            sink.send(event.value, event.key)
            sent += 1
    click.echo(f"{sent:,} events of {len(cases):,} cases to {sink.name}", err=True)
