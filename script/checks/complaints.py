"""What a check finds wrong: a line each."""

from collections.abc import Iterable, Iterator

Complaints = Iterator[str]


def under(where: str, complaints: Iterable[str]) -> Complaints:
    return (f"{where}: {complaint}" for complaint in complaints)


def report(command: str, complaints: list[str], in_order: str) -> int:
    """Prints the outcome; returns the exit code of `command`."""
    for complaint in complaints:
        print(complaint)
    print(f"{command}: {len(complaints)} found" if complaints else f"{command}: {in_order}")
    return 1 if complaints else 0
