#!/usr/bin/env python3
"""The built program as scripts meet it: exit codes, pipes, signals, loaded libraries, hostile inputs.

  run_cli.py BIN ROOT [TEST…]

Each function test_* is one test; it gets a Box with a scratch folder. Prints each failure and the counts.
"""
import gzip
import inspect
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import why_tests
from box import RULE, Box, expect

def test_values_of_a_fix_stay_what_they_are(box):
    """A shell runs the command of each finding, and what it prints is the value, wherever the hole stands."""
    box.file("fix.fault", r'''module demo
rule r {
  severity error
  match "{^}v {x:rest}{$}"
  report "{x}"
  fix "printf '%s\\n' {x} 'a{x}b' \"a{x}b\" a{x}b \"$(printf '%s|' \"{x}\" '{x}' {x})\" # it's over"
}
''')
    values = ["plain", "a b", "it's", 'say "x"', "$(touch gone)", "`touch gone`", "$HOME", "\\", "\\\\'", "\\'; touch gone #",
              "'; touch gone; '", '"; touch gone; "', "!", "a!b", "*", "~", "-n", "#x", "$", "\\n", "é", "%s", "&", "'\"'", "$'x'", ")"]
    log = "".join(f"v {value}\n" for value in values).encode()
    _, found = box.findings("-r", "fix.fault", "-", stdin=log)
    expect(len(found) == len(values), len(found))
    for value, finding in zip(values, found):
        for shell in ("sh", "bash"):
            result = subprocess.run([shell, "-c", finding["fix"]], capture_output=True, cwd=box.folder, timeout=60)
            wanted = f"{value}\na{value}b\na{value}b\na{value}b\n{value}|{value}|{value}|\n".encode()
            expect(result.stdout == wanted, shell, finding["fix"], result.stdout, result.stderr)
    expect(not (box.folder / "gone").exists())


def test_exit_0_without_findings(box):
    result = box.run("run", "-r", "demo.fault", stdin=b"value 3\n")
    expect(result.returncode == 0, result.returncode, result.stdout, result.stderr)


def test_exit_1_at_the_severity_that_fails(box):
    for level, code in (("note", 1), ("error", 1), ("critical", 0), ("never", 0)):
        result = box.run("run", "-r", "demo.fault", "--fail-on", level, stdin=b"value 300\n")
        expect(result.returncode == code, level, result.returncode)


def test_exit_2_for_wrong_usage(box):
    for arguments in (["run", "--no-such-option"], ["nonsense"], [], ["run", "-o", "xml"], ["run", "--engine", "gpu"]):
        result = box.run(*arguments)
        expect(result.returncode == 2, arguments, result.returncode)
        expect(result.stderr and not result.stdout, arguments, result.stdout, result.stderr)


def test_exit_2_for_rules_that_do_not_compile(box):
    bad = box.file("bad.fault", "module bad\nrule x {\n  severity error\n  match \"a {n:int}\"\n  report \"{m}\"\n}\n")
    result = box.run("run", "-r", bad, stdin=b"a 1\n")
    expect(result.returncode == 2, result.returncode)
    expect(b"bad.fault:5" in result.stderr, result.stderr)
    expect(result.stdout == b"", result.stdout)


def test_exit_3_for_missing_input_and_the_rest_is_worked_through(box):
    good = box.file("good.log", "value 500\n")
    result, found = box.findings("-r", "demo.fault", "missing.log", good)
    expect(result.returncode == 3, result.returncode)
    expect(len(found) == 1, found)
    expect(b"missing.log" in result.stderr, result.stderr)


