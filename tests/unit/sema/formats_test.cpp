// Formats and wrappers: fields, conversions, what is computed.
#include "frontend/sema/field_paths.h"
#include "tests/unit/sema/compiled.h"

#include <catch2/catch.hpp>

namespace faultline::sema_test {
namespace {

TEST_CASE("paths to fields") {
  using Parts = std::vector<std::string>;
  CHECK(sema::ParseFieldPath("a") == Parts{"a"});
  CHECK(sema::ParseFieldPath("a.b") == Parts{"a", "b"});
  CHECK(sema::ParseFieldPath("'a.b'") == Parts{"a.b"});
  CHECK(sema::ParseFieldPath("x.'a.b'.c") == Parts{"x", "a.b", "c"});
  CHECK(sema::ParseFieldPath("a[].b[]") == Parts{"a", "b"});
  CHECK_FALSE(sema::ParseFieldPath(""));
  CHECK_FALSE(sema::ParseFieldPath("a..b"));
  CHECK_FALSE(sema::ParseFieldPath("a."));
  CHECK_FALSE(sema::ParseFieldPath("'a"));
  CHECK_FALSE(sema::ParseFieldPath("'a'b"));
}

TEST_CASE("a json format has typed fields") {
  Compiled compiled(
      {"module m\nformat zap = json { time: time from \"ts\", level, message: text from \"msg\", caller, "
       "trace_id?, "
       "status: int from \"http.status\", node?: text from \"'k8s.node'\", took?: duration(ms), others }\n"
       "rule r {\nseverity error\nfrom zap\nwhere level >= error and status >= 500 and took > 1s\n"
       "report \"{message} {caller} {trace_id default \"-\"} {others.pod}\"\n}\n"});
  REQUIRE(compiled.Codes() == "");
  const ir::Format& format = compiled.lowered.module.formats.at(0);
  CHECK(format.name == "m.zap");
  REQUIRE(format.fields.size() == 9);
  CHECK(format.fields[0].type.ToString() == "time");
  CHECK(format.fields[0].convert != ir::kNone);
  CHECK(format.fields[1].type.ToString() == "level");
  CHECK(format.fields[3].type.ToString() == "any");
  CHECK(format.fields[4].optional);
  CHECK(format.fields[5].path == std::vector<std::string>{"http", "status"});
  CHECK(format.fields[6].path == std::vector<std::string>{"k8s.node"});
  CHECK(format.fields[7].type.ToString() == "duration");
  CHECK(format.fields[8].others);
  CHECK(format.time == 0);
  CHECK(format.level == 1);
  CHECK(format.message == 2);
  CHECK(compiled.Lowered("m.r").stages[0].input == ir::StageInput::kFormat);
}

TEST_CASE("a line format has its holes, and what is computed from them") {
  Compiled compiled(
      {"module m\nformat klog = line \"{^}{level:one_of(\"IWEF\")}{month:digits(2)}{day:digits(2)} {clock} "
       "{pid:int} "
       "{file:path}:{line:int}] {message:rest}\" {\n  time  = parse_time(\"{month}{day} {clock}\", \"%m%d "
       "%H:%M:%S.%f\")\n"
       "  level = level map { I: info, W: warning, E: error, F: critical }\n}\n"
       "rule r {\nseverity error\nfrom klog\nwhere level >= error\nreport \"{message} {pid}\"\nat "
       "\"{file}:{line}\"\n}\n"});
  REQUIRE(compiled.Codes() == "");
  const ir::Format& format = compiled.lowered.module.formats.at(0);
  REQUIRE(format.lines.size() == 1);
  CHECK(format.derive != ir::kNone);
  CHECK(format.slots[format.time].type.ToString() == "time");
  CHECK(format.slots[format.level].type.ToString() == "level");
  CHECK(format.slots[0].hidden);  // the letter
  CHECK(format.literal_bytes == 2);
}

TEST_CASE("time and level need no type in a format") {
  Compiled compiled(
      {"module m\nformat docker_event = line \"{^}{time} {object} {action} {id:hex} "
       "({attributes:pairs(\", \", \"=\")})\"\n"
       "rule r {\nseverity error\nfrom docker_event\nwhere attributes.image == \"x\"\nreport "
       "\"{object}\"\n}\n"});
  REQUIRE(compiled.Codes() == "");
  const ir::Format& format = compiled.lowered.module.formats.at(0);
  CHECK(format.slots[0].type.ToString() == "time");
  CHECK(format.slots[4].type.ToString() == "map");
}

TEST_CASE("a match may look into a format's message or field") {
  const std::string format = "format app = json { message, caller: text, code: int }\n";
  Compiled message(
      {RuleText("from app\nmatch \"exit {status:int}\"\nwhere code > status\nreport \"{status}\"", format)});
  REQUIRE(message.Codes() == "");
  const ir::Stage& stage = message.Lowered("m.r").stages[0];
  CHECK(stage.input == ir::StageInput::kText);
  CHECK(stage.format == 0);
  CHECK(stage.load != ir::kNone);
  CHECK(stage.guard != ir::kNone);
  Compiled field({RuleText("match caller \"{f:path}:{l:int}\"\nreport \"{f} {l}\"", format)});
  REQUIRE(field.Codes() == "");
  CHECK(field.Lowered("m.r").stages[0].input == ir::StageInput::kField);
  CHECK(field.Lowered("m.r").stages[0].field == "caller");
  Compiled wrong({RuleText("from app\nmatch callers \"{f:path}:{l:int}\"\nreport \"{f} {l}\"", format)});
  CHECK(wrong.Codes() == "FL0209");
  Compiled raw({RuleText("match raw \"x {f}\"\nreport \"{f}\"")});
  CHECK(raw.Lowered("m.r").stages[0].input == ir::StageInput::kRaw);
}

TEST_CASE("undeclared json takes the type of the other side, strictly") {
  Compiled compiled(
      {RuleText("from app\nwhere code > 3 and name == \"x\" and ok and deep.inner startswith \"y\"\n"
                "report \"{code}\"",
                "format app = json { code, name, ok, deep }\n")});
  REQUIRE(compiled.Codes() == "");
  const std::string guard =
      ir::PrintFunction(compiled.lowered.module, compiled.Lowered("m.r").stages[0].guard);
  INFO(guard);
  CHECK(guard.find("as_int") != std::string::npos);
  CHECK(guard.find("as_text") != std::string::npos);
  CHECK(guard.find("as_bool") != std::string::npos);
  CHECK(guard.find("index_any_key") != std::string::npos);
}

TEST_CASE("wrappers hold exactly one inner text") {
  Compiled compiled(
      {"module m\nwrapper github = line \"{^}{time} {:unwrapped}\" detect \"##[group]\"\n"
       "wrapper buildkit = line \"{^}#{step:int} {({:float} )?}{:unwrapped}\" detect \"#1 [internal]\" "
       "stream "
       "by step inside github\n"
       "wrapper gotest = json { text: unwrapped from \"Output\", package?: text from \"Package\" } stream by "
       "package\n"});
  REQUIRE(compiled.Codes() == "");
  const std::vector<ir::Wrapper>& wrappers = compiled.lowered.module.wrappers;
  REQUIRE(wrappers.size() == 3);
  const ir::Pattern& github = compiled.lowered.module.patterns[wrappers[0].lines[0].pattern];
  CHECK(github.captures.back() == "unwrapped");
  CHECK(wrappers[0].time != ir::kNone);
  // One blank before the inner text, so that its indentation stays its own.
  CHECK(github.regex.find("[\\t ](?<unwrapped>") != std::string::npos);
  CHECK(wrappers[0].detect.size() == 1);
  CHECK(wrappers[1].inside == "m.github");
  CHECK(wrappers[1].stream_by.size() == 1);
  CHECK(wrappers[2].unwrapped_path == std::vector<std::string>{"Output"});
  CHECK(wrappers[2].stream_by == std::vector<ir::SlotId>{0});
  CHECK(Compiled({"module m\nwrapper w = line \"{^}{a} {b}\"\n"}).Codes() == "FL0602");
  CHECK(Compiled({"module m\nwrapper w = line \"{^}{a} {:unwrapped}\" stream by c\n"}).Codes() == "FL0209");
  CHECK(Compiled({"module m\nwrapper w = line \"{^}{a} {:unwrapped}\" inside v\n"}).Codes() == "FL0201");
}

}  // namespace
}  // namespace faultline::sema_test
