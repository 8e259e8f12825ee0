// The order of an input's lines: see line_order.h.
#include "runtime/decode/line_order.h"

#include "runtime/decode/record_decoder.h"
#include "runtime/input/newest_first.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace faultline::runtime {
namespace {

struct Steps {
  std::int64_t back = 0, on = 0, timed = 0;
  EntryBegins begins;  // of lines that have a time
  bool NewestFirst() const {
    return (back >= 16 && on * 20 <= back) || (back >= 4 && on == 0 && timed >= 100);
  }
};

Steps Look(std::string_view head, const std::string& path, const Program& program, const EvalContext& context,
           const RecordChoices& choices, const RecordLimits& limits) {
  Steps steps;
  LineReader reader(MemorySource(head), path);
  RecordStream stream(reader, program, context, choices, limits);
  RecordDecoder decoder(program,
                        choices.format.empty() ? ir::kNone : FindFormat(program.module(), choices.format));
  std::optional<std::int64_t> before;
  RecordBlock block;
  Arena arena;
  while (stream.NextBlock(block)) {
    for (RecordView& record : block.records) {
      EvalContext own = context;
      arena.Reset();
      own.arena = &arena;
      decoder.Resolve(record, own);
      if (record.inherited || record.context.time.kind != ValueKind::kTime) continue;
      const std::int64_t time = record.context.time.integer;
      ++steps.timed;
      if (before && time != *before) ++(time < *before ? steps.back : steps.on);
      before = time;
      steps.begins.Add(record.context.raw);
    }
  }
  return steps;
}

}  // namespace

std::unique_ptr<ByteSource> InOrderOfTime(std::unique_ptr<ByteSource> bytes, const std::string& path,
                                          LineOrder order, const Program& program, const EvalContext& context,
                                          const RecordChoices& choices, const RecordLimits& limits,
                                          bool* turned) {
  *turned = false;
  if (order == LineOrder::kOldestFirst) return bytes;
  std::string head;
  bytes = PeekedSource(std::move(bytes), limits.head_bytes, limits.head_lines, &head);
  // A line that is cut off may have half a time.
  const std::size_t whole = head.rfind('\n');
  const Steps steps = Look(std::string_view(head).substr(0, whole == std::string::npos ? 0 : whole + 1), path,
                           program, context, choices, limits);
  if (order == LineOrder::kDetect && !steps.NewestFirst()) return bytes;
  *turned = true;
  return NewestFirstSource(std::move(bytes), steps.begins, path);
}

}  // namespace faultline::runtime
