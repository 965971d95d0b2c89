"""The rules for dashboard, alarms and runbook."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from checks import promql
from checks.complaints import Complaints, under
from checks.documents import at, parse_json, parse_yaml, read, sequence, text

DASHBOARD = "deploy/grafana/shop.json"
ALARMS = "deploy/prometheus/alerts.yaml"
RUNBOOK = "docs/runbook.md"
METRICS = "reference-server/telemetry/metrics_table.cpp"

# Of Prometheus itself, of its blackbox exporter and of its node exporter: docs/runbook.md says which alarms need them.
FOREIGN_METRICS = {"up", "probe_success", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
# What Prometheus adds to a target; a label of our own with such a name becomes exported_NAME.
TARGET_LABELS = {"job", "instance", "le", "exported_instance", "mountpoint"}
SEVERITIES = ("critical", "warning", "info")
VARIABLES = ("datasource", "role", "instance")


class Metric(NamedTuple):
    type: str
    labels: set[str]


class Names(NamedTuple):
    """What an expression may name."""

    metrics: dict[str, Metric]
    codes: set[str]
    operations: set[str]


def read_names(root: Path) -> Names:
    rows = re.findall(
        r'metric_row\{\s*"([a-z_]+)",\s*(counter|gauge|histogram),\s*\{([^}]*)\}', read(root / METRICS)
    )
    codes = re.findall(r"^\| `([a-z_]*)` \| `[a-z_]*` \| (?:yes|no) \|", read(root / "docs/errors.md"), re.M)
    operations = re.findall(r"^\| `([a-z_.]*)` \| `[A-Z]* ", read(root / "docs/http-api.md"), re.M)
    return Names(
        metrics={name: Metric(kind, set(re.findall("[a-z_]+", labels))) for name, kind, labels in rows},
        codes={"ok", *codes},
        operations={"none", *operations},
    )


def check_expression(expression: str, names: Names) -> Complaints:
    labels = set(TARGET_LABELS)
    for name in promql.metrics(expression):
        family = name if name in names.metrics else re.sub("(_bucket)?(_sum)?(_count)?$", "", name)
        if metric := names.metrics.get(family):
            labels |= metric.labels
            if (metric.type == "histogram") == (name == family):
                yield f"{name}: a {metric.type} is not asked for like that"
        elif name not in FOREIGN_METRICS:
            yield f"{name}: no such metric"
    for name in promql.rated_metrics(expression):
        metric = names.metrics.get(name)
        if metric and metric.type != "counter":
            yield f"{name}: the rate of a {metric.type}"
    for label in promql.labels(expression):
        if label not in labels:
            yield f"has no label {label}"
    for code in promql.values(expression, "code"):
        if code not in names.codes:
            yield f"'{code}' is no code of docs/errors.md"
    for operation in promql.values(expression, "operation"):
        if operation not in names.operations:
            yield f"'{operation}' is no operation of docs/http-api.md"


def check_variables(variables: list[Any], names: Names) -> Complaints:
    for variable in variables:
        if at(variable, "type") != "query":
            continue
        query = at(variable, "query")
        query = text(at(query, "query") if isinstance(query, dict) else query)
        if parts := re.fullmatch(r"label_values\(([a-z_]+)(\{[^}]*\})?, *([a-z_]+)\)", query):
            metric, selector, label = parts.groups(default="")
            yield from under("a variable", check_expression(f"sum by ({label}) ({metric}{selector})", names))
        else:
            yield f"variable: {query}"
    there = [at(variable, "name") for variable in variables]
    yield from (f"no variable {name}" for name in VARIABLES if name not in there)


def check_panels(panels: list[Any], names: Names) -> Complaints:
    if not panels:
        yield "no panels"
    for panel in panels:
        title = text(at(panel, "title"))
        for target in sequence(at(panel, "targets")):
            yield from under(title, check_expression(text(at(target, "expr")), names))
        if at(panel, "datasource", "uid") != "${datasource}":
            yield f"{title}: not the data source that is chosen"
        if not at(panel, "description"):
            yield f"{title}: says nothing of itself"
        if not is_placed(panel):
            yield f"{title}: gridPos must have numbers x, y, w and h"
    for number, times in Counter(text(at(panel, "id")) for panel in panels).items():
        if times > 1:
            yield f"two panels have the id {number}"
    for one, other in combinations(filter(is_placed, panels), 2):
        if overlap(one["gridPos"], other["gridPos"]):
            yield f"{at(one, 'title')} and {at(other, 'title')} overlap"


def is_placed(panel: Any) -> bool:
    return all(isinstance(at(panel, "gridPos", key), int) for key in "xywh")


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )


def check_alarm(name: str, alarm: Any, names: Names) -> Complaints:
    yield from check_expression(" ".join(text(at(alarm, "expr")).split()), names)
    if at(alarm, "labels", "severity") not in SEVERITIES:
        yield "severity must be critical, warning or info"
    anchor = f"{RUNBOOK}#{name.lower()}"
    if at(alarm, "annotations", "runbook") != anchor:
        yield f"the runbook's anchor is {anchor}"
    if not at(alarm, "annotations", "summary"):
        yield "no summary"


def check_runbook(runbook: str, alarms: list[str], names: Names) -> Complaints:
    headings = re.findall("^### (.*)$", runbook, re.M)
    for name in alarms:
        if name not in headings:
            yield f"{name}: {RUNBOOK} has no heading of that name"
    for heading in headings:
        if re.fullmatch("Shop[A-Za-z]*", heading) and heading not in alarms:
            yield f"{RUNBOOK}: {heading}: no alarm of that name in {ALARMS}"
    for name in sorted(set(re.findall("`((?:shop|process)_[a-z_]+)", runbook))):
        if name not in names.metrics:
            yield f"{RUNBOOK}: {name}: no such metric"


def check(root: Path) -> tuple[list[str], str]:
    """What is wrong, and what was looked at."""
    names = read_names(root)
    complaints = [] if names.metrics else [f"{METRICS}: no metrics"]

    panels = []
    try:
        dashboard = parse_json(read(root / DASHBOARD))
    except ValueError as error:
        complaints.append(f"{DASHBOARD} is not JSON: {error}")
    else:
        panels = [panel for panel in sequence(at(dashboard, "panels")) if at(panel, "type") != "row"]
        complaints += under(DASHBOARD, check_panels(panels, names))
        complaints += under(DASHBOARD, check_variables(sequence(at(dashboard, "templating", "list")), names))

    alarms = []
    try:
        groups = sequence(at(parse_yaml(read(root / ALARMS)), "groups"))
    except ValueError as error:
        complaints.append(f"{ALARMS} cannot be read: {error}")
    else:
        for rule in [rule for group in groups for rule in sequence(at(group, "rules")) if at(rule, "alert")]:
            name = text(rule["alert"])
            complaints += under(f"{ALARMS}: {name}", check_alarm(name, rule, names))
            alarms.append(name)
        complaints += check_runbook(read(root / RUNBOOK), alarms, names)

    return complaints, f"{len(panels)} panels, {len(alarms)} alarms, {len(names.metrics)} metrics"
