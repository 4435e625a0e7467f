"""A Grafana that remembers, for tests: as much of its API as `dunghan grafana push` and the annotations need.

It answers as version 7.5 or as version 13 does: which routes there are, which fields count, what is said and with which
status. Written after the sources and the documentation of both; no real Grafana runs here.

| | 7.5 | 13 |
|---|---|---|
| routes by id (`/datasources/1`, `/folders/id/1`) | there | 404 |
| where a dashboard goes | `folderId`; `folderUid` is not read | `folderUid`; `folderId` is not read |
| `meta` of a dashboard | no `folderUid` | has it |
| a second dashboard of one title in a folder | 412 name-exists | allowed |
| a second folder of one title | 400 | 409 |
| `PUT /datasources/uid/…` | 404 | there |
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from config.settings import Settings

Json = dict[str, Any]
Answer = tuple[int, Any]

TOKEN = "glsa_the-right-one"
USER, PASSWORD = "người-đẩy", "mật-khẩu"


class Version(StrEnum):
    SEVEN = "7.5.17"
    THIRTEEN = "13.2.3"


class GrafanaDouble:
    """What it holds, what it was asked, and what is to go wrong."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.folders: dict[str, Json] = {}
        self.dashboards: dict[str, Json] = {}  # by uid: the dashboard, and the uid of its folder ("" is General)
        self.datasources: list[Json] = []
        self.annotations: list[Json] = []
        self.asked: list[tuple[str, str]] = []
        self.may_write = True
        self.next_answers: list[Answer | None] = []  # instead of its own; None hangs up
        self.breaks_after_writes: int | None = None
        self.lost_answers = 0  # what is done, and not answered
        self._ids = iter(range(1, 1000)) if version is Version.SEVEN else iter(range(7_000_000_000, 7_000_001_000))
        self.address = ""

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [one for one in self.asked if one[0] != "GET"]

    def settings(self, **choices: Any) -> Settings:
        return Settings(**({"grafana": self.address, "grafana_token": TOKEN} | choices))

    # -- answering --------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, authorization: str, body: Json) -> Answer | None:
        """Return a status and a body; None to hang up."""
        self.asked.append((method, path))
        if self.next_answers:
            return self.next_answers.pop(0)
        if method == "GET":
            return self._refused(path, authorization) or self._route(method, path, body)
        if self.breaks_after_writes is not None and len(self.writes) > self.breaks_after_writes:
            return None
        done = self._refused(path, authorization, writes=True) or self._route(method, path, body)
        self.lost_answers, lost = max(0, self.lost_answers - 1), self.lost_answers > 0
        return None if lost else done

    def _refused(self, path: str, authorization: str, *, writes: bool = False) -> Answer | None:
        if path == "/api/health":  # anybody may ask
            return None
        if authorization not in {f"Bearer {TOKEN}", _basic(USER, PASSWORD)}:
            return 401, {"message": "Invalid API key"}
        return (403, self._forbidden()) if writes and not self.may_write else None

    def _forbidden(self) -> Json:
        if self.version is Version.SEVEN:
            return {"message": "Permission denied"}
        need = "You'll need additional permissions to perform this action. Permissions needed: dashboards:create"
        return {"accessErrorId": "ACE0123456789", "message": need, "title": "Access denied"}

    def _route(self, method: str, path: str, body: Json) -> Answer:
        for wanted, pattern, handler in self._routes():
            match = re.fullmatch(pattern, path)
            if match and wanted == method:
                return handler(*match.groups(), *([body] if method != "GET" else []))
        return 404, {"message": "Not found"}

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., Answer]]]:
        yield "GET", r"/api/health", lambda: (200, {"commit": "abc", "database": "ok", "version": self.version})
        yield "GET", r"/api/folders/([\w-]+)", self._get_folder
        yield "POST", r"/api/folders", self._post_folder
        yield "GET", r"/api/dashboards/uid/([\w-]+)", self._get_dashboard
        yield "POST", r"/api/dashboards/db", self._post_dashboard
        yield "GET", r"/api/datasources", lambda: (200, self.datasources)
        yield "POST", r"/api/datasources", self._post_datasource
        yield "POST", r"/api/annotations", self._post_annotation
        if self.version is Version.SEVEN:
            yield "PUT", r"/api/datasources/(\d+)", self._put_datasource
            yield "GET", r"/api/folders/id/(\d+)", self._get_folder_by_id
        else:
            yield "PUT", r"/api/datasources/uid/([\w-]+)", self._put_datasource

    # -- folders ----------------------------------------------------------------------------------------------------

    def _get_folder(self, uid: str) -> Answer:
        folder = self.folders.get(uid)
        return (404, {"message": "folder not found", "status": "not-found"}) if folder is None else (200, folder)

    def _get_folder_by_id(self, number: str) -> Answer:
        return next(((200, one) for one in self.folders.values() if one["id"] == int(number)), (404, {}))

    def _post_folder(self, body: Json) -> Answer:
        old = self.version is Version.SEVEN
        if any(one["title"] == body["title"] for one in self.folders.values()):
            words = "a folder or dashboard in the general folder with the same name already exists"
            return (400, {"message": words}) if old else (409, {"message": words})
        if body["uid"] in self.folders:
            words = "the folder has been changed by someone else"
            return 412, {"message": words, "status": "version-mismatch"}
        return 200, self.add_folder(body["uid"], body["title"])

    def add_folder(self, uid: str, title: str) -> Json:
        self.folders[uid] = {"id": next(self._ids), "uid": uid, "title": title, "version": 1}
        return self.folders[uid]

    # -- dashboards -------------------------------------------------------------------------------------------------

    def _get_dashboard(self, uid: str) -> Answer:
        stored = self.dashboards.get(uid)
        if stored is None:
            return 404, {"message": "Dashboard not found"}
        folder = self.folders.get(stored["folder"], {"id": 0, "title": "General"})
        meta = {"type": "db", "isFolder": False, "folderId": folder["id"], "folderTitle": folder["title"]}
        if self.version is not Version.SEVEN:
            meta["folderUid"] = stored["folder"]
        return 200, {"meta": meta | {"version": stored["dashboard"]["version"]}, "dashboard": stored["dashboard"]}

    def _post_dashboard(self, body: Json) -> Answer:
        sent: Json = body["dashboard"]
        folder = self._folder_of(body)
        if folder is None:
            return 400, {"message": "folder not found", "status": "not-found"}
        there = self.dashboards.get(sent["uid"])
        if there is None and self.version is Version.SEVEN and self._title_taken(sent["title"], folder):
            words = "A dashboard with the same name in the folder already exists"
            return 412, {"message": words, "status": "name-exists"}
        if there is not None and not body.get("overwrite") and sent.get("version") != there["dashboard"]["version"]:
            words = "The dashboard has been changed by someone else"
            return 412, {"message": words, "status": "version-mismatch"}
        number = next(self._ids) if there is None else there["dashboard"]["id"]
        version = 1 if there is None else there["dashboard"]["version"] + 1
        self.dashboards[sent["uid"]] = {"dashboard": sent | {"id": number, "version": version}, "folder": folder}
        url = f"/d/{sent['uid']}/slug"
        return 200, {"id": number, "uid": sent["uid"], "url": url, "status": "success", "version": version}

    def _folder_of(self, body: Json) -> str | None:
        """Return the uid of the folder that is meant; None if there is none."""
        if self.version is Version.SEVEN:
            number = body.get("folderId", 0)
            by_id = {one["id"]: one["uid"] for one in self.folders.values()} | {0: ""}
            return by_id.get(number)
        uid: str = body.get("folderUid", "")
        return uid if uid == "" or uid in self.folders else None

    def _title_taken(self, title: str, folder: str) -> bool:
        return any(one["folder"] == folder and one["dashboard"]["title"] == title for one in self.dashboards.values())

    # -- the rest ---------------------------------------------------------------------------------------------------

    def _post_datasource(self, body: Json) -> Answer:
        if any(one["name"] == body["name"] for one in self.datasources):
            return 409, {"message": "data source with the same name already exists"}
        self.datasources.append({"id": next(self._ids), "readOnly": False} | body)
        return 200, {"message": "Datasource added", "datasource": self.datasources[-1]}

    def _put_datasource(self, which: str, body: Json) -> Answer:
        for one in self.datasources:
            if which in {str(one["id"]), one["uid"]}:
                one.update(body)
                return 200, {"message": "Datasource updated", "datasource": one}
        return 404, {"message": "Data source not found"}

    def _post_annotation(self, body: Json) -> Answer:
        self.annotations.append(body)
        return 200, {"message": "Annotation added", "id": len(self.annotations)}


@contextmanager
def running(version: Version) -> Iterator[GrafanaDouble]:
    """Serve one on a free port of loopback."""
    double = GrafanaDouble(version)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(double))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    double.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(double: GrafanaDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        do_POST = do_PUT = do_GET  # noqa: N815 - the base class's names

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}") if length else {}
            path = urlsplit(self.path).path
            answer = double.answer(self.command, path, self.headers.get("Authorization", ""), body or {})
            self.close_connection = True
            if answer is None:
                return
            status, said = answer
            text = said if isinstance(said, str) else json.dumps(said)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    return Handler


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
