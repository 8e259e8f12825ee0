// Blocks out of lines: the shapes of docs/blocks.md, section 8 of docs/semantics.md, bounds, hostile input.
#include "runtime/frame/framer.h"

#include "ir/interp/interp.h"
#include "tests/unit/frame/make_block.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace faultline::runtime::testing {
namespace {

std::vector<PartText> Frames() {
  return {Line("literal:(:^(?<func>[\\w./*()]+)\\((?<args>[^()]*)\\)$"),
          Line("literal:.go:^\\t(?<file>\\S+\\.go):(?<line>\\d+)"),
          Skip("^\\.\\.\\.additional frames elided\\.\\.\\.")};
}

std::shared_ptr<ir::Module> Goroutines() {
  auto module = std::make_shared<ir::Module>();
  AddBlock(
      module.get(), "goroutine",
      {Line("literal:goroutine :^goroutine (?<id>\\d+) \\[(?<state>[^\\],]*)"), Repeat("stack", Frames()),
       Optional({Line("literal:created by:^created by (?<creator>\\S+?)(?: in goroutine (?<parent>\\d+))?$"),
                 Line("literal:.go:^\\t\\S+:\\d+")})});
  return module;
}

std::shared_ptr<ir::Module> Module(const std::vector<PartText>& parts,
                                   const std::vector<std::string>& by = {}) {
  auto module = std::make_shared<ir::Module>();
  AddBlock(module.get(), "b", parts, by);
  return module;
}

std::string Text(const std::shared_ptr<ir::Module>& module, std::string_view text) {
  return Frame(module, text).Text();
}

constexpr std::string_view kPanic =
    "panic: runtime error: index out of range [3] with length 3\n"
    "\n"
    "goroutine 1 [running]:\n"
    "main.(*T).run(0xc000012345, 0x3)\n"
    "\t/src/main.go:12 +0x1d\n"
    "...additional frames elided...\n"
    "main.main()\n"
    "\t/src/main.go:20 +0x20\n"
    "\n"
    "goroutine 18 [chan receive, 2 minutes]:\n"
    "main.worker(0x1)\n"
    "\t/src/w.go:7 +0x44\n"
    "created by main.start in goroutine 1\n"
    "\t/src/w.go:3 +0x11\n"
    "exit status 2\n";

TEST_CASE("A panic's goroutines are blocks with their stacks") {
  CHECK(
      Text(Goroutines(), kPanic) ==
      "goroutine 3-8 id=1 state=running stack=[{func=main.(*T).run args=0xc000012345, 0x3 file=/src/main.go "
      "line=12},{func=main.main args= file=/src/main.go line=20}]\n"
      "goroutine 10-14 id=18 state=chan receive stack=[{func=main.worker args=0x1 file=/src/w.go line=7}] "
      "creator=main.start parent=1\n");
}

TEST_CASE("An event knows its place, its first lines and its record") {
  const auto program = ir::MakeInterpreter(Goroutines());
  const Records records(LinesOf(kPanic));
  const Framed framed = Frame(*program, records);
  REQUIRE(framed.events.size() == 2);
  const BlockEvent& event = framed.events[1];
  CHECK(event.place.line == 10);
  CHECK(event.place.column == 1);
  CHECK(event.place.offset == kPanic.find("goroutine 18"));
  CHECK(event.end_line == 14);
  CHECK(event.last.stream_line == 14);
  CHECK(event.lines == 5);
  CHECK(event.record.text == "goroutine 18 [chan receive, 2 minutes]:");
  CHECK(event.head.text == "goroutine 18 [chan receive, 2 minutes]:");
  REQUIRE(event.more.size() == 4);
  CHECK(event.more[3].line == 14);
  CHECK(event.more[3].text == "\t/src/w.go:3 +0x11");
}

TEST_CASE("A damaged block keeps what was complete before the damage") {
  SECTION("a frame without its file is no part of the block") {
    CHECK(Text(Goroutines(), "goroutine 1 [running]:\nmain.a()\n\t/a.go:1\nmain.b()\nJunk\n\t/b.go:1\n") ==
          "goroutine 1-3 id=1 state=running stack=[{func=main.a args= file=/a.go line=1}]\n");
  }
  SECTION("nor is half of an optional part") {
    CHECK(Text(Goroutines(), "goroutine 1 [running]:\nmain.a()\n\t/a.go:1\ncreated by main.x\n") ==
          "goroutine 1-3 id=1 state=running stack=[{func=main.a args= file=/a.go line=1}]\n");
  }
  SECTION("the next first line always ends it") {
    CHECK(
        Text(Goroutines(), "goroutine 1 [running]:\nmain.a()\ngoroutine 2 [idle]:\nmain.b()\n\t/b.go:1\n") ==
        "goroutine 1-1 id=1 state=running stack=[]\n"
        "goroutine 3-5 id=2 state=idle stack=[{func=main.b args= file=/b.go line=1}]\n");
  }
}

TEST_CASE("A block without a required part is broken and counted") {
  const auto module =
      Module({Line("^head (?<a>\\d)"), Line("^needed (?<b>\\d)"), Repeat("xs", {Line("^x(?<x>\\d)")})});
  const Framed framed = Frame(module, "head 1\nx1\nhead 2\nhead 3\nneeded 3\nx1\nx2\n\nx3\nhead 4\n");
  CHECK(framed.Text() == "b 4-7 a=3 b=3 xs=[{x=1},{x=2}]\n");
  CHECK(framed.counts[0] == FramerCounts{1, 3, 0});
}

TEST_CASE("A required repeat has one round at least, all of it") {
  const auto module =
      Module({Line("^head (?<a>\\d)"), Required(Repeat("xs", {Line("^x(?<x>\\d)"), Line("^y(?<y>\\d)")})),
              Optional({Line("^end (?<e>\\d)")})});
  const Framed framed = Frame(module, "head 1\nend 1\nhead 2\nx1\nend 2\nhead 3\nx1\ny1\nx2\nend 3\n");
  CHECK(framed.Text() == "b 6-8 a=3 xs=[{x=1 y=1}]\n");
  CHECK(framed.counts[0] == FramerCounts{1, 2, 0});
}

TEST_CASE("Inconsistent vendoring lists its modules") {
  const auto module =
      Module({Line("^go: inconsistent vendoring in (?<dir>.+):$"),
              Repeat("modules", {Line("^\\s+(?<module>\\S+)@(?<version>\\S+): (?<problem>.*)$")})});
  CHECK(Text(module,
             "go: inconsistent vendoring in /src:\n"
             "\tgolang.org/x/a@v1.2.3: is explicitly required in go.mod, but not marked as explicit\n"
             "\tgolang.org/x/b@v0.1.0: is marked as explicit in vendor/modules.txt, but not required\n"
             "\n"
             "\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n") ==
        "b 1-3 dir=/src modules=[{module=golang.org/x/a version=v1.2.3 problem=is explicitly required in "
        "go.mod, "
        "but not marked as explicit},{module=golang.org/x/b version=v0.1.0 problem=is marked as explicit in "
        "vendor/modules.txt, but not required}]\n");
  CHECK(Text(module, "go: inconsistent vendoring in /src:\n") == "b 1-1 dir=/src modules=[]\n");
}

TEST_CASE("Indentation decides between a repeat and one inside it") {
  const auto tree = Module(
      {Line("^root$"),
       Repeat("as", {Line("^\\s+(?<a>\\w+)$"),
                     Repeat("bs", {Line("^\\s+(?<b>\\w+)$"), Repeat("cs", {Line("^\\s+(?<c>\\w+)$")})})})});
  CHECK(Text(tree, "root\n  a\n  b\n    b1\n    b2\n      c1\n    b3\n  c\n    c1\n") ==
        "b 1-9 as=[{a=a bs=[]},{a=b bs=[{b=b1 cs=[]},{b=b2 cs=[{c=c1}]},{b=b3 cs=[]}]},{a=c bs=[{b=c1 "
        "cs=[]}]}]\n");
  // Back by two levels at once.
  CHECK(Text(tree, "root\n  a\n    b\n      c\n  d\n") ==
        "b 1-5 as=[{a=a bs=[{b=b cs=[{c=c}]}]},{a=d bs=[]}]\n");
  // Where lines tell themselves apart, nothing need be indented.
  const auto flat =
      Module({Line("^root$"),
              Repeat("packages", {Line("^pkg (?<p>\\w+)"), Repeat("tests", {Line("^test (?<t>\\w+)")})}),
              Lines("rest", {})});
  CHECK(Text(flat, "root\npkg a\ntest 1\ntest 2\npkg b\ntest 3\nend\n") ==
        "b 1-7 packages=[{p=a tests=[{t=1},{t=2}]},{p=b tests=[{t=3}]}] rest=[end]\n");
}

TEST_CASE("Parts in any order, and what stands among them") {
  const auto module = Module({Line("^--- FAIL: (?<test>\\w+)"),
                              AnyOrder({Line("Error:\\s+(?<error>.+)$"), Line("Trace:\\s+(?<trace>.+)$")}),
                              Optional({Line("^\\s+Test:\\s+(?<name>\\w+)")}), Optional({Line("^FAIL$")})});
  CHECK(Text(module,
             "--- FAIL: TestA\n    Trace:  a.go:1\n    what is this\n      deeper\n    Error:  no\n    Test: "
             "TestA\nFAIL\n") == "b 1-7 test=TestA error=no trace=a.go:1 name=TestA\n");
  // Unknown lines before the first known one; a second `Error` is none of the group's any more.
  CHECK(Text(module,
             "--- FAIL: TestA\n    junk\n    Error: 1\n    Error: 2\n    Trace: t\nok\n    Test: x\n") ==
        "b 1-5 test=TestA error=1 trace=t\n");
  // Nothing indented: the first unknown line ends it.
  CHECK(Text(module, "--- FAIL: TestA\nError: 1\njunk\nTrace: t\n") == "b 1-2 test=TestA error=1\n");
}

TEST_CASE("One of several parts") {
  const auto module = Module(
      {Line("^head$"), OneOf({Line("^a(?<a>\\d)"), Optional({Line("^b(?<b>\\d)"), Line("^c(?<c>\\d)")})}),
       Optional({Line("^end")})});
  CHECK(Text(module, "head\na1\nend\nhead\nb1\nc2\nhead\nb1\nend\nhead\nend\n") ==
        "b 1-3 a=1\n"
        "b 4-6 b=1 c=2\n");
}

TEST_CASE("Text until a line, a blank or the end") {
  const auto module = Module({Line("^head$"), Lines("body", {"^END"}), Optional({Line("^END (?<e>\\d)")})});
  CHECK(Text(module, "head\n one\n two\nEND 5\nafter\n") == "b 1-4 body=[ one, two] e=5\n");
  CHECK(Text(module, "head\n\nEND 5\n") == "b 1-1 body=[]\n");
  CHECK(Text(module, "head\nx\nhead\ny\n") == "b 1-2 body=[x]\nb 3-4 body=[y]\n");
}

TEST_CASE("Blank lines") {
  const auto with =
      Module({Line("^head$"), Repeat("xs", {Line("^x(?<x>\\d)"), Blank()}), Optional({Line("^end")})});
  CHECK(Text(with, "head\nx1\n\nx2\n\nx3\n") == "b 1-6 xs=[{x=1},{x=2},{x=3}]\n");
  CHECK(Text(with, "head\nx1\n\n\nend\n") == "b 1-2 xs=[{x=1}]\n");
  CHECK(Text(with, "head\nx1\n\nend\n") == "b 1-4 xs=[{x=1}]\n");
  const auto without = Module({Line("^head$"), Repeat("xs", {Line("x?(?<x>\\d*)")})});
  CHECK(Text(without, "head\nx1\n   \nx2\n") == "b 1-2 xs=[{x=1}]\n");
}

TEST_CASE("skip and until hold for their list") {
  const auto module =
      Module({Line("^head$"), Repeat("xs", {Line("^(?<x>\\w+)$"), Skip("^#"), Until("^stop$")}),
              Optional({Line("^stop$"), Line("^code (?<code>\\d)")})});
  CHECK(Text(module, "head\na\n# no\nb\nstop\ncode 7\n") == "b 1-6 xs=[{x=a},{x=b}] code=7\n");
  CHECK(Text(module, "head\nstop\n# no\ncode 7\n") == "b 1-1 xs=[]\n");
  const auto root = Module({Line("^head$"), Lines("body", {}), Until("^stop$"), Skip("^#")});
  CHECK(Text(root, "head\n# x\na\nstop\nb\n") == "b 1-3 body=[a]\n");
}

TEST_CASE("Writers that interleave are told apart by their key") {
  const auto module = Module({Line("^\\[(?<w>\\d)\\] begin"),
                              Repeat("xs", {LineOr({"^\\[(?<w>\\d)\\] x(?<x>\\d)", "^ +x(?<x>\\d)"})}),
                              Line("^\\[(?<w>\\d)\\] end (?<e>\\d)")},
                             {"w"});
  const Framed framed =
      Frame(module,
            "[1] begin\n[2] begin\n[1] x1\n[2] x2\n x3\n[1] x4\n[3] x9\n x9\n[2] end 2\n[1] x5\n[1] end 1\n"
            "[2] begin\n[2] begin\n[2] end 3\n");
  CHECK(framed.Text() ==
        "b 2-9 w=2 xs=[{w=2 x=2},{w=2 x=3}] e=2\n"
        "b 1-11 w=1 xs=[{w=1 x=1},{w=1 x=4},{w=1 x=5}] e=1\n"
        "b 13-14 w=2 xs=[] e=3\n");
  CHECK(framed.counts[0] == FramerCounts{3, 1, 0});
}

TEST_CASE("Streams are framed by themselves") {
  const auto program =
      ir::MakeInterpreter(Module({Line("^head (?<h>\\d)"), Repeat("xs", {Line("^x(?<x>\\d)")})}));
  const Records records(
      {{0, "head 1"}, {1, "head 2"}, {0, "x1"}, {1, "x2"}, {2, "x9"}, {1, "no"}, {0, "x3"}});
  CHECK(Frame(*program, records).Text() == "b 2-4 h=2 xs=[{x=2}]\nb 1-7 h=1 xs=[{x=1},{x=3}]\n");
}

TEST_CASE("Several formats look at the same lines") {
  auto module = std::make_shared<ir::Module>();
  AddBlock(module.get(), "one", {Line("^a"), Repeat("", {Line("^b(?<b>\\d)")})});
  AddBlock(module.get(), "two", {Line("^b"), Repeat("xs", {Line("(?<x>\\w+)")})});
  CHECK(Text(module, "a\nb1\nb2\nc\n") == "two 2-2 xs=[]\none 1-3 b=2\ntwo 3-4 xs=[{x=c}]\n");
}

TEST_CASE("Bounds end a block with `truncated`") {
  auto module = Module({Line("^head$"), Lines("body", {})});
  module->formats[0].limit_lines = 4;
  module->formats[0].truncated = static_cast<ir::SlotId>(module->formats[0].slots.size());
  module->formats[0].slots.push_back({"truncated", lang::Type(lang::TypeKind::kBool), false});
  const Framed framed = Frame(module, "head\n1\n2\n3\n4\n5\nhead\n1\n2\n3\n");
  CHECK(framed.Text() ==
        "b 1-4 truncated body=[1,2,3] truncated=true\n"
        "b 7-10 body=[1,2,3] truncated=false\n");
  CHECK(framed.counts[0] == FramerCounts{2, 0, 1});
  module->formats[0].limit_lines = 100;
  FramerLimits limits;
  limits.block_bytes = 12;
  CHECK(Frame(module, "head\n123\n56\n89\n", limits).Text() ==
        "b 1-3 truncated body=[123,56] truncated=true\n");
  // Cut where a required part is missing: broken.
  auto strict = Module({Line("^head$"), Line("^x"), Line("^y"), Line("^z")});
  strict->formats[0].limit_lines = 2;
  CHECK(Frame(strict, "head\nx\ny\nz\n").counts[0] == FramerCounts{0, 1, 0});
}

TEST_CASE("The oldest of too many open blocks goes") {
  const auto module = Module({Line("^(?<k>\\d+) begin"), Repeat("", {Line("^(?<k>\\d+) x")})}, {"k"});
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + " begin\n";
  const Framed framed = Frame(module, text);
  CHECK(framed.counts[0] == FramerCounts{100, 0, 36});
  CHECK(framed.most_open == 64);
  CHECK(framed.blocks[0] == "b 1-1 truncated k=0");
  FramerLimits limits;
  limits.total_bytes = 10 * 4200;
  const Framed small = Frame(module, text, limits);
  CHECK(small.counts[0].blocks == 100);
  CHECK(small.most_bytes <= limits.total_bytes);
  CHECK(small.most_open <= 10);
}

TEST_CASE("A run may be cut anywhere") {
  const auto program = ir::MakeInterpreter(Goroutines());
  const Records records(LinesOf(kPanic));
  const std::string whole = Frame(*program, records).Text();
  for (std::size_t cut = 0; cut < records.views().size(); ++cut)
    CHECK(Frame(*program, records, {}, cut).Text() == whole);
}

TEST_CASE("State that is none is not loaded") {
  const auto program = ir::MakeInterpreter(Goroutines());
  const Records records(LinesOf(kPanic));
  Framer framer(*program, EvalContext{});
  std::vector<BlockEvent> events;
  for (std::size_t i = 0; i < 7; ++i)
    framer.Offer(0, records.views()[i], records.points()[i], framer.formats(), &events);
  snapshot::Writer writer;
  framer.Save(&writer);
  const std::string good = writer.bytes();
  std::mt19937_64 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string bad = good.substr(0, i % 3 == 0 ? random() % good.size() : good.size());
    for (std::size_t n = i % 4; n > 0 && !bad.empty(); --n)
      bad[random() % bad.size()] = static_cast<char>(random());
    Framer other(*program, EvalContext{});
    snapshot::Reader reader(bad);
    if (!other.Load(&reader)) {
      CHECK(other.open_blocks() == 0);
      continue;
    }
    for (std::size_t r = 7; r < records.views().size(); ++r) {
      other.Offer(0, records.views()[r], records.points()[r], other.formats(), &events);
    }
    other.EndSource(0, &events);
  }
}

