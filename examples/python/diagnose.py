#!/usr/bin/env python3
"""What a log says, as `faultline run -o json` prints it, by way of the C interface.

    diagnose.py LOG                     with the stock rules
    diagnose.py -r RULES LOG            with a rule file or a folder of them, and the stock formats
    diagnose.py -r RULES -s BYTES LOG   the run is saved and begun again after so many bytes
"""
import argparse
import sys

import faultline


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("-r", "--rules")
    arguments.add_argument("-s", "--save-after", type=int, default=-1)
    arguments.add_argument("log")
    asked = arguments.parse_args()
    try:
        if asked.rules:
            rules = faultline.compile(paths=[asked.rules])
        else:
            rules = faultline.compile(packs=["stdlib"])
    except faultline.Error as error:
        for diagnostic in error.diagnostics:
            print("{file}:{line}:{column}: {message}".format(**diagnostic), file=sys.stderr)
        sys.exit(f"diagnose.py: {error}")

    run = faultline.Run(rules, engine=faultline.INTERP)
    source = run.begin(asked.log)
    with open(asked.log, "rb") as log:
        if asked.save_after >= 0:
            run.feed(source, log.read(asked.save_after))
            run = faultline.Run(rules, snapshot=run.save(), engine=faultline.INTERP)
        while data := log.read(4096):
            run.feed(source, data)
            for line in run.finding_lines():
                print(line)
    run.finish()
    for line in run.finding_lines():
        print(line)
    for line in run.diagnosis_lines():
        print(line)
    for notice in run.notices():
        print(f"notice: {notice['where']}: {notice['message']}", file=sys.stderr)


if __name__ == "__main__":
    main()
