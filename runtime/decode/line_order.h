// Whether the newest line of an input stands first, by the times of its first lines; and if so, the input
// turned around.
//
// It is decided by the lines by which wrappers are decided, too (RecordLimits::head_lines and head_bytes),
// before anything else is read: of neighbours that have times of their own at least 16 go back and one in
// twenty at most goes on; or at least 4 go back, none goes on, and there are a hundred. So a few lines out of
// order, or spans that end before those around them, turn nothing around.
//
// Thread safety: free functions without shared state.
#ifndef FAULTLINE_RUNTIME_DECODE_LINE_ORDER_H_
#define FAULTLINE_RUNTIME_DECODE_LINE_ORDER_H_

#include "runtime/decode/record_stream.h"
#include "runtime/input/byte_source.h"
#include "runtime/program.h"

#include <cstdint>
#include <memory>
#include <string>

namespace faultline::runtime {

enum class LineOrder : std::uint8_t {
  kDetect,
  kOldestFirst,
  kNewestFirst,
};

// `bytes` from its beginning, in the order of time. *turned: the newest line stood first.
std::unique_ptr<ByteSource> InOrderOfTime(std::unique_ptr<ByteSource> bytes, const std::string& path,
                                          LineOrder order, const Program& program, const EvalContext& context,
                                          const RecordChoices& choices, const RecordLimits& limits,
                                          bool* turned);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_LINE_ORDER_H_
