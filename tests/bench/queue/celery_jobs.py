#!/usr/bin/python3
"""Celery for tests/prove/queue: `celery_jobs.py work|enqueue PORT COUNT < job.json`. Celery's own program loads this file again."""
import json
import os
import pathlib
import subprocess
import sys
import time

import celery
import celery.signals
import redis

what, port, count = sys.argv[1:4] if sys.argv[0] == __file__ else ("run", os.environ.get("JOBS_PORT"), 0)
app = celery.Celery("jobs", broker=f"redis://127.0.0.1:{port}/0", backend=f"redis://127.0.0.1:{port}/1")


def say(word):
    # Celery's worker makes log lines of what goes to sys.stdout.
    print(word, time.monotonic(), file=sys.__stdout__, flush=True)


@app.task(name="investigation")
def investigation(job):
    return {"job_id": job["job_id"], "number": job["number"], "attempt": job["attempt"], "outcome": "succeeded"}


@celery.signals.worker_ready.connect
def ready(**_):
    say("ready")


def work():
    """The stored results tell when all jobs are done."""
    with subprocess.Popen(["/usr/bin/python3", "-m", "celery", "-A", "celery_jobs", "worker", "--loglevel=WARNING"],
                          cwd=pathlib.Path(__file__).parent, env=os.environ | {"JOBS_PORT": port}) as worker:
        results = redis.Redis(port=int(port), db=1)
        while (results.dbsize() < int(count)):
            time.sleep(0.01)
        say("done")
        worker.terminate()


def enqueue():
    job = json.load(sys.stdin)
    say("begun")
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(int(count)):
            investigation.apply_async((job | {"number": number},), producer=producer)


if __name__ == "__main__":
    work() if what == "work" else enqueue()
