// What the tests of the input share: files in a temporary folder, compressed data, lines as plain structs.
#ifndef FAULTLINE_TESTS_UNIT_INPUT_SUPPORT_H_
#define FAULTLINE_TESTS_UNIT_INPUT_SUPPORT_H_

#include "runtime/input/byte_source.h"
#include "runtime/input/line_reader.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime::testing {

// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string Write(const std::string& name, std::string_view bytes) const;  // makes folders on the way

 private:
  std::string path_;
};

std::string Gzip(std::string_view bytes);
std::string Zstd(std::string_view bytes);
std::string Utf16(std::u16string_view text, bool big_endian, bool mark = true);

// Gives `bytes` in pieces of random sizes, as a pipe does.
std::unique_ptr<ByteSource> ChoppySource(std::string_view bytes, std::uint32_t seed);

struct ReadLine {
  std::string raw;
  std::int64_t number = 0;
  std::uint64_t offset = 0;
  bool cut = false;
  friend bool operator==(const ReadLine&, const ReadLine&) = default;
};

// All lines; also checks what must hold of every block: lines ascend, one '\n' behind each, nothing else in
// `bytes`.
std::vector<ReadLine> ReadAll(LineReader& reader);
std::vector<ReadLine> ReadAll(std::string_view bytes, const LineOptions& options = {});

std::string ReadToEnd(ByteSource& source, std::size_t chunk = 4096);

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_INPUT_SUPPORT_H_
