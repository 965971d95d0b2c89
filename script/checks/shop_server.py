"""What shop-server says of itself, and the rules for what runs it."""

import functools
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from checks.complaints import Complaints


@functools.cache
def ask(program: Path, /, *words: str, **environment: str) -> str:
    """What `program` says to `words`, without the settings of whoever runs this."""
    return subprocess.run(
        [program, *words],
        env={"PATH": os.environ.get("PATH", os.defpath), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    ).stdout


@dataclass(frozen=True)
class ShopServer:
    program: Path
    version: str
    commands: set[str]
    roles: set[str]
    settings: set[str]

    def has_flag(self, command: str, flag: str) -> bool:
        help_text = ask(self.program, command, "--help")
        return re.search(rf"(?:^|[\s,]){re.escape(flag)}(?:[\s,=]|$)", help_text) is not None


def describe(program: Path) -> ShopServer:
    """Raises ValueError where `program` does not describe itself."""
    version = re.search(r"^shop-server (.*)$", ask(program, "version"), re.M)
    commands = re.findall(r"^  ([a-z][a-z-]*)  ", ask(program, "--help"), re.M)
    roles = re.search(r"role TEXT:\{([a-z,]*)\}", ask(program, "serve", "--help"))
    settings = re.findall(r"^([a-z][a-z-]*) +=", ask(program, "check-config"), re.M)
    if not (version and commands and roles and settings):
        raise ValueError(f"{program} does not say its version, commands, roles and settings")
    return ShopServer(
        program=program,
        version=version[1],
        commands=set(commands),
        roles=set(roles[1].split(",")),
        settings={f"SHOP_{name.upper().replace('-', '_')}" for name in settings},
    )


def check_command(words: list[str], server: ShopServer) -> Complaints:
    """`words` are what follows the name of the program."""
    if not words:
        yield "no command"
        return
    command, *rest = words
    if command not in server.commands:
        yield f"shop-server has no command '{command}'"
        return
    role = rest[0] if rest else ""
    if command == "serve" and role not in server.roles:
        yield f"'{role}' is no role"
    for flag in [word.partition("=")[0] for word in rest if word.startswith("--")]:
        if not server.has_flag(command, flag):
            yield f"'{command}' has no flag {flag}"


def port(address: str) -> str:
    return address.rpartition(":")[2]


def asks_health(url: str, admin_listen: str) -> bool:
    return re.fullmatch(rf"http://127\.0\.0\.1:{re.escape(port(admin_listen))}/(?:livez|readyz)", url) is not None
