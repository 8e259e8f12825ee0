"""`faultline explain RULE --why INPUT[:LINE]`: for each kind of condition a rule that fires, and near misses.

What is expected was worked out from docs/semantics.md and the logs here, before the program was asked.
"""
import gzip
import json

from box import expect

APP = '''module app
format app = line "{^}{time} {pod} {what:rest}"
event probe  { match "{pod} probe failed" }
event hijack { match "{pod} write on hijacked connection" }
'''


def log(*lines):
    """Lines "SECONDS TEXT" with a time in front, or as they are."""
    out = []
    for line in lines:
        seconds, _, text = line.partition(" ")
        out.append(f"2026-01-02T10:{int(seconds) // 60:02}:{int(seconds) % 60:02}Z {text}" if seconds.isdigit() else line)
    return "\n".join(out) + "\n"


def why(box, rule, text, line=None, *arguments, name="r", exit_code=0):
    """The answer as its JSON object; the human form must be told without a fault as well."""
    box.file("r.fault", rule)
    path = box.file("a.log", text)
    place = "a.log" if line is None else f"a.log:{line}"
    result = box.run("explain", name, "-r", "r.fault", "--why", place, "-o", "json", *arguments)
    expect(result.returncode == exit_code, result.returncode, result.stderr, result.stdout[:300])
    human = box.run("explain", name, "-r", "r.fault", "--why", place, *arguments)
    expect(human.returncode == exit_code, human.returncode, human.stderr)
    answer = json.loads(result.stdout)
    expect(answer["sentence"] in human.stdout.decode(), answer["sentence"], human.stdout)
    expect(len(human.stdout.splitlines()) <= 40, human.stdout)
    return answer


def says(answer, outcome, *texts):
    everything = " | ".join([answer["sentence"], *answer.get("hints", []), *answer.get("notes", [])])
    expect(answer["outcome"] == outcome, answer["outcome"], everything)
    for text in texts:
        expect(text in everything, text, everything)
    return answer


def rule(body, head="module app\n"):
    return head + "rule r {\n  severity error\n" + body + "\n  report \"it\"\n}\n"


# ---------------------------------------------------------------- one record

def test_why_a_pattern_stops_fitting(box):
    r = rule('  match "verifying {module}@{version:semver}: checksum mismatch"')
    text = "verifying a/b@v1.2.3: checksum mismatch\nverifying a/b@oops: checksum mismatch\nverifying a/b@v1.2.3: checks\nx\n"
    says(why(box, r, text, 1), "found", "it found: it")
    says(why(box, r, text, 2), "no_match", "fits up to `verifying {module}@`", "`{version}` is wanted", "`oops: checksum mismatch`")
    says(why(box, r, text, 3), "no_match", "then `um mismatch` is wanted and the text ends")
    says(why(box, r, text, 4), "no_match", "no part of it stands there")
    says(why(box, rule('  match "{^}go: no"'), "  go: no\n", 1), "no_match", "but not at the line's begin")


def test_why_over_all_lines_names_the_nearest(box):
    r = rule('  match "value {n:int} of {m:int}"')
    says(why(box, r, "x\nvalue 3\nvalue 4 of x\nvalue\n"), "no_match", "a.log:3", "fits up to `value {n} of `", "`{m}` is wanted")


def test_why_a_condition_is_not_true(box):
    r = rule('  match "{state} {n:int}"\n  where state in ["idle", "run"] and n > 100 and n < 1000')
    says(why(box, r, "idle 7\n", 1), "no_match", "`n > 100` is false: n = 7")
    answer = says(why(box, r, "dead 7\n", 1), "no_match", "is false: state = \"dead\"", "`n > 100` is false")
    parts = answer["rules"][0]["stages"][0]["at_line"][0]["conditions"]
    expect([part["holds"] for part in parts] == ["false", "false", "true"], parts)
    says(why(box, r, "idle 101\n", 1), "found")
    says(why(box, r, "idle 100\n", 1), "no_match", "n = 100")
    optional = rule('  match "job {name}{( took {n:int})?}"\n  where n > 100')
    says(why(box, optional, "job x\n", 1), "no_match", "`n > 100` is unknown: n = missing")


