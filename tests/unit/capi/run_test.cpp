// Runs through the C interface: the same findings however they are fed, and wherever they are stopped.
#include "capi.h"

#include <algorithm>

namespace capi_test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST_CASE("bytes cut anywhere give the same findings") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(60);
  const std::vector<std::string> whole = Whole(rules, log);
  REQUIRE(whole.size() > 20);
  for (std::size_t cut = 0; cut <= log.size(); cut += 7) {
    const Run run = NewRun(rules);
    const std::uint32_t source = Begin(run, "many.log");
    REQUIRE(faultline_run_feed(run.get(), source, log.data(), cut) == FAULTLINE_OK);
    REQUIRE(faultline_run_feed(run.get(), source, log.data() + cut, log.size() - cut) == FAULTLINE_OK);
    REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
    std::vector<std::string> found = Poll(run);
    for (std::string& line : Diagnose(run)) found.push_back(std::move(line));
    INFO("cut at " << cut);
    REQUIRE(found == whole);
  }
}

TEST_CASE("byte by byte, with threads, polled on the way") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(60);
  const std::vector<std::string> whole = Whole(rules, log);
  for (const std::int32_t threads : {1, 3}) {
    faultline_run_options options;
    faultline_run_options_init(&options);
    options.threads = threads;
    const Run run = NewRun(rules, &options);
    const std::uint32_t source = Begin(run, "many.log");
    std::vector<std::string> found;
    for (const char& byte : log) {
      REQUIRE(faultline_run_feed(run.get(), source, &byte, 1) == FAULTLINE_OK);
      for (std::string& line : Poll(run)) found.push_back(std::move(line));
    }
    REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
    for (std::string& line : Poll(run)) found.push_back(std::move(line));
    for (std::string& line : Diagnose(run)) found.push_back(std::move(line));
    REQUIRE(found == whole);
  }
}

TEST_CASE("saved and restored at each record, findings are the same") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(60);
  const std::vector<std::string> whole = Whole(rules, log);
  for (const bool settled : {false, true}) {
    Run run = NewRun(rules);
    const std::uint32_t source = Begin(run, "many.log");
    std::vector<std::string> found;
    for (std::size_t at = 0; at < log.size();) {
      const std::size_t end = log.find('\n', at) + 1;
      REQUIRE(faultline_run_feed(run.get(), source, log.data() + at, end - at) == FAULTLINE_OK);
      // Open blocks end by it, so it is only for the first line: wrappers are decided.
      if (settled && at == 0) REQUIRE(faultline_run_settle(run.get(), source) == FAULTLINE_OK);
      at = end;
      // Findings that wait are saved, too: every third time they are polled.
      if (at % 3 == 0) {
        for (std::string& line : Poll(run)) found.push_back(std::move(line));
      }
      run = Restore(rules, Save(run));
      std::uint64_t position = 0;
      REQUIRE(faultline_run_position(run.get(), source, &position) == FAULTLINE_OK);
      REQUIRE(position == at);
    }
    REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
    for (std::string& line : Poll(run)) found.push_back(std::move(line));
    for (std::string& line : Diagnose(run)) found.push_back(std::move(line));
    REQUIRE(found == whole);
  }
}

TEST_CASE("saved inside a line and with several sources") {
  const Rules rules = Compile(
      "module m\nrule r { severity error; match \"a {n}\" ; then \"b {n}\" within 3 lines; report \"{n}\" "
      "}\n");
  faultline_run_options options;
  faultline_run_options_init(&options);
  options.wrapper = "none";
  Run run = NewRun(rules, &options);
  const std::uint32_t one = Begin(run, "one.log");
  const std::uint32_t two = Begin(run, "two.log", FAULTLINE_SOURCE_BYTES, "before");
  const std::uint32_t gone = Begin(run, "gone.log");
  REQUIRE(faultline_run_feed(run.get(), one, "a 1\nb", 5) == FAULTLINE_OK);
  REQUIRE(faultline_run_feed(run.get(), two, "a 2", 3) == FAULTLINE_OK);
  REQUIRE(faultline_run_end_source(run.get(), gone) == FAULTLINE_OK);
  run = Restore(rules, Save(run), &options);
  CHECK(faultline_run_feed(run.get(), gone, "a", 1) == FAULTLINE_ERROR_STATE);
  REQUIRE(faultline_run_feed(run.get(), two, "\nb 2\n", 5) == FAULTLINE_OK);
  REQUIRE(faultline_run_feed(run.get(), one, " 1\n", 3) == FAULTLINE_OK);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  const std::vector<std::string> found = Poll(run);
  REQUIRE(found.size() == 2);
  CHECK(found[0].find(R"("location":{"file":"two.log","line":1)") != std::string::npos);
  CHECK(found[1].find(R"("location":{"file":"one.log","line":1)") != std::string::npos);
}

