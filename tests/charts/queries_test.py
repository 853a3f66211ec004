"""Every query of the dashboards and every rule's expression, against a real Prometheus that reads the running services: it parses, its
metrics are there, and have the labels it uses."""
import pathlib
import re
import tempfile
import unittest

import chart_files
import monitoring
import sealing
from case import Case
from stack import Stack
from waiting import wait_for

# `by (…)`, `on (…)`: labels of the result.
GROUPING = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
# Made by Prometheus itself.
OF_PROMETHEUS = {"instance", "job", "service", "le", "alertname", "severity"}


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.stack = Stack(spare=2)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        Case(cls.stack, "srv-2001", "C-2001").run_until("wait_charge")
        waiting = Case(cls.stack, "srv-2002", "C-2002")
        waiting.run_until("wait_prechecked")  # leaves a task
        key = cls.stack.call("GET", "/v1/sealing-key", "web_form").json
        waiting.request("access", {"access": sealing.seal(key, sealing.by_password("swordfish"))})
        cls.prometheus = monitoring.Prometheus(pathlib.Path(place.name) / "prometheus", chart_files.RULES)
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.aim(monitoring.targets_of(cls.stack))
        cls.prometheus.start()
        wait_for("each service to be read", lambda: len(cls.prometheus.query("rescue_build_info")) == 4, 30)
        cls.code = chart_files.code()

    def expressions(self):
        return chart_files.rule_queries() + chart_files.panel_queries()

    def test_every_one_parses_and_is_reckoned(self):
        for where, expression in self.expressions():
            with self.subTest(where):
                self.prometheus.query(expression)

    def test_prometheus_takes_every_rule_and_reckons_it_without_a_fault(self):
        def reckoned():
            rules = [rule for group in self.prometheus.get("rules")["groups"] for rule in group["rules"]]
            return rules if all(rule["health"] != "unknown" for rule in rules) else None
        rules = wait_for("every rule to be reckoned", reckoned, 30)
        self.assertEqual(len(rules), len(chart_files.rules()))
        self.assertEqual([], [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"])

    def test_metrics_are_there_with_the_labels_that_are_asked_for(self):
        for where, expression in self.expressions():
            for metric, matchers in chart_files.selectors(expression):
                with self.subTest(f"{where}: {metric}"):
                    labels = self.labels_of(metric)
                    self.assertTrue(labels, "no such series")
                    self.assertEqual(set(), {label for label, *_ in matchers} - labels - OF_PROMETHEUS)

    def test_what_results_are_grouped_by_are_labels_of_a_metric_in_them(self):
        for where, expression in self.expressions():
            metrics = [metric for metric, _ in chart_files.selectors(expression)]
            if not metrics:
                continue
            labels = OF_PROMETHEUS.union(*map(self.labels_of, metrics))
            for group in GROUPING.findall(expression):
                with self.subTest(f"{where}: {group}"):
                    self.assertEqual(set(), set(filter(None, map(str.strip, group.split(",")))) - labels)

    def test_values_that_are_asked_for_are_words_of_the_code(self):
        for where, expression in self.expressions():
            for metric, matchers in chart_files.selectors(expression):
                for label, operator, value in matchers:
                    if operator.startswith("!") or label in OF_PROMETHEUS or not re.fullmatch(r"[a-z_/|]+", value):
                        continue
                    for word in value.split("|"):
                        with self.subTest(f"{where}: {label}={word}"):
                            self.assertTrue(f'"{word}"' in self.code or f"'{word}'" in self.code, "not in the code")

    def labels_of(self, metric):
        return {label for series, _ in self.prometheus.query(metric) for label in series}


if __name__ == "__main__":
    unittest.main()
