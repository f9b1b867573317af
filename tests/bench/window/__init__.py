"""The real desktop in a process of its own, watched from inside: `python -m tests.bench.window SCENARIO HOME NUMBER`.

A scenario runs on the program's own loop and drives the real widgets. It prints a line of JSON when it is ready for
what another process is to send, and one with its figures at the end. A frame is what Qt does for one: input, layout
and painting, and whatever came from the node meanwhile, in CPU time of the window's thread.
"""

BURST, SHARED = "Burst", "Shared"
"""Titles of what is shared with a peer."""
