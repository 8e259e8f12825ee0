// One layer of a wrapper taken off one line.
#ifndef FAULTLINE_RUNTIME_DECODE_UNWRAPPER_H_
#define FAULTLINE_RUNTIME_DECODE_UNWRAPPER_H_

#include "runtime/decode/json.h"
#include "runtime/decode/record.h"
#include "runtime/program.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

// A line on its way in: the physical bytes, and where in which text the line stands by now.
struct Work {
  std::string_view raw;  // the physical line or lines
  std::span<const RawPiece> pieces;
  std::int64_t line = 0;
  std::int64_t end_line = 0;
  std::uint64_t offset = 0;
  bool cut = false;
  bool inherited = false;
  std::string_view base;            // `raw`, or what a JSON wrapper held
  std::span<const OffsetRun> runs;  // base -> raw; empty: the same
  std::uint32_t begin = 0;          // of the line in `base`
  std::uint32_t end = 0;
  std::uint32_t stream = 0;
  std::size_t wrapper_count = 0;  // layers that said something

  std::string_view Text() const { return base.substr(begin, end - begin); }
};

struct Unwrapped {
  bool fits = false;       // there is an inner text
  bool known = false;      // the slots hold something: it fits, or is an event of a JSON wrapper without text
  std::span<Value> slots;  // in the arena of the context
  std::uint32_t begin = 0;  // line wrappers: the inner text in Work::base
  std::uint32_t end = 0;
  std::string_view text;  // JSON wrappers: the inner text and its map into raw
  std::span<const OffsetRun> runs;
};

// Thread safety: one thread at a time.
class Unwrapper {
 public:
  explicit Unwrapper(const Program& program);

  // The wrapper is tried on the line's bytes, since a progress bar inside must not overwrite the prefix, and
  // if that does not fit, on the bytes without escape sequences, since some writers colour their prefix.
  void Unwrap(std::uint32_t wrapper, const Work& work, const RecordContext& record, EvalContext& context,
              Unwrapped& result);
  bool Detects(std::uint32_t wrapper, std::string_view text);
  bool Matches(ir::PatternId pattern, std::string_view text);

  const ir::Module& module() const { return module_; }

 private:
  bool FitLine(const ir::Wrapper& wrapper, std::uint32_t id, std::string_view text,
               const RecordContext& record, EvalContext& context, std::span<Value> slots, CaptureSpan* inner);
  void UnwrapJson(const ir::Wrapper& wrapper, const Work& work, const RecordContext& record,
                  EvalContext& context, Unwrapped& result);

  const Program& program_;
  const ir::Module& module_;
  std::unique_ptr<Scratch> scratch_;
  std::vector<CaptureSpan> captures_;
  std::vector<std::vector<std::uint32_t>>
      unwrapped_;  // by wrapper and alternative: which capture is the inner text
  JsonDocument document_;
  std::string bare_;
  std::vector<OffsetRun> bare_runs_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_UNWRAPPER_H_
