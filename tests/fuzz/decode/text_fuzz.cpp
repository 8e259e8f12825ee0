// Escape sequences and overwriting: every byte that is shown stands in the line where the map says.
#include "runtime/text/normalize.h"
#include "tests/fuzz/decode/check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::runtime;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  std::string text;
  std::vector<OffsetRun> runs;
  if (Normalize(raw, text, runs)) {
    FUZZ_CHECK(text.size() <= raw.size() + kMaxPadding);
    FUZZ_CHECK(text.find_first_of("\x1B\r\b") == std::string::npos);
    for (std::uint32_t i = 0; i < text.size(); ++i) {
      const std::uint32_t at = ToRaw(runs, i);
      FUZZ_CHECK(text[i] == ' ' || (at < raw.size() && raw[at] == text[i]));
    }
    for (std::size_t i = 1; i < runs.size(); ++i) FUZZ_CHECK(runs[i - 1].text < runs[i].text);
    const std::vector<OffsetRun> composed = Compose(runs, runs, static_cast<std::uint32_t>(text.size()));
    for (std::uint32_t i = 0; i < text.size(); ++i) {
      FUZZ_CHECK(ToRaw(composed, i) == ToRaw(runs, ToRaw(runs, i)));
    }
  } else {
    std::uint32_t begin = 0;
    FUZZ_CHECK(TrimLine(raw, &begin).find_first_of("\x1B\r\b") == std::string_view::npos);
  }
  if (RemoveEscapes(raw, text, runs)) {
    FUZZ_CHECK(text.find('\x1B') == std::string::npos);
    for (std::uint32_t i = 0; i < text.size(); ++i) FUZZ_CHECK(raw[ToRaw(runs, i)] == text[i]);
  }
  return 0;
}
