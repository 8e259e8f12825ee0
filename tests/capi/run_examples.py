#!/usr/bin/env python3
"""The examples in C and Python print what `faultline run -o json` prints, byte for byte, also where the run is saved and
begun again on the way.

  run_examples.py FAULTLINE EXAMPLE_C EXAMPLE_PYTHON LIBRARY ROOT     (an empty example is left out)
"""
import os
import pathlib
import subprocess
import sys


def main():
    program, example_c, example_python, library, root = sys.argv[1:]
    root = pathlib.Path(root)
    environment = dict(os.environ, FAULTLINE_LIBRARY=library)
    examples = [("C", [example_c])]
    if example_python:
        examples.append(("Python", [sys.executable, "-B", example_python]))
    else:
        print("notice: the example in Python is left out")
    failures = ran = 0

    def run(command):
        result = subprocess.run(command, capture_output=True, cwd=root, env=environment, check=False)
        return result.returncode, result.stdout, result.stderr

    def compare(name, command, wanted, code=0):
        nonlocal failures, ran
        ran += 1
        got = run(command)
        if got[:2] != (code, wanted):
            failures += 1
            print(f"FAILED: {name}: exit {got[0]}\n--- wanted\n{wanted.decode()}--- printed\n{got[1].decode()}--- errors\n"
                  f"{got[2].decode()}")

    build_log = "examples/broken-build/build.log"
    probe, probe_log = "examples/embed/probe.fault", "examples/embed/probe.log"
    stock = run([program, "run", "-r", "stdlib", "-o", "json", build_log])[1]
    two_stages = run([program, "run", "-r", probe, "-o", "json", probe_log])[1]
    # Worked out by hand: api-1 alone is written to behind its failure and not restarted.
    if two_stages.count(b'"kind":"finding"') != 2 or b"api-1 is written to" not in two_stages:
        failures += 1
        print("FAILED: the rule of the examples\n" + two_stages.decode())
    if b"go.modules.inconsistent_vendoring" not in stock:
        failures += 1
        print("FAILED: the stock rules\n" + stock.decode())
    size = (root / probe_log).stat().st_size
    cuts = sorted({0, 1, 40, 75, 76, 120, 121, 163, 170, 300, size - 1, size})
    for name, command in examples:
        compare(f"{name}, stock rules", command + [build_log], stock)
        compare(f"{name}, two stages", command + ["-r", probe, probe_log], two_stages)
        for cut in cuts if name == "Python" else range(1, size + 1, 17):
            compare(f"{name}, saved after {cut} bytes", command + ["-r", probe, "-s", str(cut), probe_log], two_stages)
        compare(f"{name}, stock rules, saved", command + ["-s", "500", build_log], stock)
        ran += 1
        code, out, err = run(command + ["-r", "examples/embed/probe.log", probe_log])
        if code == 0 or out or b"probe.log:1" not in err:
            failures += 1
            print(f"FAILED: {name}: rules that do not compile: exit {code}\n{out.decode()}{err.decode()}")
    print(f"{ran - failures} of {ran} runs of the examples agree")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
