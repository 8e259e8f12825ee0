// Lines: where they end, how long they may be, and that blocks never show.
#include "tests/unit/input/support.h"

#include <catch2/catch.hpp>

namespace faultline::runtime {
namespace {

using testing::ReadAll;
using testing::ReadLine;

std::vector<std::string> Raws(std::string_view bytes, const LineOptions& options = {}) {
  std::vector<std::string> raws;
  for (const ReadLine& line : ReadAll(bytes, options)) raws.push_back(line.raw);
  return raws;
}

using Strings = std::vector<std::string>;

TEST_CASE("lines end at a newline or at the end of the input") {
  CHECK(Raws("").empty());
  CHECK(Raws("\n") == Strings{""});
  CHECK(Raws("a") == Strings{"a"});
  CHECK(Raws("a\n") == Strings{"a"});
  CHECK(Raws("a\nb") == Strings{"a", "b"});
  CHECK(Raws("a\n\nb\n") == Strings{"a", "", "b"});
  CHECK(Raws("a\r\nb\r") == Strings{"a\r", "b\r"});
  CHECK(Raws("10%\r20%\rdone\nx") == Strings{"10%\r20%\rdone", "x"});
}

TEST_CASE("NUL bytes and bytes that are not UTF-8 are kept") {
  CHECK(Raws(std::string_view("a\0b\n\xFF\xFE\x80\n", 8)) == Strings{std::string("a\0b", 3), "\xFF\xFE\x80"});
}

TEST_CASE("offsets and numbers are of the input") {
  const std::vector<ReadLine> lines = ReadAll("ab\r\n\nxyz");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == ReadLine{"ab\r", 1, 0, false});
  CHECK(lines[1] == ReadLine{"", 2, 4, false});
  CHECK(lines[2] == ReadLine{"xyz", 3, 5, false});
}

TEST_CASE("a line over the bound keeps its beginning, the rest is skipped and counted") {
  LineOptions options;
  options.max_line_bytes = 4;
  LineReader reader(MemorySource("abcd\nabcde\nabcdefghijk\nx\nlast one"), "m", options);
  const std::vector<ReadLine> lines = ReadAll(reader);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == ReadLine{"abcd", 1, 0, false});
  CHECK(lines[1] == ReadLine{"abcd", 2, 5, true});
  CHECK(lines[2] == ReadLine{"abcd", 3, 11, true});
  CHECK(lines[3] == ReadLine{"x", 4, 23, false});
  CHECK(lines[4] == ReadLine{"last", 5, 25, true});
  CHECK(reader.bytes() == 33);
  const std::vector<InputError> errors = reader.errors();
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].kind == InputErrorKind::kLongLine);
  CHECK(errors[0].count == 3);
  CHECK_FALSE(errors[0].IsFailure());
}

// Gives `count` times the same byte, without holding them.
class Endless final : public ByteSource {
 public:
  explicit Endless(std::uint64_t count) : left_(count) {}
  std::size_t Read(char* buffer, std::size_t size) override {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    std::fill_n(buffer, n, 'x');
    left_ -= n;
    if (left_ == 0 && n > 0) buffer[n - 1] = '\n';
    largest_ = std::max(largest_, size);
    return n;
  }
  std::size_t largest_ = 0;

 private:
  std::uint64_t left_;
};

TEST_CASE("a line of 100 MB takes the memory of the bound") {
  auto source = std::make_unique<Endless>(100'000'000);
  const Endless* watch = source.get();
  LineOptions options;
  options.max_line_bytes = 1000;
  LineReader reader(std::move(source), "m", options);
  LineBlock block;
  REQUIRE(reader.NextBlock(block));
  REQUIRE(block.lines().size() == 1);
  CHECK(block.lines()[0].cut);
  CHECK(block.Raw(0).size() == 1000);
  CHECK_FALSE(reader.NextBlock(block));
  CHECK(reader.bytes() == 100'000'000);
  CHECK(watch->largest_ <= options.block_bytes);
}

