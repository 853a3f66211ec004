"""measured.py PROGRAM ARGUMENT…: runs it and prints {"status", "peak_kb"}, its children's included. A process of its own, because the kernel counts the
memory of the one that started a program as the program's."""
import json
import os
import sys

pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(json.dumps({"status": status, "peak_kb": usage.ru_maxrss}))