TEST_CASE("Hostile input costs little") {
  SECTION("heads without end") {
    std::string text;
    for (int i = 0; i < 200000; ++i) text += "goroutine 1 [x]:\n";
    const Framed framed = Frame(Goroutines(), text);
    CHECK(framed.counts[0].blocks == 200000);
    CHECK(framed.most_open == 1);
  }
  SECTION("a block without end") {
    const auto module = Module({Line("^head$"), Lines("body", {})});
    std::string text = "head\n";
    for (int i = 0; i < 100000; ++i)
      text += "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n";
    const Framed framed = Frame(module, text);
    CHECK(framed.counts[0] == FramerCounts{1, 0, 1});
    CHECK(framed.most_bytes < 8u * 1024 * 1024);
  }
  SECTION("blanks without end") {
    const auto module = Module({Line("^head$"), Repeat("xs", {Optional({Line("^x(?<x>\\d)")}), Blank()})});
    const Framed framed = Frame(module, "head\n" + std::string(100000, '\n') + "x1\n");
    CHECK(framed.Text() == "b 1-1 truncated xs=[]\n");
  }
  SECTION("bytes") {
    std::mt19937_64 random(3);
    std::string text;
    for (int i = 0; i < 100000; ++i) text.push_back(static_cast<char>(random() % 5 == 0 ? '\n' : random()));
    const auto module = Module(
        {Line(""), AnyOrder({Line("a"), Repeat("xs", {Line("(?<x>.)"), Blank()})}), Lines("body", {"z"})});
    CHECK(Frame(module, text).counts[0].blocks > 0);
  }
}

}  // namespace
}  // namespace faultline::runtime::testing
