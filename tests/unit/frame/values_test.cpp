// What a block's frame holds: guards, derived fields, missing text, time, captures that took no part.
#include "ir/builder.h"
#include "ir/interp/interp.h"
#include "tests/unit/frame/make_block.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::runtime::testing {
namespace {

const lang::Type kText(lang::TypeKind::kText);

TEST_CASE("A guard decides whether a pattern fits") {
  ir::Module made;
  AddBlock(&made, "b",
           {Line("^head$"), LineOr({"^(?<x>\\w+)$", "^(?<y>\\w+)$"}), Repeat("", {Line("^(?<z>\\w+)$")})});
  ir::Format& format = made.formats[0];
  ir::FunctionBuilder guard(&made, "guard");
  // x must be "yes".
  format.parts[1].lines[0].guard =
      guard.Finish(guard.Operation(lang::Opcode::eq_text, {guard.Slot(0, kText), guard.Text("yes")}));
  const auto module = std::make_shared<const ir::Module>(std::move(made));
  CHECK(Frame(module, "head\nyes\n").Text() == "b 1-2 x=yes\n");
  CHECK(Frame(module, "head\nno\n").Text() == "b 1-2 y=no\n");
}

TEST_CASE("A guard of the first line decides whether a block begins") {
  ir::Module made;
  AddBlock(&made, "b", {Line("^head (?<x>\\w+)$"), Lines("body", {})});
  ir::FunctionBuilder guard(&made, "guard");
  made.formats[0].parts[0].lines[0].guard =
      guard.Finish(guard.Operation(lang::Opcode::eq_text, {guard.Slot(0, kText), guard.Text("yes")}));
  const auto module = std::make_shared<const ir::Module>(std::move(made));
  CHECK(Frame(module, "head no\nx\nhead yes\ny\nhead no\n").Text() == "b 3-5 x=yes body=[y,head no]\n");
}

TEST_CASE("Derived fields see the whole block, and missing text is missing") {
  ir::Module made;
  AddBlock(&made, "b", {Line("^head (?<x>\\S+)$"), Repeat("", {Line("^y (?<y>\\S+)$")})});
  ir::Format& format = made.formats[0];
  format.has_missing_text = true;
  format.missing_text = "-";
  format.slots.push_back({"both", kText, false});
  ir::FunctionBuilder derive(&made, "derive");
  derive.Store(2,
               derive.Operation(lang::Opcode::concat_text, {derive.Slot(0, kText), derive.Slot(1, kText)}));
  format.derive = derive.Finish();
  const auto module = std::make_shared<const ir::Module>(std::move(made));
  CHECK(Frame(module, "head a\ny 1\ny 2\n").Text() == "b 1-3 x=a y=2 both=a2\n");
  CHECK(Frame(module, "head -\ny 1\n").Text().find(" x=") == std::string::npos);
}

TEST_CASE("A capture that took no part stores nothing") {
  auto module = std::make_shared<ir::Module>();
  AddBlock(module.get(), "b", {Line("^head(?: (?<x>\\w+))?$"), Repeat("", {Line("^x(?: (?<x>\\w+))?$")})});
  CHECK(Frame(module, "head a\nx\n").Text() == "b 1-2 x=a\n");
  CHECK(Frame(module, "head a\nx b\nx\n").Text() == "b 1-3 x=b\n");
}

TEST_CASE("A format's own time is the block's") {
  auto module = std::make_shared<ir::Module>();
  AddBlock(module.get(), "b", {Line("^head$"), Lines("", {})});
  const auto program = ir::MakeInterpreter(module);
  const Records records(LinesOf("head\na\nb\n"));
  Framer framer(*program, EvalContext{});
  std::vector<BlockEvent> events;
  for (std::size_t i = 0; i < 3; ++i) {
    Position point = records.points()[i];
    point.time = Value::Integer(ValueKind::kTime, static_cast<std::int64_t>(100 + i));
    framer.Offer(0, records.views()[i], point, framer.formats(), &events);
  }
  framer.EndStream(0, 0, &events);
  REQUIRE(events.size() == 1);
  CHECK(events[0].time.integer == 102);
  CHECK(events[0].first.time.integer == 100);
}

TEST_CASE("Many parts in any order") {
  std::vector<PartText> parts;
  std::string text = "head\n", expected = "b 1-101";
  for (int i = 0; i < 100; ++i) {
    parts.push_back(Line("^p" + std::to_string(i) + "=(?<v" + std::to_string(i) + ">\\w+)$"));
    text += "p" + std::to_string((i * 37) % 100) + "=x" + std::to_string((i * 37) % 100) + "\n";
    expected += " v" + std::to_string(i) + "=x" + std::to_string(i);
  }
  auto module = std::make_shared<ir::Module>();
  AddBlock(module.get(), "b", {Line("^head$"), AnyOrder(parts)});
  CHECK(Frame(module, text).Text() == expected + "\n");
  CHECK(Frame(module, text + "p99=again\n").Text() == expected + "\n");
}

TEST_CASE("Lists inside lists, kept and not") {
  auto module = std::make_shared<ir::Module>();
  AddBlock(
      module.get(), "b",
      {Line("^head$"),
       Repeat("as", {Line("^a(?<a>\\d)"),
                     Optional({Line("^o"), Repeat("bs", {Line("^b(?<b>\\d)"), Lines("text", {"^[abh]"})})})}),
       Repeat("", {Line("^z"), Repeat("cs", {Line("^c(?<c>\\d)")})})});
  CHECK(Frame(module, "head\na1\no\nb1\nt1\nt2\nb2\na2\no\na3\nz\nc1\nz\nc2\nc3\n").Text() ==
        "b 1-15 as=[{a=1 bs=[{b=1 text=[t1,t2]},{b=2 text=[]}]},{a=2 bs=[]},{a=3 bs=[]}] "
        "cs=[{c=1},{c=2},{c=3}]\n");
}

}  // namespace
}  // namespace faultline::runtime::testing
