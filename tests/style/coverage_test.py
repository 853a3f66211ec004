"""docs/coverage.md names only rules, plants and tests that there are, and each technique is one of its rules' own."""
import json
import re
import unittest

from tree import ROOT

RULES = {rule["id"]: rule for rule in (json.loads(path.read_text()) for path in (ROOT / "libs/detect").glob("*data/*/*.json"))}
PLANTS = {plant["id"] for plant in json.loads((ROOT / "tests/prove/tampering_plants/plants.json").read_text())["plants"]}
TESTS = {path.stem for pattern in ("libs/*/src/*_test.cpp", "services/*/*_test.cpp", "tests/*/*_test.py") for path in ROOT.glob(pattern)}


def rows():
    """(techniques, rules, shown by) of each line of the table."""
    for line in (ROOT / "docs/coverage.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| T"):
            yield cells[0].split(", "), re.findall(r"`([^`]+)`", cells[2]), cells[3]


class Coverage(unittest.TestCase):
    def test_each_rule_that_is_named_exists(self):
        named = {rule for _, rules, _ in rows() for rule in rules}
        self.assertGreater(len(named), 100)
        self.assertEqual(sorted(named - RULES.keys()), [])

    def test_each_technique_is_that_of_a_rule_beside_it(self):
        for techniques, rules, _ in rows():
            own = {attack for rule in rules for attack in RULES[rule]["attack_ids"]}
            for technique in techniques:
                with self.subTest(technique=technique, rules=rules):
                    self.assertTrue(any(attack == technique or attack.startswith(technique + ".") for attack in own))

    def test_each_plant_and_each_test_that_is_named_exists(self):
        for _, _, shown in rows():
            self.assertEqual(sorted(set(re.findall(r"plant:([\w-]+)", shown)) - PLANTS), [])
            self.assertEqual(sorted(set(re.findall(r"`([^`]+)`", shown)) - TESTS), [])

    def test_nothing_stands_without_something_that_shows_it(self):
        for techniques, rules, shown in rows():
            self.assertTrue(rules and shown, techniques)


if __name__ == "__main__":
    unittest.main()
