#!/usr/bin/env python3
"""`make down`: stops what `make up` started, and nothing else."""
import sys

import settings
import standing


def main():
    stopped = standing.stop(settings.ROOT / "run")
    print("stopped: " + ", ".join(stopped) if stopped else "nothing was running")
    return 0


if __name__ == "__main__":
    sys.exit(main())