def test_why_a_format_does_not_fit(box):
    r = 'module app\nformat web = line "{^}{time} GET {path} {status:int}"\nrule r {\n  severity error\n  from web\n  where status >= 500\n  report "it"\n}\n'
    ok = "2026-01-02T10:00:00Z GET /a 503\n"
    says(why(box, r, ok, 1), "found")
    says(why(box, r, ok.replace("503", "200"), 1), "no_match", "`status >= 500` is false: status = 200")
    says(why(box, r, "2026-01-02T10:00:00Z GET /a x\n", 1), "no_match", "not as app.web", "fits up to `{^}{time} GET {path} `",
         "`{status}` is wanted and there is `x`")
    says(why(box, r, "x\ny\n"), "no_match", "not as app.web")


def test_why_an_allow_a_disable_or_a_cause_hides_it(box):
    r = rule('  match "bad {n:int}"')
    says(why(box, r + 'allow app.r where n == 7 "known since May"\n', "bad 7\nbad 8\n", 1), "hidden", "an `allow` covers it: known since May")
    says(why(box, r + 'allow app.r where n == 7 "known"\n', "bad 7\nbad 8\n", 2), "found")
    says(why(box, r + 'disable app.r "too loud"\n', "bad 7\n", 1), "hidden", "`disable` in r.fault:7 turns the rule off: too loud")
    cause = r + 'rule cause {\n  severity error\n  match "root"\n  report "c"\n  explains r\n}\n'
    says(why(box, cause, "root\nbad 7\n", 2), "folded", "shown under its cause, app.cause at a.log:1")


def test_why_an_event_and_what_reads_it(box):
    r = 'module app\nevent e { match "e {n:int}"; where n > 5 }\n' + rule("  from e\n  where n > 8", head="")
    says(why(box, r, "e 7\n", 1), "no_match", "`n > 8` is false: n = 7")
    says(why(box, r, "e 3\n", 1), "no_match", "it reads app.e, which found nothing", "`n > 5` is false: n = 3")
    says(why(box, r, "e 7\n", 1, name="e"), "event", "an event is never shown")


# ---------------------------------------------------------------- sequences

PAIR = '  match "begin {id}" as a\n  then "end {id2}" within 3 lines\n'


def test_why_a_window_of_lines_ran_out(box):
    says(why(box, rule(PAIR), "begin 1\nx\nx\nend 1\n"), "found")
    answer = says(why(box, rule(PAIR), "begin 1\nx\nx\nx\nend 1\n"), "dropped", "nothing came for stage 2", "until line 4",
                  "a.log:5 fits it, but stands 4 lines behind line 1")
    steps = [step["what"] for step in answer["rules"][0]["matches"][0]["steps"]]
    expect(steps == ["began", "waits", "window_over"], steps)
    says(why(box, rule(PAIR), "begin 1\n", 1), "dropped", "nothing came for stage 2", "no line fits it, and none has a part")
    says(why(box, rule(PAIR), "x\n"), "no_match", "no line fits stage 1", "none has a part of its pattern")
    says(why(box, rule(PAIR), "end 1\nbegin 1\n", 2), "dropped", "a.log:1 fits it, but stands before a.log:2")
    says(why(box, rule(PAIR), "end 1\n", 1), "no_match", "stage 2", "no match waited for it", "nothing fits stage 1")


def test_why_a_window_of_time_ran_out(box):
    r = APP + rule("  by pod\n  match probe\n  then hijack within 5m", head="")
    says(why(box, r, log("0 web probe failed", "300 web write on hijacked connection")), "found")
    says(why(box, r, log("0 web probe failed", "308 web write on hijacked connection")), "dropped",
         "until 2026-01-02T10:05:00Z", "a.log:2 fits it, but comes 8s too late")
    says(why(box, r, log("0 web probe failed", "8 db write on hijacked connection")), "dropped", "pod = \"web\"",
         "a.log:2 fits it with another key: \"db\"")


