// Lines to records: wrappers, streams, joined documents, and the promises about places and haystacks.
#include "runtime/decode/record_decoder.h"
#include "runtime/decode/record_stream.h"
#include "tests/unit/input/fake_program.h"
#include "tests/unit/input/support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime {
namespace {

using testing::FakeProgram;

struct Seen {
  std::string text;
  std::string raw;
  std::string stream;
  std::int64_t line = 0, end_line = 0, stream_line = 0, record = 0;
  std::string time;
  std::uint64_t offset = 0;
  bool inherited = false;
  LogPlace first, last;  // of the text's first byte and of the one behind its last
  std::string fields;    // of the innermost wrapper
  friend bool operator==(const Seen&, const Seen&) = default;
};

struct Run {
  std::vector<Seen> records;
  std::string why;
  std::vector<InputError> errors;
  const Seen& operator[](std::size_t i) const { return records.at(i); }
};

bool Holds(std::string_view haystack, std::string_view needle) {
  return needle.empty() || haystack.find(needle) != std::string_view::npos;
}

// Reads everything, checks the promises of RecordBlock on the way. With `resolve`, texts are those after
// Resolve.
Run ReadRecords(std::unique_ptr<ByteSource> source, const FakeProgram& program,
                const RecordChoices& choices = {}, const LineOptions& options = {}, bool resolve = false,
                const RecordLimits& limits = {}) {
  LineReader reader(std::move(source), "x.log", options);
  EvalContext context;
  RecordStream stream(reader, program, context, choices, limits);
  RecordDecoder decoder(program);
  RecordBlock block;
  Run run;
  while (stream.NextBlock(block)) {
    std::uint32_t scan = 0;
    std::uint32_t extra = 0;
    REQUIRE(!block.records.empty());
    for (RecordView& record : block.records) {
      REQUIRE((record.scan_begin >= scan && record.scan_end >= record.scan_begin));
      REQUIRE((record.extra_begin >= extra && record.extra_end >= record.extra_begin));
      scan = record.scan_end;
      extra = record.extra_end;
      const std::string_view in_bytes =
          block.bytes().substr(record.scan_begin, record.scan_end - record.scan_begin);
      const std::string_view in_extra =
          block.extra().substr(record.extra_begin, record.extra_end - record.extra_begin);
      REQUIRE((Holds(in_bytes, record.context.raw) || Holds(in_extra, record.context.raw)));
      REQUIRE((Holds(in_bytes, record.context.text) || Holds(in_extra, record.context.text)));
      if (resolve) {
        context.arena = &block.arena;
        decoder.Resolve(record, context);
        REQUIRE((Holds(in_bytes, record.context.text) || Holds(in_extra, record.context.text)));
      }
      Seen seen;
      seen.text = record.context.text;
      seen.raw = record.context.raw;
      if (!record.context.stream.is_missing()) seen.stream = record.context.stream.AsText();
      seen.line = record.context.line;
      seen.end_line = record.end_line;
      seen.stream_line = record.stream_line;
      seen.record = record.record;
      if (record.context.time.kind == ValueKind::kTime)
        seen.time = std::to_string(record.context.time.integer);
      seen.offset = record.offset;
      seen.inherited = record.inherited;
      seen.first = record.PlaceOfText(0);
      seen.last = record.PlaceOfText(static_cast<std::uint32_t>(record.context.text.size()));
      if (!record.wrappers.empty()) {
        const WrapperValues& values = record.wrappers.back();
        const ir::Wrapper& wrapper = program.module().wrappers[values.wrapper];
        for (std::size_t i = 0; i < wrapper.slots.size(); ++i) {
          if (values.slots[i].kind != ValueKind::kText) continue;
          seen.fields += wrapper.slots[i].name + "=" + std::string(values.slots[i].AsText()) + ";";
        }
      }
      run.records.push_back(seen);
    }
  }
  REQUIRE_FALSE(stream.NextBlock(block));
  run.why = stream.decision().why;
  run.errors = stream.errors();
  return run;
}

Run ReadRecords(std::string_view bytes, const FakeProgram& program, const RecordChoices& choices = {}) {
  return ReadRecords(MemorySource(bytes), program, choices);
}

std::vector<std::string> Texts(const Run& run) {
  std::vector<std::string> texts;
  for (const Seen& seen : run.records) texts.push_back(seen.text);
  return texts;
}

using Strings = std::vector<std::string>;

// The wrappers of the tests; their stamps are plain numbers of ns.
void AddWrappers(FakeProgram& program) {
  program.AddLineWrapper("formats.github", R"(^(?P<time>\d{4})Z (?P<unwrapped>.*)$)", R"(##\[group\])");
  program.AddLineWrapper("formats.buildkit", R"(^#(?P<step>\d+) (?:\d+\.\d+ )?(?P<unwrapped>.*)$)",
                         R"(#1 \[internal\])", {"step"});
  program.AddLineWrapper("formats.compose", R"(^(?P<service>[a-z]+)-1 +\| (?P<unwrapped>.*)$)",
                         R"(^[a-z]+-1 +\| )", {"service"});
  program.AddJsonWrapper("formats.gotest", "Output", R"(^\{"Time")", {"package?=Package", "test?=Test"},
                         {"package", "test"});
}

TEST_CASE("plain lines: text without line ends, marks and colours; raw and places with them") {
  FakeProgram program;
  const Run run = ReadRecords("\xEF\xBB\xBFone\r\n\x1B[31mtwo\x1B[0m\n\n10%\r20%\nlast", program);
  REQUIRE(Texts(run) == Strings{"one", "two", "", "20%", "last"});
  CHECK(run[0].raw == "\xEF\xBB\xBFone\r");
  CHECK(run[0].first == LogPlace{1, 4, 3});
  CHECK(run[1].first == LogPlace{2, 6, 8 + 5});
  CHECK(run[3].first == LogPlace{4, 5, 22 + 4});
  CHECK(run[4].line == 5);
  CHECK(run[4].stream_line == 5);
  CHECK(run[4].record == 5);
  CHECK(run.why.find("no wrapper") == 0);
}

TEST_CASE("UTF-16: columns and offsets count the original's bytes") {
  FakeProgram program;
  const std::string bytes = testing::Utf16(u"a\u20acb\nxy\n", true);
  const Run run = ReadRecords(DecodedSource(MemorySource(bytes), "m"), program);
  REQUIRE(run.records.size() == 2);
  CHECK(run[0].first == LogPlace{1, 1, 2});
  CHECK(run[0].last == LogPlace{1, 7, 8});
  CHECK(run[1].last == LogPlace{2, 5, 14});
}

TEST_CASE("a wrapper is detected, says why, and lines it does not fit inherit") {
  FakeProgram program;
  AddWrappers(program);
  const Run run = ReadRecords("1000Z ##[group]Run\n1001Z   indented\nno stamp\n1003Z 10%\r20%\n", program);
  CHECK(run.why == "wrapper formats.github: detected in line 1, fits 3 of the first 4 lines");
  REQUIRE(Texts(run) == Strings{"##[group]Run", "  indented", "no stamp", "20%"});
  CHECK(run[1].first == LogPlace{2, 7, 19 + 6});
  CHECK(run[0].time == "1000");
  CHECK(run[2].time == "1001");
  CHECK(run[2].inherited);
  CHECK_FALSE(run[3].inherited);
  CHECK(run[3].time == "1003");
  CHECK(run[3].first.column == 11);  // behind the stamp and `10%\r`: the bar overwrites no stamp
  CHECK(run[1].fields.empty());      // the time is no text
}

TEST_CASE("without a hit there is no wrapper; names choose and refuse one") {
  FakeProgram program;
  AddWrappers(program);
  CHECK(Texts(ReadRecords("1000Z a\n", program)) == Strings{"1000Z a"});
  RecordChoices choices;
  choices.wrappers = {"github"};
  CHECK(Texts(ReadRecords("1000Z a\n", program, choices)) == Strings{"a"});
  choices.wrappers = {"none"};
  CHECK(Texts(ReadRecords("1000Z ##[group]\n", program, choices)) == Strings{"1000Z ##[group]"});
  choices.wrappers = {"formats.github", "compose"};
  const Run nested = ReadRecords("1000Z web-1  | x\n", program, choices);
  CHECK(Texts(nested) == Strings{"x"});
  CHECK(nested[0].stream == "web");
  choices.wrappers = {"gitlab"};
  CHECK(ReadRecords("x\n", program, choices).why == "wrapper gitlab: there is none of this name");
  CHECK(FindWrapper(program.module(), "compose") == 2);
  CHECK(FindWrapper(program.module(), "formats.compose") == 2);
  CHECK(FindWrapper(program.module(), "nothing") == ir::kNone);
}

TEST_CASE("wrappers nest, and lines are counted in the innermost stream") {
  FakeProgram program;
  AddWrappers(program);
  const Run run = ReadRecords(
      "1000Z ##[group]Run\n1001Z #1 [internal] load\n1002Z #2 0.5 a\n1003Z #1 1.5 b\n1004Z not of a "
      "step\n1005Z #2 c\n",
      program);
  CHECK(run.why.find("formats.github") != std::string::npos);
  CHECK(run.why.find("formats.buildkit: detected in line 2") != std::string::npos);
  REQUIRE(Texts(run) == Strings{"##[group]Run", "[internal] load", "a", "b", "not of a step", "c"});
  const std::vector<std::string> streams = {"", "1", "2", "1", "1", "2"};
  const std::vector<std::int64_t> lines = {1, 1, 1, 2, 3, 2};
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    CHECK(run[i].stream == streams[i]);
    CHECK(run[i].stream_line == lines[i]);
    CHECK(run[i].line == static_cast<std::int64_t>(i) + 1);
  }
  CHECK(run[2].first == LogPlace{3, 14, 57});
  CHECK(run[2].fields == "step=2;");
}

