"""The OpenAPI document: committed, current, and complete."""

import json
from pathlib import Path

from click.testing import CliRunner

from alerts.api.app import openapi_document
from dunghan.commands.api_command import command

FILE = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def test_the_committed_document_is_what_the_types_say() -> None:
    assert FILE.read_bytes() == openapi_document(), "run: dunghan api openapi docs/api/openapi.json"


def test_the_command_writes_the_document(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"

    assert CliRunner().invoke(command, ["openapi", str(file)]).exit_code == 0
    assert file.read_bytes() == openapi_document()


def test_everything_but_health_and_readiness_wants_a_token() -> None:
    document = json.loads(openapi_document())
    free = {path for path, route in document["paths"].items() if not route["get"].get("security")}

    assert free == {"/health", "/ready"}
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_route_only_reads_and_says_how_it_refuses() -> None:
    for path, route in json.loads(openapi_document())["paths"].items():
        assert list(route) == ["get"], path
        for status, answer in route["get"]["responses"].items():
            expected = "application/json" if status == "200" else "application/problem+json"
            assert list(answer["content"]) == [expected], (path, status)


def test_no_answer_declares_a_personal_field() -> None:
    names = ("ChuHoSo", "SoDienThoai", "NguoiXuLy", "SoDinhDanh", "email", "phone", "reason_given")

    assert not any(f'"{name}"' in openapi_document().decode() for name in names)
