"""A copy of the rules in which time runs faster, so that an alert that wants four hours can be seen to fire: `for` is divided by 360, ranges
such as [15m] and thresholds of ages by 60. Nothing else is changed."""
import re

import chart_files
import monitoring

FOR_DIVISOR, TIME_DIVISOR = 360, 60
FOR_MIN_MS, RANGE_MIN_MS = 1_000, 10_000
UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
# `max by (…) (rescue_…_seconds) > 600`: an age that somebody has measured.
AGE = re.compile(r"(_seconds\) > )(\d+)")


def shorter(duration, divisor, least_ms):
    number, unit = re.fullmatch(r"(\d+)([smhd])", duration).groups()
    return f"{max(least_ms, int(number) * UNIT_MS[unit] // divisor)}ms"


def hurried(rule):
    expression = re.sub(r"\[(\w+)\]", lambda found: f"[{shorter(found[1], TIME_DIVISOR, RANGE_MIN_MS)}]", str(rule["expr"]))
    out = rule | {"expr": AGE.sub(lambda found: found[1] + f"{int(found[2]) / TIME_DIVISOR:g}", expression)}
    if "for" in rule:
        out["for"] = shorter(rule["for"], FOR_DIVISOR, FOR_MIN_MS)
    return out


def write_rules(place):
    place.mkdir(parents=True)
    for path in chart_files.rule_files():
        document = chart_files.loaded(path)
        for group in document["groups"]:
            group["rules"] = [hurried(rule) for rule in group["rules"]]
        monitoring.write(place / path.name, document)
    return place
