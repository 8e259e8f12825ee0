// JSON: the tree is sound, and a document read line by line is the document read at once.
#include "runtime/decode/json.h"
#include "tests/fuzz/decode/check.h"

#include <cstdint>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::runtime;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonDocument whole;
  whole.Start();
  const JsonStatus status = whole.Continue(text);

  JsonDocument stepwise;
  stepwise.Start();
  JsonStatus last = JsonStatus::kIncomplete;
  for (std::size_t end = 0; last == JsonStatus::kIncomplete && end < size; ++end) {
    end = std::min(text.find('\n', end), size);
    last = stepwise.Continue(text.substr(0, end));
  }
  // A scalar at the top may end where the first line does; both are right then.
  if (status != JsonStatus::kComplete)
    FUZZ_CHECK(last == status || last == JsonStatus::kComplete || size == 0);
  if (status != JsonStatus::kComplete) return 0;
  FUZZ_CHECK(last == JsonStatus::kComplete);
  FUZZ_CHECK(stepwise.position() == whole.position());
  FUZZ_CHECK(stepwise.nodes().size() == whole.nodes().size());

  faultline::Arena arena;
  const std::vector<JsonNode>& nodes = whole.nodes();
  FUZZ_CHECK(nodes[0].next == nodes.size());
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    FUZZ_CHECK(nodes[i].begin <= nodes[i].end && nodes[i].end <= size);
    FUZZ_CHECK(nodes[i].next > i && nodes[i].next <= nodes.size());
    if (nodes[i].kind == JsonKind::kString) {
      std::vector<OffsetRun> runs;
      const std::string_view value = whole.String(i, arena, runs);
      FUZZ_CHECK(value.size() <= nodes[i].end - nodes[i].begin);
      for (std::uint32_t k = 0; k < value.size(); ++k) FUZZ_CHECK(ToRaw(runs, k) < nodes[i].end);
    }
  }
  whole.ToValue(0, arena);
  whole.ToTyped(0, faultline::lang::Type::List(faultline::lang::TypeKind::kInt), arena);
  std::vector<JsonDocument::NodeId> found;
  const std::vector<std::string> path = {"a[]", "0", "b"};
  whole.Find(0, path, true, found);
  return 0;
}
