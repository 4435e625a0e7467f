"""YAML as an operator means it: every scalar is text (15:00 is not the number 900), and nothing is given twice."""

from collections.abc import Hashable
from typing import Any

import yaml


class _Loader(yaml.BaseLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"{key}: given twice")
        return super().construct_mapping(node, deep)


def read_yaml(content: bytes) -> Any:
    """Return texts, lists and tables.

    Raises:
        ValueError: it is no YAML, or one key of a table would overrule another; one line.
    """
    try:
        return yaml.load(content, Loader=_Loader)  # nosec B506 # noqa: S506 - a BaseLoader makes text, lists, tables
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
