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
from moto.secretsmanager.models import SecretsManagerBackend


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


modules = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: modules

move_stage = SecretsManagerBackend.update_secret_version_stage


def move_stage_and_value(self, secret_id, version_stage, remove_from_version_id, move_to_version_id):
    """moto moves AWSCURRENT, and goes on reading the version that had it."""
    moved = move_stage(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
    if version_stage == "AWSCURRENT" and move_to_version_id:
        self.secrets[secret_id].set_default_version_id(move_to_version_id)
    return moved


SecretsManagerBackend.update_secret_version_stage = move_stage_and_value
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
