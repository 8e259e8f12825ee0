// See capi.h.
#include "capi.h"

#include <array>
#include <cstdio>
#include <random>

namespace capi_test {

const char* const kManyRules = R"fault(module many

format ev = json { time: time from "t", kind, pod, value?: int }
format dump = block {
  "{^}dump of {pod}"
  repeat frames { "{^}  frame {name}" }
}
scope step {
  enter "{^}step {name} begins"
  close "{^}step {name} ends: {result}"
}
event failed { from ev where kind == "failed" and pod present }
event wrote { from ev where kind == "write" and pod present }

rule stuck {
  severity error
  from ev
  by pod
  match where kind == "failed" as f
  then where kind == "write" as w within 60s
  without where kind == "restart" within 2m
  report "{pod} is written to while its probe fails with {f.value default 0}"
}
rule stuck_by_events {
  severity error
  match failed
  then wrote within 60s
  by pod
  report "{pod} failed, then it was written to"
}
rule seen {
  severity note
  from ev where kind == "slow" and pod present and value present
  report "{pod} is slow: {value}"
}
rule slow_then_written {
  severity note
  match seen
  then wrote within 60s
  by pod
  report "{pod} was slow, then it was written to"
}
rule same_value {
  severity note
  match seen
  then seen as b within 5m
  by value
  report "{value} again"
}
rule slow_thrice {
  severity warning
  from ev where kind == "slow" 3 times within 90s
  by pod
  report "{pod} is slow again and again: {count}"
}
rule often {
  severity note
  from ev where kind == "write"
  by pod
  when count(over 2m) >= 3
  report "{pod} is written to {count(over 2m)} times"
}
rule dumped {
  severity note
  match dump as d
  then "{^}nothing of note" within 6 lines
  report "{d.pod}: {count(f in d.frames, true)} frames, then nothing"
}
rule in_step {
  severity note
  match "{^}nothing of note"
  then "\"kind\":\"slow\"" within step
  report "slow behind nothing, in {step.name default "no step"}"
}
rule quiet {
  severity note
  match "{^}step {name} ends" as s
  without "{^}dump of" within 8 lines
  report "no dump behind {s.name}"
}
rule again {
  severity note
  match quiet as q
  then "{^}nothing of note" within 4 lines
  report "nothing behind quiet {q.s.name}"
}
)fault";

Rules Compile(const std::string& text) {
  faultline_compiler* compiler = nullptr;
  REQUIRE(faultline_compiler_create(&compiler) == FAULTLINE_OK);
  const Compiler owned(compiler);
  REQUIRE(faultline_compiler_add_text(compiler, "test.fault", text.data(), text.size()) == FAULTLINE_OK);
  faultline_rules* rules = nullptr;
  const faultline_status status = faultline_compile(compiler, nullptr, &rules);
  Rules made(rules);
  std::string shown = Message();
  for (std::size_t i = 0; status != FAULTLINE_OK && i < faultline_rules_diagnostic_count(rules); ++i) {
    faultline_diagnostic diagnostic{};
    diagnostic.struct_size = sizeof diagnostic;
    faultline_rules_diagnostic(rules, i, &diagnostic);
    shown += "\n" + Str(diagnostic.text);
  }
  INFO(shown);
  REQUIRE(status == FAULTLINE_OK);
  return made;
}

Run NewRun(const Rules& rules, const faultline_run_options* options) {
  faultline_run* run = nullptr;
  const faultline_status status = faultline_run_create(rules.get(), options, &run);
  INFO(Message());
  REQUIRE(status == FAULTLINE_OK);
  return Run(run);
}

std::uint32_t Begin(const Run& run, const char* path, std::int32_t kind, const char* role) {
  std::uint32_t source = 0;
  REQUIRE(faultline_run_begin_source(run.get(), path, role, kind, &source) == FAULTLINE_OK);
  return source;
}

std::vector<std::string> Poll(const Run& run) {
  std::vector<std::string> lines;
  faultline_finding* finding = nullptr;
  while (faultline_run_poll(run.get(), &finding) == FAULTLINE_OK) {
    lines.push_back(Str(faultline_finding_json(finding)));
    faultline_finding_destroy(finding);
  }
  return lines;
}

std::vector<std::string> Diagnose(const Run& run) {
  faultline_diagnoses* diagnoses = nullptr;
  REQUIRE(faultline_run_diagnose(run.get(), &diagnoses) == FAULTLINE_OK);
  const Diagnoses owned(diagnoses);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < faultline_diagnoses_count(diagnoses); ++i) {
    lines.push_back(Str(faultline_diagnoses_json(diagnoses, i)));
  }
  return lines;
}

std::string Save(const Run& run) {
  faultline_bytes* bytes = nullptr;
  const faultline_status status = faultline_run_save(run.get(), &bytes);
  INFO(Message());
  REQUIRE(status == FAULTLINE_OK);
  const Bytes owned(bytes);
  return Str(faultline_bytes_get(bytes));
}

Run Restore(const Rules& rules, const std::string& snapshot, const faultline_run_options* options) {
  faultline_run* run = nullptr;
  const faultline_status status =
      faultline_run_restore(rules.get(), options, snapshot.data(), snapshot.size(), &run);
  INFO(Message());
  REQUIRE(status == FAULTLINE_OK);
  return Run(run);
}

std::string ManyLog(int records, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  std::string log;
  unsigned milliseconds = 0;
  const auto event = [&](const char* kind, std::uint32_t pods) {
    milliseconds += below(20000);
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(),
                  R"({"t":"2026-03-01T%02u:%02u:%02u.%03uZ","kind":"%s","pod":"pod-%u","value":%u})",
                  milliseconds / 3600000 % 24, milliseconds / 60000 % 60, milliseconds / 1000 % 60,
                  milliseconds % 1000, kind, below(pods), 100 * below(6));
    log += line.data();
    log += '\n';
  };
  for (int i = 0; i < records; ++i) {
    switch (below(12)) {
      case 0:
      case 1:
        event("failed", 4);
        break;
      case 2:
        event("restart", 4);
        break;
      case 3:
      case 4:
      case 5:
        event("write", 4);
        break;
      case 6:
      case 7:
        event("slow", 3);
        break;
      case 8:
        log += "dump of pod-" + std::to_string(below(4)) + "\n";
        for (std::uint32_t n = below(4); n > 0; --n) log += "  frame f" + std::to_string(n) + "\n";
        break;
      case 9:
        log += "step " + std::to_string(below(3)) + (below(2) == 0 ? " begins\n" : " ends: ok\n");
        break;
      default:
        log += "nothing of note\n";
        break;
    }
  }
  return log;
}

std::vector<std::string> Whole(const Rules& rules, const std::string& log) {
  const Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "many.log");
  REQUIRE(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_OK);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  std::vector<std::string> lines = Poll(run);
  for (std::string& line : Diagnose(run)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace capi_test
