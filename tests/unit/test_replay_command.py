"""`dunghan replay`: what it refuses before it asks a broker, and what versions are called."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.settings import Settings
from dunghan.commands.replay_command import command
from streams.changelog import Role, transactional_id
from streams.sources import sources
from streams.topics import topic_specs
from streams.versions import changelogs, of_version

FIRST = Settings(app="ninh-binh")
SECOND = of_version(FIRST, 2)


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    return result.output


def test_help_has_an_example() -> None:
    assert "Example: dunghan replay --compare" in CliRunner().invoke(command, ["--help"]).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "2026-01-01"), "--since leaves out what came before"),
        (("--drop", "1", "--compare"), "--drop deletes, and nothing else"),
        (("--to", "1"), "1 is not in the range x>=2"),
        (("archive-2025.ndjson",), "'archive-2025.ndjson' does not exist"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)


def test_the_version_in_the_settings_is_not_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNGHAN_STATE_VERSION", "3")
    assert "version 3 is the one in the settings" in refused("--to", "3")


def test_a_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a directory" in refused(str(tmp_path))


# -- names ------------------------------------------------------------------------------------------------------------


def test_the_first_version_bears_the_names_there_were_and_each_other_its_own() -> None:
    assert changelogs(FIRST) == [f"ninh-binh-{kind}-changelog" for kind in ("dossiers", "procedures", "petitions")]
    assert changelogs(SECOND) == [f"ninh-binh-v2-{kind}-changelog" for kind in ("dossiers", "procedures", "petitions")]
    assert SECOND.changelog_topic == changelogs(SECOND)[0]


def test_a_changelog_that_is_missing_is_built_unless_it_is_the_first() -> None:
    first, second = ({spec.name: spec.creation for spec in topic_specs(one)} for one in (FIRST, SECOND))
    assert {first[name] for name in changelogs(FIRST)} == {"create it: dunghan topics create"}
    assert all(second[name].startswith("build version 2 of the state") for name in changelogs(SECOND))
    assert second[sources(SECOND)[0].told] == "create it: dunghan topics create"


def test_all_versions_share_what_was_told_and_the_topics_that_are_read() -> None:
    assert [(one.topic, one.told) for one in sources(FIRST)] == [(one.topic, one.told) for one in sources(SECOND)]


def test_workers_of_all_versions_fence_each_other_and_a_replay_only_its_own() -> None:
    def names(settings: Settings) -> tuple[str, str]:
        worker, replay = (transactional_id(settings, "events", 0, role) for role in (Role.WORKER, Role.REPLAY))
        return worker, replay

    third = of_version(FIRST, 3)
    assert names(FIRST)[0] == names(SECOND)[0] == names(third)[0]
    assert len({*names(SECOND), *names(third)}) == 3


def test_names_of_topics_are_ones_that_kafka_takes() -> None:
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", topic) for topic in changelogs(SECOND))
