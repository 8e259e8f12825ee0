// A program for the tests of decoding: real regexes, but functions that are C++ lambdas, so that these tests
// need neither compiler nor back end.
#ifndef FAULTLINE_TESTS_UNIT_INPUT_FAKE_PROGRAM_H_
#define FAULTLINE_TESTS_UNIT_INPUT_FAKE_PROGRAM_H_

#include "runtime/program.h"
#include "support/regex/search.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime::testing {

class FakeProgram final : public Program {
 public:
  using Function = std::function<Value(const Frame&, EvalContext&)>;

  ir::Module& mutable_module() { return module_; }
  ir::PatternId AddPattern(const std::string& regex);
  ir::FunctionId AddFunction(Function function, bool stores);
  // Stores every named capture of `pattern` into the slot of that name as text; "time" as that many ns, if
  // digits.
  ir::FunctionId AddExtract(ir::PatternId pattern, const std::vector<ir::Slot>& slots);

  // wrapper NAME = line REGEX; its named captures but `unwrapped` become slots.
  ir::Wrapper& AddLineWrapper(const std::string& name, const std::string& regex, const std::string& detect,
                              const std::vector<std::string>& stream_by = {}, const std::string& inside = "");
  ir::Wrapper& AddJsonWrapper(const std::string& name, const std::string& unwrapped,
                              const std::string& detect, const std::vector<std::string>& fields,
                              const std::vector<std::string>& stream_by);
  // A field is written as name, name?, name=path, name:level …; `others` takes the rest.
  ir::FormatId AddFormat(const std::string& name, ir::FormatKind kind, const std::vector<std::string>& fields,
                         std::uint32_t literal_bytes = 0);
  ir::FormatId AddLineFormat(const std::string& name, const std::string& regex, std::uint32_t literal_bytes);

  const ir::Module& module() const override { return module_; }
  std::unique_ptr<Scratch> NewScratch() const override { return std::make_unique<Scratch>(); }
  bool Match(ir::PatternId pattern, std::string_view text, std::span<CaptureSpan> captures,
             Scratch& scratch) const override;
  Value Call(ir::FunctionId function, const Frame& frame, EvalContext& context,
             Scratch& scratch) const override;
  std::string_view HowRuns(ir::PatternId) const override { return "fake"; }
  std::string_view HowRunsFunction(ir::FunctionId) const override { return "fake"; }
  std::string_view engine_name() const override { return "fake"; }

 private:
  static void SetRoles(ir::Format& format);

  ir::Module module_;
  std::vector<regex::Regex> patterns_;
  std::vector<Function> functions_;
  mutable regex::Scratch regex_scratch_;
};

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_INPUT_FAKE_PROGRAM_H_
