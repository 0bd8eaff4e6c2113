"""Runs a program and prints what it took as one line of JSON.

The peak memory is the kernel's own figure for the whole process. It is never less than what this
small script takes, which is some 10 MiB, because the program begins as a copy of it.
"""

import json
import os
import subprocess
import sys
import time

began = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
stdout = child.stdout.read()
_, status, used = os.wait4(child.pid, 0)
seconds = time.monotonic() - began
took = {
    "status": os.waitstatus_to_exitcode(status),
    "stdout": stdout,
    "seconds": seconds,
    "user_seconds": used.ru_utime,
    "peak_kib": used.ru_maxrss,
}
print(json.dumps(took))
