"""moto's server as the tests start it.

Two things that moto's own command does at every request cost more than the answer: it lists its folder, and it closes
the connection. Here the listing is read once, and waitress keeps connections open.

The first line on standard output is the port. The server ends when its standard input does, so that it never outlives
the process that started it, however that process ends.
"""

import logging
import os
import sys
import threading

import waitress
from moto import backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


modules = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: modules
# It warns of each request that waits for another.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)

server = waitress.create_server(
    DomainDispatcherApplication(create_backend_app),
    host="127.0.0.1",
    port=0,
    # moto's threads trip over each other: "dictionary changed size during iteration".
    threads=1,
    # Clients keep their connections for as long as they like.
    channel_timeout=86_400,
    connection_limit=400,
)
threading.Thread(target=end_with_input, daemon=True).start()
print(server.effective_port, flush=True)
server.run()