def test_why_a_condition_between_stages_fails(box):
    r = rule('  match "begin {id:int}" as a\n  then "end {id2:int}" where id2 == a.id within 9 lines')
    says(why(box, r, "begin 1\nend 2\nend 1\n"), "found")
    says(why(box, r, "begin 1\nend 2\n"), "dropped", "a.log:2 fits stage 2", "`id2 == a.id` is false", "id2 = 2", "= 1")


def test_why_until_dropped_it(box):
    r = rule('  match "begin"\n  then "end" within 9 lines\n  until "stop"')
    says(why(box, r, "begin\nstop\nend\n"), "dropped", "dropped at a.log:2", "stage 3")
    says(why(box, r, "begin\nend\nstop\n"), "found")


PROBE = '''module acme
format app = line "{^}{time} pod={pod} {what:rest}"
event probe   { match "pod={pod} Readiness probe failed" }
event hijack  { match "pod={pod} http: response.WriteHeader on hijacked connection" }
event growth  { match "pod={pod} goroutines={value:int}" }
event restart { match "pod={pod} container restarted" }
rule r {
  severity critical
  by pod
  match probe as p
  then hijack as h within 5m
  then growth as g where value > 500 within 5m
  without restart between p and g
  report "{pod}: {g.value}"
}
'''


def test_why_the_near_misses_of_a_probe_and_a_leak(box):
    """The rule of which people say that they must see why it did not fire."""
    begin = ["0 pod=web Readiness probe failed", "60 pod=web http: response.WriteHeader on hijacked connection"]
    says(why(box, PROBE, log(*begin, "360 pod=web goroutines=501")), "found", "web: 501")
    says(why(box, PROBE, log(*begin, "361 pod=web goroutines=501")), "dropped", "nothing came for stage 3", "comes 1s too late")
    says(why(box, PROBE, log(*begin, "99 pod=web goroutines=500", "100 pod=web goroutines=20")), "dropped",
         "a.log:3 matches, but `value > 500` is false", "value = 500")
    says(why(box, PROBE, log(*begin, "100 pod=db goroutines=900")), "dropped", "with another key: \"db\"")
    restarted = log(*begin, "99 pod=web container restarted", "100 pod=web goroutines=900")
    says(why(box, PROBE, restarted), "dropped", "refuted by a.log:3", "without restart between p and g")
    # Whether the restart came between is known with the last stage, so line 4 is where the match ends.
    says(why(box, PROBE, restarted, 4), "dropped", "refuted by a.log:3", "without restart between p and g")
    says(why(box, PROBE, log(begin[0], "301 pod=web http: response.WriteHeader on hijacked connection")), "dropped",
         "nothing came for stage 2", "comes 1s too late")


# ---------------------------------------------------------------- absences

def test_why_an_absence_is_refuted(box):
    r = rule('  match "begin"\n  without "cleanup" within 2 lines')
    says(why(box, r, "begin\nx\ncleanup\n"), "dropped", "refuted by a.log:3", "stage 2")
    says(why(box, r, "begin\nx\nx\ncleanup\n"), "found")
    before = rule('  match "fail" as f\n  without "warned" before f')
    says(why(box, before, "warned\nx\nfail\n"), "dropped", "refuted by a.log:1")
    says(why(box, before, "fail\nwarned\n"), "found")
    anywhere = rule('  match "fail"\n  without "fine"')
    says(why(box, anywhere, "fine\nfail\n"), "dropped", "refuted by a.log:1")
    says(why(box, anywhere, "fail\nfine\n"), "dropped", "refuted by a.log:2")
    between = rule('  match "a1" as a\n  then "b1" as b within 9 lines\n  without "no" between a and b')
    says(why(box, between, "a1\nno\nb1\n"), "dropped", "refuted by a.log:2")


# ---------------------------------------------------------------- sets, repetitions

def test_why_a_set_is_not_complete(box):
    r = APP + rule("  by pod\n  all within 5m {\n    p = probe\n    h = hijack\n  }", head="")
    says(why(box, r, log("0 web probe failed", "300 web write on hijacked connection")), "found")
    says(why(box, r, log("0 web probe failed")), "dropped", "1 of 2 parts came", "nothing came for stage 2")
    says(why(box, r, log("0 web probe failed", "8 db write on hijacked connection"), 1), "dropped", "1 of 2 parts came",
         "a.log:2 fits it with another key")
    says(why(box, r, log("0 web probe failed", "301 web write on hijacked connection"), 1), "dropped", "comes 1s too late")


