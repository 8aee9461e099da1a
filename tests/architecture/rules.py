#!/usr/bin/env python3
"""Checks the rules of docs/architecture.md that a compiler cannot: include direction, third-party headers,
names defined twice, file sizes.

usage: rules.py REPOSITORY    prints every violation and exits 1 if there is one; warnings do not fail.
"""
import re
import sys
from pathlib import Path

LEVELS = {
    "core": 0,
    "plant": 1, "scene": 1, "telemetry": 1, "gpu": 1,
    "cad": 2, "sim": 2, "render": 2, "xr": 2, "kpi": 2, "condition": 2, "history": 2,
    "twin": 3, "historian": 3,
    "ui": 4, "check": 4,
    "app": 5,
}
# The only third-party headers a public header may include, and the one header of each module that may show a native API.
PUBLIC_THIRD_PARTY = {"glm"}
NATIVE = {"gpu/native.hpp": {"vulkan"}, "xr/native.hpp": {"vulkan", "openxr"}, "ui/native.hpp": {"vulkan"}}
STANDARD_HEADER = re.compile(r"^[a-z_0-9]+$")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
NAMESPACE = re.compile(r"\s*(?:inline )?namespace ([\w:]*)\s*\{")
TYPE = re.compile(r"(?:struct|class|enum class|union) (\w+)(?: final)?\s*(?::[^:].*)?\{")
FAIL_LINES, HEADER_LINES, SOURCE_LINES = 1000, 300, 600


def linked_modules(repository: Path, module: str) -> set[str]:
    """The modules that a module's CMakeLists.txt says it links."""
    cmake = repository / "src" / module / "CMakeLists.txt"
    words = re.findall(r"[A-Za-z_0-9:]+", re.sub(r"#.*", "", cmake.read_text()))
    return {word for word in words if word in LEVELS and word != module}


def included_module(include: str) -> str | None:
    """`millwright/plant/load.hpp` and `plant/tables.hpp` (a private header) belong to plant."""
    parts = include.removeprefix("millwright/").split("/")
    return parts[0] if len(parts) > 1 and parts[0] in LEVELS else None


def check_includes(repository: Path, path: Path, module: str, public: bool, links: set[str]) -> list[str]:
    problems = []
    for include in INCLUDE.findall(path.read_text()):
        other = included_module(include)
        place = f"{path.relative_to(repository)} includes {include}"
        if other and other != module:
            if not include.startswith("millwright/"):
                problems.append(f"{place}: a private header of another module")
            elif other not in links and other != "core":
                problems.append(f"{place}: {module} does not link {other}")
            elif LEVELS[other] >= LEVELS[module]:
                problems.append(f"{place}: level {LEVELS[other]} is not below level {LEVELS[module]}")
        elif public and not other and not STANDARD_HEADER.match(include):
            vendor = include.split("/")[0]
            name = f"{module}/{path.name}"
            if vendor not in PUBLIC_THIRD_PARTY | NATIVE.get(name, set()):
                problems.append(f"{place}: a third-party header in a public header")
    return problems


def check_size(repository: Path, path: Path) -> tuple[list[str], list[str]]:
    lines = path.read_text().count("\n")
    where = f"{path.relative_to(repository)} has {lines} lines"
    if lines > FAIL_LINES:
        return [f"{where}, more than {FAIL_LINES}"], []
    if lines > (HEADER_LINES if path.suffix == ".hpp" else SOURCE_LINES):
        return [], [where]
    return [], []


def types_defined(path: Path) -> set[str]:
    """Classes, structs and enumerations that a file defines at namespace level, with their namespaces; those of unnamed namespaces
    are left out, for these cannot meet another of the same name."""
    found, spaces, depth = set(), [], 0
    for line in path.read_text().splitlines():
        code = re.sub(r'"(?:\\.|[^"\\])*"|//.*', "", line)
        if space := NAMESPACE.match(code):
            spaces.append((depth, space.group(1)))
        elif (kind := TYPE.match(code)) and len(spaces) == depth and all(name for _, name in spaces):
            found.add("::".join([name for _, name in spaces] + [kind.group(1)]))
        depth += code.count("{") - code.count("}")
        while spaces and depth <= spaces[-1][0]:
            spaces.pop()
    return found


def check_names(repository: Path) -> list[str]:
    """Two types of one name, in different files, are one type to the linker, which takes the functions of either for both."""
    homes: dict[str, list[str]] = {}
    for folder in ("include", "src"):
        for path in sorted((repository / folder).rglob("*.?pp")):
            for name in types_defined(path):
                homes.setdefault(name, []).append(str(path.relative_to(repository)))
    return [f"{name} is defined more than once: {', '.join(where)}" for name, where in sorted(homes.items()) if len(where) > 1]


def check(repository: Path) -> tuple[list[str], list[str]]:
    """All violations and all warnings."""
    problems, warnings = [], []
    modules = [folder.name for folder in sorted((repository / "src").iterdir()) if (folder / "CMakeLists.txt").exists()]
    for module in modules:
        if module not in LEVELS:
            problems.append(f"src/{module} is not a module of docs/architecture.md")
            continue
        links = linked_modules(repository, module)
        for public, root in ((True, repository / "include/millwright" / module), (False, repository / "src" / module)):
            for path in sorted(root.rglob("*.?pp")):
                problems += check_includes(repository, path, module, public, links)
    problems += check_names(repository)
    for folder in ("include", "src", "tests", "assets", "benchmarks"):
        for path in sorted((repository / folder).rglob("*.?pp")):
            failed, warned = check_size(repository, path)
            problems += failed
            warnings += warned
    return problems, warnings


def main() -> int:
    problems, warnings = check(Path(sys.argv[1]).resolve())
    for warning in warnings:
        print(f"warning: {warning}")
    for problem in problems:
        print(f"error: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
