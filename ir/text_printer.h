// The printer of the text form: one class in two files. text_print.cpp prints data and functions,
// text_print_plans.cpp formats, wrappers and rules. Private to ir/.
#ifndef FAULTLINE_IR_TEXT_PRINTER_H_
#define FAULTLINE_IR_TEXT_PRINTER_H_

#include "ir/ir.h"

#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::ir::internal {

class Printer {
 public:
  explicit Printer(const Module& module);

  void Header();
  void Constant(std::uint32_t id);
  void Pattern(PatternId id);
  void Function(FunctionId id);
  void Format(FormatId id);
  void Wrapper(std::uint32_t id);
  void Rule(RuleId id);

  std::string Take() { return std::move(out_); }
  void Gap() {
    if (!out_.empty()) out_ += '\n';
  }

 private:
  struct Frame {
    const std::vector<ir::Slot>* slots = nullptr;
    const std::vector<ir::Slot>* input = nullptr;
    PatternId pattern = kNone;
  };

  template <class... Arguments>
  void Line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_.append(2 * indent_, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }
  template <class... Arguments>
  void Open(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    Line("{} {{", fmt::format(format, std::forward<Arguments>(arguments)...));
    ++indent_;
  }
  void Close() {
    --indent_;
    Line("}}");
  }

  // Nothing is printed for kNone and for empty text.
  void Reference(std::string_view word, std::uint32_t id) {
    if (id != kNone) Line("{} @{}", word, id);
  }
  void Number(std::string_view word, std::uint32_t number) {
    if (number != kNone) Line("{} {}", word, number);
  }
  void Text(std::string_view word, std::string_view text);
  void Texts(std::string_view word, const std::vector<std::string>& texts);
  void Numbers(std::string_view word, const std::vector<std::uint32_t>& numbers, std::string_view sigil = "");

  void Slots(const std::vector<Slot>& slots);
  void AlternativeLine(std::string_view word, const Alternative& alternative);
  void Fields(const std::vector<FieldPlan>& fields);
  void Part(const BlockPart& part);
  void Stage(const ir::Stage& stage);
  void RulePlan(const ir::Rule& rule);
  void Provided(const ir::Provided& provided);
  void Aggregate(const ir::Aggregate& aggregate);
  void Step(const ir::Step& step);
  void Consequences(const ir::Rule& rule);

  void BlockBody(std::uint32_t id, std::string_view last_word);
  void Instruction(ValueId id);
  void Loop(ValueId id, const ir::Instruction& instruction, std::string_view arguments);
  void Define(ValueId id, std::string_view code, std::string_view note = "");
  void Note(std::string_view code, std::string_view note);
  std::string ConstantNote(std::uint32_t index) const;
  std::string CaptureNote(std::uint32_t index) const;
  std::string FieldNote(const ir::Instruction& instruction) const;

  const Module& module_;
  std::vector<Frame> frames_;  // of the first user of each function, for notes
  const ir::Function* function_ = nullptr;
  Frame frame_;
  std::set<std::uint32_t> seen_;  // blocks of function_
  std::size_t indent_ = 0;
  std::string out_;
};

// The shortest decimal number that reads back as the same double.
std::string NumberText(double value);

}  // namespace faultline::ir::internal

#endif  // FAULTLINE_IR_TEXT_PRINTER_H_
