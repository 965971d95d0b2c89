"""The rules for Dockerfile and .dockerignore."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from checks.complaints import Complaints, under
from checks.documents import parse_json, read
from checks.shop_server import ShopServer, asks_health, check_command, port

PROGRAM = "/usr/bin/shop-server"
IGNORED = (".git", ".env", "secrets", "build", "var")


class Instruction(NamedTuple):
    word: str
    rest: str


def parse(dockerfile: str) -> list[Instruction]:
    without_comments = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.M)
    lines = re.sub(r"\\\n\s*", " ", without_comments).splitlines()
    instructions = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [Instruction(word.upper(), "".join(rest).strip()) for word, *rest in instructions]


def last_stage(instructions: list[Instruction]) -> dict[str, list[str]]:
    """What follows each word, in the stage that becomes the image."""
    stage: dict[str, list[str]] = {}
    for word, rest in instructions:
        if word == "FROM":
            stage.clear()
        stage.setdefault(word, []).append(rest)
    return stage


def is_pinned(image: str) -> bool:
    return re.fullmatch(r"[^:@]+(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})", image) is not None


def exec_form(text: str) -> list[str]:
    """The words of a command; none if it is for a shell."""
    try:
        words = parse_json(text)
    except ValueError:
        return []
    return [str(word) for word in words] if isinstance(words, list) else []


def check_bases(instructions: list[Instruction]) -> Complaints:
    stages = {"scratch"}
    for rest in [rest for word, rest in instructions if word == "FROM"]:
        image, *alias = rest.split() or [""]
        if image not in stages and (not is_pinned(image) or image.endswith(":latest")):
            yield f"FROM {image}: not pinned to a tag"
        if len(alias) == 2 and alias[0].upper() == "AS":
            stages.add(alias[1])


def check_user(stage: dict[str, list[str]]) -> Complaints:
    user = "\n".join(stage.get("USER", []))
    if not re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", user):
        yield "USER must be numbers, and not root"
    folder = "\n".join(stage.get("WORKDIR", []))
    copied = re.compile(rf"--from=builder --chown={re.escape(user)} [^ ]+ {re.escape(folder)}")
    if not any(copied.fullmatch(copy) for copy in stage.get("COPY", [])):
        yield f"WORKDIR must be copied with --chown={user}: a volume mounted there takes over the owner"


def check_what_runs(stage: dict[str, list[str]], server: ShopServer) -> Complaints:
    if stage.get("ENTRYPOINT") != [f'["{PROGRAM}"]']:
        yield f'ENTRYPOINT must be ["{PROGRAM}"]'
    yield from under("CMD", check_command(exec_form("\n".join(stage.get("CMD", []))), server))


def check_addresses(stage: dict[str, list[str]], server: ShopServer) -> Complaints:
    """The addresses that the image sets, the ports that it shows, and the one that is asked for health are the same."""
    variables = dict(re.findall("([A-Z_]+)=([^ ]*)", " ".join(stage.get("ENV", []))))
    for name in variables:
        if name.startswith("SHOP_") and name not in server.settings:
            yield f"ENV {name}: no such setting"
    listen, admin_listen = variables.get("SHOP_LISTEN", ""), variables.get("SHOP_ADMIN_LISTEN", "")
    if sorted(" ".join(stage.get("EXPOSE", [])).split()) != sorted([port(listen), port(admin_listen)]):
        yield "EXPOSE differs from the ports of SHOP_LISTEN and SHOP_ADMIN_LISTEN"
    words = exec_form(re.sub(r"^.*CMD *", "", "\n".join(stage.get("HEALTHCHECK", []))))
    if words[:1] != [PROGRAM]:
        yield f"HEALTHCHECK must run {PROGRAM}: there is nothing else in the image"
        return
    yield from under("HEALTHCHECK", check_command(words[1:], server))
    if not asks_health(words[-1], admin_listen):
        yield f"HEALTHCHECK asks '{words[-1]}', not /livez or /readyz at SHOP_ADMIN_LISTEN"


def check_scripts(instructions: list[Instruction], root: Path) -> Complaints:
    called = {script for _, rest in instructions for script in re.findall(r"\bscript/[a-z/]+", rest)}
    for script in sorted(called):
        if not os.access(root / script, os.X_OK):
            yield f"{script} is not there, or not executable"


def check_secrets(instructions: list[Instruction]) -> Complaints:
    for word, rest in instructions:
        if word in ("ENV", "ARG") and re.search("PASSWORD|SECRET|TOKEN|CREDENTIAL", rest, re.I):
            yield "a secret in ENV or ARG stays in the image for ever"


def check(root: Path, server: ShopServer, project_version: str) -> Complaints:
    instructions = parse(read(root / "Dockerfile"))
    stage = last_stage(instructions)
    yield from under("Dockerfile", check_bases(instructions))
    yield from under("Dockerfile", check_user(stage))
    yield from under("Dockerfile", check_what_runs(stage, server))
    yield from under("Dockerfile", check_addresses(stage, server))
    yield from under("Dockerfile", check_scripts(instructions, root))
    yield from under("Dockerfile", check_secrets(instructions))
    versions = [rest for rest in stage.get("ARG", []) if rest.startswith("VERSION=")]
    if versions != [f"VERSION={project_version}"]:
        yield f"Dockerfile: ARG VERSION is not {project_version}"
    ignored = read(root / ".dockerignore").splitlines()
    yield from (f".dockerignore: does not leave out {name}" for name in IGNORED if name not in ignored)
