"""Each alert has its page, its words and its unit tests; pages name commands that exist."""
import re
import subprocess
import unittest

import chart_files


def promtool(*arguments):
    ended = subprocess.run(["promtool", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return ended.returncode, ended.stdout + ended.stderr


class Alerts(unittest.TestCase):
    def test_each_has_a_page_and_each_page_its_alert(self):
        pages = {path.stem for path in chart_files.RUNBOOKS.glob("*.md")}
        self.assertEqual(set(chart_files.alerts()), pages)

    def test_each_says_how_bad_what_and_where_to_read_on(self):
        for name, alert in chart_files.alerts().items():
            with self.subTest(name):
                self.assertIn(alert["labels"]["severity"], ("page", "ticket", "watchdog"))
                self.assertEqual(set(alert["annotations"]), {"summary", "description", "runbook_url"})
                self.assertEqual(alert["annotations"]["runbook_url"], f"docs/runbooks/{name}.md")

    def test_names_are_given_once(self):
        names = [rule.get("alert") or rule["record"] for rule in chart_files.rules()]
        self.assertEqual(sorted(names), sorted(set(names)))

    def test_prometheus_takes_rules_and_settings(self):
        code, said = promtool("check", "config", str(chart_files.CHARTS / "prometheus" / "prometheus.yml"))
        self.assertEqual(code, 0, said)
        self.assertIn("is valid prometheus config", said)
        self.assertEqual(said.count("rules found"), len(chart_files.rule_files()), said)

    def test_alertmanager_takes_its_settings(self):
        ended = subprocess.run(["amtool", "check-config", chart_files.CHARTS / "prometheus" / "alertmanager.yml"],
                               capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)

    def test_metrics_are_those_of_the_code(self):
        used = {chart_files.family(metric) for _, expression in chart_files.rule_queries() + chart_files.panel_queries()
                for metric, _ in chart_files.selectors(expression)}
        self.assertEqual(set(), used - chart_files.made())


class UnitTests(unittest.TestCase):
    def test_all_pass(self):
        code, said = promtool("test", "rules", *map(str, sorted(chart_files.RULE_TESTS.glob("*.yml"))))
        self.assertEqual(code, 0, said)

    def test_each_alert_is_shown_firing_and_calm(self):
        named = [case["name"] for path in chart_files.RULE_TESTS.glob("*.yml") for case in chart_files.loaded(path)["tests"]]
        for name in chart_files.alerts():
            with self.subTest(name):
                self.assertIn(f"{name}: fires", named)
                self.assertTrue(name == "Watchdog" or any(case.startswith(f"{name}: calm: ") for case in named))


class Pages(unittest.TestCase):
    def test_they_have_the_four_parts(self):
        for path in chart_files.RUNBOOKS.glob("*.md"):
            with self.subTest(path.stem):
                titles = re.findall(r"(?m)^#+ (.*)$", re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL))
                self.assertEqual(titles, [path.stem, "How to look", "What to do", "When it is over"])

    def test_their_commands_exist(self):
        table = (chart_files.ROOT / "services" / "ctl" / "command.cpp").read_text()
        known = set(re.findall(r'\{"([a-z -]+)",', table))
        for path in chart_files.RUNBOOKS.glob("*.md"):
            for words in re.findall(r"rescuectl ([a-z][a-z -]*)", path.read_text()):
                with self.subTest(f"{path.stem}: rescuectl {words}"):
                    self.assertTrue(any(words == name or words.startswith(f"{name} ") for name in known), words)


if __name__ == "__main__":
    unittest.main()
