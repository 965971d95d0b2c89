"""The rules for compose.yaml, and for what it takes from script/secrets and from the checkout."""

import re
from pathlib import Path
from typing import Any

from checks.complaints import Complaints, under
from checks.compose_file import Compose, Service, parse
from checks.documents import at, mapping, read, sequence, text, texts
from checks.dockerfile import is_pinned
from checks.shop_server import ShopServer, ask, asks_health, check_command, port

SHAPES = {
    "environment": dict,
    "healthcheck": dict,
    "entrypoint": list,
    "command": list,
    "secrets": list,
    "volumes": list,
    "ports": list,
}
GATEWAY = "gateway"
UPSTREAMS = ("product", "inventory", "order", "notification")


def check_declared(kind: str, used: set[str], declared: set[str]) -> Complaints:
    yield from (f"{kind} {name} is not declared" for name in sorted(used - declared))
    yield from (f"{kind} {name} is declared, and nobody uses it" for name in sorted(declared - used))


def check_declarations(compose: Compose) -> Complaints:
    services = compose.services.values()
    for kind, used, declared in (
        ("secret", [service.secrets for service in services], compose.secrets),
        ("network", [service.networks for service in services], compose.networks),
        ("volume", [service.named_volumes for service in services], compose.volumes),
    ):
        yield from check_declared(kind, {name for names in used for name in names}, set(declared))
    for name, secret in compose.secrets.items():
        if at(secret, "file") is None:
            yield f"secret {name}: must come from a file"


def check_shape(service: Service) -> Complaints:
    for key, shape in SHAPES.items():
        if service.values.get(key) is not None and not isinstance(service.values[key], shape):
            yield f"{key} must be a {'mapping' if shape is dict else 'sequence'}"


def check_image(service: Service, project_version: str) -> Complaints:
    if not is_pinned(service.image):
        yield f"image {service.image}: not pinned to a tag"
    if service.image.endswith(":latest"):
        yield f"image {service.image}: latest is no version"
    if service.is_shop_server and service.image != f"shop-server:{project_version}":
        yield f"image {service.image}: the project is {project_version}"


def check_hardening(service: Service) -> Complaints:
    values = service.values
    if not re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", text(values.get("user", ""))):
        yield "user must be numbers, and not root"
    if values.get("read_only") is not True:
        yield "its root file system is not read-only"
    if values.get("cap_drop") != ["ALL"]:
        yield "cap_drop must be ALL"
    if values.get("cap_add") is not None:
        yield "cap_add"
    if values.get("privileged") is True:
        yield "privileged"
    if "no-new-privileges:true" not in sequence(values.get("security_opt")):
        yield "no-new-privileges is missing"


def check_bounds(service: Service) -> Complaints:
    if service.values.get("restart") != ("no" if service.is_tool else "always"):
        yield f"restart: {text(service.values.get('restart'))}"
    log = mapping(at(service.values, "logging", "options"))
    if log.get("max-size") is None or log.get("max-file") is None:
        yield "its log grows without bound"
    limits = mapping(at(service.values, "deploy", "resources", "limits"))
    yield from (f"no limit of {name}" for name in ("memory", "pids") if limits.get(name) is None)
    if limits.get("cpus") is not None:
        yield "a limit of CPUs: a machine with fewer does not start it"


def check_networks(service: Service, networks: dict[str, Any]) -> Complaints:
    mode = service.values.get("network_mode")
    if not service.networks and mode != "none":
        yield "names no network, and would get the default one"
    if mode == "host":
        yield "shares the network of the machine"
    if service.name != GATEWAY:
        for name in service.networks:
            if at(networks, name, "internal") is not True:
                yield f"is in the network {name}, which leads outside"


def check_ports(service: Service) -> Complaints:
    """Only the gateway's are published, and only to this machine."""
    for published in texts(service.values.get("ports")):
        if service.name != GATEWAY:
            yield "publishes a port"
        if not re.fullmatch(r"127\.0\.0\.1:[0-9]+:[0-9]+", published):
            yield f"port {published}: must be 127.0.0.1:PORT:PORT unless PUBLISH says otherwise"
        if port(published) != port(service.environment.get("SHOP_LISTEN", "")):
            yield f"port {published}: SHOP_LISTEN is another"


