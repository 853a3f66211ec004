"""Every commit, publish, receive, acknowledge and answer has its failpoint, so that a new one without is found here."""
import collections
import re
import unittest

import tree

# Where something becomes durable, a message moves, or an answer leaves: (files, what stands there, sides that need a failpoint).
PLACES = (
    ("libs/store/src", r"connection_?(->|\.)(commit\(\)|(execute|script)\(\"COMMIT\")", ("before", "after")),
    ("libs/queue/src", r"\.run(_all|_script)?\(", ("before", "after")),
    ("libs/http/src", r"dispatcher_->answer\(", ()),
    ("libs/http/src", r"= exchange\.refusal \? .* : run\(exchange\)", ("before", "after")),
    ("libs/http/src", r"std::exchange\(output_is_answer_, false\)", ("sent",)),
    ("services/worker", r"\bwrite_new\(path", ("before", "after")),
    ("services/worker", r": run_job\(", ("before", "after")),
)
# A failpoint stands so many lines away at most.
NEAR = 4
