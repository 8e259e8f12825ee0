#!/usr/bin/env python3
"""Every real log of the sample folder through the built program, on both back ends.

  run_samples.py BIN FOLDER [--only interp] [--opt-level N]

Each run must end with a documented exit code (0 to 3), without a sanitizer's report, with valid JSON lines; both back
ends must print the same bytes. The human output must be valid UTF-8 without control bytes. Prints each failure and the
counts. --opt-level fixes the native compiler's effort; 0 suits a build with sanitizers.
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys

REPORTS = ("AddressSanitizer", "runtime error:", "ThreadSanitizer", "LeakSanitizer")


def run(binary, *arguments):
    return subprocess.run([binary, "run", "--now", "2026-03-01T12:00:00Z", *arguments], capture_output=True, timeout=600)


def check(binary, file, engines, native_options):
    problems, outputs = [], {}
    for engine in engines:
        native = native_options if engine == "jit" else []
        result = run(binary, "--engine", engine, *native, "-o", "json", str(file))
        outputs[engine] = result.stdout
        stderr = result.stderr.decode(errors="replace")
        if result.returncode not in (0, 1, 3) or any(r in stderr for r in REPORTS):
            problems.append(f"{engine}: exit {result.returncode}: {stderr[-400:]}")
        for number, line in enumerate(result.stdout.splitlines(), 1):
            try:
                json.loads(line.decode("utf-8"))
            except ValueError as error:
                problems.append(f"{engine}: output line {number} is no JSON: {error}")
                break
    if len(set(outputs.values())) > 1:
        problems.append("the back ends print different findings")
    human = run(binary, "--engine", engines[0], str(file))
    try:
        text = human.stdout.decode("utf-8")
        bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
        if bad:
            problems.append(f"human output holds control characters: {bad[:5]!r}")
    except UnicodeDecodeError as error:
        problems.append(f"human output is not UTF-8: {error}")
    return problems


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    engines = ["interp"] if "--only" in sys.argv else ["interp", "jit"]
    native_options = ["--require-native"]
    if "--opt-level" in sys.argv:
        native_options += ["--opt-level", sys.argv[sys.argv.index("--opt-level") + 1]]
    if not folder.is_dir():
        print(f"notice: {folder} is not there, nothing was run\n0 passed, 0 failed, 1 skipped")
        return 0
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SOURCES.md")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for file, problems in zip(files, pool.map(lambda f: check(binary, f, engines, native_options), files)):
            failed += bool(problems)
            for problem in problems:
                print(f"{file.relative_to(folder)}: {problem}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
