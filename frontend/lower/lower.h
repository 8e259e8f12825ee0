// Lower: a checked program to the IR.
//
// Everything was decided by sema: what is left is to write trees as instructions, templates as regex text,
// and to give functions names that a reader of `--emit ir` understands. Rules with errors are left out, and
// the rules that read them; the caller knows from the sink.
//
// Cost: linear in the size of the program. Thread safety: a pure function.
#ifndef FAULTLINE_FRONTEND_LOWER_LOWER_H_
#define FAULTLINE_FRONTEND_LOWER_LOWER_H_

#include "frontend/sema/checked.h"
#include "ir/ir.h"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::lower {

// One condition of an expected finding, over the slots of the test's rule.
struct TestCondition {
  ir::FunctionId holds = ir::kNone;  // bool
  ir::FunctionId actual =
      ir::kNone;       // the value that was compared, to be shown; kNone: the condition is no comparison
  std::string source;  // as written
  Span span;
};

// One line of `test { … }`, in written order.
enum class TestItemKind : std::uint8_t {
  kNow,      // `text` is what `now` is
  kContext,  // variable `name` of the run's context is `text`
  kInput,    // `text`, or the file `from`; `name` is its role
  kAt,       // the clock moves to `at` nanoseconds after now
};
struct TestItem {
  TestItemKind kind = TestItemKind::kInput;
  std::uint32_t run = 0;  // from 0; history is kept from one run to the next
  std::string name;
  std::string text;
  std::string from;
  std::int64_t at = 0;
  Span span;
};

// A test that stands in a rule.
struct RuleTest {
  ir::RuleId rule = ir::kNone;
  std::string name;
  std::vector<TestItem> items;  // empty: `input` or `from` is the only input
  std::uint32_t runs = 1;
  std::string input;
  std::string from;  // file that holds the input, relative to the rule's file; "": `input`
  std::int64_t count = 0;
  std::vector<std::vector<TestCondition>> findings;  // of the first findings, in order; at most `count`
  Span span;
  Span input_span;  // of the text between the fences
};

struct Lowered {
  ir::Module module;
  std::vector<RuleTest> tests;  // in the order of rules and tests; empty unless asked for
};

struct LowerOptions {
  std::string module_name = "rules";
  bool tests = false;  // functions of tests too
};

Lowered Lower(const sema::CheckedProgram& program, const LowerOptions& options = {});

}  // namespace faultline::lower

#endif  // FAULTLINE_FRONTEND_LOWER_LOWER_H_
