"""Settings of the server, found by gunicorn in its working directory."""

import os

bind = os.environ.get("ADDR") or ":" + os.environ.get("PORT", "8080")
workers = 1
threads = 4
worker_tmp_dir = "/dev/shm"  # its heartbeat is a file; an image's file system may be slow or read-only
accesslog = "-"
