// Rules over many records, written by hand: what the tests of the correlator share.
#ifndef FAULTLINE_TESTS_UNIT_CORRELATE_SUPPORT_H_
#define FAULTLINE_TESTS_UNIT_CORRELATE_SUPPORT_H_

#include "ir/builder.h"
#include "make_module.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::runtime::testing {

inline constexpr std::int64_t kSecond = 1'000'000'000;

// The rule that was added last, to be changed. Slots are text unless said otherwise.
class RuleTweak {
 public:
  RuleTweak(ir::Module* module, ir::RuleId rule) : module_(module), rule_(rule) {}

  ir::Rule& rule() { return module_->rules[rule_]; }
  ir::Stage& stage(std::size_t index) { return rule().stages[index]; }
  ir::SlotId Slot(std::string_view name);  // added as text if there is none
  ir::SlotId Slot(std::string_view name, const lang::Type& type);

  // One slot of each stage is its key; "" leaves a stage without.
  RuleTweak& Key(const std::vector<std::string>& slots);
  RuleTweak& Window(ir::WindowUnit unit, std::int64_t amount, ir::RuleId scope = ir::kNone);
  // left == right, of text slots.
  ir::FunctionId Equal(std::string_view left, std::string_view right);
  ir::FunctionId TextList(const std::vector<std::string>& slots);
  RuleTweak& Report(const std::string& text);
  RuleTweak& Provide(ir::ProvidedKind kind, std::string_view slot, const lang::Type& type,
                     std::uint32_t stage, ir::RuleId scope = ir::kNone, std::string_view field = "",
                     bool at_close = false);

 private:
  ir::Module* module_;
  ir::RuleId rule_;
};

// A module with a JSON format of `t` (the time) and `msg` (the text); other lines are text without a time.
class Rules {
 public:
  Rules();
  RuleTweak Add(const RuleText& rule);
  ir::RuleId Id(std::string_view name) const;
  ir::Module& module() { return maker_.module(); }
  std::shared_ptr<const ir::Module> Make();  // verified

 private:
  ModuleMaker maker_;
};

StageText OnMatch(std::string regex);
StageText OnThen(std::string regex);
StageText OnStage(ir::StageKind kind, std::string regex);
StageText Within(StageText stage, std::int64_t amount, ir::WindowUnit unit);
StageText Lines(StageText stage, std::int64_t lines);
StageText Seconds(StageText stage, std::int64_t seconds);
StageText Reads(StageText stage, std::string rule, std::vector<std::pair<std::string, std::string>> loads);

// {"t": …, "msg": …} at this second after midnight.
std::string At(std::int64_t second, const std::string& message);

struct TestInput {
  std::string path;
  std::string text;
  std::string role = {};
};
RunResult RunInputs(const std::shared_ptr<const ir::Module>& module, const std::vector<TestInput>& inputs,
                    EngineOptions options = {});

// The same over one input that grows by `lines` lines at a time: after each of them the run is stopped and
// goes on, from its snapshot, as another one.
RunResult RunWithStops(const std::shared_ptr<const ir::Module>& module, const TestInput& input,
                       std::size_t lines, EngineOptions options = {});

// Findings as reports show them, and notices.
std::string Json(const RunResult& result);
// "what xN where" of each notice.
std::string Notices(const RunSummary& summary);

// The findings over `log`, which must be the same for other block sizes and numbers of threads, and for runs
// that are stopped and go on.
std::string FoundIn(const std::shared_ptr<const ir::Module>& module, const std::string& log);

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_CORRELATE_SUPPORT_H_