def test_why_a_repetition_is_too_short(box):
    r = rule('  match "bad" 3 times within 4 lines')
    says(why(box, r, "bad\nx\nbad\nx\nbad\n"), "found")
    says(why(box, r, "bad\nx\nbad\n"), "dropped", "only 2 of 3 came for stage 1")
    row = rule('  match "bad" 3 times in a row')
    says(why(box, row, "bad\nbad\nx\nbad\n", 2), "dropped", "2 came in a row", "of 3", "a.log:4 broke it")


# ---------------------------------------------------------------- counts

def test_why_a_count_is_below_its_threshold(box):
    r = rule('  match "fail {id}"\n  by id\n  when count(over 5 lines) >= 3')
    says(why(box, r, "fail 1\nfail 1\nfail 1\n"), "found")
    says(why(box, r, "fail 1\nfail 1\n"), "dropped", "`count(over 5 lines) >= 3` is false", "= 2")
    whole = rule('  match "fail {id}"\n  when count() >= 3')
    says(why(box, whole, "fail 1\nfail 2\n"), "dropped", "`count() >= 3` is false", "= 2")
    row = rule('  match "took {n:int}"\n  when last(n, over 1 lines) > 5 twice in a row')
    says(why(box, row, "took 9\ntook 3\n", 1), "dropped", "1 of 2")


def test_why_a_score_is_below_its_threshold(box):
    r = 'module app\nscore r {\n  severity error\n  4.0 "panic"\n  3.0 "fatal"\n  when total(over 20 lines) >= 10\n  report "it"\n}\n'
    says(why(box, r, "panic\nfatal\npanic\n"), "found")
    says(why(box, r, "panic\nfatal\n"), "dropped", "is false", "= 7")


# ---------------------------------------------------------------- joins, graphs, scopes, roles

def test_why_a_join_found_nothing(box):
    r = rule('  match "ERROR {step:int}"\n  with h = latest "STEP {step2:int} {name}" where step2 == step\n  where h.name == "build"')
    says(why(box, r, "STEP 1 build\nERROR 1\n"), "found")
    says(why(box, r, "STEP 1 test\nERROR 1\n"), "dropped", "h.name", "= \"test\"")
    says(why(box, r, "STEP 2 build\nERROR 1\n"), "dropped", "is unknown", "missing")


def test_why_a_join_does_not_see_the_other_file(box):
    r = rule('  match "ERROR {step:int}"\n  with h = latest "STEP {step2:int} {name}" where step2 == step\n  where h.name == "build"')
    box.file("r.fault", r)
    box.file("a.log", "STEP 1 build\n")
    box.file("b.log", "ERROR 1\n")
    result = box.run("explain", "r", "-r", "r.fault", "--why", "b.log", "--why", "a.log", "-o", "json")
    expect(result.returncode == 0, result.stderr)
    says(json.loads(result.stdout), "dropped", "`across run`")


def test_why_a_role_is_missing(box):
    r = 'module app\nrule r {\n  severity note\n  match "only {name}" in after\n  by name\n  without "only {name}" in before\n  report "it"\n}\n'
    box.file("before.log", "only a\n")
    box.file("none.log", "x\n")
    says(why(box, r, "only b\n", None, "--input", "before=before.log"), "no_match", "--input ROLE=FILE")
    box.file("a.log", "only b\nonly a\n")
    both = box.run("explain", "r", "-r", "r.fault", "--why", "none.log", "--input", "before=before.log", "--input", "after=a.log",
                   "-o", "json")
    says(json.loads(both.stdout), "found")


def test_why_a_graph_says_no(box):
    r = ('module app\nevent e { match "{a} needs {b}" }\ngraph g { edge e from a to b }\n'
         'rule r {\n  severity note\n  match "use {x} {y}"\n  where reaches(g, x, y)\n  report "it"\n}\n')
    says(why(box, r, "m needs n\nn needs o\nuse m o\n"), "found")
    says(why(box, r, "m needs n\nuse m o\n"), "dropped", "reaches(g, x, y)", "is false")


