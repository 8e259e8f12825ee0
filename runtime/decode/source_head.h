// Which wrappers a source has, by its first lines or by what the user said.
#ifndef FAULTLINE_RUNTIME_DECODE_SOURCE_HEAD_H_
#define FAULTLINE_RUNTIME_DECODE_SOURCE_HEAD_H_

#include "runtime/decode/record_stream.h"
#include "runtime/decode/unwrapper.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace faultline::runtime {

inline constexpr std::size_t kMaxLayers = 4;

// Whether the wrapper is looked for inside the one called `outer` ("": at the outside).
bool MayStandInside(const ir::Wrapper& wrapper, std::string_view outer);

SourceDecision DecideWrappers(Unwrapper& unwrapper, const EvalContext& context, const RecordChoices& choices,
                              const RecordLimits& limits, std::span<const LineBlock> head);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_SOURCE_HEAD_H_
