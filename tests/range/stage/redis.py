"""Talks to the host's Redis from a chosen source address."""

import json
import subprocess
import sys

from stage.network import HOST, inside

CLIENT = """
import json, socket, sys
plan = json.load(sys.stdin)
with socket.create_connection((plan["host"], 6379), 20, source_address=(plan["source"], 0)) as link:
    answers = link.makefile("rb")
    told = []
    for words in plan["commands"]:
        link.sendall(b"*%d\\r\\n" % len(words) + b"".join(b"$%d\\r\\n%s\\r\\n" % (len(w.encode()), w.encode()) for w in words))
        told.append(answers.readline().decode().strip())
        if told[-1].startswith("$"):
            told[-1] = answers.read(int(told[-1][1:]) + 2).decode()
    json.dump(told, sys.stdout)
"""


def say(source: str, *commands) -> list:
    """The first line of each answer, or a whole text."""
    plan = {"host": HOST, "source": source, "commands": [list(words) for words in commands]}
    done = subprocess.run([*inside(source), sys.executable, "-c", CLIENT], input=json.dumps(plan), text=True, stdout=subprocess.PIPE,
                          timeout=60, check=True)
    return json.loads(done.stdout)
