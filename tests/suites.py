#!/usr/bin/env python3
"""Runs the suites of `make test` or `make check`, each timed; `total` adds up the last run of both.

A suite is a command. How many cases passed is read from the report the command writes (a GoogleTest or ctest XML, or the
JSON of tests/unittests.py); a command without a report is one case. The last line is `N passed, N failed`. Suites that mostly wait run
side by side.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "test-results"
BUILD = ROOT / os.environ.get("RESCUE_BUILD_DIR", "build/release")
GTEST_REPORTS = RESULTS / "gtest"
SIDE_BY_SIDE = ("e2e", "live")  # each in a network of its own, and less than half a core busy

SUITES = {
    "test": {
        "unit": ["ctest", "--test-dir", str(BUILD), "-j2", "--output-on-failure", "--no-tests=error",
                 "--output-junit", str(RESULTS / "unit.xml")],
        "e2e": ["tests/unittests.py", "tests/e2e", str(RESULTS / "e2e.json")],
        "live": ["tests/live/run", str(RESULTS / "live.json")],
        "charts": ["tests/unittests.py", "tests/charts", str(RESULTS / "charts.json")],
        "prove-demo": ["tests/prove/demo"],
        "prove-http-guards": ["tests/prove/http-guards"],
    },
    "check": {
        "format": ["tools/check-format"],
        "style": ["tests/unittests.py", "tests/style", str(RESULTS / "style.json")],
        "tidy": ["tools/check-tidy"],
    },
}


def count_gtest(program):
    """(passed, failed) of one GoogleTest program, or None when it left no report (it crashed, or is no such program)."""
    report = GTEST_REPORTS / f"{program}.xml"
    if not report.exists():
        return None
    root = ElementTree.parse(report).getroot()
    ran = sum(case.get("status") == "run" and case.get("result") != "skipped" for case in root.iter("testcase"))
    failed = int(root.get("failures", 0)) + int(root.get("errors", 0))
    return ran - failed, failed


def count_ctest(report):
    passed = failed = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        went_well = case.get("status") == "run"
        inner = count_gtest(case.get("name")) or (0, 0)
        passed += inner[0] + (1 if went_well and inner == (0, 0) else 0)
        failed += inner[1] + (1 if not went_well and inner[1] == 0 else 0)
    return passed, failed


def count(suite, code):
    """The cases of a suite that has just run. A failed command with no failed case is one failure more."""
    passed, failed = 0, 0
    if (report := RESULTS / f"{suite}.json").exists():
        found = json.loads(report.read_text())
        passed, failed = found["passed"], found["failed"]
    elif (report := RESULTS / f"{suite}.xml").exists():
        passed, failed = count_ctest(report)
    elif code == 0:
        passed = 1
    return passed, failed if code == 0 or failed else 1


def run_suite(suite, command, log=None):
    """`log`: where it prints to while another one runs; shown at its end."""
    for suffix in (".json", ".xml"):
        (RESULTS / f"{suite}{suffix}").unlink(missing_ok=True)
    if suite == "unit":
        shutil.rmtree(GTEST_REPORTS, ignore_errors=True)
    print(f"== {suite}: {' '.join(command)}".replace(str(ROOT) + "/", ""), flush=True)
    begun = time.monotonic()
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{GTEST_REPORTS}/", GTEST_COLOR="no")
    with contextlib.nullcontext() if log is None else log.open("wb") as out:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=None if out is None else subprocess.STDOUT).returncode
    seconds = time.monotonic() - begun
    if log is not None:
        print(f"-- what {suite} said\n{log.read_text(errors='replace')}", end="", flush=True)
    passed, failed = count(suite, code)
    print(f"== {suite}: {passed} passed, {failed} failed, {seconds / 60:.1f} min\n", flush=True)
    return {"suite": suite, "passed": passed, "failed": failed, "seconds": round(seconds, 1)}


def run_side_by_side(suites):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda suite: run_suite(suite, suites[suite], RESULTS / f"{suite}.log"), suites))


def run_all(suites):
    rows = []
    together = {suite: command for suite, command in suites.items() if suite in SIDE_BY_SIDE}
    for suite, command in suites.items():
        if suite not in together:
            rows.append(run_suite(suite, command))
        elif suite == next(iter(together)):
            rows += run_side_by_side(together)
    return rows


def conclude(rows):
    for row in rows:
        print(f"{row['suite']:<20} {row['seconds'] / 60:6.1f} min   {row['passed']:5} passed   {row['failed']:3} failed")
    passed, failed = (sum(row[key] for row in rows) for key in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


def total():
    rows = []
    for name in SUITES:
        report = RESULTS / f"suites-{name}.json"
        # A group that never got to its suites (its build failed) counts as one failure.
        rows += json.loads(report.read_text()) if report.exists() else [
            {"suite": name, "passed": 0, "failed": 1, "seconds": 0}]
    return conclude(rows)


def main():
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name == "total":
        return total()
    if name not in SUITES:
        print(f"usage: {sys.argv[0]} {'|'.join(SUITES)}|total", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = run_all(SUITES[name])
    (RESULTS / f"suites-{name}.json").write_text(json.dumps(rows, indent=1))
    return conclude(rows)


if __name__ == "__main__":
    sys.exit(main())