def check_health(service: Service) -> Complaints:
    if service.is_tool:
        return
    if not service.health_command:
        yield "no health check"
    elif service.health_command[0] != "CMD":
        yield "its health check needs a shell"
    if service.is_shop_server:
        url = service.health_command[-1] if service.health_command else ""
        if not asks_health(url, service.environment.get("SHOP_ADMIN_LISTEN", "")):
            yield "its health check does not ask /livez or /readyz at SHOP_ADMIN_LISTEN"
        stop = text(service.values.get("stop_grace_period", "10s"))
        if seconds(stop) <= seconds(service.environment.get("SHOP_GRACE", "10s")):
            yield "stop_grace_period must be longer than SHOP_GRACE"


def seconds(duration: str) -> float:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)", duration)
    return sum(float(number) * units[unit] for number, unit in parts)


def check_dependencies(service: Service, services: dict[str, Service]) -> Complaints:
    if not isinstance(service.values.get("depends_on", {}), dict):
        yield "depends_on must wait for service_healthy"
    for name, dependency in service.depends_on.items():
        if name not in services:
            yield f"depends on {name}, which is not there"
        elif at(dependency, "condition") != "service_healthy":
            yield f"does not wait until {name} is healthy"


def check_secrets(service: Service) -> Complaints:
    """By file, and only those that it was given."""
    for used in re.findall("/run/secrets/([A-Za-z0-9._-]+)", "\n".join(service.configured_texts)):
        if used not in service.secrets:
            yield f"/run/secrets/{used}: not one of its secrets"
    for key, value in service.environment.items():
        mounted = any(value.startswith(f"{point}/") for point in service.mount_points)
        if re.match("/run/(?!secrets/)", value) and not mounted:
            yield f"{key}: nothing is mounted at {value}"
        secret = re.search("PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|_KEYS?$", key, re.I)
        if secret and not value.startswith("/"):
            yield f"{key}: a secret by its value; give the path of a file"
    for value in service.configured_texts:
        if re.search("://[^/@]*:[^/@]*@|password=", value, re.I):
            yield "a password in a connection string"


def check_upstreams(service: Service, services: dict[str, Service]) -> Complaints:
    """The addresses of other services are there, of that role, on that port, and within reach."""
    for role in UPSTREAMS:
        addresses = service.environment.get(f"SHOP_{role.upper()}")
        for address in addresses.split(",") if addresses else []:
            yield from check_upstream(address, role, service, services)


def check_upstream(address: str, role: str, service: Service, services: dict[str, Service]) -> Complaints:
    where = f"SHOP_{role.upper()}"
    parts = re.fullmatch(r"(?:dns\+)?http://([a-z0-9-]+):([0-9]+)", address)
    if not parts:
        yield f"{where}: {address} is no dns+http://NAME:PORT"
        return
    host, its_port = parts.groups()
    if host not in services:
        yield f"{where}: no service {host}"
        return
    upstream = services[host]
    if upstream.command != ["serve", role]:
        yield f"{where}: {host} is of another role"
    if port(upstream.environment.get("SHOP_LISTEN", "")) != its_port:
        yield f"{where}: {host} listens on another port than {its_port}"
    if not set(upstream.networks).intersection(service.networks):
        yield f"{where}: no network in common with {host}"
    if service.name == GATEWAY and host not in service.depends_on:
        yield f"does not wait for {host}"


