"""ministack's server as the tests start it.

The first line on standard output is the port. The server ends when its standard input does, so that it never outlives
the process that started it, however that process ends.
"""

import asyncio
import os
import socket
import sys
import threading

listener = socket.create_server(("127.0.0.1", 0), backlog=100)
port = listener.getsockname()[1]
# Read while it is imported.
os.environ["GATEWAY_PORT"] = str(port)

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config, Sockets  # noqa: E402
from ministack.app import app  # noqa: E402


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


class Listening(Config):
    """Serves the port that is printed above; one that is only free now may be taken a moment later."""

    def create_sockets(self) -> Sockets:
        listener.setblocking(False)
        return Sockets([], [listener], [])


config = Listening()
# Clients keep their connections for as long as they like.
config.keep_alive_timeout = 86_400
config.loglevel = "WARNING"
threading.Thread(target=end_with_input, daemon=True).start()
print(port, flush=True)
asyncio.run(serve(app, config))
