// What the C interface says to callers that do it wrong: a status and words, never a crash.
#include "capi.h"

#include <cstring>

namespace capi_test {
namespace {

const char* const kRule = "module m\nrule r { severity error; match \"boom {n}\"; report \"{n}\" }\n";

TEST_CASE("the library says which it is") {
  CHECK(std::string(faultline_version()) == FAULTLINE_VERSION);
  CHECK(std::string(faultline_version()) == std::to_string(FAULTLINE_VERSION_MAJOR) + "." +
                                                std::to_string(FAULTLINE_VERSION_MINOR) + "." +
                                                std::to_string(FAULTLINE_VERSION_PATCH));
  CHECK(faultline_abi_version() == FAULTLINE_ABI_VERSION);
  CHECK(std::string(faultline_status_name(FAULTLINE_ERROR_FULL)) == "full");
  CHECK(std::string(faultline_status_name(4711)) == "unknown");
}

TEST_CASE("NULL is an argument like others that are wrong") {
  CHECK(faultline_compiler_create(nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "compiler must not be NULL");
  CHECK(faultline_compiler_add_text(nullptr, "a", "b", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_compiler_add_path(nullptr, "a") == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_compiler_add_pack(nullptr, "a") == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_compiler_add_table(nullptr, "a", "b", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_compile(nullptr, nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_rules_diagnostic_count(nullptr) == 0);
  CHECK(faultline_rules_diagnostic(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_rules_count(nullptr) == 0);
  CHECK(faultline_rules_get(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_rules_save(nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_rules_load(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  auto* run = reinterpret_cast<faultline_run*>(std::uintptr_t{1});
  CHECK(faultline_run_create(nullptr, nullptr, &run) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(run == nullptr);
  CHECK(faultline_run_begin_source(nullptr, "a", nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_feed(nullptr, 0, "a", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_feed_record(nullptr, 0, nullptr, 0, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_settle(nullptr, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_advance(nullptr, 0, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_end_scopes(nullptr, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_end_source(nullptr, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_finish(nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_position(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_poll(nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_diagnose(nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_notice_count(nullptr) == 0);
  CHECK(faultline_run_notice(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_get_summary(nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_save(nullptr, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_restore(nullptr, nullptr, nullptr, 0, &run) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_diagnoses_count(nullptr) == 0);
  CHECK(faultline_diagnoses_root(nullptr, 0, nullptr) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Str(faultline_diagnoses_json(nullptr, 3)).empty());
  for (const auto& get :
       {faultline_finding_json, faultline_finding_rule, faultline_finding_id, faultline_finding_message,
        faultline_finding_fix, faultline_finding_file, faultline_finding_source_file}) {
    CHECK(get(nullptr).data != nullptr);
    CHECK(get(nullptr).size == 0);
  }
  for (const auto& get :
       {faultline_finding_line, faultline_finding_column, faultline_finding_end_line,
        faultline_finding_offset, faultline_finding_source_line, faultline_finding_source_column}) {
    CHECK(get(nullptr) == 0);
  }
  CHECK(faultline_finding_severity(nullptr) == 0);
  CHECK(faultline_finding_first(nullptr) == FAULTLINE_NO_TIME);
  CHECK(faultline_finding_last(nullptr) == FAULTLINE_NO_TIME);
  CHECK(faultline_bytes_get(nullptr).size == 0);
  faultline_bytes_destroy(nullptr);
  faultline_compiler_destroy(nullptr);
  faultline_rules_destroy(nullptr);
  faultline_run_destroy(nullptr);
  faultline_run_cancel(nullptr);
  faultline_finding_destroy(nullptr);
  faultline_diagnoses_destroy(nullptr);
  faultline_run_options_init(nullptr);
  faultline_compile_options_init(nullptr);
}

TEST_CASE("rules that do not compile come with their diagnostics") {
  faultline_compiler* compiler = nullptr;
  REQUIRE(faultline_compiler_create(&compiler) == FAULTLINE_OK);
  const Compiler owned(compiler);
  faultline_rules* rules = nullptr;
  CHECK(faultline_compile(compiler, nullptr, &rules) == FAULTLINE_ERROR_STATE);
  CHECK(Message() == "no rules were added");
  CHECK(faultline_compiler_add_path(compiler, "/nowhere/at.fault") == FAULTLINE_ERROR_FILE);
  CHECK(Message() == "/nowhere/at.fault: No such file or directory");
  CHECK(faultline_compiler_add_pack(compiler, "cobol") == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "there is no stock pack `cobol`");
  const std::string text = "module m\nrule r { severity error; match \"a {code}\"; report \"{cod}\" }\n";
  REQUIRE(faultline_compiler_add_text(compiler, "own.fault", text.data(), text.size()) == FAULTLINE_OK);
  CHECK(faultline_compile(compiler, nullptr, &rules) == FAULTLINE_ERROR_RULES);
  CHECK(Message() == "the rules do not compile: own.fault:2: there is no `cod` here");
  const Rules broken(rules);
  REQUIRE(faultline_rules_diagnostic_count(rules) == 1);
  faultline_diagnostic diagnostic{};
  CHECK(faultline_rules_diagnostic(rules, 0, &diagnostic) == FAULTLINE_ERROR_ARGUMENT);
  diagnostic.struct_size = sizeof diagnostic;
  CHECK(faultline_rules_diagnostic(rules, 1, &diagnostic) == FAULTLINE_ERROR_ARGUMENT);
  REQUIRE(faultline_rules_diagnostic(rules, 0, &diagnostic) == FAULTLINE_OK);
  CHECK(Str(diagnostic.code) == "FL0201");
  CHECK(diagnostic.level == FAULTLINE_DIAGNOSTIC_ERROR);
  CHECK(Str(diagnostic.message) == "there is no `cod` here");
  CHECK(Str(diagnostic.hint).find("did you mean") == 0);
  CHECK(Str(diagnostic.file) == "own.fault");
  CHECK(diagnostic.line == 2);
  CHECK(diagnostic.column == 53);
  CHECK(Str(diagnostic.text).find("own.fault:2:53") != std::string::npos);
  CHECK(Str(diagnostic.json).find("{\"code\":\"FL0201\"") == 0);
  CHECK(faultline_rules_count(rules) == 0);
  faultline_run* run = nullptr;
  CHECK(faultline_run_create(rules, nullptr, &run) == FAULTLINE_ERROR_STATE);
  faultline_bytes* pack = nullptr;
  CHECK(faultline_rules_save(rules, &pack) == FAULTLINE_ERROR_STATE);
}

TEST_CASE("structs of other sizes") {
  const Rules rules = Compile(kRule);
  faultline_run* run = nullptr;
  faultline_run_options options;
  faultline_run_options_init(&options);
  options.struct_size = 0;
  CHECK(faultline_run_create(rules.get(), &options, &run) == FAULTLINE_ERROR_ARGUMENT);
  // An older program: what it does not know keeps the defaults.
  options.struct_size = offsetof(faultline_run_options, format);
  options.format = "no such format";
  REQUIRE(faultline_run_create(rules.get(), &options, &run) == FAULTLINE_OK);
  faultline_run_destroy(run);
  // A newer one: fine as long as it asks for nothing new.
  struct Newer {
    faultline_run_options options;
    std::uint64_t added;
  } newer{};
  faultline_run_options_init(&newer.options);
  newer.options.struct_size = sizeof newer;
  REQUIRE(faultline_run_create(rules.get(), &newer.options, &run) == FAULTLINE_OK);
  faultline_run_destroy(run);
  newer.added = 1;
  CHECK(faultline_run_create(rules.get(), &newer.options, &run) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message().find("an option is set that this version of the library does not know") == 0);
  // Results: what fits is written.
  faultline_rule_info info{};
  info.struct_size = offsetof(faultline_rule_info, severity);
  info.severity = 77;
  REQUIRE(faultline_rules_get(rules.get(), 0, &info) == FAULTLINE_OK);
  CHECK(Str(info.name) == "m.r");
  CHECK(info.severity == 77);
}

TEST_CASE("options that make no sense") {
  const Rules rules = Compile(kRule);
  const auto refused = [&](auto change) {
    faultline_run_options options;
    faultline_run_options_init(&options);
    change(options);
    faultline_run* run = nullptr;
    CHECK(faultline_run_create(rules.get(), &options, &run) == FAULTLINE_ERROR_ARGUMENT);
    CHECK(run == nullptr);
    return Message();
  };
  CHECK(refused([](auto& o) { o.engine = 9; }) == "there is no engine 9");
  CHECK(refused([](auto& o) { o.threads = -1; }) == "threads: 0 to 1024");
  CHECK(refused([](auto& o) { o.zone_offset = 100000; }) == "zone_offset: at most 18 hours in seconds");
  CHECK(refused([](auto& o) { o.format = "xml"; }) == "format `xml`: there is none of this name");
  CHECK(refused([](auto& o) { o.wrapper = "github,box"; }) == "wrapper `box`: there is none of this name");
  CHECK(refused([](auto& o) { o.max_line_bytes = UINT64_MAX; }) == "max_line_bytes: at most 1 GiB");
  CHECK(refused([](auto& o) { o.context_size = 1; }) == "context is NULL, its size is not 0");
  const char* const pairs[] = {"job=build", "branch"};
  CHECK(refused([&](auto& o) {
          o.context = pairs;
          o.context_size = 2;
        }) == "context `branch`: write KEY=VALUE");
}

TEST_CASE("sources and ends out of turn") {
  const Rules rules = Compile(kRule);
  const Run run = NewRun(rules);
  CHECK(faultline_run_feed(run.get(), 0, "a", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "there is no source 0");
  std::uint32_t source = 7;
  CHECK(faultline_run_begin_source(run.get(), nullptr, nullptr, 0, &source) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_begin_source(run.get(), "a", nullptr, 5, &source) == FAULTLINE_ERROR_ARGUMENT);
  source = Begin(run, "a.log");
  const std::uint32_t records = Begin(run, "b", FAULTLINE_SOURCE_RECORDS);
  CHECK(records == source + 1);
  CHECK(faultline_run_feed(run.get(), source, nullptr, 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_feed(run.get(), source, nullptr, 0) == FAULTLINE_OK);
  CHECK(faultline_run_feed(run.get(), records, "a", 1) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "source 1 takes records, not bytes");
  CHECK(faultline_run_feed_record(run.get(), source, nullptr, 0, 0) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(Message() == "source 0 takes bytes, not records");
  CHECK(faultline_run_advance(run.get(), source, FAULTLINE_NO_TIME) == FAULTLINE_ERROR_ARGUMENT);
  CHECK(faultline_run_poll(run.get(), nullptr) == FAULTLINE_ERROR_ARGUMENT);

  REQUIRE(faultline_run_feed(run.get(), source, "boom 1\nboom 2", 13) == FAULTLINE_OK);
  CHECK(Poll(run).empty());  // its first lines decide about wrappers
  REQUIRE(faultline_run_settle(run.get(), source) == FAULTLINE_OK);
  CHECK(Poll(run).size() == 1);
  REQUIRE(faultline_run_end_source(run.get(), source) == FAULTLINE_OK);
  CHECK(Poll(run).size() == 1);  // the line without a newline
  CHECK(faultline_run_feed(run.get(), source, "boom 3\n", 7) == FAULTLINE_ERROR_STATE);
  CHECK(Message() == "source 0 is over");
  CHECK(faultline_run_end_source(run.get(), source) == FAULTLINE_ERROR_STATE);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  CHECK(faultline_run_finish(run.get()) == FAULTLINE_ERROR_STATE);
  CHECK(faultline_run_feed(run.get(), records, "a", 1) == FAULTLINE_ERROR_STATE);
  CHECK(faultline_run_begin_source(run.get(), "c", nullptr, 0, &source) == FAULTLINE_ERROR_STATE);
  faultline_bytes* bytes = nullptr;
  CHECK(faultline_run_save(run.get(), &bytes) == FAULTLINE_ERROR_STATE);
  CHECK(bytes == nullptr);
  faultline_finding* finding = nullptr;
  CHECK(faultline_run_poll(run.get(), &finding) == FAULTLINE_NONE);
  CHECK(Diagnose(run).size() == 2);
}

TEST_CASE("findings outlive their run and rules, and say what they are") {
  Rules rules = Compile(
      "module m\nrule r { severity warning; match \"boom {n} at {place}\"; at place; fix \"mend {n}\"; "
      "report \"it is {n}\" }\n");
  Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "a.log");
  const std::string log = "x\n  boom 7 at main.go:3:9\n";
  REQUIRE(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_OK);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  faultline_finding* polled = nullptr;
  REQUIRE(faultline_run_poll(run.get(), &polled) == FAULTLINE_OK);
  const Finding finding(polled);
  run.reset();
  rules.reset();
  CHECK(Str(faultline_finding_rule(polled)) == "m.r");
  CHECK(Str(faultline_finding_message(polled)) == "it is 7");
  CHECK(Str(faultline_finding_fix(polled)) == "mend 7");
  CHECK(Str(faultline_finding_id(polled)).size() == 32);
  CHECK(faultline_finding_severity(polled) == FAULTLINE_WARNING);
  CHECK(Str(faultline_finding_file(polled)) == "a.log");
  CHECK(faultline_finding_line(polled) == 2);
  CHECK(faultline_finding_column(polled) == 3);
  CHECK(faultline_finding_end_line(polled) == 2);
  CHECK(faultline_finding_offset(polled) == 4);
  CHECK(Str(faultline_finding_source_file(polled)) == "main.go");
  CHECK(faultline_finding_source_line(polled) == 3);
  CHECK(faultline_finding_source_column(polled) == 9);
  CHECK(faultline_finding_first(polled) == FAULTLINE_NO_TIME);
  const std::string json = Str(faultline_finding_json(polled));
  CHECK(json.find(R"({"kind":"finding","id":)") == 0);
  CHECK(std::strlen(faultline_finding_json(polled).data) == json.size());
}

TEST_CASE("a bound on findings that wait refuses bytes before taking any") {
  const Rules rules = Compile(kRule);
  faultline_run_options options;
  faultline_run_options_init(&options);
  options.max_findings = 2;
  options.wrapper = "none";
  const Run run = NewRun(rules, &options);
  const std::uint32_t source = Begin(run, "a.log");
  const std::string log = "boom 1\nboom 2\nboom 3\n";
  REQUIRE(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_OK);
  CHECK(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_ERROR_FULL);
  CHECK(Message() == "3 findings wait to be polled");
  std::uint64_t position = 0;
  REQUIRE(faultline_run_position(run.get(), source, &position) == FAULTLINE_OK);
  CHECK(position == log.size());
  CHECK(Poll(run).size() == 3);
  CHECK(faultline_run_feed(run.get(), source, log.data(), log.size()) == FAULTLINE_OK);
  CHECK(Poll(run).size() == 3);
}

TEST_CASE("a cancelled run takes nothing more and says so") {
  const Rules rules = Compile(
      "module m\nrule r { severity error; match \"a {n}\"; without \"b\" within 5 lines; report \"{n}\" }\n");
  const Run run = NewRun(rules);
  const std::uint32_t source = Begin(run, "a.log");
  REQUIRE(faultline_run_feed(run.get(), source, "a 1\n", 4) == FAULTLINE_OK);
  REQUIRE(faultline_run_settle(run.get(), source) == FAULTLINE_OK);
  faultline_run_cancel(run.get());
  CHECK(faultline_run_feed(run.get(), source, "a 2\n", 4) == FAULTLINE_ERROR_CANCELLED);
  CHECK(faultline_run_settle(run.get(), source) == FAULTLINE_ERROR_CANCELLED);
  faultline_bytes* bytes = nullptr;
  CHECK(faultline_run_save(run.get(), &bytes) == FAULTLINE_ERROR_CANCELLED);
  REQUIRE(faultline_run_finish(run.get()) == FAULTLINE_OK);
  CHECK(Poll(run).empty());  // the absence is not decided
  faultline_run_summary summary{};
  summary.struct_size = sizeof summary;
  REQUIRE(faultline_run_get_summary(run.get(), &summary) == FAULTLINE_OK);
  CHECK(summary.cancelled == 1);
  CHECK(summary.native == 0);
  REQUIRE(faultline_run_notice_count(run.get()) == 1);
  faultline_notice notice{};
  notice.struct_size = sizeof notice;
  REQUIRE(faultline_run_notice(run.get(), 0, &notice) == FAULTLINE_OK);
  CHECK(Str(notice.what) == "undecided_absence");
  CHECK(Str(notice.where) == "m.r");
  CHECK(notice.count == 1);
  CHECK(faultline_run_notice(run.get(), 1, &notice) == FAULTLINE_ERROR_ARGUMENT);
}

}  // namespace
}  // namespace capi_test
