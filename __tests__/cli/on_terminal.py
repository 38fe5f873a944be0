"""Runs a command on a pseudo-terminal: on_terminal.py SCRIPT COMMAND..., where SCRIPT is JSON with columns and what to type.

Each step waits for a text of the output, then types, or sends Ctrl-C as a terminal does. What the terminal shows goes to
standard output; the exit code is the command's.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

script = json.loads(sys.argv[1])
terminal, its_side = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, script["columns"], 0, 0))
pid = os.fork()
if pid == 0:
    os.close(terminal)
    os.login_tty(its_side)
    os.execvp(sys.argv[2], sys.argv[2:])
os.close(its_side)
shown = b""
seen = 0
steps = script["steps"]
while select.select([terminal], [], [], 60)[0]:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    shown += chunk
    while steps and (at := shown.find(steps[0]["after"].encode(), seen)) >= 0:
        step = steps.pop(0)
        seen = at + len(step["after"])
        os.write(terminal, step["type"].encode())
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
