"""The link of one host goes down for a while as its job works on it; what is seen there as soon as that has been noticed."""
import subprocess
import time

from leftovers import nothing_stays
from waiting import let_pass, wait_for
from watch import GIVEN_UP, PARTS, job_of, over, part_of, stay, wait_for_part

PART_S = 240  # until a job comes to a part of its work
CLEAR = {"target-lost", "target-silent", "target-unreachable"}
CHECK = {"mail": ["postfix", "check"], "exim": ["exim4", "-bV"]}


class Cut:
    """One of them. `part`: what the incident said the job was in; None: it did not come to it."""

    def __init__(self, moment):
        self.moment = moment
        self.part = None
        self.line = ""
        self.left = ""
        self.configuration = None
        self.faults = []


def cut(order, play, moment, silence_s):
    """From the wait for the moment to the mended link."""
    one = Cut(moment)
    host = play.host
    if not wait_for_part(order, [moment.part], lambda job: requeue(order, job, one.faults), PART_S):
        one.faults.append(f"the job did not come to its {moment.part}: {job_of(order)}"[:500])
        return one
    one.part = stay(order, moment.part, moment.after_s)
    if one.part is None and wait_for_part(order, PARTS, lambda job: None, PART_S):
        # The part was over sooner than on other machines: the next one, then.
        one.part = part_of(job_of(order))
    before = job_of(order)
    if one.part is None:
        one.faults.append(f"the job had left its {moment.part} before the moment came: {before['progress']}")
        return one
    host.link_down()
    cut_at = time.monotonic()
    try:
        told = notice(order, before["attempt"], cut_at, moment.down_s, silence_s)
        noticed_s = time.monotonic() - cut_at
        one.configuration = play.configuration()
        one.faults += refused_configuration(play)
        if told:
            one.left = nothing_stays(host, 3 * silence_s)
        gone_s = time.monotonic() - cut_at
        let_pass(cut_at + moment.down_s - time.monotonic())
    finally:
        host.link_up()
    one.faults += [f"there is still {one.left!r}"] if one.left else []
    if moment.down_s > silence_s and not told:
        one.faults.append(f"a link that was away for {noticed_s:.0f} s was not noticed")
    one.line = (f"{play.scene} ({host.name}): cut in the {one.part} (attempt {before['attempt']}, {before['progress']['phase']}), "
                + (f"{told} after {noticed_s:.0f} s, nothing of us after {gone_s:.0f} s, away for {time.monotonic() - cut_at:.0f} s" if told else f"for {noticed_s:.1f} s, borne"))
    return one


def notice(order, attempt, cut_at, down_s, silence_s):
    """What the attempt ended with; empty where it had not when the link comes back. A long cut goes on until it has been noticed."""
    def ended():
        job = job_of(order)
        if job and (job["attempt"] > attempt or job["state"] in GIVEN_UP):
            return [(job.get("failure") or {}).get("problem") or "ended"]
        passed_s = time.monotonic() - cut_at
        return [""] if over(job) or passed_s > (down_s if down_s < silence_s else 6 * silence_s) else None
    return wait_for("the cut's end", ended, 10 * silence_s)[0]


def refused_configuration(play):
    command = CHECK[play.scene.mta]
    try:
        play.host.run(*command)
    except subprocess.CalledProcessError as refused:
        return [f"{' '.join(command)}: {refused}"]
    return []


def requeue(order, job, faults, clear=CLEAR):
    """What a person does with a job that was given up, after a look at the word that it was given up with."""
    problem = (job.get("failure") or {}).get("problem")
    if problem not in clear:
        faults.append(f"{job['state']} with {job.get('failure')}")
    answer = order.stack.call("POST", f"/v1/jobs/{job['job_id']}/requeues", "operator", {"reason": "The link is up again."})
    if answer.status == 202:
        # What had begun to change its server is for two to decide.
        granted = {"outcome": "granted", "note": "Nothing is half done."}
        answer = order.stack.call("POST", f"/v1/tasks/{answer.json['task_id']}/completions", "other_operator", granted)
    if answer.status != 201:
        faults.append(f"requeue: {answer}")
