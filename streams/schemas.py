"""The event contract for other people's tools: JSON Schemas (2020-12) and an AsyncAPI 3 document, made from the types.

The schemas are those of the very classes the decoder uses, so they cannot disagree with it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from streams.asyncapi import asyncapi_document
from streams.cloudevents import ENVELOPES, PortalEnvelope
from streams.dvcqg.messages import Answer, Message, Progress, SyncedDossier, Wrapper
from streams.dvcqg.origin import ANSWER, PROGRESS, SYNC
from streams.events import ALL_TYPES, Data

FOLDER = Path(__file__).with_name("contracts")
Schema = dict[str, Any]

_EXTENSIONS_NOTE = "Other attributes are CloudEvents extensions (`recordedtime`, tracing): accepted and ignored."
_PORTAL_PARTS: dict[str, type[Message]] = {SYNC: SyncedDossier, PROGRESS: Progress, ANSWER: Answer}


def documents() -> dict[str, str]:
    """Return every generated file's text by its name."""
    schemas = {f"{kind}.schema.json": _standalone(kind) for kind in message_names()}
    schemas["asyncapi.json"] = asyncapi_document(message_names(), components("#/components/schemas/{name}"))
    return {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas.items()}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write the generated files, and remove those of types that are no more.

    Returns:
        The files that changed.
    """
    changed = stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    current = documents()
    for path in changed:
        if path.name in current:
            path.write_text(current[path.name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def stale(folder: Path = FOLDER) -> list[Path]:
    """Return the files that are missing, out of date, or of no type any more."""
    current = documents()
    found = {path.name: path.read_text(encoding="utf-8") for path in _ours(folder)}
    return [folder / name for name in sorted(current | found) if current.get(name) != found.get(name)]


def _ours(folder: Path) -> list[Path]:
    """Return the generated files in a folder, which may hold others too."""
    return [*folder.glob("vn.*.schema.json"), *folder.glob("asyncapi.json")]


def message_names() -> dict[str, str]:
    """Return the name of the schema of each CloudEvents type."""
    own = {data.type: ENVELOPES[data].__name__ for data in ALL_TYPES}
    return own | {SYNC: "DongBoHoSoMC", PROGRESS: "CapNhatTienDoHoSoMC", ANSWER: "PortalAnswer"}


def components(ref_template: str) -> dict[str, Schema]:
    """Return every schema by name, referring to one another by `ref_template`."""
    structs = [*ENVELOPES.values(), PortalEnvelope, *_PORTAL_PARTS.values(), Wrapper]
    _, found = msgspec.json.schema_components(structs, ref_template=ref_template)
    _annotate(found)
    wrapper, enveloped = found.pop("Wrapper"), found.pop("PortalEnvelope")
    for kind, part in _PORTAL_PARTS.items():
        name = message_names()[kind]
        body = {"$ref": ref_template.format(name=f"{name}Body")}
        part_reference = {"$ref": ref_template.format(name=part.__name__)}
        found[f"{name}Body"] = part_reference if kind == ANSWER else _forms(part_reference, wrapper)
        found[name] = {"anyOf": [_around(enveloped, kind, body), body]}
    return dict(sorted(found.items()))


def _annotate(found: Mapping[str, Schema]) -> None:
    """Say in the schemas what the types alone do not: what else is accepted, and ignored."""
    for schema in found.values():
        _relax(schema)
    envelopes: list[type[msgspec.Struct]] = [*ENVELOPES.values(), PortalEnvelope]
    for envelope in envelopes:
        _note(found[envelope.__name__], _EXTENSIONS_NOTE)
    contents: list[type[Data | Message]] = [*ALL_TYPES, *Message.__subclasses__()]
    for struct in contents:
        if struct.dropped:
            _note(found[struct.__name__], f"Accepted and dropped: {', '.join(sorted(struct.dropped))}.")
    for part in Message.__subclasses__():
        _allow_blank_lists(found[part.__name__])


def _standalone(kind: str) -> Schema:
    """Return one message's schema with everything it refers to inside."""
    found = components("#/$defs/{name}")
    name = message_names()[kind]
    needed = _closure(found, name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{kind}.schema.json",
        **found[name],
        "$defs": {other: found[other] for other in sorted(needed - {name})},
    }


def _closure(found: Mapping[str, Schema], name: str) -> set[str]:
    needed, waiting = {name}, [name]
    while waiting:
        text = json.dumps(found[waiting.pop()])
        fresh = {other for other in found if f'"#/$defs/{other}"' in text} - needed
        needed |= fresh
        waiting.extend(fresh)
    return needed


def _relax(schema: Any) -> None:
    """Allow unknown fields: the decoder ignores them."""
    if isinstance(schema, list):
        for part in schema:
            _relax(part)
    if not isinstance(schema, dict):
        return
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]
    for part in schema.values():
        _relax(part)


def _allow_blank_lists(message: Schema) -> None:
    """To the portal, "" means absent, also where a list would stand."""
    for field in message["properties"].values():
        kinds = field.get("anyOf", [])
        if any(kind.get("type") == "array" for kind in kinds):
            kinds.append({"enum": [""]})


def _note(schema: Schema, text: str) -> None:
    schema["description"] = f"{schema.get('description', '')}\n\n{text}".strip()


def _forms(part: Schema, wrapper: Schema) -> Schema:
    """Return the forms a message comes in: wrapped, an array, or a single one."""
    array = {"type": "array", "items": part}
    wrapped = {**wrapper, "properties": {**wrapper["properties"], "data": {"anyOf": [array, part]}}}
    return {"anyOf": [wrapped, array, part]}


def _around(envelope: Schema, kind: str, body: Schema) -> Schema:
    properties = {**envelope["properties"], "type": {"enum": [kind]}, "data": body}
    return {**envelope, "title": f"CloudEvent {kind}", "properties": properties}
