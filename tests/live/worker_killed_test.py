"""The worker's process dies while it responds to mail abuse: what was begun on the server is brought to its end there, two people let the job go on, and it does."""
import sys

from live_case import TESTS  # first: what follows is on its path
from live_stack import StackCase
from waiting import wait_for

sys.path[:0] = [str(TESTS / "prove" / name) for name in ("mail_abuse", "cut_parts")]

import ledger  # noqa: E402
import watch  # noqa: E402
from cutting import requeue  # noqa: E402
from leftovers import ours  # noqa: E402
from rest import Order  # noqa: E402
from scenes import Play, Scene  # noqa: E402
from stack_cuts import well_ended  # noqa: E402

SPAM, USUAL = 1_500, 10


class WorkerKilledTest(StackCase):
    roles = ("mail",)

    def test_R13_a_response_whose_worker_died_is_taken_up_again_and_nothing_is_half_done(self):
        play = Play(Scene("mail", "open_relay", SPAM, USUAL), self.host, self.sink)
        play.abuse()
        before = play.configuration()
        order = Order(self.stack, 1, self.host, "root")
        order.prechecked("open_relay")
        order.ordered()
        self.assertTrue(watch.wait_for_part(order, ["response"], None, 120))
        self.stack.kill("worker")
        wait_for("nothing of ours to run there", lambda: not ours(self.host), 60)
        seen = play.configuration()
        self.host.run("postfix", "check")

        self.stack.restart("worker")
        job = wait_for("a person to be asked", lambda: (one := watch.job_of(order)) and one["state"] == "stopped" and one, 60)
        self.assertEqual((job["failure"]["problem"], job["attempt"]), ("worker-restarted", 1))
        faults = []
        requeue(order, job, faults, {"worker-restarted"})
        self.assertEqual(faults, [])
        response = order.worked()
        self.assertTrue(well_ended(response), response)
        after = play.configuration()
        for path in before.keys() | seen.keys() | after.keys():
            self.assertIn(seen.get(path), (before.get(path), after.get(path)), path)
        play.ended()
        self.assertEqual(play.faults + ledger.incident_faults(self.stack, order, watch.KIND), [])
        self.assertEqual(watch.job_of(order)["attempt"], 2)
