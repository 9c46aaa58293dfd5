"""Serves the sample news world for play by hand: `python -m samples [--day 2] [--registry DIR]`, until Ctrl-C."""

import argparse
import sys
import threading
from pathlib import Path

from samples.world import DAY_INSTANTS, NewsWorld, PortTakenError


def main() -> int:
    """Serve until interrupted. Returns the exit code: 0 served, 2 misused."""
    options = _parse_options()
    try:
        with NewsWorld(host=options.host, first_port=options.first_port, day=options.day) as world:
            _tell(world, options.registry)
            threading.Event().wait()
    except PortTakenError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass  # the way to stop
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples", description="Serve the sample news world.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--first-port", type=int, default=0, help="port of the first outlet; 0: any free ports")
    parser.add_argument("--day", type=int, default=1, choices=sorted(DAY_INSTANTS), help="day to serve")
    parser.add_argument("--registry", type=Path, help="folder to write the outlets' registry files to")
    return parser.parse_args()


def _tell(world: NewsWorld, registry: Path | None) -> None:
    for source_id, base_url in world.base_urls.items():
        print(f"{source_id:<18} {base_url}/")
    if registry:
        print(f"registry: {len(world.write_registry(registry))} files in {registry}")
    print(f"day {world.day}, {world.now:%Y-%m-%dT%H:%M:%SZ}; Ctrl-C stops", flush=True)


if __name__ == "__main__":
    sys.exit(main())
