"""What is sent to a customer's server: small, its debug data kept here."""
import unittest

from stack import PROGRAMS


class Shipped(unittest.TestCase):
    def test_programs_that_are_sent_leave_their_debug_data_here(self):
        for name in ("rescue-probe", "rescue-responder", "rescue-keeper"):
            with self.subTest(name):
                program, apart = (PROGRAMS / name).read_bytes(), (PROGRAMS / f"{name}.debug").read_bytes()
                self.assertNotIn(b"\0.debug_info\0", program)
                self.assertIn(f"{name}.debug\0".encode(), program)
                self.assertIn(b"\0.debug_info\0", apart)


if __name__ == "__main__":
    unittest.main()
