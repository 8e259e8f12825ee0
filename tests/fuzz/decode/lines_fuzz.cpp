// Lines of hostile bytes, against a reader that is too simple to be wrong.
#include "runtime/input/line_reader.h"
#include "tests/fuzz/decode/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::runtime;
  if (size < 2) return 0;
  LineOptions options;
  options.block_bytes = 1 + data[0] % 64;
  options.max_line_bytes = 1 + data[1] % 32;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  LineReader reader(MemorySource(bytes), "fuzz", options);
  LineBlock block;
  std::size_t at = 0;
  std::int64_t number = 0;
  while (reader.NextBlock(block)) {
    FUZZ_CHECK(!block.lines().empty());
    FUZZ_CHECK(block.NumberOf(0) == number + 1);
    for (std::size_t i = 0; i < block.lines().size(); ++i) {
      FUZZ_CHECK(at < bytes.size());
      const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
      const std::string_view line = bytes.substr(at, end - at);
      FUZZ_CHECK(block.Raw(i) == line.substr(0, options.max_line_bytes));
      FUZZ_CHECK(block.lines()[i].cut == (line.size() > options.max_line_bytes));
      FUZZ_CHECK(block.lines()[i].offset == at);
      at = end + 1;
      ++number;
    }
  }
  FUZZ_CHECK(at >= bytes.size());
  FUZZ_CHECK(reader.bytes() == bytes.size());
  FUZZ_CHECK(reader.lines() == number);
  return 0;
}
