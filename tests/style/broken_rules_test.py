"""What tests/simulation can make the code forget (rescue/base/broken_rule.hpp), and nobody else."""
import collections
import re
import unittest

import tree

# Where null is written down, and who may set something else.
OF_THE_SIMULATION = ("tests/simulation", "libs/base")


class BrokenRules(unittest.TestCase):
    def test_each_rule_is_forgotten_at_one_place(self):
        places = collections.Counter()
        for path in tree.cpp_files():
            if tree.under(path, "libs", "services") and path.name != "broken_rule.hpp":
                places.update(match.group(1) for _, match in tree.lines_matching(path, r'\bbroken\("([a-z-]+)"\)'))
        self.assertGreaterEqual(len(places), 10)
        self.assertEqual([], [name for name, count in places.items() if count != 1])

    def test_only_the_simulation_breaks_rules_and_chooses_what_is_random(self):
        wrong = []
        for path in tree.cpp_files():
            if tree.under(path, *OF_THE_SIMULATION):
                continue
            wrong += [f"{path}:{line}" for line, _ in tree.lines_matching(path, r"\b(broken_rule|random_source)\s*=[^=]")]
        self.assertEqual([], wrong)

    def test_only_tests_ask_for_a_database_that_makes_nothing_durable(self):
        wrong = [str(path) for path in tree.files(".cpp", ".hpp", ".py", ".json", ".yaml", ".template")
                 if not tree.under(path, "tests", "libs/store") and re.search("sqlite-volatile", tree.text(path) or "")]
        self.assertEqual([], wrong)


if __name__ == "__main__":
    unittest.main()
