"""Making a Grafana hold the project's dashboards, as they are here, and saying what was done for it.

1. The data source, if its address is given: made if it is missing, changed if it has another address.
2. The folder, found by its uid: whoever renamed it, or moved it into another one, may have it so.
3. Each dashboard, found by its uid: left alone if it is as it should be, and where; else saved, and read back.

Every step looks before it writes. So a second push changes nothing, and one after a push that broke off does the rest.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from alerts.grafana.board import Dashboard
from alerts.grafana.client import ConflictError, Grafana, GrafanaError
from alerts.grafana.queries import Json

FOLDER, FOLDER_TITLE = "dunghan", "Đúng Hạn"
DATASOURCE = "prometheus"


class Deed(StrEnum):
    """What was done, or in a rehearsal would be."""

    UNCHANGED = "unchanged"
    CREATED = "created"
    UPDATED = "updated"
    MOVED_BACK = "moved back"


class Done(NamedTuple):
    """What was done with one thing."""

    what: str
    deed: Deed


class MisplacedError(GrafanaError):
    """A dashboard is not where it was put."""


def push(
    grafana: Grafana, dashboards: Iterable[Dashboard], *, datasource_url: str = "", dry_run: bool = False
) -> Iterator[Done]:
    """Make Grafana hold these dashboards; yield each thing once it is done.

    Raises:
        GrafanaError: something could not be done; what was yielded before is.
    """
    if datasource_url:
        yield _datasource(grafana, datasource_url, dry_run=dry_run)
    folder, deed = _folder(grafana, dry_run=dry_run)
    yield Done(f"folder {folder['title']!r}", deed)
    for dashboard in dashboards:
        yield Done(f"dashboard {dashboard.title!r}", _save(grafana, dashboard.json(), folder, dry_run=dry_run))


def _folder(grafana: Grafana, *, dry_run: bool) -> tuple[Json, Deed]:
    there = grafana.folder(FOLDER)
    if there is not None:
        return there, Deed.UNCHANGED
    made = {"uid": FOLDER, "title": FOLDER_TITLE} if dry_run else grafana.create_folder(FOLDER, FOLDER_TITLE)
    return made, Deed.CREATED


def _datasource(grafana: Grafana, url: str, *, dry_run: bool) -> Done:
    there, what = grafana.datasource(DATASOURCE), f"data source {DATASOURCE!r}"
    wanted = {"uid": DATASOURCE, "name": "Prometheus", "type": "prometheus", "access": "proxy", "url": url}
    if there is None:
        if not dry_run:
            grafana.create_datasource(wanted | {"jsonData": {"timeInterval": "5s"}})
        return Done(what, Deed.CREATED)
    if there.get("url") == url:
        return Done(what, Deed.UNCHANGED)
    if there.get("readOnly"):
        raise GrafanaError(
            f"{what} has the address {there.get('url')} from a file of {grafana.address}; change it there"
        )
    if not dry_run:
        grafana.update_datasource(there | wanted | {"name": there["name"]})
    return Done(what, Deed.UPDATED)


def _save(grafana: Grafana, wanted: Json, folder: Json, *, dry_run: bool) -> Deed:
    """Bring one dashboard about. Whoever saves it at the same time makes us look again, once."""
    deed, there = _needed(grafana, wanted, folder)
    if deed is Deed.UNCHANGED or dry_run:
        return deed
    try:
        grafana.save_dashboard(_next_version(wanted, there), folder)
    except ConflictError:
        deed, there = _needed(grafana, wanted, folder)
        if deed is not Deed.UNCHANGED:  # else it was us: the answer to our first try was lost
            grafana.save_dashboard(_next_version(wanted, there), folder)
    _check_saved(grafana, wanted, folder)
    return deed


def _needed(grafana: Grafana, wanted: Json, folder: Json) -> tuple[Deed, Json | None]:
    there = grafana.dashboard(wanted["uid"])
    if there is None:
        return Deed.CREATED, None
    if not holds(there["dashboard"], wanted):
        return Deed.UPDATED, there
    return Deed.UNCHANGED if _is_in(there["meta"], folder) else Deed.MOVED_BACK, there


def _next_version(wanted: Json, there: Json | None) -> Json:
    if there is None:
        return wanted
    return wanted | {"id": there["dashboard"].get("id"), "version": there["dashboard"].get("version", 0)}


def _check_saved(grafana: Grafana, wanted: Json, folder: Json) -> None:
    there = grafana.dashboard(wanted["uid"])
    if there is None or not _is_in(there["meta"], folder):
        where = "nowhere" if there is None else f"in {there['meta'].get('folderTitle') or 'no folder'!r}"
        raise MisplacedError(
            f"{grafana.address} took {wanted['title']!r}, but it is {where}; may we write to the folder?"
        )


def _is_in(meta: Json, folder: Json) -> bool:
    """Tell whether a dashboard is in a folder; Grafana 7.5 names that by its id alone."""
    if "folderUid" in meta:
        return bool(meta["folderUid"] == folder["uid"])
    return bool(meta.get("folderId") == folder.get("id"))


def holds(there: object, wanted: object) -> bool:
    """Tell whether all that is wanted is there; what Grafana adds on its own does not matter."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(holds(there.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(there, list) and len(there) == len(wanted) and all(map(holds, there, wanted))
    return there == wanted
