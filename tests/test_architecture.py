"""The rules of the code that a machine can check: sizes, names, borders, locks. `make check` runs this file."""

import ast
import re
import subprocess
import sys
import tokenize
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("scrapers", "warehouse", "exports", "flows")
MODULES = sorted(path for package in (*PACKAGES, "samples") for path in (ROOT / package).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_CLASS_LINES = 150
SECURITY_FLOORS = {
    "brotli": (1, 2, 1),
    "lxml": (6, 1, 0),
    "aiohttp": (3, 14, 4),
    "urllib3": (2, 7, 0),
    "twisted": (26, 4, 0),
    "pyarrow": (26, 0, 0),
    "scrapy": (2, 17),
}
"""Lowest versions without a known advisory on our path; the dependencies' own floors are lower."""


def tracked_text() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and Path(name).suffix not in {".gz", ".png", ".html"}]


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank line, comment or docstring counts."""
    with tokenize.open(path) as file:
        source = file.read()
    doc_lines = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(source.splitlines(), start=1)
    return sum(bool(t.strip()) and not t.strip().startswith("#") and n not in doc_lines for n, t in lines)


def spans(path: Path, kinds: tuple[type[ast.AST], ...]) -> dict[str, int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node.end_lineno - node.lineno + 1 for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_functions_and_classes_stay_small(path: Path) -> None:
    functions = spans(path, (ast.FunctionDef, ast.AsyncFunctionDef))
    classes = spans(path, (ast.ClassDef,))

    assert code_lines(path) <= MAX_MODULE_LINES
    assert {name: n for name, n in functions.items() if n > MAX_FUNCTION_LINES} == {}
    assert {name: n for name, n in classes.items() if n > MAX_CLASS_LINES} == {}


def test_modules_are_named_for_what_they_know() -> None:
    vague = re.compile(r"(utils?|helpers?|commons?|misc|managers?|tools|stuff)\.py$")

    assert [name for name in NAMES if vague.search(name)] == []


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_only_the_command_line_imports_inside_functions(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inner == [] or path.name.startswith("cli") or path.name == "__main__.py"


def test_only_flows_imports_prefect() -> None:
    importers = {
        name.split("/", 1)[0]
        for name, path in zip(NAMES, MODULES, strict=True)
        if re.search(r"^\s*(from|import) prefect\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert importers <= {"flows"}


def test_the_four_packages_know_nothing_of_the_sample_world() -> None:
    sample_ids = [folder.name for folder in (ROOT / "samples" / "outlets").iterdir() if folder.is_dir()]
    mentions = [
        (str(path.relative_to(ROOT)), sample_id)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix in {".py", ".sql", ".toml", ".j2", ".css"}
        for sample_id in sample_ids
        if re.search(rf"\b{re.escape(sample_id)}\b", path.read_text(encoding="utf-8"))
    ]

    assert len(sample_ids) >= 8
    assert mentions == []


def test_no_outlet_is_named_in_python() -> None:
    listed = tomllib.loads((ROOT / "scrapers" / "extraction" / "media_names.toml").read_text(encoding="utf-8"))
    names = {name for group in ("outlets", "handles") for some in listed[group].values() for name in some}
    ids = {path.stem for path in (ROOT / "scrapers" / "sources").glob("*.toml")}
    telling = sorted(name for name in names | ids if len(name) > 2)  # "AP" is an application profile as well
    named = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, telling))})(?!\w)")
    found = [
        (name, match[0])
        for name, path in zip(NAMES, MODULES, strict=True)
        if not name.startswith("samples")  # "kabar", news, is a word of the invented world
        for match in named.finditer(path.read_text(encoding="utf-8"))
    ]

    assert len(names) > 200
    assert found == []


def test_there_is_no_todo_and_no_code_in_comments() -> None:
    pattern = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
    found = [
        name for name, path in zip(NAMES, MODULES, strict=True) if pattern.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_the_locks_hold_hashes_and_no_addresses() -> None:
    locks = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.lock"))]

    assert len(locks) == 3
    assert all("--hash=sha256:" in text for text in locks)
    assert not any("://" in text or "index-url" in text for text in locks)


def test_nothing_tracked_names_a_registry_host() -> None:
    hosts = re.compile("pypi" + r"\.org/simple|files\.python" + r"hosted|registry\.npm" + "js")
    found = [
        str(path) for path in tracked_text() if path.is_file() and hosts.search(path.read_text("utf-8", "replace"))
    ]

    assert found == []


@pytest.mark.parametrize("name", sorted(SECURITY_FLOORS))
def test_no_installed_version_is_below_its_security_floor(name: str) -> None:
    installed = tuple(int(part) for part in re.findall(r"\d+", version(name))[:3])

    assert installed >= SECURITY_FLOORS[name]


def test_importing_the_packages_starts_nothing() -> None:
    code = (
        "import sys, threading, scrapers.registry, scrapers.staging, warehouse.loader, exports.release, flows.settings;"
        "print(threading.active_count(), 'prefect' in sys.modules, 'scrapy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["1", "False", "False"]