TEST_CASE("snapshots that do not fit are refused with a message") {
  const Rules rules = Compile(kManyRules);
  Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "many.log");
  const std::string log = ManyLog(40);
  REQUIRE(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_OK);
  REQUIRE(faultline_run_settle(run.get(), source) == FAULTLINE_OK);
  const std::string snapshot = Save(run);
  const auto refused = [&](const std::string& bytes, const Rules& with = {},
                           const faultline_run_options* options = nullptr) {
    faultline_run* made = nullptr;
    const faultline_status status =
        faultline_run_restore(with ? with.get() : rules.get(), options, bytes.data(), bytes.size(), &made);
    CHECK(made == nullptr);
    return std::pair(status, Message());
  };
  std::string other = snapshot;
  other[8] = 9;  // behind the kind
  CHECK(refused(other) ==
        std::pair<faultline_status, std::string>(
            FAULTLINE_ERROR_VERSION, "a snapshot of a run of version 9; this library reads version 1"));
  CHECK(refused("nonsense") == std::pair<faultline_status, std::string>(
                                   FAULTLINE_ERROR_FORMAT, "the bytes are not a snapshot of a run"));
  CHECK(refused(snapshot, Compile("module m\nrule r { severity note; match \"x\"; report \"x\" }\n")) ==
        std::pair<faultline_status, std::string>(FAULTLINE_ERROR_VERSION,
                                                 "a snapshot of a run of other rules"));
  faultline_run_options options;
  faultline_run_options_init(&options);
  options.zone_offset = 3600;
  CHECK(refused(snapshot, {}, &options).first == FAULTLINE_ERROR_VERSION);
  for (std::size_t size = 0; size < snapshot.size(); size += 1 + snapshot.size() / 200) {
    INFO(size);
    REQUIRE(refused(snapshot.substr(0, size)).first == FAULTLINE_ERROR_FORMAT);
  }
  for (std::size_t at = 10; at < snapshot.size(); at += 1 + snapshot.size() / 200) {
    std::string bad = snapshot;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    INFO(at);
    REQUIRE(refused(bad).first == FAULTLINE_ERROR_FORMAT);
  }
}

TEST_CASE("the clock decides absences of an idle source") {
  const Rules rules = Compile(R"(module m
format ev = json { time: time from "t", kind }
rule r {
  severity error
  from ev
  match where kind == "a"
  without where kind == "b" within 10s
  report "nothing came"
}
)");
  const Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "a.log");
  const std::string line = "{\"t\":\"1970-01-01T00:01:00Z\",\"kind\":\"a\"}\n";
  REQUIRE(faultline_run_feed(run.get(), source, line.data(), line.size()) == FAULTLINE_OK);
  REQUIRE(faultline_run_settle(run.get(), source) == FAULTLINE_OK);
  REQUIRE(faultline_run_advance(run.get(), source, 70 * kSecond) == FAULTLINE_OK);
  CHECK(Poll(run).empty());
  REQUIRE(faultline_run_advance(run.get(), source, 70 * kSecond + 1) == FAULTLINE_OK);
  CHECK(Poll(run).size() == 1);
  REQUIRE(faultline_run_end_scopes(run.get(), source) == FAULTLINE_OK);
}

faultline_field Text(const char* name, const char* text) {
  faultline_field field{};
  field.name = name;
  field.type = FAULTLINE_TYPE_TEXT;
  field.text = text;
  field.text_size = std::char_traits<char>::length(text);
  return field;
}

faultline_field Number(const char* name, std::int32_t type, std::int64_t number) {
  faultline_field field{};
  field.name = name;
  field.type = type;
  field.integer = number;
  return field;
}

