"""`dunghan grafana push`: a Grafana ends up holding the dashboards, wherever an earlier push may have broken off."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from alerts.grafana.board import Dashboard, Row
from alerts.grafana.client import ConflictError, Grafana, GrafanaError
from alerts.grafana.panels import text
from alerts.grafana.push import Deed, push
from dunghan.commands.grafana_command import command
from support.grafana_double import PASSWORD, TOKEN, USER, GrafanaDouble, Version, running

PROMETHEUS = "http://prometheus:9090"


@pytest.fixture(params=list(Version))
def grafana(request: pytest.FixtureRequest) -> Iterator[GrafanaDouble]:
    with running(request.param) as double:
        yield double


@pytest.fixture
def thirteen() -> Iterator[GrafanaDouble]:
    with running(Version.THIRTEEN) as double:
        yield double


def board(uid: str, says: str = "one") -> Dashboard:
    panel = text("Panel", "Description", says, size=(24, 4))
    return Dashboard(uid=uid, title=f"Board {uid}", description="", variables=(), rows=(Row("Row", (panel,)),))


BOARDS = (board("a"), board("b"), board("c"))
EVERYTHING = [Deed.CREATED] * 5
NOTHING = [Deed.UNCHANGED] * 5


def pushed(grafana: GrafanaDouble, boards: tuple[Dashboard, ...] = BOARDS, **options: object) -> list[Deed]:
    client = Grafana(grafana.settings(), wait=lambda _: None)
    return [deed for _, deed in push(client, boards, datasource_url=PROMETHEUS, **options)]  # type: ignore[arg-type]


def content(grafana: GrafanaDouble, uid: str) -> str:
    found: str = grafana.dashboards[uid]["dashboard"]["panels"][1]["options"]["content"]
    return found


def test_an_empty_grafana_is_given_data_source_folder_and_dashboards(grafana: GrafanaDouble) -> None:
    assert pushed(grafana) == EVERYTHING
    assert [(one["uid"], one["url"]) for one in grafana.datasources] == [("prometheus", PROMETHEUS)]
    assert [one["title"] for one in grafana.folders.values()] == ["Đúng Hạn"]
    assert {uid: one["folder"] for uid, one in grafana.dashboards.items()} == dict.fromkeys("abc", "dunghan")


def test_a_second_push_writes_nothing_and_leaves_every_version(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    before = list(grafana.writes)
    assert pushed(grafana) == NOTHING
    assert grafana.writes == before
    assert {one["dashboard"]["version"] for one in grafana.dashboards.values()} == {1}


def test_only_what_differs_is_saved(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    assert pushed(grafana, (board("a"), board("b", "two"), board("c")))[2:] == [
        Deed.UNCHANGED,
        Deed.UPDATED,
        Deed.UNCHANGED,
    ]
    assert content(grafana, "b") == "two"
    assert [one["dashboard"]["version"] for one in grafana.dashboards.values()] == [1, 2, 1]


def test_what_somebody_changed_by_hand_is_as_it_was_again(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    grafana.dashboards["a"]["dashboard"]["panels"].append({"id": 9, "type": "news"})
    assert pushed(grafana)[2:] == [Deed.UPDATED, Deed.UNCHANGED, Deed.UNCHANGED]
    assert len(grafana.dashboards["a"]["dashboard"]["panels"]) == 2


def test_a_dashboard_moved_by_hand_comes_back(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    grafana.add_folder("other", "Khác")
    grafana.dashboards["b"]["folder"] = "other"
    assert pushed(grafana)[2:] == [Deed.UNCHANGED, Deed.MOVED_BACK, Deed.UNCHANGED]
    assert grafana.dashboards["b"]["folder"] == "dunghan"


def test_a_folder_that_was_renamed_is_found_and_keeps_its_name(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    grafana.folders["dunghan"]["title"] = "Giám sát của tỉnh"
    assert pushed(grafana) == NOTHING
    assert [one["title"] for one in grafana.folders.values()] == ["Giám sát của tỉnh"]


@pytest.mark.parametrize("writes", range(5))
def test_a_push_that_broke_off_is_finished_by_the_next(grafana: GrafanaDouble, writes: int) -> None:
    grafana.breaks_after_writes = writes
    with pytest.raises(GrafanaError, match="does not answer"):
        pushed(grafana)
    grafana.breaks_after_writes = None
    assert pushed(grafana) == [Deed.UNCHANGED] * writes + [Deed.CREATED] * (5 - writes)
    assert pushed(grafana) == NOTHING


def test_a_save_whose_answer_was_lost_is_not_made_twice(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    grafana.lost_answers = 1
    pushed(grafana, (board("a", "two"), *BOARDS[1:]))
    assert grafana.dashboards["a"]["dashboard"]["version"] == 2


def test_who_saves_at_the_same_time_is_overwritten_once_their_version_is_known(thirteen: GrafanaDouble) -> None:
    pushed(thirteen)
    conflict = 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
    looks: list[tuple[int, object] | None] = [(200, thirteen.answer(*look)[1]) for look in look_at("a")]  # type: ignore[index]
    thirteen.next_answers = [*looks, conflict]
    assert pushed(thirteen, (board("a", "two"),))[2:] == [Deed.UPDATED]
    assert content(thirteen, "a") == "two"


def look_at(uid: str) -> list[tuple[str, str, str, dict[str, object]]]:
    """Return what a push asks before it saves its first dashboard."""
    paths = ("/api/datasources", "/api/folders/dunghan", f"/api/dashboards/uid/{uid}")
    return [("GET", path, f"Bearer {TOKEN}", {}) for path in paths]


def test_a_rehearsal_says_what_would_be_done_and_writes_nothing(grafana: GrafanaDouble) -> None:
    assert pushed(grafana, dry_run=True) == EVERYTHING
    pushed(grafana)
    before = list(grafana.writes)
    assert pushed(grafana, (board("a", "two"), *BOARDS[1:]), dry_run=True)[2] is Deed.UPDATED
    assert grafana.writes == before


def test_no_call_is_made_that_grafana_13_has_no_longer(thirteen: GrafanaDouble) -> None:
    pushed(thirteen)
    thirteen.datasources[0]["url"] = "http://elsewhere:9090"
    thirteen.folders["dunghan"]["title"] = "Renamed"
    pushed(thirteen, (board("a", "two"), *BOARDS[1:]))
    assert not [path for _, path in thirteen.asked if path.rpartition("/")[2].isdecimal() or "/id/" in path]


def test_where_a_dashboard_landed_is_read_back(thirteen: GrafanaDouble) -> None:
    pushed(thirteen, ())
    not_there = 404, {"message": "Dashboard not found"}
    done = 200, {"status": "success", "version": 1}
    thirteen.next_answers = [
        (200, thirteen.datasources),
        (200, thirteen.folders["dunghan"]),
        not_there,
        done,
        not_there,
    ]
    with pytest.raises(GrafanaError, match="took 'Board a', but it is nowhere"):
        pushed(thirteen)


# -- the data source --------------------------------------------------------------------------------------------------


def test_a_data_source_with_another_address_is_given_this_one(thirteen: GrafanaDouble) -> None:
    pushed(thirteen)
    thirteen.datasources[0] |= {"url": "http://elsewhere:9090", "name": "Của tỉnh"}
    assert pushed(thirteen)[0] is Deed.UPDATED
    assert (thirteen.datasources[0]["url"], thirteen.datasources[0]["name"]) == (PROMETHEUS, "Của tỉnh")


def test_grafana_7_cannot_be_told_another_address_and_says_so() -> None:
    with running(Version.SEVEN) as seven:
        pushed(seven)
        seven.datasources[0]["url"] = "http://elsewhere:9090"
        with pytest.raises(GrafanaError, match="change it by hand"):
            pushed(seven)


def test_a_data_source_that_a_file_made_is_left_to_that_file(grafana: GrafanaDouble) -> None:
    pushed(grafana)
    grafana.datasources[0] |= {"url": "http://elsewhere:9090", "readOnly": True}
    with pytest.raises(GrafanaError, match="from a file"):
        pushed(grafana)


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_title_that_is_taken_is_named(grafana: GrafanaDouble) -> None:
    grafana.add_folder("by-hand", "Đúng Hạn")
    with pytest.raises(GrafanaError, match=r"did not make the folder 'Đúng Hạn': .*same name already exists"):
        pushed(grafana)


def test_in_grafana_7_a_dashboards_title_can_be_taken_too() -> None:
    with running(Version.SEVEN) as seven:
        pushed(seven, ())
        seven.dashboards["x"] = {"dashboard": {"title": "Board a", "version": 1}, "folder": "dunghan"}
        with pytest.raises(ConflictError, match="did not save 'Board a': A dashboard with the same name"):
            pushed(seven)


def test_a_server_that_restarts_is_asked_again(grafana: GrafanaDouble) -> None:
    grafana.next_answers = [(503, {"message": "restarting"}), None, (502, "<html>bad gateway</html>")]
    assert pushed(grafana) == EVERYTHING


def test_it_waits_longer_each_time_and_gives_up(grafana: GrafanaDouble) -> None:
    waits: list[float] = []
    grafana.next_answers = [(500, {"message": "database is locked"})] * 4
    with pytest.raises(GrafanaError, match="database is locked"):
        Grafana(grafana.settings(), wait=waits.append).version()
    assert waits == sorted(waits)
    assert len(waits) == 3


# -- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: str, **settings: str) -> tuple[int, str]:
    environment = {f"DUNGHAN_{name.upper()}": value for name, value in settings.items()}
    result = CliRunner().invoke(command, arguments, env=environment)
    return result.exit_code, result.output


def test_the_command_pushes_the_projects_dashboards_and_says_so(grafana: GrafanaDouble) -> None:
    code, output = run("push", "--datasource-url", PROMETHEUS, grafana=grafana.address, grafana_token=TOKEN)
    assert code == 0, output
    assert f"{grafana.address}: Grafana {grafana.version}" in output
    assert "created     dashboard 'Tổng quan (766)'" in output
    assert set(grafana.dashboards) >= {"dunghan-overview", "dunghan-agency", "dunghan-operations"}
    code, output = run("push", grafana=grafana.address, grafana_token=TOKEN)
    assert output.count("unchanged") == len(grafana.dashboards) + 1


def test_a_user_and_a_password_will_do(grafana: GrafanaDouble) -> None:
    code, output = run("push", "--dry-run", grafana=grafana.address, grafana_user=USER, grafana_password=PASSWORD)
    assert code == 0, output


def one_line(code: int, output: str) -> str:
    assert code == 2
    assert output.count("\n") == 1, output
    assert TOKEN not in output
    assert PASSWORD not in output
    return output


def test_whoever_is_not_known_is_told_so_in_one_line(grafana: GrafanaDouble) -> None:
    code, output = run("push", grafana=grafana.address, grafana_token="wrong-token")
    assert code == 2
    (line,) = [line for line in output.splitlines() if line.startswith("Error: ")]
    assert "does not know who we are; correct DUNGHAN_GRAFANA_TOKEN" in line
    assert "wrong-token" not in output


def test_whoever_may_not_write_is_told_what_it_takes(grafana: GrafanaDouble) -> None:
    grafana.may_write = False
    code, output = run("push", grafana=grafana.address, grafana_token=TOKEN)
    assert code == 2
    assert "we may not make the folder 'Đúng Hạn'; it takes the role Editor" in output


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "DUNGHAN_GRAFANA says no address"),
        ({"grafana": "ftp://x"}, "DUNGHAN_GRAFANA says no address"),
        ({"grafana": "http://u:mật-khẩu@x"}, "DUNGHAN_GRAFANA holds a user"),
        ({"grafana": "http://127.0.0.1:9"}, "no token: set DUNGHAN_GRAFANA_TOKEN"),
        ({"grafana": "http://127.0.0.1:9", "grafana_token": "ự"}, "holds characters that no token has"),
    ],
)
def test_settings_that_cannot_work_are_one_line(settings: dict[str, str], words: str) -> None:
    code, output = run("push", **settings)
    assert words in one_line(code, output)


def test_nobody_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.grafana.client._WAITS", ())
    code, output = run("push", grafana="http://127.0.0.1:9", grafana_token=TOKEN)
    assert "http://127.0.0.1:9 does not answer (ConnectionError)" in one_line(code, output)


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, {"status": "up"}), (404, "404 page not found")])
def test_something_else_at_the_address_is_no_grafana(thirteen: GrafanaDouble, answer: tuple[int, object]) -> None:
    thirteen.next_answers = [answer]
    code, output = run("push", grafana=thirteen.address, grafana_token=TOKEN)
    assert "correct DUNGHAN_GRAFANA" in one_line(code, output)
