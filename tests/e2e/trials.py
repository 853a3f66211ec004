"""What the proofs that fail a service at each failpoint have in common: both back ends side by side, their trials, and the figure.
Most of the time a trial waits (for a lease, a backoff), so several stacks share the trials of one back end."""
import argparse
import collections
import dataclasses
import itertools
import multiprocessing
import signal
import sys
import time

import failpoints
from child import end_with_parent
from settings import SERVICES

DATABASES = ("sqlite", "postgresql")


def arguments(hits_max):
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--service", choices=SERVICES, action="append", help="only this one")
    parser.add_argument("--failpoint", action="append", help="only this one")
    parser.add_argument("--action", choices=("kill", "fail", "stop"), action="append", help="only this one")
    parser.add_argument("--hits", type=lambda text: sys.maxsize if text == "all" else int(text), default=hits_max,
                        help="how many times at most at each failpoint of a service, or all")
    parser.add_argument("--stacks", type=int, default=3, help="how many share the trials of one back end")
    return parser.parse_args()


@dataclasses.dataclass
class Outcome:
    """Of one stack or back end. `done` counts trials by their action; "missed" are those that never got to their failpoint."""
    database: str
    reached: set = dataclasses.field(default_factory=set)
    done: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    faults: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.reached |= other.reached
        self.done += other.done
        self.faults += other.faults


class Run:
    """All trials. `open_stack(database)` gives a stack as a context; `trials_of(service, point, count, hits_max)` what is tried at
    one failpoint of a service that gets there `count` times in an incident; `attempt(stack, trial)` whether it got there;
    `conclude(stack, outcome)` looks for what is wrong at the end. Each leaves its faults in stack.faults."""

    def __init__(self, open_stack, trials_of, attempt, conclude):
        self.open_stack, self.trials_of, self.attempt, self.conclude = open_stack, trials_of, attempt, conclude

    def work(self, database, places, only, results):
        """One stack, in a process of its own, which takes (service, failpoint) by turns with others."""
        end_with_parent()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        outcome = Outcome(database)
        try:
            with self.open_stack(database) as stack:
                counts = stack.count_hits()
                while place := places.get():
                    self.try_out(stack, outcome, self.plan(counts, *place, only))
                self.conclude(stack, outcome)
                outcome.faults += stack.faults
        except Exception as error:
            outcome.faults.append(f"it did not come to its end: {error}")
            raise
        finally:
            results.put(outcome)

    def plan(self, counts, service, point, only):
        return [trial for trial in self.trials_of(service, point, counts[service][point], only.hits)
                if trial.action in (only.action or [trial.action])]

    def try_out(self, stack, outcome, plan):
        begun, told = time.monotonic(), len(stack.faults)
        for trial in plan:
            fired = self.attempt(stack, trial)
            outcome.done[trial.action if fired else "missed"] += 1
            outcome.reached |= {trial.failpoint} if fired else set()
        texts = list(stack.faults[told:])
        if plan:
            texts.append(f"{plan[0].service} {plan[0].failpoint}: {len(plan)} trials in {time.monotonic() - begun:.1f} s")
        for text in texts:
            print(f"  {outcome.database}: {text}", flush=True)

    def side_by_side(self, only):
        """The outcome of each back end."""
        results = multiprocessing.Queue()
        outcomes = {database: Outcome(database) for database in only.database or DATABASES}
        workers = []
        for database in outcomes:
            places = multiprocessing.SimpleQueue()
            for place in itertools.product(only.service or SERVICES, only.failpoint or failpoints.listed()):
                places.put(place)
            for _ in range(only.stacks):
                places.put(None)
                workers.append(multiprocessing.Process(target=self.work, args=(database, places, only, results)))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            for worker in workers:
                worker.start()
            for _ in workers:
                outcome = results.get()
                outcomes[outcome.database].add(outcome)
        finally:
            for worker in workers:
                worker.terminate()
                worker.join()
        return list(outcomes.values())


def figure(outcomes):
    """("sqlite 14/14, postgresql 14/14", whether that is all)."""
    names = set(failpoints.listed())
    parts = []
    for outcome in outcomes:
        parts.append(f"{outcome.database} {len(outcome.reached)}/{len(names)}")
        for name in sorted(names - outcome.reached):
            print(f"  {outcome.database}: never reached: {name}")
    missing = [database for database in DATABASES if database not in {outcome.database for outcome in outcomes}]
    parts += [f"{database} not run" for database in missing]
    return ", ".join(parts), not missing and all(outcome.reached == names and not outcome.faults for outcome in outcomes)


def total(outcomes, key):
    return sum(outcome.done[key] for outcome in outcomes)
