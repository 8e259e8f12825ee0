#!/usr/bin/env python3
"""libfaultline.so gives out exactly the functions of faultline.h, and each is documented.

  check_symbols.py LIBRARY CAPI_FOLDER
"""
import pathlib
import re
import subprocess
import sys


def main():
    library, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    header = (folder / "faultline.h").read_text(encoding="utf-8")
    code = re.sub(r"/\*.*?\*/", lambda m: " " * len(m.group()), header, flags=re.S)
    declared = re.findall(r"FAULTLINE_API\s[^;{}]*?\b(faultline_\w+)\s*\(", code)
    problems = []
    if len(declared) < 50 or len(set(declared)) != len(declared):
        problems.append(f"the header could not be read: {len(declared)} functions found")
    listed = re.findall(r"^\s+(faultline_\w+);", (folder / "libfaultline.map").read_text(), flags=re.M)
    exported = []
    for line in subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":  # the version itself
            exported.append(name.split("@")[0])
    for what, names in (("libfaultline.map", listed), (library, exported)):
        problems += [f"{name}: in faultline.h, not in {what}" for name in sorted(set(declared) - set(names))]
        problems += [f"{name}: in {what}, not in faultline.h" for name in sorted(set(names) - set(declared))]
    # A function stands below its comment, or below another function that the comment is about.
    lines = header.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("FAULTLINE_API"):
            continue
        above = number - 1
        while above > 0 and lines[above].strip() and not lines[above].rstrip().endswith("*/"):
            above -= 1
        if not lines[above].rstrip().endswith("*/"):
            problems.append(f"faultline.h:{number + 1}: no comment above {line[:60]}")
    needed = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    if "LLVM" in needed:
        problems.append("LLVM is linked; it belongs into the plugin")
    version = re.search(r"FAULTLINE_ABI_VERSION (\d+)", header).group(1)
    if f"libfaultline.so.{version}]" not in needed:
        problems.append(f"the soname is not libfaultline.so.{version}")
    print("\n".join(problems) or f"{len(declared)} functions, all documented and given out")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
