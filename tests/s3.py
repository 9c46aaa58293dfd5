"""A real S3 server on loopback: SeaweedFS, as one process with a bucket that is made on first use."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exports.errors import TargetError
from exports.target_s3 import S3Target
from exports.targets import TargetAccess

WEED = Path(sys.executable).with_name("weed")
KEY, SECRET = "loopback", "loopback-secret"
_PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
_UP_S = 60.0


def is_installed() -> bool:
    return shutil.which(WEED) is not None


@contextmanager
def run_s3(folder: Path) -> Iterator[TargetAccess]:
    """Run the server with its data in a folder, and say how to reach it; killed at the end: it would take 17 s."""
    (folder / "data").mkdir(parents=True)
    identity = {
        "name": "publisher",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    *inner, s3, s3_grpc = _free_ports(len(_PORTS) + 2)
    options = [f"-{name}={port}" for name, port in zip(_PORTS, inner, strict=True)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(WEED, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *options),
                *("-filer", "-s3", f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}", "-s3.ip.bind=127.0.0.1"),
                *(f"-s3.config={folder / 's3.json'}", "-master.telemetry=false"),
                *("-volume.max=20", "-master.volumeSizeLimitMB=64"),
            ],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    access = TargetAccess(endpoint=f"http://127.0.0.1:{s3}", access_key_id=KEY, secret_access_key=SECRET)
    try:
        _wait_until_up(access)
        yield access
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_until_up(access: TargetAccess) -> None:
    last = time.monotonic() + _UP_S
    target = S3Target("first", "", access, n_retries=0)
    while True:
        try:
            target.replace("up", b"", "")
        except TargetError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)
        else:
            return


def _free_ports(n: int) -> list[int]:
    sockets = [socket.socket() for _ in range(n)]
    for it in sockets:
        it.bind(("127.0.0.1", 0))
    ports = [it.getsockname()[1] for it in sockets]
    for it in sockets:
        it.close()
    return ports
