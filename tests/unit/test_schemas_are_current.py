import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from dunghan.commands.schemas_command import command
from streams.dvcqg import PORTAL_TYPES
from streams.events import CANONICAL_TYPES
from streams.schemas import FOLDER, documents, stale, write


def test_the_committed_files_are_what_the_types_say() -> None:
    assert stale() == [], "run: dunghan schemas write"


def test_every_type_has_a_schema_that_is_itself_valid() -> None:
    found = documents()

    for kind in CANONICAL_TYPES.keys() | PORTAL_TYPES:
        jsonschema.Draft202012Validator.check_schema(json.loads(found[f"{kind}.schema.json"]))


def test_the_asyncapi_document_names_every_type_once() -> None:
    document = json.loads(documents()["asyncapi.json"])

    names = [message["name"] for message in document["components"]["messages"].values()]
    assert sorted(names) == sorted(CANONICAL_TYPES.keys() | PORTAL_TYPES)
    on_channels = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(on_channels) == sorted(document["components"]["messages"])


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads(documents()["asyncapi.json"])
    references: list[str] = []

    def collect(node: object) -> None:
        if isinstance(node, dict):
            references.extend(value for name, value in node.items() if name == "$ref")
        for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            collect(part)

    collect(document)
    assert references
    for reference in references:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_unknown_fields_are_allowed_as_the_decoder_allows_them() -> None:
    assert not any('"additionalProperties": false' in text for text in documents().values())


def test_no_schema_declares_a_personal_field() -> None:
    for text in documents().values():
        assert not any(f'"{name}":' in text for name in ("ChuHoSo", "SoDienThoai", "NguoiXuLy", "SoDinhDanh", "reason"))


def test_writing_mends_what_is_stale_and_removes_what_is_of_no_type(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "asyncapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "vn.tthc.gone.v1.schema.json").write_text("{}", encoding="utf-8")
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")

    assert {path.name for path in write(tmp_path)} == {"asyncapi.json", "vn.tthc.gone.v1.schema.json"}
    assert stale(tmp_path) == []
    assert (tmp_path / "package.json").exists()


def test_check_says_which_file_is_stale_and_what_to_do(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "asyncapi.json").write_text("{}", encoding="utf-8")

    result = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])

    assert result.exit_code == 2
    assert "not current: asyncapi.json; run: dunghan schemas write" in result.output


def test_check_is_content_with_the_committed_files() -> None:
    result = CliRunner().invoke(command, ["check", "--folder", str(FOLDER)])

    assert (result.exit_code, result.output) == (0, "all files are current\n")
