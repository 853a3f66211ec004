#!/usr/bin/env python3
"""`make up`: starts the product on its usual ports with its data in ./run, and leaves it running."""
import sys

import settings
import standing
from stack import Stack

RUN = settings.ROOT / "run"


def first_lines(front):
    reporter = '-H "Authorization: Bearer $(cat run/tokens/reporter)"'
    operator = '-H "Authorization: Bearer $(cat run/tokens/operator)"'
    body = '{"source": "third_party", "category": "intrusion", "server": {"id": "srv-1001"}, "summary": "Log-in attempts from 192.0.2.10"}'
    return f"""
# A notice comes in; the answer has the incident's number.
curl -s {front}/v1/reports {reporter} -H "Idempotency-Key: $(date +%s%N)" -H 'Content-Type: application/json' \\
  -d '{body}'
# What the operators see.
curl -s {front}/v1/incidents {operator}
curl -s '{front}/v1/tasks?state=open' {operator}
# The price list.
curl -s {front}/v1/catalogue {operator}
"""


def main():
    running = standing.running(RUN)
    if running:
        print("already running: " + ", ".join(sorted(running)))
    else:
        stack = Stack(run=RUN, fixed_ports=True, detached=True)
        try:
            stack.start()
        except BaseException:
            stack.stop()
            raise
        standing.note(RUN, {name: child.pid for name, child in stack.children.items()})
        print("running: " + ", ".join(f"{name} {port}" for name, port in sorted(stack.ports.items())))
    front = "http://127.0.0.1:8080"
    print(f"""The front door is {front}. Logs, data and keys are in run/ (run/logs, run/data, run/tokens).
The whole way from notice to charge, as curl lines, is in README.md. To begin with:
{first_lines(front)}
`make down` stops it; the data stays.""")
    return 0


if __name__ == "__main__":
    sys.exit(main())
