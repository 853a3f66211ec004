"""docs/rules.md is what tests/rules/table.py makes of the tests."""
import sys
import unittest

from tree import ROOT

sys.path.insert(0, str(ROOT / "tests" / "rules"))

import table  # noqa: E402


class Rules(unittest.TestCase):
    def test_the_table_is_up_to_date(self):
        self.assertEqual(table.TABLE.read_text(), table.render(), "run tests/rules/table.py")

    def test_names_stand_for_the_rules_they_begin_with(self):
        self.assertEqual(table.rules_of("R24_OnlyTheWebFormMayOrder"), {"R24"})
        self.assertEqual(table.rules_of("R12_R21_others_are_refused"), {"R12", "R21"})
        self.assertEqual(table.rules_of("R2_to_R4_and_R9"), {"R2", "R3", "R4"})

    def test_a_range_proves_only_what_is_nothing_but_a_consent_item(self):
        named = [(None, "X.R33_To_R45_EachHasAnItem")]
        self.assertEqual(table.state_of("Consent: x", named, None), "proven")
        self.assertEqual(table.state_of("More than that", named, None), "missing")
        self.assertEqual(table.state_of("Later", [(None, "X.R13_IsRefused")], "the response"), "refused")
        self.assertEqual(table.state_of("Later", named, "the response"), "pending")


if __name__ == "__main__":
    unittest.main()
