"""compose.yaml, as it is when nobody sets its variables."""

import re
from dataclasses import dataclass
from typing import Any

from checks.documents import at, mapping, parse_yaml, sequence, text, texts


@dataclass(frozen=True)
class Service:
    name: str
    values: dict[str, Any]
    image: str
    environment: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    health_command: list[str]
    secrets: list[str]
    networks: list[str]
    volumes: list[Any]
    depends_on: dict[str, Any]

    @property
    def is_shop_server(self) -> bool:
        return self.image.startswith("shop-server:")

    @property
    def is_tool(self) -> bool:
        """Run by hand."""
        return "tools" in sequence(self.values.get("profiles"))

    @property
    def configured_texts(self) -> list[str]:
        """Where an address or a path may stand."""
        return [*self.environment.values(), *self.command]

    @property
    def named_volumes(self) -> list[str]:
        return [volume.partition(":")[0] for volume in self.volumes if isinstance(volume, str)]

    @property
    def bound_paths(self) -> list[str]:
        return [text(at(volume, "source")) for volume in self.volumes if at(volume, "type") == "bind"]

    @property
    def mount_points(self) -> list[str]:
        return [mount_point(volume) for volume in self.volumes]


def mount_point(volume: Any) -> str:
    if isinstance(volume, dict):
        return text(volume.get("target"))
    source, _, rest = text(volume).partition(":")
    return rest.partition(":")[0] or source


@dataclass(frozen=True)
class Compose:
    services: dict[str, Service]
    secrets: dict[str, Any]
    networks: dict[str, Any]
    volumes: dict[str, Any]


def with_defaults(value: Any) -> Any:
    """With what Compose takes when nobody sets its variables."""
    if isinstance(value, str):
        return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
    if isinstance(value, list):
        return [with_defaults(item) for item in value]
    if isinstance(value, dict):
        return {key: with_defaults(item) for key, item in value.items()}
    return value


def names(value: Any) -> list[str]:
    """Of a sequence of names, or of a mapping by name."""
    return texts(value) or list(mapping(value))


def read_service(name: str, values: dict[str, Any]) -> Service:
    return Service(
        name=name,
        values=values,
        image=text(values.get("image", "")),
        environment={key: text(value) for key, value in mapping(values.get("environment")).items()},
        entrypoint=texts(values.get("entrypoint")),
        command=texts(values.get("command")),
        health_command=texts(at(values, "healthcheck", "test")),
        secrets=texts(values.get("secrets")),
        networks=names(values.get("networks")),
        volumes=sequence(values.get("volumes")),
        depends_on=mapping(values.get("depends_on")),
    )


def parse(document: str) -> Compose:
    """Raises ValueError where it is not YAML."""
    file = with_defaults(parse_yaml(document))
    services = mapping(at(file, "services"))
    return Compose(
        services={name: read_service(name, mapping(values)) for name, values in services.items()},
        secrets=mapping(at(file, "secrets")),
        networks=mapping(at(file, "networks")),
        volumes=mapping(at(file, "volumes")),
    )
