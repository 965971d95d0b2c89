"""Reads YAML and JSON, and looks into what nobody promised the shape of."""

import json
import sys
from pathlib import Path
from typing import Any

try:
    import yaml
except ImportError:
    print(f"{sys.argv[0]}: needs python3-yaml: apt-get install python3-yaml", file=sys.stderr)
    sys.exit(2)

SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C takes an eighth of the time


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def parse_yaml(document: str) -> Any:
    """Raises ValueError where it is not YAML."""
    try:
        return yaml.load(document, Loader=SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def parse_json(document: str) -> Any:
    """Raises ValueError where it is not JSON."""
    return json.loads(document)


def mapping(value: Any) -> dict[str, Any]:
    """`value` if it is a mapping, else an empty one."""
    return {text(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` if it is a sequence, else an empty one."""
    return value if isinstance(value, list) else []


def at(value: Any, *keys: str) -> Any:
    """What is below `keys` in nested mappings; None where one of them is missing."""
    for key in keys:
        value = mapping(value).get(key)
    return value


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def texts(value: Any) -> list[str]:
    return [text(item) for item in sequence(value)]