// The property that everything rests on: neither the size of blocks nor how a pipe delivers changes any line.
TEST_CASE("any block size gives the same lines") {
  std::mt19937 random(20260101);
  const std::string_view pieces[] = {"a",
                                     "\n",
                                     "\r\n",
                                     "\r",
                                     "\xC3\xA9",
                                     "\xE2\x82\xAC",
                                     "\xF0\x9F\x98\x80",
                                     "\x1B[31m",
                                     "error: ",
                                     "\xFF",
                                     std::string_view("\0", 1),
                                     "0123456789abcdef",
                                     "\n\n"};
  std::size_t compared = 0;
  for (int round = 0; round < 60; ++round) {
    std::string bytes;
    const std::size_t count = random() % 60;
    for (std::size_t i = 0; i < count; ++i) bytes += pieces[random() % std::size(pieces)];
    for (const std::size_t bound : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      LineOptions options;
      options.max_line_bytes = bound;
      const std::vector<ReadLine> expected = ReadAll(bytes, options);
      for (std::size_t block = 1; block <= bytes.size() + 2; ++block) {
        options.block_bytes = block;
        options.block_lines = block % 5 == 0 ? block / 5 : 16;  // 0 counts as 1
        REQUIRE(ReadAll(bytes, options) == expected);
        ++compared;
      }
      LineReader choppy(testing::ChoppySource(bytes, static_cast<std::uint32_t>(round)), "m", options);
      REQUIRE(ReadAll(choppy) == expected);
    }
  }
  CHECK(compared > 3000);
}

TEST_CASE("a block ends at so many lines, and what is left over begins the next") {
  LineOptions options;
  options.block_lines = 3;
  LineReader reader(MemorySource("1\n2\n3\n4\n5\n6\n7\nlast"), "m", options);
  LineBlock block;
  std::vector<std::size_t> sizes;
  Strings raws;
  while (reader.NextBlock(block)) {
    CHECK(block.NumberOf(0) == static_cast<std::int64_t>(raws.size()) + 1);
    sizes.push_back(block.lines().size());
    for (std::size_t i = 0; i < block.lines().size(); ++i) raws.emplace_back(block.Raw(i));
  }
  CHECK(sizes == std::vector<std::size_t>{3, 3, 1, 1});
  CHECK(raws == Strings{"1", "2", "3", "4", "5", "6", "7", "last"});
  CHECK(reader.lines() == 8);
  CHECK(reader.bytes() == 18);
}

TEST_CASE("UTF-16 becomes UTF-8 with offsets of the original") {
  const std::u16string text = u"a\u00e9\u20ac\U0001F600 x\r\nsecond\n";
  for (const bool big_endian : {false, true}) {
    const std::string bytes = testing::Utf16(text, big_endian);
    LineReader reader(DecodedSource(MemorySource(bytes), "m"), "m");
    LineBlock block;
    REQUIRE(reader.NextBlock(block));
    REQUIRE(block.lines().size() == 2);
    CHECK(block.Raw(0) == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 x\r");
    CHECK(block.lines()[0].offset == 2);                                  // behind the mark
    CHECK(block.OriginalOffset(0, block.Raw(0).find('x')) == 2 + 2 * 6);  // the emoji takes two units
    CHECK(block.OriginalColumn(0, 1) == 2);
    CHECK(block.lines()[1].offset == 2 + 2 * 9);
    CHECK(block.encoding() == Encoding::kUtf16);
    CHECK(reader.bytes() == bytes.size());
  }
}

TEST_CASE("broken UTF-16 ends in replacement characters") {
  const auto decode = [](std::string bytes) {
    auto source = DecodedSource(MemorySource(bytes), "m");
    return testing::ReadToEnd(*source, 3);
  };
  CHECK(decode(testing::Utf16(std::u16string{u'a', char16_t{0xD800}, u'b'}, false)) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(decode(testing::Utf16(std::u16string{char16_t{0xDC00}}, true)) == "\xEF\xBF\xBD");
  CHECK(decode(testing::Utf16(std::u16string{char16_t{0xD800}}, true)) == "\xEF\xBF\xBD");
  CHECK(decode(testing::Utf16(u"ab", false) + "x") == "ab\xEF\xBF\xBD");  // half a unit
}

}  // namespace
}  // namespace faultline::runtime
