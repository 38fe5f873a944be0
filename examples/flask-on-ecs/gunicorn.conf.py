"""What the GUNICORN_* parameters say, with what is good for a small task where they say nothing."""

import os


def number(name, default):
    """An empty or missing variable is the default; anything else has to be a number."""
    return int(os.environ.get(name) or default)


bind = os.environ.get("GUNICORN_BIND") or "0.0.0.0:5000"
workers = number("GUNICORN_WORKERS", 2)
threads = number("GUNICORN_THREADS", 4)
timeout = number("GUNICORN_TIMEOUT", 30)
# Fargate has no /dev/shm worth the name, and a heartbeat file on a slow disk kills workers.
worker_tmp_dir = "/tmp"
# The user has no home folder for its socket, and ECS controls the task.
control_socket_disable = True
accesslog = "-"
errorlog = "-"
