// gzip, zstd and UTF-16 from hostile bytes: any two ways of reading give the same bytes and the same error.
#include "runtime/input/byte_source.h"
#include "tests/fuzz/decode/check.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime {
namespace {

constexpr std::size_t kEnough = 1 << 20;  // of what a bomb unpacks to

struct Result {
  std::string bytes;
  std::string error;
};

Result Read(std::string_view input, std::size_t chunk) {
  auto source = DecodedSource(MemorySource(input), "fuzz");
  Result result;
  std::string buffer(chunk, '\0');
  while (result.bytes.size() < kEnough) {
    const std::size_t n = source->Read(buffer.data(), buffer.size());
    if (n == 0) {
      FUZZ_CHECK(source->Read(buffer.data(), buffer.size()) == 0);
      break;
    }
    FUZZ_CHECK(n <= chunk);
    result.bytes.append(buffer, 0, n);
  }
  if (result.bytes.size() < kEnough && source->error()) result.error = source->error()->message;
  result.bytes.resize(std::min(result.bytes.size(), kEnough));
  return result;
}

}  // namespace
}  // namespace faultline::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace faultline::runtime;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Result large = Read(input, 1 << 16);
  const Result small = Read(input, 1 + size % 7);
  FUZZ_CHECK(large.bytes == small.bytes);
  FUZZ_CHECK(large.error == small.error);
  return 0;
}
