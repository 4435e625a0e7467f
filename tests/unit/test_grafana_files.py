"""`dunghan grafana write` and `check`: the committed dashboards are those that the index file and the policy make."""

import re
from pathlib import Path

import yaml
from click.testing import CliRunner

from alerts.grafana.push import FOLDER, FOLDER_TITLE
from dunghan.commands.grafana_command import DASHBOARDS, command, stale
from support.dashboards import generated

CONFIG = Path(__file__).parents[2] / "config"


def run(name: str, directory: Path) -> tuple[int, str]:
    result = CliRunner().invoke(command, [name, "--directory", str(directory)])
    return result.exit_code, result.output


def test_the_committed_files_are_current() -> None:
    assert stale("", DASHBOARDS) == {}
    assert len(list(DASHBOARDS.glob("*.json"))) == len(generated())


def test_what_is_not_current_is_named_and_written(tmp_path: Path) -> None:
    code, output = run("check", tmp_path)
    assert code == 2
    assert str(tmp_path / "overview.json") in output
    assert run("write", tmp_path)[0] == 0
    assert run("write", tmp_path) == (0, "all files were current\n")
    (tmp_path / "sync.json").write_text("{}")
    assert run("check", tmp_path)[0] == 2
    assert run("write", tmp_path) == (0, f"{tmp_path / 'sync.json'}\n1 files changed\n")
    assert run("check", tmp_path) == (0, "all files are current\n")


def test_a_directory_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, output = run("write", tmp_path / "file" / "below")
    assert code == 2
    assert "choose another --directory" in output


def test_every_dashboard_that_alerts_link_to_exists() -> None:
    rules = "".join(file.read_text() for file in (CONFIG / "prometheus/rules").glob("*.yml"))
    linked = set(re.findall(r"dashboard_url: \"?/d/([\w-]+)", rules))
    assert linked
    assert linked <= generated().keys()


def test_compose_provides_the_dashboards_in_the_folder_that_push_uses() -> None:
    (provider,) = yaml.safe_load((CONFIG / "grafana/provisioning/dashboards/dunghan.yml").read_text())["providers"]
    assert (provider["folderUid"], provider["folder"]) == (FOLDER, FOLDER_TITLE)
