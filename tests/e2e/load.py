"""Work that goes on beside a test: reporters who report and a customer who orders, each on a thread of its own."""
import threading
import time

from case import expect


class Worker(threading.Thread):
    """Repeats `step` until it is stopped or has nothing more to do. Its failure is raised by `end`."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stopping = threading.Event()
        self.failure = None
        self.start()

    def run(self):
        try:
            while not self.stopping.is_set() and self.step():
                pass
        except BaseException as error:  # handed to the test's own thread
            self.failure = error

    def end(self):
        self.stopping.set()
        self.join()
        if self.failure:
            raise self.failure


class Reports(Worker):
    """Reports the same server again and again. `answered` has the time of each answer, the report's id and how long it took."""

    def __init__(self, stack, server):
        self.stack = stack
        self.body = {"source": "third_party", "category": "intrusion", "server": {"id": server}, "summary": "It attacks us."}
        self.answered = []
        super().__init__()

    def step(self):
        begun = time.time()
        taken = expect("report", self.stack.call("POST", "/v1/reports", "reporter", self.body), 202).json
        self.answered.append((time.time(), taken["report_id"], time.time() - begun))
        return True


class Orders(Worker):
    """Orders for one quoted case after the other."""

    def __init__(self, cases):
        self.waiting = list(cases)
        super().__init__()

    def step(self):
        self.waiting.pop(0).order()
        return bool(self.waiting)
