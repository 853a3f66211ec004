"""What lies in charts/: the rules with their alerts, the dashboards, and what their expressions name."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
subprocess.run([ROOT / "tools" / "install-deps", ROOT / "tests" / "charts" / "deps.txt"], check=True)
sys.path.append("/usr/lib/python3/dist-packages")  # for a python3 that is not Debian's
import yaml  # noqa: E402 (may just have been installed)

if str(ROOT / "tests" / "e2e") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests" / "e2e"))

CHARTS = ROOT / "charts"
RULES = CHARTS / "prometheus" / "rules"
RULE_TESTS = CHARTS / "prometheus" / "tests"
DASHBOARDS = CHARTS / "grafana"
RUNBOOKS = ROOT / "docs" / "runbooks"

# A selector: the name, and its matchers if it has any.
SELECTOR = re.compile(r"\b(rescue_[a-z_]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')


def rule_files():
    return sorted(RULES.glob("*.yml"))


def loaded(path):
    return yaml.safe_load(path.read_text())


def rules():
    """Every rule, as its file has it."""
    return [rule for path in rule_files() for group in loaded(path)["groups"] for rule in group["rules"]]


def alerts():
    """{name: rule}"""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def dashboards():
    """{file name: dashboard}"""
    return {path.name: json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("*.json"))}


def panel_queries():
    """[(where, expression)] of every panel and variable, with Grafana's own variables filled in."""
    found = []
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            found += [(f"{name}: {panel['title']}", filled(target["expr"])) for target in panel.get("targets", ())]
    return found


def filled(expression):
    return expression.replace("$__rate_interval", "1m").replace("$__range", "1h").replace('"$service"', '".+"')


def rule_queries():
    return [(rule.get("alert") or rule["record"], str(rule["expr"])) for rule in rules()]


def selectors(expression):
    """[(metric, [(label, operator, value)])] of the services' metrics that an expression names; not those in text, nor recorded ones."""
    bare = re.sub(r'"rescue_[a-z_]+"|\w+:rescue_[a-z_]+:\w+', "", expression)
    return [(name, MATCHER.findall(matchers or "")) for name, matchers in SELECTOR.findall(bare)]


def family(metric):
    """A histogram's series have endings of their own."""
    return re.sub(r"_(bucket|count|sum)$", "", metric)


def code():
    """The services' C++ without tests, as one text."""
    paths = [path for top in ("libs", "services") for path in (ROOT / top).rglob("*.cpp")]
    return "\n".join(path.read_text() for path in sorted(paths) if not re.search(r"_test\.cpp|testing", path.name))


def made():
    """Names of the metrics that the services make."""
    return set(re.findall(r'"(rescue_[a-z_]+)"', code()))