def test_why_a_scope_is_not_open_or_over(box):
    r = ('module app\nscope step { enter "STEP {name}"; close "DONE {name}" }\n'
         'rule r {\n  severity error\n  match "bad" as a\n  then "worse" within step\n  report "it"\n}\n')
    says(why(box, r, "STEP a\nbad\nworse\nDONE a\n"), "found")
    says(why(box, r, "STEP a\nbad\nDONE a\nworse\n"), "dropped", "nothing came for stage 2", "until the scope ends")
    says(why(box, r, "bad\nworse\n"), "dropped", "cannot be told", "the scope is not open")


def test_why_a_line_between_two_of_a_finding(box):
    r = rule('  match "begin"\n  then "end" within 5 lines')
    says(why(box, r, "begin\nx\nend\n", 3), "found")
    says(why(box, r, "begin\nx\nend\n", 2), "found", "none of its evidence")


def test_why_a_block_misses_a_line(box):
    r = ('module app\nformat dump = block { "{^}dump {id:int}:"; "  state {state}"; repeat rows { "  row {cell}" } }\n'
         'rule r {\n  severity error\n  from dump\n  where state == "bad"\n  report "it"\n}\n')
    says(why(box, r, "dump 1:\n  state bad\n  row a\nx\n", 3), "found")
    says(why(box, r, "dump 1:\n  state ok\nx\n", 1), "no_match", "`state == \"bad\"` is false: state = \"ok\"")
    answer = box.run("explain", "r", "-r", "r.fault", "--why", box.file("a.log", "dump 1:\n  row a\n") + ":1").stdout.decode()
    expect("block app.dump of line 1 is broken" in answer, answer)
    says(why(box, r, "dump 1:\n  row a\n"), "no_match", "1 block app.dump began, and lacks a line that it requires")
    says(why(box, r, "x\ndump x\n"), "no_match", "a.log:2", "no block app.dump begins there: fits up to `{^}dump `", "there is `x`")
    says(why(box, r, "x\ny\n"), "no_match", "nothing in the input is app.dump")


def test_why_some_of_a_set_is_not_enough(box):
    r = rule('  any 2 of within 5 lines {\n    a = "one"\n    b = "two"\n    c = "three"\n  }')
    says(why(box, r, "one\nx\nthree\n"), "found")
    says(why(box, r, "one\none\n"), "dropped", "1 of 2 parts came")


def test_why_json_lacks_a_field(box):
    r = 'module app\nformat j = json { level, message: text from "msg", code: int }\nrule r {\n  severity error\n  from j\n  where code > 3\n  report "it"\n}\n'
    says(why(box, r, '{"level":"info","msg":"m","code":4}\n', 1), "found")
    says(why(box, r, '{"level":"info","msg":"m","code":3}\n', 1), "no_match", "`code > 3` is false: code = 3")
    says(why(box, r, '{"level":"info","msg":"m"}\n', 1), "no_match", "not as app.j", "JSON with level, message, code is wanted")
    says(why(box, r, "plain\n", 1), "no_match", "it is no JSON")


# ---------------------------------------------------------------- the command line

def test_why_refuses_what_makes_no_sense(box):
    box.file("r.fault", rule('  match "bad {n:int}"'))
    box.file("a.log", "bad 1\nbad 2\n")

    def run(*arguments, stdin=b""):
        return box.run("explain", *arguments, stdin=stdin)

    past = run("r", "-r", "r.fault", "--why", "a.log:3")
    expect(past.returncode == 2 and b"the input ends at line 2" in past.stderr, past.returncode, past.stderr)
    unknown = run("q.r", "-r", "r.fault", "--why", "a.log")
    expect(unknown.returncode == 2 and b"no rule is called `q.r`" in unknown.stderr, unknown.stderr)
    near = run("app.rr", "-r", "r.fault", "--why", "a.log")
    expect(near.returncode == 2 and b"did you mean `app.r`" in near.stderr, near.stderr)
    expect(run("r", "-r", "r.fault", "--why", "no.log").returncode == 3)
    expect(run("r", "-r", "r.fault", "--why", "a.log:0").returncode == 2)
    expect(run("r", "-r", "r.fault", "--why", "a.log:99999999999999999999").returncode == 2)
    expect(run("r", "-r", "r.fault", "--why", "a.log:1", "--why", "a.log:2").returncode == 2)
    expect(run("r", "-r", "r.fault", "-o", "json").returncode == 2)
    expect(run("r", "-r", "r.fault", "--why", "a.log", "-o", "github").returncode == 2)
    empty = run("r", "-r", "r.fault", "--why", box.file("empty.log", ""))
    expect(empty.returncode == 0 and b"not found" in empty.stdout, empty.stdout, empty.stderr)


