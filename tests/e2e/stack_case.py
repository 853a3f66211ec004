"""The base of the end-to-end tests: one stack per class."""
import unittest

from case import Case
from stack import Stack


class StackCase(unittest.TestCase):
    """`spare` further servers srv-2001… are laid out; `new_case()` takes the next one, so that no test meets another's
    incident. `changes` goes to the services' settings."""
    spare = 8
    changes = None

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.make_stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.taken = 0

    @classmethod
    def make_stack(cls):
        return Stack(spare=cls.spare, changes=cls.changes)

    def setUp(self):
        self.stack.restart_dead()

    def tearDown(self):
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            self.stack.report_faults()

    @classmethod
    def new_case(cls):
        cls.taken += 1
        assert cls.taken <= cls.spare, "this class needs more spare servers"
        return Case(cls.stack, f"srv-{2000 + cls.taken}", f"C-{2000 + cls.taken}")

    def assert_problem(self, answer, status, problem=None, pointer=None):
        """An RFC 9457 document with everything in it; returns it."""
        self.assertEqual(answer.status, status, answer)
        self.assertTrue(answer.headers["content-type"].startswith("application/problem+json"), answer)
        document = answer.json
        self.assertEqual(document["status"], status)
        for key in ("type", "title", "detail", "request_id"):
            self.assertTrue(document.get(key), f"{key} is missing in {document}")
        if problem:
            self.assertEqual(answer.problem, problem, answer)
        if pointer is not None:
            self.assertEqual(document.get("pointer"), pointer, answer)
        return document
