"""Runs one command to its end and prints the seconds that it took and the most memory that it held, in KiB.

usage: measure.py PROGRAM [ARGUMENT...]     (the command's standard output goes first, the two numbers on the last line)
"""

import os
import subprocess
import sys
import time


def main():
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    print(f"{seconds} {usage.ru_maxrss}", flush=True)
    sys.exit(os.waitstatus_to_exitcode(status) and 1)


if __name__ == "__main__":
    main()
