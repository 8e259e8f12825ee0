#!/usr/bin/env python3
"""Fails on an include that the architecture forbids (docs/architecture.md, "Rooms").

  check_includes.py ROOT          checks the tree; prints FILE:LINE: reason; exit 1 if there is any
  check_includes.py --self-test   plants forbidden includes in a scratch tree and demands that each is found
"""
import pathlib
import re
import sys
import tempfile

# Room -> rooms it may include besides itself. The longest matching room of a path is its room.
ROOMS = {
    "support/source": [],
    "support/diag": ["support/source"],
    "support/lang": [],
    "support/value": ["support/lang"],
    "support/regex": [],
    "frontend/ast": ["support"],
    "frontend/parse": ["support", "frontend/ast"],
    "frontend/sema": ["support", "frontend/ast"],
    "frontend/lower": ["support", "frontend", "ir"],
    "ir": ["support"],
    "ir/interp": ["support", "ir", "runtime"],
    "runtime": ["support", "ir"],
    "jit": ["support", "ir", "runtime"],
    "tools/driver": ["support", "frontend", "ir", "ir/interp", "runtime", "jit"],
    "tools": ["support", "frontend", "ir", "ir/interp", "runtime", "jit", "tools/driver"],
    "capi": ["support", "frontend", "ir", "ir/interp", "runtime", "tools/driver"],
    "bench": ["support", "frontend", "ir", "ir/interp", "runtime", "jit", "tools", "tools/driver"],
}
# Third-party header -> the only rooms that may see it.
WALLS = [
    (re.compile(r"antlr4|FaultlineLexer|FaultlineParser"), "frontend/parse"),
    (re.compile(r"^llvm(-c)?/"), "jit"),
    (re.compile(r"^simdjson"), "tests"),   # the oracle of our own JSON reader
    (re.compile(r"^(zlib|zstd)\.h$"), "runtime/input tests"),
    (re.compile(r"^sqlite3"), "runtime/history tests"),
    (re.compile(r"^CLI/"), "tools"),
    (re.compile(r"^(re2/|pcre2)"), "tests"),
    (re.compile(r"^catch2/"), "tests"),
]
OURS = ("support/", "frontend/", "ir/", "runtime/", "jit/", "tools/", "capi/")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def within(path, room):
    return path == room or path.startswith(room + "/")


def admits(allowed, target):
    """A room's name admits that room; a name that is no room (support, frontend) admits all rooms below it."""
    return target == allowed or (allowed not in ROOMS and within(target, allowed))


def room_of(path):
    best = ""
    for room in ROOMS:
        if within(path, room) and len(room) > len(best):
            best = room
    return best


def check(root):
    problems = []
    for folder in ("support", "frontend", "ir", "runtime", "jit", "tools", "capi", "bench", "tests"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp", ".inc"):
                continue
            name = file.relative_to(root).as_posix()
            room = room_of(name)
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                header = found.group(1)
                for wall, owner in WALLS:
                    if wall.search(header) and not any(within(name, room) for room in owner.split()):
                        problems.append(f"{name}:{number}: {header} may be included only in {owner}/")
                if room and header.startswith(OURS):
                    target = room_of(header)
                    allowed = [room] + ROOMS[room]
                    if target != room and not any(admits(a, target) for a in allowed):
                        problems.append(f"{name}:{number}: {room} may not include {header} (allowed: {', '.join(allowed)})")
            if name == "grammar" or (within(name, "grammar") and file.suffix != ".g4"):
                problems.append(f"{name}: grammar holds .g4 files only")
    return problems


def self_test():
    planted = {
        "support/source/a.cpp": '#include "ir/ir.h"\n',
        "support/regex/a.cpp": '#include "support/value/value.h"\n',
        "frontend/sema/a.cpp": '#include "frontend/parse/parse.h"\n',
        "frontend/ast/a.h": '#include <antlr4-runtime.h>\n',
        "ir/a.cpp": '#include "runtime/program.h"\n',
        "runtime/engine/a.cpp": '#include "jit/jit.h"\n',
        "runtime/report/a.cpp": '#include "ir/interp/interp.h"\n',
        "runtime/correlate/a.cpp": '#include <sqlite3.h>\n',
        "tools/cli/a.cpp": '#include <llvm/IR/Module.h>\n',
        "tools/driver/a.cpp": '#include "tools/cli/options.h"\n',
        "tools/cli/b.cpp": '#include "capi/faultline.h"\n',
        "capi/a.cpp": '#include "tools/cli/session.h"\n',
        "capi/b.cpp": '#include "jit/jit.h"\n',
    }
    allowed = {
        "frontend/lower/b.cpp": '#include "frontend/sema/checked.h"\n#include "ir/ir.h"\n',
        "ir/interp/b.cpp": '#include "runtime/program.h"\n',
        "runtime/engine/b.cpp": '#include "ir/ir.h"\n#include "runtime/ops/ops.h"\n',
        "jit/b.cpp": '#include <llvm/IR/Module.h>\n',
        "tools/cli/c.cpp": '#include "tools/driver/compile.h"\n',
        "capi/c.cpp": '#include "tools/driver/compile.h"\n#include "capi/status.h"\n#include "runtime/engine/engine.h"\n',
    }
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        for name, text in {**planted, **allowed}.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        problems = check(root)
    missed = [name for name in planted if not any(p.startswith(name + ":") for p in problems)]
    wrong = [p for p in problems if any(p.startswith(name + ":") for name in allowed)]
    for name in missed:
        print(f"not found: {name}")
    for problem in wrong:
        print(f"wrongly refused: {problem}")
    print(f"{len(planted) - len(missed)} of {len(planted)} planted includes found, {len(wrong)} wrongly refused")
    return bool(missed or wrong)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    problems = check(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "no forbidden include")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
