#!/usr/bin/env python3
"""Hostile inputs at full size: what they cost in memory, and what the run says of it.

  bench/hostile.py BIN [--small] [--seconds N] [CASE…]

Each case generates its input into a pipe, runs BIN on it with its own rule, watches the peak of
its memory (VmHWM) and compares it with the limit that docs/engine.md states: what the program needs for an
empty input, 64 MiB of waiting matches and what the case says. A case that takes longer than --seconds ends with
what was written by then, which is an ordinary end of input. --small is what CI runs.

  keys    a sequence by key: every line opens another key and none is ever closed
  counts  a count over five minutes by key: a new key each millisecond, so that windows end all the time
  block   a block whose last line never comes
  states  a regex of which every text is a beginning of exponentially many matches
  line    one line without a newline
"""
import subprocess
import sys
import tempfile
import threading
import time

MIB = 1 << 20
BASE = 96 * MIB  # of the waiting matches (64 MiB as they are counted), and what malloc keeps besides

KEYS = '''module hostile
rule pair {
  severity note
  by id
  match "open {id}"
  then "close {id}" within 10000000 lines
  report "{id}"
}
'''
COUNTS = '''module hostile
format line = line "{^}{time} {id}{$}"
rule often {
  severity note
  by id
  from line
  when count(over 5m) >= 3
  report "{id}"
}
'''
BLOCK = '''module hostile
format dump = block {
  "{^}begin {name}"
  repeat frames { "{^}  at {place}" }
  "{^}end"
}
rule dumped {
  severity note
  from dump
  report "{name}"
}
'''
STATES = '''module hostile
rule deep {
  severity note
  match r"(a|b)*a(a|b){400}c(a|b)*d"
  report "found"
}
'''
LINE = '''module hostile
rule word {
  severity note
  match "needle {x}"
  report "{x}"
}
'''


def keys(size):
    step = 100_000
    for begin in range(0, size, step):
        yield "".join([f"open {i}\n" for i in range(begin, min(size, begin + step))]).encode()


def counts(size):
    step = 60_000
    for begin in range(0, size, step):
        yield "".join([f"2026-03-01T{i // 3600000 % 24:02}:{i // 60000 % 60:02}:{i // 1000 % 60:02}.{i % 1000:03}Z k{i}\n"
                       for i in range(begin, min(size, begin + step))]).encode()


def block(size):
    yield b"begin x\n"
    frames = b"".join(b"  at %d\n" % i for i in range(100_000))
    for _ in range(max(1, size // 100_000)):
        yield frames


def states(size):
    piece = (b"abbabaab" * 12_500 + b"\n") * 10
    for _ in range(max(1, size // len(piece))):
        yield piece


def line(size):
    yield b"needle first "
    piece = b"needle " * (MIB // 7)
    for _ in range(max(1, size // len(piece))):
        yield piece


# name -> rule, generator, full size, small size, what besides BASE may be used, what must be said
CASES = {
    "keys": (KEYS, keys, 100_000_000, 60_000, 160 * MIB, "dropped"),
    "counts": (COUNTS, counts, 100_000_000, 30_000, 256 * MIB, None),
    "block": (BLOCK, block, 100_000_000, 200_000, 32 * MIB, "block"),
    "states": (STATES, states, 1_000_000_000, 2_000_000, 64 * MIB, None),
    "line": (LINE, line, 1_000_000_000, 4_000_000, 16 * MIB, "longer than"),
}


def peak_of(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(l.split()[1]) * 1024 for l in status if l.startswith("VmHWM")), 0)
    except OSError:
        return 0


def run(binary, rule, chunks, seconds):
    """(bytes and lines written, whether all of them, seconds, peak, exit code, what it printed)"""
    with tempfile.NamedTemporaryFile("w", suffix=".fault") as file:
        file.write(rule)
        file.flush()
        program = subprocess.Popen([binary, "run", "--history", "none", "-r", file.name, "-"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, peak = [], [0]
        reader = threading.Thread(target=lambda: said.append(program.stdout.read()))
        reader.start()

        def watch():
            while program.poll() is None:
                peak[0] = max(peak[0], peak_of(program.pid))
                time.sleep(0.02)
        watcher = threading.Thread(target=watch)
        watcher.start()
        begin, written, lines, whole = time.monotonic(), 0, 0, True
        try:
            for chunk in chunks:
                program.stdin.write(chunk)
                written += len(chunk)
                lines += chunk.count(b"\n")
                if time.monotonic() - begin > seconds:
                    whole = False
                    break
            program.stdin.close()
        except BrokenPipeError:
            whole = False
        program.wait()
        took = time.monotonic() - begin
        reader.join()
        watcher.join()
        return written, lines, whole, took, peak[0], program.returncode, said[0].decode(errors="replace")


def main():
    arguments = sys.argv[1:]
    small = "--small" in arguments
    seconds = 600.0
    if "--seconds" in arguments:
        at = arguments.index("--seconds")
        seconds = float(arguments[at + 1])
        del arguments[at:at + 2]
    arguments = [a for a in arguments if a != "--small"]
    binary, wanted = arguments[0], arguments[1:] or list(CASES)
    failed = 0
    for name in wanted:
        rule, generate, full, little, more, must_say = CASES[name]
        empty = run(binary, rule, [b"\n"], seconds)[4]
        limit = empty + BASE + more
        written, lines, whole, took, peak, code, said = run(binary, rule, generate(little if small else full), seconds)
        bad = []
        if peak > limit:
            bad.append("over the limit")
        if code not in (0, 1):
            bad.append(f"exit {code}")
        if must_say and must_say not in said:
            bad.append(f"does not say `{must_say}`")
        failed += bool(bad)
        print(f"{name}: {written / 1e6:,.0f} MB, {lines:,} lines{'' if whole else ' (stopped by time)'}, {took:.0f} s, "
              f"peak {peak / MIB:.0f} MiB (empty {empty / MIB:.0f}, limit {limit / MIB:.0f}) {'; '.join(bad) or 'ok'}", flush=True)
        for remark in [l for l in said.splitlines() if not l.startswith("{")][-3:]:
            print("    " + remark[:300])
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
