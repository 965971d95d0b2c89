"""What an expression of PromQL names, as far as regular expressions can tell."""

import re

WORDS = {"and", "or", "unless", "bool", "offset", "inf"}
COMPARED = r" *(?:=~|!~|!=|=) *"
# What is neither metric nor function. Strings come first: they may hold anything.
ELSE = (
    r'"[^"]*"',
    r"\{[^}]*\}",
    r"\[[^]]*\]",
    r"\b(?:by|without|on|ignoring|group_left|group_right) *\([^)]*\)",
    r"\boffset +[0-9a-z]+",
    r"\b[0-9][0-9a-z.]*",
)


def metrics(expression: str) -> list[str]:
    for pattern in ELSE:
        expression = re.sub(pattern, " ", expression)
    return sorted(set(re.findall(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b(?! *\()", expression)) - WORDS)


def rated_metrics(expression: str) -> list[str]:
    return re.findall(r"\b(?:rate|irate|increase|resets) *\( *([a-z_]+)", expression)


def labels(expression: str) -> list[str]:
    """In selectors, and in lists behind `by` and the like."""
    found = set()
    for selector in re.findall(r"\{[^}]*\}", expression):
        found.update(re.findall(rf"[a-z_]+(?={COMPARED})", re.sub(r'"[^"]*"', "", selector)))
    for group in re.findall(r"\b(?:by|without|on|ignoring) *\(([^)]*)", expression):
        found.update(group.replace(" ", "").split(","))
    return sorted(found - {""})


def values(expression: str, label: str) -> list[str]:
    """What `label` is compared with, alternatives one by one, without variables of Grafana."""
    compared = re.findall(rf'\b{label}{COMPARED}"([^"$]*)', expression)
    return [value for alternatives in compared for value in alternatives.split("|") if value]
