#!/usr/bin/env python3
"""unittests.py DIR [REPORT.json] [-k PATTERN]: runs DIR/*_test.py, one line a case, and writes the counts as JSON."""
import argparse
import json
import pathlib
import sys
import time
import unittest


class Lines(unittest.TextTestResult):
    """One line per case with its seconds; tracebacks follow at the end."""

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.begun = time.monotonic()

    def say(self, test, word):
        name = f"{type(test).__name__}.{getattr(test, '_testMethodName', test)}"
        seconds = time.monotonic() - getattr(self, "begun", time.monotonic())
        self.stream.writeln(f"  {word:<7} {name} ({seconds:.1f} s)")
        self.stream.flush()

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self.say(test, "ok")

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self.say(test, "ERROR")

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self.say(test, "FAILED")

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        self.say(test, "skipped")

    def addSubTest(self, test, subtest, err):
        unittest.TestResult.addSubTest(self, test, subtest, err)
        if err is not None:
            self.say(test, "FAILED")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=pathlib.Path)
    arguments.add_argument("report", type=pathlib.Path, nargs="?")
    arguments.add_argument("-k", dest="pattern", default=None)
    options = arguments.parse_args()
    loader = unittest.TestLoader()
    if options.pattern:
        loader.testNamePatterns = [f"*{options.pattern}*"]
    suite = loader.discover(str(options.directory.resolve()), pattern="*_test.py")
    result = unittest.TextTestRunner(resultclass=Lines, stream=sys.stdout, verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    passed = max(0, result.testsRun - failed - len(result.skipped))
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(json.dumps({"passed": passed, "failed": failed, "skipped": len(result.skipped)}))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
