"""The rules for what becomes the image and runs it: Dockerfile, compose.yaml, and their versions."""

import re
import subprocess
from pathlib import Path

from checks import compose, dockerfile
from checks.complaints import Complaints
from checks.documents import read
from checks.shop_server import ShopServer


def make_secrets(root: Path, folder: Path) -> list[str]:
    """By script/secrets of `root`; returns what is wrong with it."""
    made = subprocess.run([root / "script/secrets", folder], stdout=subprocess.DEVNULL, check=False)
    return ["script/secrets fails"] if made.returncode != 0 else []


def check(root: Path, server: ShopServer, secrets: Path) -> Complaints:
    """`secrets` is a folder that make_secrets() filled."""
    project = re.search(r"^project\(shop VERSION ([0-9.]*)", read(root / "CMakeLists.txt"), re.M)
    version = project[1] if project else ""
    if server.version != version:
        yield f"the program is {server.version}, CMakeLists.txt says {version}"
    yield from dockerfile.check(root, server, version)
    yield from compose.check(root, server, version, secrets)