def test_damaged_gzip_gives_what_was_read_and_exit_3(box):
    whole = gzip.compress(b"value 500\n" * 50000)
    damaged = box.file("cut.log.gz", whole[: len(whole) // 2])
    result, found = box.findings("-r", "demo.fault", damaged)
    expect(result.returncode == 3, result.returncode)
    expect(len(found) > 1000, len(found))


def test_problems_of_inputs_are_said_once(box):
    good = box.file("good.log", "value 500\n" + "x" * 3000 + "\n")
    for quiet, told in (([], 1), (["-q"], 0)):
        result = box.run("run", "-r", "demo.fault", "--max-line", "100", *quiet, "missing.log", good)
        expect(result.returncode == 3, result.returncode)
        expect(result.stderr.count(b"missing.log") == 1, result.stderr)
        expect(b"missing.log" not in result.stdout, result.stdout)
        expect(result.stderr.count(b"longer than 100") == told, quiet, result.stderr)
        expect(result.stdout.count(b"longer than 100") == 1 - told, quiet, result.stdout)
    # A report in a file is complete.
    box.run("run", "-r", "demo.fault", "-o", "human=report.txt", "missing.log", good)
    expect(b"missing.log" in (box.folder / "report.txt").read_bytes())


def test_an_interrupted_run_claims_no_absence(box):
    rules = box.file("absent.fault", 'module absent\nrule lonely {\n  severity error\n  match "ask {what}"\n'
                     '  without "answer {what}"\n  report "no answer to {what}"\n}\n')
    full, found = box.findings("-r", rules, stdin=b"ask a\n")
    expect(len(found) == 1, found)
    program = subprocess.Popen([box.binary, "run", "-r", rules], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, cwd=box.folder)
    program.stdin.write(b"ask a\n")
    program.stdin.flush()
    wait_until_read(program)
    program.send_signal(signal.SIGINT)
    out, _ = program.communicate(timeout=60)
    expect(program.returncode == 130, program.returncode)
    expect(b"no answer" not in out, out)
    expect(b"undecided" in out, out)


def wait_until_read(program):
    """Until the pipe to the program is empty: what it was given is looked at even if it is interrupted now."""
    import fcntl
    import struct
    import termios
    for _ in range(6000):
        left = struct.unpack("i", fcntl.ioctl(program.stdin.fileno(), termios.FIONREAD, b"\0" * 4))[0]
        if left == 0:
            return
        time.sleep(0.01)
    raise AssertionError("the program reads nothing")


def with_terminal(box, arguments, feed):
    """Runs with standard error on a terminal; feed(process, seen) until it returns True. Returns what was shown."""
    import pty
    import select
    master, slave = pty.openpty()
    program = subprocess.Popen([box.binary, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave,
                               cwd=box.folder, env=dict(os.environ, TERM="xterm"))
    os.close(slave)
    shown = b""
    def take(wait):
        nonlocal shown
        while select.select([master], [], [], wait)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                return
            if not part:
                return
            shown += part
    for _ in range(3000):
        if feed(program, shown):
            break
        take(0.02)
    program.stdin.close()
    program.stdout.read()
    program.wait(timeout=60)
    take(0.1)
    os.close(master)
    return shown


def test_progress_on_a_terminal_only(box):
    def feed(program, seen):
        program.stdin.write(b"value 3\n" * 100)
        program.stdin.flush()
        return b"MiB" in seen
    shown = with_terminal(box, ["run", "-r", "demo.fault"], feed)
    expect(b"\r0 MiB  standard input\x1b[K" in shown, shown)
    expect(shown.endswith(b"\r\x1b[K"), shown[-200:])
    begin = time.monotonic()
    quiet = with_terminal(box, ["run", "-q", "-r", "demo.fault"],
                          lambda program, seen: feed(program, seen) or time.monotonic() - begin > 1.5)
    expect(quiet == b"", quiet)
    short = with_terminal(box, ["run", "-r", "demo.fault"], lambda program, seen: True)
    expect(b"MiB" not in short, short)
    begin = time.monotonic()
    program = subprocess.Popen([box.binary, "run", "-r", "demo.fault"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=box.folder)
    while time.monotonic() - begin < 1.5:
        feed(program, b"")
        time.sleep(0.02)
    _, errors = program.communicate(timeout=60)
    expect(errors == b"", errors)


def test_docker_build_late_in_a_log(box):
    rules = box.file("steps.fault", 'module steps\nrule failed {\n  severity error\n  match "{^}ERROR: {what:rest}"\n'
                     '  report "{what}"\n}\nrule pair {\n  severity note\n  match "{^}begin {x}"\n'
                     '  then "{^}end {x}" within 1 lines\n  report "{x}"\n}\n')
    stamp = "2026-01-02T03:04:05.1234567Z "
    lines = [stamp + "##[group]Run make"] + [stamp + f"line {i}" for i in range(5000)]
    lines += [stamp + text for text in ("#1 [internal] load build definition from Dockerfile", "#7 0.1 begin a",
                                        "#8 0.1 noise", "#7 0.2 end a", "#8 ERROR: exit code: 1")]
    log = box.file("late.log", "\n".join(lines) + "\n")
    seen = set()
    for engine in ("interp", "auto"):
        for threads in ("1", "4"):
            result, found = box.findings("-r", rules, "-r", "stdlib", "--engine", engine, "--threads", threads, log)
            ours = [(f["rule"], f["location"]["line"], f["message"]) for f in found if f["rule"].startswith("steps.")]
            expect(ours == [("steps.pair", 5003, "a"), ("steps.failed", 5006, "exit code: 1")], ours)
            seen.add(result.stdout)
    expect(len(seen) == 1, seen)


def test_the_repl_shows_what_was_typed(box):
    for typed, shown, hidden in ((b'1 + "a"', b"1 | 1 + \"a\"\n  |   ^\n", b"let"),
                                 (b'"{x:nothing}"', b"<input>:1:5\n", b"match"), (b"foo > ", b"<input>:1:6\n", b"let")):
        result = box.run("repl", stdin=typed + b"\n")
        expect(shown in result.stdout, result.stdout)
        expect(hidden not in result.stdout, result.stdout)


def test_gzip_and_plain_are_the_same(box):
    text = b"value 1\nvalue 101\nvalue 5000\n"
    plain = box.file("a.log", text)
    packed = box.file("a.log.gz", gzip.compress(text))
    first = [(f["location"]["line"], f["message"]) for f in box.findings("-r", "demo.fault", plain)[1]]
    second = [(f["location"]["line"], f["message"]) for f in box.findings("-r", "demo.fault", packed)[1]]
    expect(first == second == [(2, "101 is too large"), (3, "5000 is too large")], first, second)


def test_utf16_with_bom(box):
    log = box.file("w.log", "\ufeffgut\r\nvalue 777\r\n".encode("utf-16-le"))
    _, found = box.findings("-r", "demo.fault", log)
    expect([f["location"]["line"] for f in found] == [2], found)


def test_colours_and_progress_bars_leave_the_text(box):
    _, found = box.findings("-r", "demo.fault", stdin=b"\x1b[31mval\x1b[0mue 400\x1b[m\n 10%\r 99%\rvalue 500\n")
    expect([f["fields"]["n"] for f in found] == [400, 500], found)


def test_empty_binary_and_endless_lines(box):
    for name, data in (("empty", b""), ("nul", b"\0" * 100000), ("binary", bytes(range(256)) * 5000),
                       ("one line", b"x" * 5_000_000), ("no newline", b"value 999")):
        result = box.run("run", "-r", "demo.fault", "-o", "json", stdin=data)
        expect(result.returncode in (0, 1), name, result.returncode, result.stderr)
    expect(result.returncode == 1, "the last line counts without its newline")


def test_closed_pipe_ends_quietly(box):
    log = box.file("many.log", b"value 500\n" * 200000)
    command = f"'{box.binary}' run -r demo.fault -o json {log} | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, cwd=box.folder, timeout=120)
    expect(result.stderr == b"", result.stderr)
    expect(len(result.stdout.splitlines()) == 1, result.stdout)


def test_full_disk_is_reported(box):
    with open("/dev/full", "wb") as full:
        result = subprocess.run([box.binary, "list", "functions"], stdout=full, stderr=subprocess.PIPE, cwd=box.folder, timeout=60)
    expect(result.returncode != 0 and b"No space left" in result.stderr, result.returncode, result.stderr)


def test_interrupt_writes_what_was_decided(box):
    full = dict(os.environ, HOME=str(box.folder))
    program = subprocess.Popen([box.binary, "run", "-r", "demo.fault", "-o", "json", "--engine", "interp"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=box.folder, env=full)
    program.stdin.write(b"value 500\n")
    program.stdin.flush()
    deadline = time.time() + 60
    while time.time() < deadline:  # wait until the program reads its input
        if os.path.exists(f"/proc/{program.pid}/wchan") and "pipe" in open(f"/proc/{program.pid}/wchan").read():
            break
        if open(f"/proc/{program.pid}/stat").read().split()[2] == "S" and time.time() > deadline - 58:
            break
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    try:
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    expect(program.returncode == 130, program.returncode, err)
    expect(b'"message":"500 is too large"' in out, out, err)


def libraries(box, *arguments, stdin=b"value 300\n"):
    """Names of the libraries that the dynamic loader opened."""
    result = box.run(*arguments, stdin=stdin, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(box.folder / "ld")})
    text = "".join(p.read_text(errors="replace") for p in box.folder.glob("ld.*"))
    for p in box.folder.glob("ld.*"):
        p.unlink()
    expect("calling init" in text, "LD_DEBUG said nothing", result.stderr)
    return text


def test_llvm_is_loaded_only_for_native_code(box):
    for arguments in (["check", "demo.fault"], ["fmt", "--check", "demo.fault"], ["run", "--engine", "interp", "-r", "demo.fault"],
                      ["run", "-r", "demo.fault"]):
        text = libraries(box, *arguments)
        expect("libLLVM" not in text, arguments, "loads LLVM")
    if os.environ.get("FAULTLINE_JIT") == "OFF":
        return
    text = libraries(box, "run", "--engine", "jit", "--no-cache", "-r", "demo.fault")
    expect("libLLVM" in text, "--engine jit loads no LLVM")


def test_missing_plugin_is_said_once_and_the_run_goes_on(box):
    result = box.run("run", "--engine", "jit", "--no-cache", "-r", "demo.fault", stdin=b"value 300\nvalue 301\n",
                     env={"FAULTLINE_PLUGIN_DIR": str(box.folder)})
    expect(result.returncode == 1, result.returncode, result.stderr)
    expect(result.stderr.count(b"interpreter") == 1, result.stderr)
    strict = box.run("run", "--engine", "jit", "--no-cache", "--require-native", "-r", "demo.fault", stdin=b"value 300\n",
                     env={"FAULTLINE_PLUGIN_DIR": str(box.folder)})
    expect(strict.returncode == 2, strict.returncode, strict.stderr)


def test_inline_expression(box):
    result, found = box.findings("-e", 'match "{file}:{line:int}: {what:rest}"', stdin=b"ok\nmain.go:7: wrong\n")
    expect(result.returncode == 1, result.returncode, result.stderr)
    expect([(f["fields"]["file"], f["fields"]["line"], f["fields"]["what"]) for f in found] == [("main.go", 7, "wrong")], found)


def test_repository_rules_are_found_by_walking_up(box):
    box.file(".faultline/own.fault", RULE)
    box.file("deep/er/x.log", "value 300\n")
    full = dict(os.environ, HOME=str(box.folder))
    result = subprocess.run([box.binary, "run", "-o", "json", "x.log"], capture_output=True, cwd=box.folder / "deep/er", env=full, timeout=60)
    expect(b"demo.large" in result.stdout, result.stdout, result.stderr)


def test_config_shows_what_is_in_force(box):
    box.file("lib.fault", 'module lib\nparam limit: int = 3 between 1 and 9\nparam near: int = 2\n'
             'rule large { severity note; match "value {v:int}"; where v > limit; report "{v}" }\n')
    box.file("site.fault", 'module site\noverride lib.large { limit = 5; severity error }\n'
             'disable lib.large "loud" until "2020-01-01"\nallow lib.large where v == 7 "known"\npack acme.ci { version "1.4.0"; needs faultline >= "0.3" }\n')
    result = box.run("config", "-r", "lib.fault", "-r", "site.fault")
    lines = [" ".join(line.split()) for line in result.stdout.decode().splitlines()]
    for line in ("param lib.limit 5 (default 3) site.fault:2", "param lib.near 2 lib.fault:3", "override lib.large severity = error site.fault:2",
                 "disable lib.large off: loud, ran out on 2020-01-01 site.fault:3", "allow lib.large where v == 7: known site.fault:4",
                 "pack acme.ci 1.4.0, needs faultline >= 0.3 site.fault:5"):
        expect(line in lines, line, lines)


def test_tests_in_rules_have_runs_roles_and_a_clock(box):
    rule = """module demo
format step = line "{^}{time} took {d:duration}"
rule again {
  severity note
  from step
  by job
  when count(last 7d) >= 2
  report "{job} {d}"
  test {
    now "2026-03-01T12:00:00Z"
    run { context job="nightly"; input \"\"\"
      2026-03-01T11:00:00Z took 1s
      2026-03-01T11:00:01Z took 2s
      \"\"\" }
    at +1h
    run { context job="nightly"; input \"\"\"
      2026-03-01T12:30:00Z took 3s
      \"\"\" }
    run { context job="other"; input \"\"\"
      2026-03-01T12:30:00Z took 3s
      \"\"\" }
  } expect { job == "JOB", d == 3s }
  test {
    input \"\"\"
      2026-03-01T11:00:00Z took 1s
      \"\"\"
    input \"\"\"
      2026-03-01T11:00:02Z took 1s
      \"\"\"
  } expect nothing
}
"""
    box.file("good.fault", rule.replace("JOB", "nightly"))
    result = box.run("test", "good.fault")
    expect(result.returncode == 0 and b"2 passed, 0 failed" in result.stdout, result.stdout, result.stderr)
    box.file("wrong.fault", rule.replace("JOB", "other"))
    result = box.run("test", "wrong.fault")
    expect(result.returncode == 1 and b'the value is "nightly"' in result.stdout + result.stderr, result.stdout, result.stderr)


def test_the_clock_of_a_test_moves_inside_a_run(box):
    rule = '''module demo
format line = line "{^}{time} {what} {id}"
rule lonely {
  severity error
  by id
  from line where what == "ask"
  without line where what == "answer" within 5s
  report "no answer to {id}"
  test {
    input """
      2026-03-01T12:00:00Z ask a
      """
    at +WAIT
    input """
      2026-03-01T12:00:04Z answer a
      """
  } expect EXPECTED
}
'''
    # By the clock four seconds are not enough, and the answer is in time; after six its absence is decided.
    for wait, expected, code in (("4s", "nothing", 0), ("6s", '{ id == "a", log.line == 1 }', 0), ("6s", "nothing", 1),
                                 ("4s", '{ id == "a" }', 1)):
        box.file("clock.fault", rule.replace("WAIT", wait).replace("EXPECTED", expected))
        result = box.run("test", "clock.fault")
        expect(result.returncode == code, wait, expected, result.stdout, result.stderr)


def test_exports_with_the_newest_line_first(box):
    """Detected by the times and said; pipes and compressed files are turned around as well."""
    rules = box.file("order.fault", '''module demo
format line = line "{^}{time} {text:rest}"
rule pair {
  severity error
  match "begin {id:int}"
  then "end {id}" within 5s
  report "pair {id}"
}
''')
    def line(second, text):
        return f"2026-03-01T12:{second // 60:02}:{second % 60:02}Z {text}\n"
    events = [line(10 * i, f"begin {i}") + "  more of it\n" + line(10 * i + 4, f"end {i}") for i in range(60)]
    oldest = "".join(events)
    def newest(entries):
        lines = [entry for event in entries for entry in (event.split("  more", 1)[0] + "  more of it\n", event.split("of it\n", 1)[1])]
        return "".join(reversed(lines))
    def pairs(*arguments, **options):
        result, found = box.findings("-r", rules, *arguments, **options)
        return [(f["message"], f["location"]["line"], f["location"]["offset"]) for f in found], result
    log = newest(events)
    # The begin of event i stands on line 3 * (59 - i) + 2 of the export.
    wanted = [(f"pair {i}", 3 * (59 - i) + 2, log.index(f"begin {i}\n")) for i in range(60)]
    path = box.file("export.log", log)
    found, result = pairs(path)
    expect(found == wanted, found[:3], wanted[:3])
    expect(b"export.log: its newest line stands first" in result.stderr, result.stderr)
    expect(pairs(stdin=log.encode())[0] == wanted)
    expect(pairs(box.file("export.log.gz", gzip.compress(log.encode())))[0] == wanted)
    expect(pairs("--order", "oldest-first", path)[0] == [], "as it stands nothing ends behind its begin")
    # A log in order is left as it is, and so is a short one, or one with a few steps back.
    for text in (oldest, newest(events[:5]), oldest.replace(line(94, "end 9"), line(20, "end 9"))):
        expect(b"newest" not in pairs(box.file("other.log", text))[1].stderr)
    expect(len(pairs("--order", "newest-first", box.file("short.log", newest(events[:5])))[0]) == 5)


def test_several_outputs_at_once(box):
    result = box.run("run", "-r", "demo.fault", "-o", "human", "-o", "json=out.json", "-o", "github=out.txt", stdin=b"value 300\n")
    expect(b"too large" in result.stdout, result.stdout)
    expect(b'"kind":"finding"' in (box.folder / "out.json").read_bytes(), "json")
    expect(b"::error" in (box.folder / "out.txt").read_bytes(), "github")


def test_json_keys_are_in_the_order_of_the_contract(box):
    _, found = box.findings("-r", "demo.fault", stdin=b"value 300\n")
    order = ["kind", "id", "rule", "severity", "message", "location", "source", "fields", "evidence", "raw", "confidence", "fix", "key",
             "count", "first", "last"]
    keys = [k for k in found[0] if k in order]
    expect(keys == sorted(keys, key=order.index) and set(found[0]) <= set(order), list(found[0]))


def test_threads_and_engines_give_the_same_bytes(box):
    lines = "".join(f"value {i * 7 % 400} x{i}\n" for i in range(20000)).encode()
    log = box.file("big.log", lines)
    engines = ["interp"] if os.environ.get("FAULTLINE_JIT") == "OFF" else ["interp", "jit", "auto"]
    outputs = {(e, t): box.run("run", "-r", "demo.fault", "-o", "json", "--engine", e, "--threads", t, log).stdout
               for e in engines for t in ("1", "4")}
    expect(len(set(outputs.values())) == 1 and len(outputs[("interp", "1")]) > 1000, {k: len(v) for k, v in outputs.items()})


def test_help_has_an_example_and_version_is_printed(box):
    for verb in ("run", "check", "fmt", "list", "config", "test", "explain", "repl", "completion"):
        result = box.run(verb, "--help")
        expect(result.returncode == 0 and b"Example" in result.stdout, verb, result.stdout)
    result = box.run("--version")
    expect(result.returncode == 0 and result.stdout.startswith(b"faultline "), result.stdout)


def test_learn_knows_the_shapes_of_passing_runs(box):
    (box.folder / ".faultline").mkdir()
    good = box.file("good/a.log", "start 12:30\ngot 5 items in 3ms\nTests run: 3, Failures: 0\n")
    result = box.run("learn", "good")
    expect(result.returncode == 0 and b"learned 3 lines of 1 file: 3 shapes (+3)" in result.stdout, result)
    expect((box.folder / ".faultline/shapes.bin").exists())
    result = box.run("learn", stdin=b"start 1:02\ngot 77 items in 2s\nTests run: 9, Failures: 2\n")
    expect(b"learned 3 lines of 1 file: 4 shapes (+1) of 6 lines" in result.stdout, result)
    shown = box.run("learn", "--show").stdout.decode().splitlines()
    expect(shown == sorted(["start <*>", "got <*> item in <*>", "Tests run: <*>, Failures: <0>", "Tests run: <*>, Failures: <n>"]), shown)
    result = box.run("learn", "--replace", "-q", good)
    expect(result.returncode == 0 and not result.stdout, result)
    expect(len(box.run("learn", "--show").stdout.splitlines()) == 3)
    elsewhere = box.run("learn", "--output", "x/my.bin", good)
    expect(elsewhere.returncode == 0 and (box.folder / "x/my.bin").exists(), elsewhere)
    config = box.run("config").stdout.decode()
    expect(".faultline/shapes.bin" in config and "history.db (not there yet)" in config, config)


def test_learn_with_bad_inputs_and_places(box):
    (box.folder / ".faultline").mkdir()
    good = box.file("good.log", "fine\n")
    expect(box.run("learn", "none.log").returncode == 3)
    expect(not (box.folder / ".faultline/shapes.bin").exists())
    result = box.run("learn", "none.log", good)
    expect(result.returncode == 3 and b"learned 1 line of 1 file" in result.stdout, result)
    expect(box.run("learn", "--history", "none", good).returncode == 2)
    box.file(".faultline/shapes.bin", "junk")
    result = box.run("learn", good)
    expect(result.returncode == 0 and b"set aside" in result.stderr, result)
    expect((box.folder / ".faultline/shapes.bin.damaged").read_bytes() == b"junk")
    result = box.run("learn", "--output", good, good)
    expect(result.returncode == 3 and (box.folder / "good.log").read_bytes() == b"fine\n", result)
    (box.folder / "d.bin").mkdir()
    expect(box.run("learn", "--output", "d.bin", good).returncode == 3)
    env = {"XDG_STATE_HOME": str(box.folder / "state")}
    (box.folder / ".faultline/shapes.bin").rename(box.folder / "kept")
    for file in (box.folder / ".faultline").iterdir():
        file.unlink()
    (box.folder / ".faultline").rmdir()
    expect(box.run("learn", good, env=env).returncode == 0)
    expect((box.folder / "state/faultline/shapes.bin").exists())


def test_learners_at_once_lose_nothing(box):
    (box.folder / ".faultline").mkdir()
    programs = []
    for i in range(6):
        word = "abcdef"[i] * 4
        log = box.file(f"{word}.log", f"{word}\n{word} begins alone\n")
        programs.append(subprocess.Popen([box.binary, "learn", "-q", log], cwd=box.folder))
    expect(all(p.wait(timeout=120) == 0 for p in programs))
    expect(len(box.run("learn", "--show").stdout.splitlines()) == 12, box.run("learn", "--show").stdout)


def test_history_goes_out_and_comes_in(box):
    (box.folder / ".faultline").mkdir()
    line = ('{"repository":"r","branch":"b","job":"j","series":"s","key":"","time":"2026-01-0%dT03:04:05Z",'
            '"kind":"duration","value":%d}\n')
    text = '{"faultline_history":1}\n' + "".join(line % (day, day * 10) for day in range(1, 6))
    first = box.file("h.jsonl", text)
    expect(box.run("history", "show").returncode == 3)
    result = box.run("history", "import", first)
    expect(result.returncode == 0 and result.stdout == f"5 values of {first}\n".encode(), result)
    expect(box.run("history", "export").stdout.decode() == text)
    for name in ("x.gz", "x.zst"):
        expect(box.run("history", "export", name).returncode == 0)
        expect(box.run("history", "import", name, "--history", name + ".db").returncode == 0)
        expect(box.run("history", "export", "--history", name + ".db").stdout.decode() == text, name)
    shown = json.loads(box.run("history", "show", "--json").stdout)
    expect(shown["values"] == "5" and shown["first"] == "2026-01-01T03:04:05Z", shown)
    result = box.run("history", "prune", "--keep-days", "2", "--now", "2026-01-05T12:00:00Z")
    expect(result.stdout == b"3 values removed\n", result)
    expect(box.run("history", "import", box.file("bad.jsonl", text + "{}\n")).returncode == 3)
    expect(len(box.run("history", "export").stdout.splitlines()) == 3)
    expect(box.run("history", "show", "--history", "none").returncode == 2)
    expect(box.run("history", "show", "--history", first).returncode == 3)
    expect((box.folder / "h.jsonl").read_text() == text)
    box.file(".faultline/history.db", "junk" * 1000)
    result = box.run("history", "import", first)
    expect(result.returncode == 3 and b"set aside" in result.stderr, result)
    expect(len(box.run("history", "export").stdout.splitlines()) == 6)


def test_novel_lines_are_those_of_no_passing_run(box):
    (box.folder / ".faultline").mkdir()
    rule = box.file("n.fault", 'module n\nrule new {\n  severity error\n  match "{^}db: {what:rest}"\n  where novel\n  report "{what}"\n}\n')
    log = b"db: opened 3 files\ndb: connection refused by 10.1.2.3:5432\n"
    _, found = box.findings("-r", rule, "-", stdin=log)
    expect(found == [], "nothing was learned: `novel` is unknown", found)
    expect(box.run("learn", stdin=b"db: opened 17 files\ndb: closed\n").returncode == 0)
    for threads in ("1", "4"):
        _, found = box.findings("-r", rule, "--threads", threads, "-", stdin=log)
        expect([f["message"] for f in found] == ["connection refused by 10.1.2.3:5432"], found)
    _, found = box.findings("-r", rule, "--history", "none", "-", stdin=log)
    expect(found == [], found)
    box.file(".faultline/shapes.bin", "junk")
    result, found = box.findings("-r", rule, "-", stdin=log)
    expect(result.returncode == 0 and b"set aside" in result.stderr and found == [], result)


SLOW = '''module h
format build = json { time: time from "ts", name: text, took: duration(s) from "took_s" }
rule slow {
  severity error
  from build
  by name
  when took > 1.8 * p90(took, last 7d)
  report "{name} took {took}"
}
'''


def slow_log(day, took):
    return "".join('{"ts":"2026-01-%02dT%02d:00:00Z","name":"app","took_s":%d}\n' % (day, hour, took) for hour in range(3)).encode()


def test_last_days_remember_earlier_runs(box):
    (box.folder / ".faultline").mkdir()
    rule = box.file("h.fault", SLOW)
    context = ["--context", "branch=main,job=build", "--now", "2026-01-20T00:00:00Z"]
    for day in range(1, 6):
        result, found = box.findings("-r", rule, *context, "-", stdin=slow_log(day, 60 + day))
        expect(result.returncode == 0 and found == [], day, result, found)
    expect((box.folder / ".faultline/history.db").exists())
    first = box.run("history", "export").stdout
    expect(len(first.splitlines()) == 16, first)
    for again in range(2):  # a look at the same log changes nothing
        result, found = box.findings("-r", rule, *context, "-", stdin=slow_log(6, 200).splitlines()[0])
        expect([f["fields"]["took"] for f in found] == [200], again, result, found)
    expect(len(box.run("history", "export").stdout.splitlines()) == 17)
    # A branch without a past has that of the main one, under whatever name; then it has its own.
    dev = ["-r", rule, "--now", "2026-01-20T00:00:00Z", "--context"]
    _, found = box.findings(*dev, "branch=other,job=build,default_branch=trunk", "-", stdin=slow_log(6, 200))
    expect(found == [], "trunk has none", found)
    _, found = box.findings(*dev, "branch=dev,job=build", "-", stdin=slow_log(6, 200))
    expect([f["fields"]["took"] for f in found] == [200], found)
    _, found = box.findings(*dev, "branch=dev,job=build", "-", stdin=slow_log(6, 200))
    expect(found == [], "three values of its own", found)
    # A week later there is no past.
    _, found = box.findings("-r", rule, *context, "-", stdin=slow_log(19, 200))
    expect(found == [], found)
    box.file(".faultline/history.db", "junk" * 500)
    result, found = box.findings("-r", rule, *context, "-", stdin=slow_log(6, 200))
    expect(result.returncode == 0 and b"set aside" in result.stderr and found == [], result)
    result, found = box.findings("-r", rule, "--history", "h.fault", *context, "-", stdin=slow_log(6, 200))
    expect(result.returncode == 0 and b"left alone" in result.stderr, result)


def test_completion_scripts_are_shell(box):
    for shell in ("bash", "zsh", "fish"):
        result = box.run("completion", shell)
        expect(result.returncode == 0 and b"faultline" in result.stdout, shell)
    check = subprocess.run(["bash", "-n"], input=box.run("completion", "bash").stdout, capture_output=True)
    expect(check.returncode == 0, check.stderr)


def test_fmt_check_shows_a_diff_and_fmt_repairs(box):
    ugly = box.file("ugly.fault", RULE.replace("  severity error", "     severity    error  "))
    result = box.run("fmt", "--check", ugly)
    expect(result.returncode == 1 and b"severity" in result.stdout, result.returncode, result.stdout)
    expect(box.run("fmt", ugly).returncode == 0, "fmt")
    expect(box.run("fmt", "--check", ugly).returncode == 0, "fmt is not idempotent")
    expect(pathlib.Path(ugly).read_text() == RULE, pathlib.Path(ugly).read_text())


def test_hostile_text_never_reaches_a_terminal(box):
    rule = box.file("h.fault", 'module h\nrule h { severity error; match "bad {x:rest}"; report "bad {x}"; fix "echo {x}" }\n')
    log = b"bad \x1b]0;title\x07\x1b[2J \xff\xfe ::error::x%0A \xe2\x80\xae$(reboot)`id`\n"
    result = box.run("run", "-r", rule, stdin=log)
    expect(all(b >= 32 or b == 10 for b in result.stdout), result.stdout)
    result.stdout.decode("utf-8")
    expect("\u202e" not in result.stdout.decode(), "bidi control")
    github = box.run("run", "-r", rule, "-o", "github", stdin=log).stdout
    expect(github.count(b"\n") == len([l for l in github.splitlines() if l]), github)


def test_run_passes_a_command_through(box):
    result = box.run("run", "-r", "demo.fault", "--", "bash", "-c", "echo value 300; echo oops >&2; exit 7")
    expect(result.returncode == 7, result.returncode, result.stderr)
    expect(b"value 300\n" in result.stdout and b"too large" in result.stdout + result.stderr, result.stdout, result.stderr)


FAILING = "compiling a\nlink: cannot find -lz\ncollect2: ld returned 1 exit status\n"


def test_where_no_rule_matched_the_telling_lines_are_shown(box):
    def notes(*arguments, **options):
        result = box.run("run", "-r", "demo.fault", "-o", "json", *arguments, **options)
        return [(o["location"]["file"], o["location"]["line"]) for o in
                (json.loads(line) for line in result.stdout.splitlines() if line.startswith(b"{")) if o["kind"] == "note"], result
    log = box.file("build.log", FAILING)
    # A file is read again, of a pipe the end is kept; both give the same.
    expect(notes(log)[0] == [(log, 2), (log, 3), (log, 1)], notes(log))
    expect(notes(stdin=FAILING.encode())[0] == [("<stdin>", 2), ("<stdin>", 3), ("<stdin>", 1)], notes(stdin=FAILING.encode()))
    packed = box.file("build.log.gz", gzip.compress(FAILING.encode()))
    expect(notes(packed)[0] == [(packed, n) for n in (2, 3, 1)], notes(packed))
    found, result = notes(log)
    expect(result.returncode == 0, result)
    human = box.run("run", "-r", "demo.fault", log).stdout
    expect(human.startswith(b"no rule matched; the most telling lines:\n\nnote: link: cannot find -lz\n"), human)
    # Not beside a finding of level error, nor where nothing is telling.
    expect(notes(box.file("both.log", FAILING + "value 300\n"))[0] == [])
    expect(notes(stdin=b"all is well\nok 1.2s\n")[0] == [])
    # Of a command the exit status is known.
    found, result = notes("--", "sh", "-c", "echo one; echo two; exit 4")
    expect(result.returncode == 4, result)
    expect(b'"line":2},"text":"two","reasons":["last output of what failed"' in result.stdout, result.stdout)
    expect(b'"note"' not in notes("--", "sh", "-c", "echo one; echo two")[1].stdout)
    # Of a long input the end is looked at, and that is said.
    long = box.file("long.log", "cannot do it\n" + "nothing to see\n" * 700000 + FAILING)
    found, result = notes(long)
    expect([line for _, line in found] == [700003, 700004, 700002, 700001], found)
    human = box.run("run", "-r", "demo.fault", long).stdout
    expect(b"long.log: only its end was looked at for telling lines: the last 8 MiB" in human, human)
    # What passing runs printed is not telling; what they did not print is.
    (box.folder / ".faultline").mkdir()
    box.run("learn", "-q", stdin=b"compiling a\nlink: cannot find -lz\n")
    found, result = notes(box.file("other.log", FAILING + "hello\n"))
    expect([line for _, line in found] == [3, 4], found)
    human = box.run("run", "-r", "demo.fault", log).stdout
    expect(human.startswith(b"no rule matched; lines that no good run had, the most telling first:"), human)


ROLES = '''module demo
format mod = line "{^}{module} {version:semver}"
rule only_there {
  severity error
  by module
  from mod in after
  without mod in before
  report "{module} {version} is only in the second"
}
'''


def test_inputs_with_roles(box):
    rules = box.file("roles.fault", ROLES)
    before = box.file("before.txt", "a.com/a v1.0.0\nb.com/b v1.0.0\n")
    after = box.file("after.txt", "b.com/b v1.0.0\nc.com/c v1.2.0\n")
    result, found = box.findings("-r", rules, "--input", "before=" + before, "--input", "after=" + after)
    expect([f["fields"]["module"] for f in found] == ["c.com/c"], found)
    expect(result.returncode == 1, result)
    # Without the other side nothing can be said, and that is said.
    result, found = box.findings("-r", rules, "--input", "after=" + after)
    expect(found == [] and result.returncode == 0, result, found)
    expect(b"before" in result.stderr, result.stderr)
    result, found = box.findings("-r", rules, "--input", "diff=" + after)
    expect(found == [] and b"diff" in result.stderr, result)


def test_context_reaches_rules(box):
    rules = box.file("context.fault", '''module demo
rule r {
  severity note
  match "failed {what}"
  by job
  when count() >= 2
  report "{job}: {count()}"
}
''')
    log = box.file("a.log", "failed a\nfailed b\n")
    _, found = box.findings("-r", rules, "--context", "job=nightly", log)
    expect([f["message"] for f in found] == ["nightly: 2"], found)
    expect(found[0]["key"] == ["nightly"], found)
    expect(box.run("run", "-r", rules, "--context", "job", log).returncode == 2)


def test_what_a_finding_explains_is_folded(box):
    rules = box.file("causes.fault", '''module demo
rule cause {
  severity warning
  match "vendor is stale"
  report "vendor/ is stale"
  confidence { 0.5 "the line is there"; 0.25 "always" }
  explains symptom within 3 lines
  needs "go.mod"
}
rule symptom {
  severity error
  match "exit status {code:int}"
  report "exit status {code}"
}
''')
    log = box.file("a.log", "vendor is stale\nexit status 1\n.\n.\n.\n.\nexit status 1\n")
    human = box.run("run", "-r", rules, log).stdout.decode()
    expect(human.startswith("warning: vendor/ is stale"), human)
    expect("confidence 0.75: 0.5 the line is there, 0.25 always" in human, human)
    expect("what followed from it:\n    error: exit status 1" in human, human)
    expect("what would settle it: go.mod" in human, human)
    result = box.run("run", "-r", rules, "-o", "json", log)
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    findings = [o for o in objects if o["kind"] == "finding"]
    diagnoses = [o for o in objects if o["kind"] == "diagnosis"]
    expect(len(findings) == 3 and result.returncode == 1, objects)
    expect([d["root"]["rule"] for d in diagnoses] == ["demo.cause", "demo.symptom"], diagnoses)
    expect(diagnoses[0]["explains"][0]["finding"] == findings[1], diagnoses)
    expect(diagnoses[0]["missing"] == ["go.mod"], diagnoses)
    parts = findings[0]["confidence_parts"]
    expect(findings[0]["confidence"] == sum(p["weight"] for p in parts), findings[0])


PAIRS = RULE + '''
rule pair {
  severity warning
  match "start {id}"
  then "end {other}" within 5 lines
  report "{id} and {other}"
}
'''


def follow(box, *arguments, **options):
    """A run that goes on until it is told to end; findings go to out.json."""
    return subprocess.Popen([box.binary, "run", "--follow", "-r", "pairs.fault", "-o", "json=out.json", *arguments],
                            cwd=box.folder, env=dict(os.environ, HOME=str(box.folder)), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **options)


def wait_until(condition, what):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("never: " + what)


def found_in(box, name="out.json"):
    path = box.folder / name
    lines = path.read_text().split("\n")[:-1] if path.exists() else []  # whole ones
    return [json.loads(line)["message"] for line in lines if json.loads(line)["kind"] == "finding"]


def append(box, name, text):
    with open(box.folder / name, "a") as file:
        file.write(text)


def end(program, code=130):
    program.send_signal(signal.SIGTERM)
    _, errors = program.communicate(timeout=60)
    expect(program.returncode == code, program.returncode, errors)
    return errors


def test_follow_finds_what_is_written_and_survives_rotation(box):
    box.file("pairs.fault", PAIRS)
    box.file("a.log", "value 500\nstart x\nval")
    program = follow(box, "a.log")
    try:
        wait_until(lambda: found_in(box) == ["500 is too large"], "first finding")
        append(box, "a.log", "ue 600\n")
        wait_until(lambda: len(found_in(box)) == 2, "a line that was written in two parts")
        os.rename(box.folder / "a.log", box.folder / "a.log.1")
        append(box, "a.log.1", "value 700\n")
        wait_until(lambda: len(found_in(box)) == 3, "the old file's last line")
        append(box, "a.log", "end y\n")
        wait_until(lambda: len(found_in(box)) == 4, "the new file")
    finally:
        end(program)
    expect(found_in(box) == ["500 is too large", "600 is too large", "700 is too large", "x and y"], found_in(box))


def test_follow_reads_a_pipe_to_its_end(box):
    box.file("pairs.fault", PAIRS)
    program = subprocess.Popen([box.binary, "run", "--follow", "-r", "pairs.fault"], cwd=box.folder, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdin.write(b"value 500\n")
    program.stdin.flush()
    line = program.stdout.readline()  # while the pipe is open
    expect(b"500 is too large" in line, line)
    rest, _ = program.communicate(b"start x\nend y", timeout=60)
    expect(b"x and y" in rest and b"1 error, 1 warning" in rest, rest)
    expect(program.returncode == 1, program.returncode)


def test_follow_decides_absence_by_the_clock(box):
    box.file("pairs.fault", '''module demo
format stamped = json { time: time, message: text }
rule lonely {
  severity error
  match "start {id}"
  without "end" within 1h
  report "{id} has no end"
}
''')
    box.file("a.log", '{"time":"2026-01-02T03:04:05Z","message":"start x"}\n')
    os.utime(box.folder / "a.log", (1000000000, 1000000000))  # written long ago
    program = follow(box, "a.log")
    try:
        wait_until(lambda: found_in(box) == ["x has no end"], "absence")
    finally:
        end(program)


def test_follow_goes_on_from_its_state(box):
    box.file("pairs.fault", PAIRS)
    box.file("a.log", "value 500\nstart x\n")
    program = follow(box, "--state", "st", "a.log")
    wait_until(lambda: len(found_in(box)) == 1, "first finding")
    end(program)
    box.file("a.log", (box.folder / "a.log").read_text() + "end y\nvalue 600\n")
    program = follow(box, "--state", "st", "a.log")
    wait_until(lambda: len(found_in(box)) == 3, "what was written meanwhile")
    second = subprocess.run([box.binary, "run", "--follow", "-r", "pairs.fault", "--state", "st", "a.log"], cwd=box.folder,
                            capture_output=True, timeout=60)
    expect(second.returncode == 2 and b"another run uses it" in second.stderr, second.returncode, second.stderr)
    end(program)
    expect(found_in(box) == ["500 is too large", "x and y", "600 is too large"], found_in(box))
    # Other rules: what was kept makes no sense to them.
    box.file("pairs.fault", PAIRS.replace("within 5 lines", "within 6 lines"))
    aside = box.folder / "st" / "state.set-aside"
    program = follow(box, "--state", "st", "a.log")
    wait_until(lambda: aside.exists() and len(found_in(box)) == 3, "all of it anew")
    errors = end(program)
    expect(b"is of other rules or options; it was set aside" in errors, errors)
    aside.unlink()
    box.file("st/state", b"nonsense")
    program = follow(box, "--state", "st", "a.log")
    wait_until(lambda: aside.exists() and len(found_in(box)) == 3, "all of it anew")
    errors = end(program)
    expect(b"is not a snapshot; it was set aside" in errors, errors)


def test_follow_that_is_killed_finds_each_thing_once(box):
    box.file("pairs.fault", PAIRS)
    chance = random.Random(7)
    lines = "".join(chance.choice(["value {0}\n", "start {0}\n", "end {0}\n", "fine {0}\n"]).format(100 + n)
                    for n in range(4000))
    box.file("whole.log", lines)
    result, whole = box.findings("-r", "pairs.fault", "whole.log")
    expected = [finding["message"] for finding in whole]
    box.file("a.log", "")
    written = 0
    for _ in range(8):
        program = follow(box, "--state", "st", "a.log")
        for _ in range(chance.randrange(1, 6)):
            more = chance.randrange(1, len(lines) // 20)
            append(box, "a.log", lines[written:written + more])
            written += more
            time.sleep(chance.random() * 0.4)  # when it dies does not matter, only that it does somewhere
        program.kill()
        program.communicate(timeout=60)
    append(box, "a.log", lines[written:])
    program = follow(box, "--state", "st", "a.log")
    wait_until(lambda: len(found_in(box)) >= len(expected), "all findings")
    end(program)
    expect(found_in(box) == expected, len(found_in(box)), len(expected))
    # Not a byte differs from what a run without a disturbance writes.
    undisturbed = result.stdout.replace(b"whole.log", b"a.log")
    expect((box.folder / "out.json").read_bytes() == undisturbed, "the file differs")


def test_follow_with_roles_history_and_novelty(box):
    box.file("pairs.fault", ROLES + '''
format step = line "{^}{time} took {d:duration}"
rule again {
  severity note
  from step
  when count(last 7d) >= 1
  report "again {d}"
}
rule seen {
  severity note
  from mod in after
  report "seen {module}"
}
rule new {
  severity note
  match "{^}db: {what:rest}"
  where novel
  report "new {what}"
}
''')
    (box.folder / ".faultline").mkdir()
    box.run("learn", "-q", stdin=b"db: opened\n")
    box.file("before.txt", "a.com/a v1.0.0\n")
    box.file("after.txt", "a.com/a v1.0.0\nc.com/c v1.2.0\n")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    box.file("first.log", f"{now} took 1s\n")
    # It ends by itself, as its input does.
    result = box.run("run", "--follow", "-r", "pairs.fault", stdin=(box.folder / "first.log").read_bytes())
    expect(result.returncode == 0, result)
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5))
    box.file("a.log", f"db: opened\ndb: refused\n{later} took 2s\n")
    program = follow(box, "--input", "before=before.txt", "--input", "after=after.txt", "a.log")
    try:
        wait_until(lambda: len(found_in(box)) == 4, "what is new, the value of the run before, two modules")
        append(box, "after.txt", "d.com/d v1.0.0\n")
        wait_until(lambda: len(found_in(box)) == 5, "a module that came later")
    finally:
        end(program)
    expect(sorted(found_in(box)) == ["again 2s", "new refused", "seen a.com/a", "seen c.com/c", "seen d.com/d"], found_in(box))


def test_follow_refuses_what_it_cannot_do(box):
    box.file("pairs.fault", PAIRS)
    for arguments in (["--state", "st"], ["--follow", "--", "true"]):
        result = box.run("run", "-r", "pairs.fault", *arguments)
        expect(result.returncode == 2, arguments, result.returncode, result.stderr)


def main():
    binary, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    wanted = sys.argv[3:]
    found = [test for module in (sys.modules[__name__], why_tests) for test in inspect.getmembers(module, inspect.isfunction)]
    tests = [(n, f) for n, f in found if n.startswith("test_") and (not wanted or any(w in n for w in wanted))]
    failed = 0
    for name, function in sorted(tests, key=lambda t: (t[1].__module__, t[1].__code__.co_firstlineno)):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(Box(binary, root, folder))
            except Exception as error:  # noqa: BLE001 - every failure is shown and counted
                failed += 1
                place = traceback.extract_tb(error.__traceback__)[1:][:1]
                print(f"FAILED {name} (line {place[0].lineno if place else '?'}): {str(error)[:2000]}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
