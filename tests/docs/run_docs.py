#!/usr/bin/env python3
"""Runs the examples of the documents.

  run_docs.py BIN ROOT [FILE…]

What a fenced block's info string says decides:
  ```fault [NAME]     a complete rule file: `check` finds no error and no warning, and its tests pass; with a name ending in
                      `.fault` it stands in the page's scratch folder as well
  ```fault wrong      on a page docs/diagnostics/CODE.md: `check --json` reports exactly CODE
  ```fault right      there as well: nothing is reported
  ```fault fragment   not run (a piece that is no file)
  ```text NAME        a file of the page's scratch folder, such as a log
  ```console          lines `$ faultline …` are run from ROOT, what stands below must come out; a line of only
                      `…` stands for any lines. `$ cat > NAME` writes the lines up to `EOF` to a scratch folder. Once
                      there is a file in that folder, the page's commands run there. A command with ` &` behind it goes on in
                      the background until `$ kill %1` ends it, or the page does.
A page of docs/cookbook holds a log, a rule with a near miss (`expect nothing`) and what comes out, and its index names it.
Every page of docs/diagnostics must have both a wrong and a right example, every code of `list diagnostics` a page. Where no page can
hold the wrong text, a line `<!-- no wrong example: REASON -->` stands for it.
Every relative link of a page leads to a file or folder that exists.
Prints each failure and, last, the counts.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(?P<indent> *)```+(?P<info>[^`]*)$")
NO_WRONG = re.compile(r"^<!-- no wrong example: \S.*-->$", re.M)
LINK = re.compile(r"\]\(\s*<?([^)<>\s]+)")
CODE = re.compile(r"(`+)(?:(?!\1).)*\1")


def blocks(path):
    """(line number, info string, text) of each fenced block."""
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if not opening:
            continue
        ticks = lines[number - 1].strip().split(opening["info"])[0] if opening["info"] else lines[number - 1].strip()
        start, body = number, []
        while number < len(lines) and lines[number].strip() != ticks:
            body.append(lines[number].removeprefix(opening["indent"]))
            number += 1
        number += 1
        yield start, opening["info"].strip(), "\n".join(body) + "\n"


def broken_links(path, root):
    """(line number, target) of each relative link to nothing. Links in fenced blocks and code are text."""
    fence = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if fence:
            fence = None if line.strip() == fence else fence
            continue
        opening = FENCE.match(line)
        if opening:
            fence = "`" * (len(line.strip()) - len(line.strip().lstrip("`")))
            continue
        for target in LINK.findall(CODE.sub("", line)):
            if re.match(r"[a-z][a-z0-9+.-]*:|#", target):
                continue
            place = (path.parent / target.split("#")[0]).resolve()
            if not place.is_relative_to(root) or not place.exists():
                yield number, target


def write_file(scratch, name, text):
    target = pathlib.Path(scratch) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def lacking(page):
    """What a page of the cookbook should have and has not."""
    if page.parent.name != "cookbook" or page.name == "README.md":
        return []
    found = [(info.split(), text) for _, info, text in blocks(page)]
    wanted = {
        "a log (```text NAME)": any(words[:1] == ["text"] and len(words) == 2 for words, _ in found),
        "a rule with a near miss (`expect nothing`)": any(words[:1] == ["fault"] and "expect nothing" in text for words, text in found),
        "what comes out (```console)": any(words[:1] == ["console"] for words, _ in found),
        "a line in the index": f"({page.name})" in (page.parent / "README.md").read_text(encoding="utf-8"),
    }
    return [what for what, there in wanted.items() if not there]


def reported(binary, rule_file):
    """(code, severity) of each diagnostic of a file."""
    run = subprocess.run([binary, "check", "--json", rule_file], capture_output=True, text=True, timeout=60)
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return [(d["code"], d["severity"]) for d in found if "code" in d], run


def fits(wanted, got):
    """Lines against lines; a wanted line `…` stands for any number of lines."""
    if not wanted:
        return not got
    if wanted[0].strip() == "…":
        return any(fits(wanted[1:], got[i:]) for i in range(len(got) + 1))
    return bool(got) and wanted[0].rstrip() == got[0].rstrip() and fits(wanted[1:], got[1:])


def end_job(job):
    """Ends a command of the background as a person would, and waits for it."""
    if job.poll() is None:
        os.killpg(job.pid, signal.SIGTERM)
    try:
        job.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()


def run_console(binary, root, scratch, text, jobs):
    """Problems of one console block. `jobs` are the page's commands in the background."""
    problems, lines, number = [], text.splitlines(), 0
    while number < len(lines):
        if not lines[number].startswith("$ "):
            problems.append(f"a console block holds commands (`$ …`) and their output, not: {lines[number]}")
            break
        command = lines[number][2:]
        number += 1
        if command.startswith("cat > "):
            name = re.match(r"cat > (\S+)", command)[1]
            body = []
            while number < len(lines) and lines[number] != "EOF":
                body.append(lines[number].removeprefix("> "))
                number += 1
            number += 1
            write_file(scratch, name, "\n".join(body) + "\n")
            continue
        wanted = []
        while number < len(lines) and not lines[number].startswith("$ "):
            wanted.append(lines[number])
            number += 1
        env = dict(os.environ, PATH=f"{pathlib.Path(binary).parent}:{os.environ['PATH']}", NO_COLOR="1", LC_ALL="C.UTF-8")
        for name in ("GITHUB_ACTIONS", "CI"):
            env.pop(name, None)
        place = scratch if any(pathlib.Path(scratch).iterdir()) else root
        if command.endswith(" &"):
            jobs.append(subprocess.Popen(["bash", "-c", "exec " + command[:-2]], cwd=place, env=env, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True))
            continue
        if command == "kill %1":
            if jobs:
                end_job(jobs.pop())
            else:
                problems.append("`kill %1`: nothing runs in the background")
            continue
        try:
            run = subprocess.run(["bash", "-c", command], cwd=place, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            problems.append(f"`{command}` did not end")
            break
        got = (run.stdout + run.stderr).splitlines()
        if not fits(wanted, got):
            problems.append(f"`{command}` printed\n    " + "\n    ".join(got) + "\n  and the page says\n    " + "\n    ".join(wanted))
    return problems


def main():
    binary, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    pages = [pathlib.Path(p) for p in sys.argv[3:]] or sorted([root / "README.md", *root.glob("docs/**/*.md"), *root.glob("examples/**/*.md")])
    counts = {"run": 0, "failed": 0, "skipped": 0}
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            name = page.resolve().relative_to(root).as_posix()
            modules = pathlib.Path(folder) / name.replace("/", "_")
            scratch = modules / "console"
            scratch.mkdir(parents=True)
            kinds, jobs = set(), []
            for line, info, text in blocks(page):
                words = info.split()
                if words[:1] == ["text"] and len(words) == 2:
                    write_file(scratch, words[1], text)
                    continue
                if not words or words[0] not in ("fault", "console"):
                    continue
                if "fragment" in words:
                    counts["skipped"] += 1
                    continue
                counts["run"] += 1
                bad = []
                if words[0] == "console":
                    bad = run_console(binary, root, scratch, text, jobs)
                else:
                    rule_file = modules / f"example_{line}.fault"
                    rule_file.write_text(text, encoding="utf-8")
                    if len(words) == 2 and words[1].endswith(".fault"):
                        write_file(scratch, words[1], text)
                    codes, run = reported(binary, rule_file)
                    if "wrong" in words:
                        kinds.add("wrong")
                        if [c for c, _ in codes] != [page.stem]:
                            bad.append(f"should report {page.stem} once, reports {codes or run.stderr or 'nothing'}")
                    else:
                        kinds.add("right" if "right" in words else "plain")
                        if codes or run.returncode != 0:
                            bad.append(f"should compile without a message: {run.stdout}{run.stderr}")
                        elif re.search(r"^\s*test\b", text, re.M):
                            tested = subprocess.run([binary, "test", str(rule_file)], capture_output=True, text=True, timeout=60)
                            if tested.returncode != 0:
                                bad.append(f"its tests fail: {tested.stdout}{tested.stderr}")
                for problem in bad:
                    problems.append(f"{name}:{line}: {problem}")
                counts["failed"] += bool(bad)
            for job in jobs:
                end_job(job)
            for what in lacking(page):
                counts["run"] += 1
                problems.append(f"{name}: the page lacks {what}")
                counts["failed"] += 1
            for line, target in broken_links(page, root):
                counts["run"] += 1
                problems.append(f"{name}:{line}: {target} does not exist")
                counts["failed"] += 1
            if NO_WRONG.search(page.read_text(encoding="utf-8")):
                kinds.add("wrong")
            if re.fullmatch(r"FL\d{4}", page.stem) and not {"wrong", "right"} <= kinds:
                counts["run"] += 1
                problems.append(f"{name}: a diagnostic's page needs a `fault wrong` and a `fault right` example")
                counts["failed"] += 1
        if len(sys.argv) <= 3:
            listed = subprocess.run([binary, "list", "diagnostics", "--json"], capture_output=True, text=True, timeout=60)
            for row in filter(None, listed.stdout.splitlines()):
                code = json.loads(row)["code"]
                if not (root / "docs/diagnostics" / f"{code}.md").exists():
                    counts["run"] += 1
                    problems.append(f"docs/diagnostics/{code}.md is missing")
                    counts["failed"] += 1
    print("\n".join(problems) if problems else f"{len(pages)} pages: every link leads somewhere")
    print(f"{counts['run'] - counts['failed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return counts["failed"] > 0


if __name__ == "__main__":
    sys.exit(main())
