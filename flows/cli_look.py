"""The verb that looks at a data root: `status`. It reads files and needs neither Prefect nor a network."""

from dataclasses import asdict

import typer

from flows.cli_options import HomeOption, JsonOption, SourcesOption, open_place, print_json, print_rows
from flows.status import Status, read_status


def status(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Say how fresh each source is, what the latest run, generation and release are, and what is under way."""
    place = open_place(home, sources)
    found = read_status(place.root, place.registry)
    if as_json:
        print_json(asdict(found))
    else:
        _print_status(found)


def _print_status(found: Status) -> None:
    facts = {
        "data root": found.home,
        "under way": found.run_under_way or "nothing",
        "latest run": found.latest_run or "none",
        "waiting": f"{found.n_pending_crawls} crawls to extract",
        "generation": found.generation or "none",
        "latest release": found.latest_release or "none",
        **({"takedown": found.unfinished_takedown} if found.unfinished_takedown else {}),
        "served at": ", ".join(found.served_at) or "not served",
    }
    for name, value in facts.items():
        typer.echo(f"{name:<15} {value}")
    print_rows([asdict(source) for source in found.sources])