def test_why_reads_what_run_reads(box):
    box.file("r.fault", rule('  match "bad {n:int}"'))
    box.file("a.log.gz", gzip.compress(b"x\nbad 1\n"))
    for arguments, stdin in ((["a.log.gz:2"], b""), (["-:2"], b"x\nbad 1\n"), (["-"], b"x\nbad 1\n")):
        result = box.run("explain", "r", "-r", "r.fault", "--why", *arguments, stdin=stdin)
        expect(result.returncode == 0 and b": found at" in result.stdout, arguments, result.stdout, result.stderr)
    box.file("odd:7", "bad 1\n")  # a name that exists is a file, whatever stands in it
    expect(b": found at odd:7" in box.run("explain", "r", "-r", "r.fault", "--why", "odd:7").stdout)
    expect(b": found at odd:7:1" in box.run("explain", "r", "-r", "r.fault", "--why", "odd:7:1").stdout)
    box.run("explain", "r", "-r", "r.fault", "--why", "odd:7", "-o", "json=why.json")
    expect(json.loads((box.folder / "why.json").read_text())["outcome"] == "found")


def test_why_survives_hostile_input(box):
    box.file("r.fault", rule('  match "bad {n:int}" as a\n  then "end {m:int}" where m == a.n within 3 lines'))
    hostile = {"binary.log": bytes(range(256)) * 40, "long.log": b"bad " + b"9" * 300000 + b"\nbad 1\n",
               "escape.log": b"bad \x1b[31m7\x1b]0;x\x07\nbad \xff\xfe\n\x00\x00\n", "nul.log": b"\0" * 5000,
               "many.log": b"bad 1\nend 2\n" * 3000}
    for name, content in hostile.items():
        box.file(name, content)
        for line in ("", ":1"):
            for form in ("human", "json"):
                result = box.run("explain", "r", "-r", "r.fault", "--why", name + line, "-o", form)
                expect(result.returncode == 0, name, line, result.returncode, result.stderr)
                text = result.stdout.decode("utf-8")  # valid whatever the log holds
                expect("\x1b" not in text and "\x00" not in text, name, text[:200])
                expect(len(text) < 400000, name, len(text))


# ---------------------------------------------------------------- run -v

def test_run_verbose_names_rules_whose_format_no_line_has(box):
    box.file("r.fault", '''module app
format web = line "{^}{time} GET {path} {status:int}"
format dump = block { "{^}dump {id:int}"; repeat rows { "  {cell}" } }
rule slow { severity error; from web; where status >= 500; report "{path}" }
rule row { severity error; from dump; report "{id}" }
rule text { severity error; match "never"; report "x" }
''')
    box.file("none.log", "x\n")
    box.file("both.log", "2026-01-02T10:00:00Z GET /a 200\ndump 1\n  a\n")
    said = box.run("run", "-v", "-r", "r.fault", "none.log").stderr.decode()
    expect("no line is read as app.web, which app.slow reads; `faultline explain app.slow --why INPUT`" in said, said)
    expect("no lines are read as app.dump, which app.row reads" in said, said)
    expect("app.text" not in said, said)
    expect("read as app." not in box.run("run", "-v", "-r", "r.fault", "both.log").stderr.decode())
    expect("read as app." not in box.run("run", "-r", "r.fault", "none.log").stderr.decode())