TEST_CASE("records of typed fields") {
  const Rules rules = Compile(R"(module m
format call = json { method, took: duration, size: bytes, ok: bool, ratio: float, at: time, tag from "tags.name", note? }
rule r {
  severity error
  from call
  where took > 1s and size >= 2KiB and not ok and ratio < 0.5 and at > "2026-01-01T00:00:00Z"
  report "{method} {took} {size} {tag} {note default "no note"}"
}
)");
  const Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "calls", FAULTLINE_SOURCE_RECORDS);
  std::vector<faultline_field> fields = {Text("method", "say \"hi\"\n\\"),
                                         Number("took", FAULTLINE_TYPE_DURATION, 1'500'000'000),
                                         Number("size", FAULTLINE_TYPE_BYTES, 2048),
                                         Number("ok", FAULTLINE_TYPE_BOOL, 0),
                                         Number("at", FAULTLINE_TYPE_TIME, 1'780'000'000 * kSecond + 1),
                                         Number("note", FAULTLINE_TYPE_NULL, 0)};
  faultline_field ratio{};
  ratio.name = "ratio";
  ratio.type = FAULTLINE_TYPE_FLOAT;
  ratio.real = 0.25;
  fields.push_back(ratio);
  fields.push_back(Text("tags", "{\"name\":\n \"b\"}"));
  fields.back().type = FAULTLINE_TYPE_JSON;
  REQUIRE(faultline_run_feed_record(run.get(), source, fields.data(), fields.size(), FAULTLINE_NO_TIME) ==
          FAULTLINE_OK);
  // Nothing waits: there are no wrappers to be decided about.
  faultline_finding* polled = nullptr;
  REQUIRE(faultline_run_poll(run.get(), &polled) == FAULTLINE_OK);
  const Finding finding(polled);
  CHECK(Str(faultline_finding_message(polled)) == "say \"hi\"\n\\ 1.5s 2KiB b no note");
  CHECK(faultline_finding_line(polled) == 1);
  fields.back().text = "[1";
  fields.back().text_size = 2;
  CHECK(faultline_run_feed_record(run.get(), source, fields.data(), fields.size(), 0) ==
        FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "field `tags`: its text is no JSON value");
  fields.back().type = 99;
  CHECK(faultline_run_feed_record(run.get(), source, fields.data(), fields.size(), 0) ==
        FAULTLINE_ERROR_ARGUMENT);
  fields.back().name = nullptr;
  CHECK(faultline_run_feed_record(run.get(), source, fields.data(), fields.size(), 0) ==
        FAULTLINE_ERROR_ARGUMENT);
}

TEST_CASE("the time that comes with a record is its time, also behind a restore") {
  const Rules rules = Compile(
      "module m\nformat ev = json { kind }\nrule r { severity error; from ev; match where kind == \"a\"; "
      "then "
      "where kind == \"b\" within 10s; report \"b behind a\" }\n");
  Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "events", FAULTLINE_SOURCE_RECORDS);
  const auto feed = [&](const char* kind, std::int64_t time) {
    const faultline_field field = Text("kind", kind);
    REQUIRE(faultline_run_feed_record(run.get(), source, &field, 1, time) == FAULTLINE_OK);
    run = Restore(rules, Save(run));
    return Poll(run).size();
  };
  CHECK(feed("a", 100 * kSecond) == 0);
  CHECK(feed("b", 110 * kSecond) == 1);
  CHECK(feed("a", 200 * kSecond) == 0);
  CHECK(feed("b", 210 * kSecond + 1) == 0);
  CHECK(feed("a", 300 * kSecond) == 0);
  CHECK(feed("b", FAULTLINE_NO_TIME) == 1);  // that of the record before
}

TEST_CASE("a compiled pack gives the same findings, and a bad one is refused") {
  const Rules rules = Compile(kManyRules);
  const std::string log = ManyLog(60);
  faultline_bytes* saved = nullptr;
  REQUIRE(faultline_rules_save(rules.get(), &saved) == FAULTLINE_OK);
  const Bytes pack(saved);
  const std::string bytes = Str(faultline_bytes_get(saved));
  faultline_rules* loaded = nullptr;
  REQUIRE(faultline_rules_load(bytes.data(), bytes.size(), &loaded) == FAULTLINE_OK);
  const Rules again(loaded);
  CHECK(faultline_rules_count(loaded) == faultline_rules_count(rules.get()));
  CHECK(Whole(again, log) == Whole(rules, log));
  // A run of the one goes on with the other.
  Run run = NewRun(rules);
  Begin(run, "many.log");
  run = Restore(again, Save(run));
  for (std::size_t at = 8; at < bytes.size(); at += 1 + bytes.size() / 100) {
    std::string bad = bytes;
    bad[at] = static_cast<char>(bad[at] ^ 2);
    faultline_rules* none = nullptr;
    const faultline_status status = faultline_rules_load(bad.data(), bad.size(), &none);
    CHECK((status == FAULTLINE_ERROR_FORMAT || status == FAULTLINE_ERROR_VERSION));
    CHECK(none == nullptr);
  }
}

TEST_CASE("stock packs, tables, rules without a head, and what rules say of themselves") {
  faultline_compiler* compiler = nullptr;
  REQUIRE(faultline_compiler_create(&compiler) == FAULTLINE_OK);
  const Compiler owned(compiler);
  REQUIRE(faultline_compiler_add_pack(compiler, "go") == FAULTLINE_OK);
  faultline_rules* made = nullptr;
  REQUIRE(faultline_compile(compiler, nullptr, &made) == FAULTLINE_OK);
  const Rules rules(made);
  bool found = false;
  for (std::size_t i = 0; i < faultline_rules_count(made); ++i) {
    faultline_rule_info info{};
    info.struct_size = sizeof info;
    REQUIRE(faultline_rules_get(made, i, &info) == FAULTLINE_OK);
    if (Str(info.name) != "go.modules.inconsistent_vendoring") continue;
    found = true;
    CHECK(info.severity == FAULTLINE_ERROR);
    CHECK(info.is_event == 0);
    CHECK(info.doc.size > 0);
  }
  CHECK(found);

  REQUIRE(faultline_compiler_create(&compiler) == FAULTLINE_OK);
  const Compiler second(compiler);
  const std::string text = "match \"exit {code:int}\" where code > 1";
  REQUIRE(faultline_compiler_add_text(compiler, "-e", text.data(), text.size()) == FAULTLINE_OK);
  faultline_compile_options options;
  faultline_compile_options_init(&options);
  options.inline_rules = 1;
  const faultline_status status = faultline_compile(compiler, &options, &made);
  INFO(Message());
  REQUIRE(status == FAULTLINE_OK);
  const Rules inline_rules(made);
  CHECK(Whole(inline_rules, "exit 1\nexit 2\n").size() == 2);  // one finding, its diagnosis
}

}  // namespace
}  // namespace capi_test
