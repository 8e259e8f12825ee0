// The interface that both back ends implement: a compiled module, ready to look at records.
//
// Meaning is the interpreter's (ir/interp); native code (jit) must give the same bytes for every input.
// Everything above this interface (engine, reports, tools) does not ask which one is running.
//
// Thread safety: a Program is immutable and shared; each thread has its own Scratch. Errors: none at this
// level, since IR functions are total; a pattern that exceeds its budget was refused when compiled.
#ifndef FAULTLINE_RUNTIME_PROGRAM_H_
#define FAULTLINE_RUNTIME_PROGRAM_H_

#include "ir/ir.h"
#include "runtime/ops/context.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// Byte range of a capture in the text that was matched; -1, -1: unset.
struct CaptureSpan {
  std::int32_t begin = -1;
  std::int32_t end = -1;
  friend bool operator==(const CaptureSpan&, const CaptureSpan&) = default;
};

// What a function of the IR sees of its surroundings.
struct Frame {
  Value* slots = nullptr;        // of the rule or format
  const Value* input = nullptr;  // Stage::load only: slots of the record's format, or of the rule, read
  std::string_view subject;      // text the captures point into
  std::span<const CaptureSpan> captures;  // [0] is the whole match
  const RecordContext* record = nullptr;  // for builtins; may be null
};

// Mutable memory of one thread's evaluation. Made by the program it is for.
class Scratch {
 public:
  virtual ~Scratch() = default;
};

class Program {
 public:
  virtual ~Program() = default;

  virtual const ir::Module& module() const = 0;
  virtual std::unique_ptr<Scratch> NewScratch() const = 0;

  // Leftmost-first match of the pattern in `text`. captures.size() is at least 1 + the pattern's captures, or
  // 0 when only existence matters. O(text * pattern states).
  virtual bool Match(ir::PatternId pattern, std::string_view text, std::span<CaptureSpan> captures,
                     Scratch& scratch) const = 0;

  // Runs a function. Text and lists it makes live in context.arena. Returns the result, missing for functions
  // that only store.
  virtual Value Call(ir::FunctionId function, const Frame& frame, EvalContext& context,
                     Scratch& scratch) const = 0;

  // How each part runs, for `explain`: "native" or why not.
  virtual std::string_view HowRuns(ir::PatternId pattern) const = 0;
  virtual std::string_view HowRunsFunction(ir::FunctionId function) const = 0;
  virtual std::string_view engine_name() const = 0;  // "interp", "jit"
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_PROGRAM_H_
