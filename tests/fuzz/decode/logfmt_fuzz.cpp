// logfmt: keys and values are pieces of the line, in order.
#include "runtime/decode/logfmt.h"
#include "tests/fuzz/decode/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::runtime;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<LogfmtPair> pairs;
  ParseLogfmt(text, pairs);
  const char* at = text.data();
  for (const LogfmtPair& pair : pairs) {
    FUZZ_CHECK(!pair.key.empty());
    FUZZ_CHECK(pair.key.data() >= at && pair.key.data() + pair.key.size() <= text.data() + size);
    at = pair.key.data() + pair.key.size();
    if (pair.has_value) {
      FUZZ_CHECK(pair.value.data() > at - 1 && pair.value.data() + pair.value.size() <= text.data() + size);
      at = pair.value.data() + pair.value.size();
    }
    std::string value;
    UnescapeGo(pair.value, value);
    FUZZ_CHECK(value.size() <= pair.value.size() + 2);
  }
  LooksLikeLogfmt(pairs);
  std::string all;
  UnescapeGo(text, all);
  return 0;
}