TEST_CASE("inside: a wrapper that is looked for in another one only") {
  FakeProgram program;
  program.AddLineWrapper("outer", R"(^> (?P<unwrapped>.*)$)", "^> ");
  program.AddLineWrapper("inner", R"(^- (?P<unwrapped>.*)$)", "^- ", {}, "outer");
  CHECK(Texts(ReadRecords("- a\n", program)) == Strings{"- a"});
  CHECK(Texts(ReadRecords("> - a\n> b\n", program)) == Strings{"a", "b"});
}

TEST_CASE("a coloured prefix is seen through, the inner text keeps its place") {
  FakeProgram program;
  AddWrappers(program);
  const Run run = ReadRecords("\x1B[36mweb-1  |\x1B[0m   \x1B[1mhi\x1B[0m there\x1B[0m\n", program);
  REQUIRE(Texts(run) == Strings{"  hi there"});
  CHECK(run[0].stream == "web");
  CHECK(run[0].first == LogPlace{1, 19, 18});
}

TEST_CASE("JSON wrappers: fragments wait for the rest of their line, stream by stream") {
  FakeProgram program;
  AddWrappers(program);
  const std::string log = R"({"Time":"t","Action":"start","Package":"p"})"
                          "\n"
                          R"({"Time":"t","Package":"p","Test":"A","Output":"=== RUN A\n"})"
                          "\n"
                          R"({"Time":"t","Package":"p","Test":"A","Output":"half"})"
                          "\n"
                          R"({"Time":"t","Package":"p","Test":"B","Output":"one\ntwo\n"})"
                          "\n"
                          R"({"Time":"t","Package":"p","Test":"A","Output":" \u001b[31mdone\u001b[0m\n"})"
                          "\n"
                          R"({"Time":"t","Package":"p","Test":"B","Output":"no newline"})"
                          "\n"
                          "FAIL not JSON\n";
  const Run run = ReadRecords(log, program);
  REQUIRE(Texts(run) == Strings{R"({"Time":"t","Action":"start","Package":"p"})", "=== RUN A", "one", "two",
                                "half done", "FAIL not JSON", "no newline"});
  CHECK(run[0].stream == "p");
  CHECK(run[1].stream == "p A");
  CHECK(run[2].stream == "p B");
  CHECK(run[3].stream_line == 2);
  CHECK(run[4].stream == "p A");
  CHECK(run[4].stream_line == 2);
  CHECK(run[4].line == 3);
  CHECK(run[4].end_line == 5);
  CHECK(run[4].fields == "package=p;test=A;");
  CHECK(run[4].first.line == 3);
  CHECK(run[4].first.column ==
        static_cast<std::int64_t>(log.find("half") - log.rfind('\n', log.find("half"))));
  CHECK(run[4].first.offset == log.find("half"));
  CHECK(run[4].last.line == 5);
  CHECK(run[4].last.offset == log.find("done") + 4);
  CHECK(run[3].first.offset == log.find("two"));
  CHECK(run[5].inherited);
  CHECK(run[6].line == 6);  // flushed at the end
}

TEST_CASE("fragments are bounded") {
  FakeProgram program;
  AddWrappers(program);
  std::string log;
  for (int i = 0; i < 300; ++i)
    log += R"({"Time":"t","Package":"p","Output":"xxxxxxxxxxxxxxxxxxxx"})"
           "\n";
  RecordLimits limits;
  limits.fragment_bytes = 1000;
  const Run run = ReadRecords(MemorySource(log), program, {}, {}, false, limits);
  CHECK(run.records.size() > 10);
  REQUIRE(run.errors.size() == 1);
  CHECK(run.errors[0].kind == InputErrorKind::kLimit);
  std::size_t size = 0;
  for (const Seen& seen : run.records) size += seen.text.size();
  CHECK(size == 300 * 20);
}

TEST_CASE("streams are bounded: further ones share one") {
  FakeProgram program;
  AddWrappers(program);
  std::string log = "#1 [internal]\n";
  for (int i = 2; i < 50; ++i) log += "#" + std::to_string(i) + " x\n";
  RecordLimits limits;
  limits.streams = 10;
  const Run run = ReadRecords(MemorySource(log), program, {}, {}, false, limits);
  CHECK(run.records.size() == 49);
  CHECK(run.records.back().stream == "9");
  REQUIRE(run.errors.size() == 1);
  CHECK(run.errors[0].count == 40);
}

TEST_CASE("a JSON document over several lines is one record; what is no document stays lines") {
  FakeProgram program;
  program.AddFormat("json", ir::FormatKind::kJson, {"message?", "others"});
  const std::string log =
      "before\n{\n  \"message\": \"x\",\n  \"list\": [\n    1\n  ]\n}\nafter\n{\n  not json\n}\n[\nend\n{\n";
  const Run run = ReadRecords(log, program);
  REQUIRE(Texts(run) == Strings{"before", "{\n  \"message\": \"x\",\n  \"list\": [\n    1\n  ]\n}", "after",
                                "{", "  not json", "}", "[", "end", "{"});
  CHECK(run[1].line == 2);
  CHECK(run[1].end_line == 7);
  CHECK(run[1].first == LogPlace{2, 1, 7});
  CHECK(run[1].last == LogPlace{7, 2, log.find("after") - 1});
  CHECK(run[2].line == 8);
  CHECK(run[2].record == 3);
  RecordChoices choices;
  choices.join_documents = false;
  CHECK(ReadRecords(log, program, choices).records.size() == 14);
}

TEST_CASE("a document that is too long stays lines, and that is counted") {
  FakeProgram program;
  program.AddFormat("json", ir::FormatKind::kJson, {"others"});
  std::string log = "[\n";
  for (int i = 0; i < 100; ++i) log += "1,\n";
  log += "1\n]\n";
  RecordLimits limits;
  limits.document_lines = 50;
  const Run run = ReadRecords(MemorySource(log), program, {}, {}, false, limits);
  CHECK(run.records.size() == 103);
  CHECK(run.errors.size() == 1);
}

TEST_CASE("several documents on one line are a record each") {
  FakeProgram program;
  program.AddFormat("json", ir::FormatKind::kJson, {"message?", "others"});
  const Run run =
      ReadRecords("{\"a\": {\"b\": 1}} {\"message\": \"}{\"}{}\n{\"a\":1}{broken\n{\"a\":\"}{\"}\n", program);
  REQUIRE(Texts(run) == Strings{"{\"a\": {\"b\": 1}}", "{\"message\": \"}{\"}", "{}", "{\"a\":1}{broken",
                                "{\"a\":\"}{\"}"});
  CHECK(run[1].line == 1);
  CHECK(run[1].stream_line == 1);
  CHECK(run[1].first.column == 17);
  CHECK(run[3].stream_line == 2);
}

TEST_CASE("any block size gives the same records") {
  FakeProgram program;
  AddWrappers(program);
  program.AddFormat("json", ir::FormatKind::kJson, {"message?", "others"});
  const std::string logs[] = {
      "1000Z ##[group]Run\r\n1001Z #1 [internal] load\n1002Z #2 0.5 {\n1003Z #2 \"a\": "
      "1}\nx\xC3\xA9\x1B[31my\n1004Z #2 {\n1005Z #2 \"message\": [\n"
      "1006Z #2 10%\r20%\n1007Z #2 [,\n",
      R"({"Time":"t","Package":"p","Output":"half"})"
      "\n{\n\"message\": \"a \\\" b\",\n\"x\":\n[]\n}\n"
      R"({"Time":"t","Package":"p","Output":" done\n{\n"})"
      "\n"
      R"({"Time":"t","Package":"p","Output":"\"x\": 1\n}\n"})"
      "\n"
      R"({"a":1} {"b":2})"
      "\n",
  };
  for (const std::string& log : logs) {
    for (const bool resolve : {false, true}) {
      const Run expected = ReadRecords(MemorySource(log), program, {}, {}, resolve);
      for (std::size_t block = 1; block < log.size() + 2; ++block) {
        LineOptions options;
        options.block_bytes = block;
        const Run run = ReadRecords(MemorySource(log), program, {}, options, resolve);
        REQUIRE(run.records == expected.records);
        REQUIRE(run.why == expected.why);
      }
      for (std::uint32_t seed = 0; seed < 20; ++seed) {
        REQUIRE(ReadRecords(testing::ChoppySource(log, seed), program, {}, {}, resolve).records ==
                expected.records);
      }
    }
  }
}

TEST_CASE("a wrapper that begins behind the head is in force from there on") {
  FakeProgram program;
  AddWrappers(program);
  program.AddLineWrapper("formats.bar", R"(^(?P<name>\w+) \| (?P<unwrapped>.*)$)", R"(^\w+ \| )", {"name"});
  std::string log = "1000Z ##[group]Run\n";
  for (int i = 0; i < 20; ++i) log += "1001Z line\n";
  log += "1002Z \x1b[1m#1 [internal] load\x1b[m\n1003Z #2 begin\n1004Z a | b\nno stamp\n";
  RecordLimits limits;
  limits.head_lines = 5;
  const auto read = [&](std::size_t block_bytes, std::size_t block_lines) {
    LineOptions options;
    options.block_bytes = block_bytes;
    options.block_lines = block_lines;
    return ReadRecords(MemorySource(log), program, {}, options, false, limits);
  };
  const Run run = read(1 << 16, 1 << 14);
  CHECK(run.why ==
        "wrapper formats.github: detected in line 1, fits 5 of the first 5 lines; wrapper formats.buildkit: "
        "from "
        "line 22 on");
  REQUIRE(run.records.size() == 25);
  CHECK(run[20].text == "line");
  CHECK(run[20].stream.empty());
  CHECK(run[21].text == "[internal] load");
  CHECK(run[21].stream == "1");
  CHECK(run[21].time == "1002");  // of the wrapper around it
  CHECK(run[22].text == "begin");
  CHECK(run[22].stream == "2");
  CHECK(run[23].text == "a | b");  // a bar is too common to be looked for behind the head
  CHECK(run[23].stream == "2");
  CHECK(run[23].time == "1004");
  CHECK(run[24].text == "no stamp");
  for (const std::size_t bytes : {1, 7, 64, 300}) {
    for (const std::size_t lines : {1, 3, 1000}) CHECK(read(bytes, lines).records == run.records);
  }
  RecordChoices none;
  none.wrappers = {"none"};
  CHECK(ReadRecords(MemorySource(log), program, none, {}, false, limits)[21].stream.empty());
}

TEST_CASE("a block of empty lines takes less than 16 MiB") {
  const FakeProgram program;
  const std::string bytes(512 * 1024, '\n');
  LineReader reader(MemorySource(bytes), "x.log");
  EvalContext context;
  RecordStream stream(reader, program, context);
  RecordBlock block;
  std::size_t records = 0;
  std::size_t most = 0;
  while (stream.NextBlock(block)) {
    records += block.records.size();
    most = std::max(most, block.records.capacity() * sizeof(RecordView) +
                              block.lines.lines().capacity() * sizeof(Line) + block.arena.bytes_used() +
                              block.extra_text.capacity() + block.bytes().size());
  }
  CHECK(records == 512 * 1024);
  CHECK(most < 16 * 1024 * 1024);
}

TEST_CASE("hostile bytes end in records and no fault") {
  FakeProgram program;
  AddWrappers(program);
  program.AddFormat("json", ir::FormatKind::kJson, {"message?", "others"});
  program.AddFormat("logfmt", ir::FormatKind::kLogfmt, {"message?=msg", "others"});
  std::mt19937 random(5);
  const std::string_view pieces[] = {
      "{\"Time\":\"",  "\"Output\":\"", "\\n\"}",    "\n",    "{",  "}",      "[",    "\"", "\\",
      "#1 [internal]", "1000Z ",        "##[group]", "\x1B[", "\r", "msg=\"", "a=1 ", ",",  ":",
      "web-1 | ",      "\\ud800",       "\xFF",      "\b"};
  std::size_t records = 0;
  for (int round = 0; round < 400; ++round) {
    std::string log;
    const std::size_t count = random() % 80;
    for (std::size_t i = 0; i < count; ++i) log += pieces[random() % std::size(pieces)];
    LineOptions options;
    const Run expected = ReadRecords(MemorySource(log), program, {}, options, true);
    options.block_bytes = 1 + random() % 40;
    const Run run = ReadRecords(MemorySource(log), program, {}, options, true);
    REQUIRE(run.records == expected.records);
    records += run.records.size();
  }
  CHECK(records > 1000);
}

}  // namespace
}  // namespace faultline::runtime
