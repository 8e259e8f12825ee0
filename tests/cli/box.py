"""A scratch folder with rules and logs in which the program is run, for the tests beside this file."""
import json
import os
import pathlib
import subprocess

RULE = '''module demo

/// A number that is too large.
rule large {
  severity error
  match "value {n:int}"
  where n > 100
  report "{n} is too large"
}
'''


class Box:
    def __init__(self, binary, root, folder):
        self.binary, self.root, self.folder = binary, root, pathlib.Path(folder)
        self.file("demo.fault", RULE)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, *arguments, stdin=b"", env=None, **options):
        full = dict(os.environ, HOME=str(self.folder), XDG_CACHE_HOME=str(self.folder / "cache"), **(env or {}))
        for name in ("GITHUB_ACTIONS", "CI", "NO_COLOR"):
            full.pop(name, None) if not env or name not in env else None
        return subprocess.run([self.binary, *arguments], input=stdin, capture_output=True, cwd=self.folder, env=full,
                              timeout=120, **options)

    def findings(self, *arguments, stdin=b""):
        result = self.run("run", "-o", "json", *arguments, stdin=stdin)
        objects = [json.loads(line) for line in result.stdout.splitlines()]
        return result, [o for o in objects if o["kind"] == "finding"]


def expect(condition, *shown):
    if not condition:
        raise AssertionError(" | ".join(str(s) for s in shown))