def check_program(service: Service, server: ShopServer) -> Complaints:
    """What shop-server is told: its command, the one of its health check, its settings."""
    if service.entrypoint or service.command:
        yield from check_command([*service.entrypoint[1:], *service.command], server)
    if len(service.health_command) > 2:
        yield from under("healthcheck", check_command(service.health_command[2:], server))
    yield from (f"{name}: no such setting" for name in service.environment if name not in server.settings)
    # Whether it may listen there depends on the role, which `serve` judges. The database is reached over a network of
    # this machine that nobody else is in (`databases`, internal), so without TLS.
    said = ask(server.program, "check-config", "--listen", "127.0.0.1:8080", **service.environment)
    for problem in re.findall("^shop-server: (.*)$", said, re.M):
        if "no such setting" not in problem and "TLS is not demanded" not in problem:
            yield problem


def check_stores(service: Service, services: dict[str, Service], secrets: Path) -> Complaints:
    """A store and its passfile name the same host, port, database and role."""
    stores = [service.environment["SHOP_STORE"]] if "SHOP_STORE" in service.environment else []
    stores += [word.partition("-store=")[2] for word in service.command if "-store=" in word]
    pattern = r"postgresql://([^:@/]+)@([^:/]+):([0-9]+)/([^?]+)\?passfile=/run/secrets/([a-z-]+)"
    for store in stores:
        parts = re.fullmatch(pattern, store)
        if not parts:
            yield "the store is not postgresql://ROLE@HOST:PORT/DATABASE?passfile=/run/secrets/NAME"
            continue
        role, host, its_port, database, secret = parts.groups()
        if secret not in service.secrets:
            yield f"the store: no secret '{secret}'"
        passfile = secrets / secret
        if passfile.is_file() and passfile_entries(passfile) != [[host, its_port, database, role]]:
            yield f"the store: the passfile {secret} has another host, port, database or role"
        if host not in services:
            yield f"the store: no service '{host}'"


def passfile_entries(passfile: Path) -> list[list[str]]:
    """Without their passwords."""
    return [line.split(":")[:4] for line in read(passfile).splitlines()]


def check_files(compose: Compose, root: Path, secrets: Path) -> Complaints:
    """What is below ./secrets is made by script/secrets, and not to be read by others; all else is in the checkout."""
    paths = [text(secret["file"]) for secret in compose.secrets.values() if at(secret, "file") is not None]
    paths += [path for service in compose.services.values() for path in service.bound_paths]
    for path in dict.fromkeys(paths):
        if not Path(path).is_relative_to("secrets"):
            if not (root / path).exists():
                yield f"compose.yaml: {path} is not there"
            continue
        made = secrets / Path(path).relative_to("secrets")
        if not made.exists():
            yield f"compose.yaml: {path}: script/secrets does not make it"
        elif any(file.stat().st_mode & 0o077 for file in [made, *made.rglob("*")]):
            yield f"script/secrets: others can read {path}"
    if not {"secrets", "/secrets", "secrets/", "/secrets/"}.intersection(read(root / ".gitignore").splitlines()):
        yield ".gitignore: does not leave out secrets"


def check_service(service: Service, compose: Compose, server: ShopServer, project_version: str) -> Complaints:
    yield from check_shape(service)
    yield from check_image(service, project_version)
    yield from check_hardening(service)
    yield from check_bounds(service)
    yield from check_networks(service, compose.networks)
    yield from check_ports(service)
    yield from check_health(service)
    yield from check_dependencies(service, compose.services)
    yield from check_secrets(service)
    yield from check_upstreams(service, compose.services)
    if service.is_shop_server:
        yield from check_program(service, server)


def check(root: Path, server: ShopServer, project_version: str, secrets: Path) -> Complaints:
    """`secrets` is a folder that script/secrets filled."""
    try:
        compose = parse(read(root / "compose.yaml"))
    except ValueError as error:
        yield f"compose.yaml cannot be read: {error}"
        return
    yield from under("compose.yaml", check_declarations(compose))
    if not any(service.is_shop_server for service in compose.services.values()):
        yield "compose.yaml: no service runs shop-server"
    for name, service in compose.services.items():
        where = f"compose.yaml: {name}"
        yield from under(where, check_service(service, compose, server, project_version))
        yield from under(where, check_stores(service, compose.services, secrets))
    yield from check_files(compose, root, secrets)
