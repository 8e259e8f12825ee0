#!/usr/bin/env python3
"""The stock blocks and scopes over every real log, against counts that this script makes by itself.

  count_blocks.py BIN FOLDER [-v]

The built program runs rules that read `goroutine`, `go_panic`, `race`, `go_test`, `test_started` and `test_failed`. What they
find is compared with what the regular expressions below count in the text, file by file: goroutines, the frames of
all their stacks, those that name who made them, panics, races and the frames of their stacks, tests begun, ended and failed. The two share no
code: prefixes of continuous integration and `go test -json` are taken off here by other means.
"""
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

KINDS = ("goroutines", "frames", "created", "panics", "races", "race frames", "tests", "ended", "failed")

RULES = """
module count
rule goroutines {
  severity note
  from   goroutine
  let    frames = count(stack)
  let    created = if creator present then 1 else 0
  report "{frames} {created}"
}
rule panics {
  severity note
  from   go_panic
  report "{kind}"
}
rule races {
  severity note
  from   race
  let    total_frames = count(stack) + count(previous_stack) + sum(map(c in created, count(c.stack)))
  report "{total_frames}"
}
rule tests {
  severity note
  from   test_started
  report "{test}"
}
rule ended {
  severity note
  from   go_test
  where  closed
  report "{name}"
}
rule failed {
  severity note
  from   test_failed
  report "{test}"
}
"""

STAMP = re.compile(r"(?:[^\t\n]*\t[^\t\n]*\t\ufeff?)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (?:##\[(?:error|warning|notice|debug)\])?")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def decode(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def streams(text):
    """The lines of each writer, without what other programs put around them."""
    lines = [line.rstrip("\r") for line in ESCAPE.sub("", text).split("\n")]
    written = [line for line in lines if line]
    if written and sum(line.startswith("{") and '"Action":' in line for line in written) * 2 > len(written):
        texts = collections.defaultdict(str)
        for line in written:
            try:
                entry = json.loads(line)
            except ValueError:
                texts["plain"] += line + "\n"
                continue
            key = (entry.get("Package"), entry.get("Test"), entry.get("ImportPath"))
            texts[key] += entry.get("Output", "")
        return [part.split("\n") for part in texts.values()]
    if written and sum(bool(STAMP.match(line)) for line in written) * 2 > len(written):
        lines = [STAMP.sub("", line, count=1) for line in lines]
    return [lines]


HEAD = re.compile(r"\s*goroutine \d+ (?:\S+=\S+ )*\[.+\].*:$")
PLACE = re.compile(r"\s*\t\S.*:\d+(?: \+0x[0-9a-f]+)?(?: fp=.*)?$")
RACE_PLACE = re.compile(r" {6,}\S.*:\d+ \+0x[0-9a-f]+$")


def count_text(text):
    counts = collections.Counter()
    for lines in streams(text):
        inside = racing = False
        before = ""
        for line in lines:
            if HEAD.match(line):
                counts["goroutines"] += 1
                inside = True
            elif not line.strip() or line.startswith("[originating from"):
                inside = False
            elif inside and line.lstrip().startswith("created by "):
                counts["created"] += 1
            elif inside and PLACE.match(line) and not before.lstrip().startswith("created by "):
                counts["frames"] += 1
            if "WARNING: DATA RACE" in line:
                counts["races"] += 1
                racing = True
            elif line.strip() == "==================":
                racing = False
            elif racing and RACE_PLACE.match(line):
                counts["race frames"] += 1
            counts["panics"] += bool(re.match(r"(?:panic|fatal error): ", line))
            counts["tests"] += bool(re.match(r"\s*=== RUN\s+\S", line))
            counts["ended"] += bool(re.match(r"\s*--- (?:PASS|FAIL|SKIP|BENCH): \S", line))
            counts["failed"] += bool(re.match(r"\s*--- FAIL: \S", line))
            before = line
    return counts


def count_program(binary, rules, file):
    result = subprocess.run(
        [binary, "run", "--rules", rules, "--now", "2026-03-01T12:00:00Z", "--fail-on", "never", "-o", "json", str(file)],
        capture_output=True, timeout=600)
    if result.returncode != 0:
        raise RuntimeError(f"exit {result.returncode}: {result.stderr.decode(errors='replace')[-400:]}")
    counts = collections.Counter()
    for line in result.stdout.splitlines():
        entry = json.loads(line)
        rule = entry.get("rule", "")
        if not rule.startswith("count."):
            continue
        kind = rule.removeprefix("count.")
        counts[kind] += 1
        if kind == "goroutines":
            frames, created = map(int, entry["message"].split())
            counts["frames"] += frames
            counts["created"] += created
        elif kind == "races":
            counts["race frames"] += int(entry["message"])
    return counts


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if not folder.is_dir():
        print(f"notice: {folder} is not there, nothing was run\n0 passed, 0 failed, 1 skipped")
        return 0
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "SOURCES.md")
    failed, totals = 0, collections.Counter()
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        rules = pathlib.Path(scratch) / "count.fault"
        rules.write_text(RULES)
        found = pool.map(lambda f: count_program(binary, str(rules), f), files)
        for file, got in zip(files, found):
            wanted = count_text(decode(file.read_bytes()))
            totals += wanted
            wrong = [f"{kind}: {wanted[kind]} in the text, {got[kind]} found" for kind in KINDS if wanted[kind] != got[kind]]
            failed += bool(wrong)
            for text in wrong:
                print(f"{file.relative_to(folder)}: {text}")
            if "-v" in sys.argv and not wrong:
                print(f"{file.relative_to(folder)}: {dict(got)}")
    print(", ".join(f"{totals[kind]} {kind}" for kind in KINDS))
    empty = [kind for kind in KINDS if totals[kind] == 0]
    if empty:
        print(f"nothing was counted of {', '.join(empty)}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return failed > 0 or bool(empty)


if __name__ == "__main__":
    sys.exit(main())
