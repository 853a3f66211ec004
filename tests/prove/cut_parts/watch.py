"""What GET /v1/incidents/{id} tells of a job that runs, and when it is time to cut its link."""
from waiting import let_pass, wait_for

KIND = "mail_abuse_response"
# What the job's progress calls it: in the order in which an attempt comes to it.
PARTS = {"upload": ("connecting", "sending-probe", "sending-responder"), "scan": ("probe-running",), "response": ("responding", "holding", "purging")}
GIVEN_UP = ("dead", "stopped")


def job_of(order):
    incident = order.stack.incident(order.incident_id) or {}
    return next((job for job in incident.get("jobs", []) if job["kind"] == KIND), None)


def part_of(job):
    """The part of the work it is in now; None before, between and after them."""
    if not job or job["state"] != "leased":
        return None
    phase = (job.get("progress") or {}).get("phase")
    return next((part for part, phases in PARTS.items() if phase in phases), None)


def over(job):
    return job is not None and job["state"] == "succeeded"


def wait_for_part(order, parts, requeue, timeout_s):
    """Until the job is in one of `parts` (Timeout); False where it ended before. A job that was given up is handed to `requeue`."""
    def there():
        job = job_of(order)
        if job and job["state"] in GIVEN_UP:
            requeue(job)
        return "there" if part_of(job) in parts else "over" if over(job) else None
    return wait_for(f"{' or '.join(parts)} at {order.host.name}", there, timeout_s) == "there"


def stay(order, part, seconds):
    """Lets `seconds` pass while the job is in `part`, and returns the part that it is in then."""
    let_pass(seconds, lambda: part_of(job_of(order)) == part)
    return part_of(job_of(order))
