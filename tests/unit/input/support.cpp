// Helpers of the input tests.
#include "tests/unit/input/support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace faultline::runtime::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "faultline-input-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, std::string_view bytes) const {
  const std::filesystem::path file = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file.string();
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::string Utf16(std::u16string_view text, bool big_endian, bool mark) {
  std::string out;
  const auto unit = [&](char16_t c) {
    const char high = static_cast<char>(static_cast<unsigned char>(c >> 8));
    const char low = static_cast<char>(static_cast<unsigned char>(c & 0xFF));
    out.push_back(big_endian ? high : low);
    out.push_back(big_endian ? low : high);
  };
  if (mark) unit(0xFEFF);
  for (const char16_t c : text) unit(c);
  return out;
}

namespace {

class Choppy final : public ByteSource {
 public:
  Choppy(std::string_view bytes, std::uint32_t seed) : rest_(bytes), random_(seed) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min({size, rest_.size(), std::size_t{1} + random_() % 9});
    std::copy_n(rest_.data(), n, buffer);
    rest_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view rest_;
  std::mt19937 random_;
};

}  // namespace

std::unique_ptr<ByteSource> ChoppySource(std::string_view bytes, std::uint32_t seed) {
  return std::make_unique<Choppy>(bytes, seed);
}

std::vector<ReadLine> ReadAll(LineReader& reader) {
  std::vector<ReadLine> lines;
  LineBlock block;
  while (reader.NextBlock(block)) {
    REQUIRE(!block.lines().empty());
    REQUIRE(block.NumberOf(0) == static_cast<std::int64_t>(lines.size()) + 1);
    std::size_t at = 0;
    bool sound = true;
    for (std::size_t i = 0; i < block.lines().size(); ++i) {
      const Line& line = block.lines()[i];
      sound = sound && line.begin == at && block.bytes()[line.end] == '\n';
      at = line.end + 1;
      lines.push_back(
          {std::string(block.Raw(i)), static_cast<std::int64_t>(lines.size()) + 1, line.offset, line.cut});
    }
    REQUIRE(sound);
    REQUIRE(at == block.bytes().size());
  }
  REQUIRE_FALSE(reader.NextBlock(block));
  return lines;
}

std::vector<ReadLine> ReadAll(std::string_view bytes, const LineOptions& options) {
  LineReader reader(MemorySource(bytes), "memory", options);
  return ReadAll(reader);
}

std::string ReadToEnd(ByteSource& source, std::size_t chunk) {
  std::string out;
  std::string buffer(chunk, '\0');
  while (const std::size_t n = source.Read(buffer.data(), buffer.size())) out.append(buffer, 0, n);
  REQUIRE(source.Read(buffer.data(), buffer.size()) == 0);
  return out;
}

}  // namespace faultline::runtime::testing
