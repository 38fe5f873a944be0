"""moto's server as the tests start it.

What moto's own command does at every request costs more than the answer: it lists its folder, lists the methods of a
class, takes names apart, chooses 52 random letters one by one, sets headers for browsers, and closes the connection.
Here what is always the same is found once, and waitress keeps connections open.

The first line on standard output is the port. The server ends when its standard input does, so that it never outlives
the process that started it, however that process ends.
"""

import logging
import os
import string
import sys
import threading
from functools import lru_cache

# moto reads it when it is imported.
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"

import waitress
from moto import backends
from moto.core import responses
from moto.moto_api._internal.moto_random import MotoRandom
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.secretsmanager.models import SecretsManagerBackend


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


modules = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: modules
for name in ("camelcase_to_underscores", "method_names_from_class"):
    setattr(responses, name, lru_cache(maxsize=None)(getattr(responses, name)))
DomainDispatcherApplication.get_backend_for_host = lru_cache(maxsize=None)(
    DomainDispatcherApplication.get_backend_for_host
)


def random_string(self, length=20, include_digits=True, lower_case=False):
    letters = string.ascii_letters + (string.digits if include_digits else "")
    chosen = "".join(self.choices(letters, k=length))
    return chosen.lower() if lower_case else chosen


MotoRandom.get_random_string = random_string

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
