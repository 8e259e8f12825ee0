// Modules written by hand, and the engine run over a text: what the tests of the engine share.
#ifndef FAULTLINE_TESTS_UNIT_ENGINE_MAKE_MODULE_H_
#define FAULTLINE_TESTS_UNIT_ENGINE_MAKE_MODULE_H_

#include "ir/ir.h"
#include "runtime/engine/engine.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime::testing {

// One stage: a regex whose named captures become text slots of the same name.
struct StageText {
  ir::StageKind kind = ir::StageKind::kMatch;
  std::string regex;                  // "": any record of the input
  std::vector<std::string> literals;  // what every match contains; empty: none is known
  ir::WindowUnit window = ir::WindowUnit::kNoWindow;
  std::int64_t amount = 0;
  std::string join_left, join_right;  // slots that must be equal
  std::string reads;                  // the rule whose findings are read; "": the text
  std::vector<std::pair<std::string, std::string>>
      loads;  // of a stage that reads: (own slot, slot of the rule read)
  ir::StageInput input = ir::StageInput::kText;
  std::vector<std::string> more;  // further alternatives, tried after `regex`, without literals
};

struct RuleText {
  std::string name = {};
  std::vector<StageText> stages = {};
  bool is_event = false;
  lang::Severity severity = lang::Severity::kError;
  std::string report = {};  // text, then slots in braces: "no {what} here"
  std::string fix = {};
  std::string at = {};
  std::vector<std::string> identity = {};
};

class ModuleMaker {
 public:
  ModuleMaker& Add(const RuleText& rule);
  std::shared_ptr<const ir::Module> Make();  // verified by the interpreter's users; done once

  ir::Module& module() { return *module_; }

 private:
  ir::PatternId AddPattern(const std::string& name, const std::string& regex,
                           const std::vector<std::string>& literals);
  ir::FunctionId AddText(const std::string& name, const std::string& text, const ir::Rule& rule);

  std::shared_ptr<ir::Module> module_ = std::make_shared<ir::Module>();
};

// Keeps what comes.
class KeepingSink : public FindingSink {
 public:
  void OnFinding(const FindingPtr& finding) override { findings.push_back(finding); }
  void OnEnd(const RunSummary& end) override {
    summary = end;
    ended = true;
  }
  std::vector<FindingPtr> findings;
  RunSummary summary;
  bool ended = false;
};

struct RunResult {
  std::vector<FindingPtr> findings;
  RunSummary summary;
  std::shared_ptr<const Program> program;  // findings refer to its module

  // "rule@line-end_line message", one a line.
  std::string Text() const;
};

RunResult Run(const std::shared_ptr<const ir::Module>& module, std::string_view log,
              EngineOptions options = {});

// A finding for the tests of reports; its rule lives as long as the program.
std::shared_ptr<Finding> MakeFindingFor(const std::string& rule, lang::Severity severity,
                                        const std::string& message, std::int64_t line);

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_ENGINE_MAKE_MODULE_H_
