// Sources: files, folders, compression, and what goes wrong with them.
#include "runtime/input/files.h"
#include "runtime/input/newest_first.h"
#include "runtime/input/tail.h"
#include "tests/unit/input/support.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace faultline::runtime {
namespace {

using testing::Gzip;
using testing::ReadToEnd;
using testing::TemporaryFolder;
using testing::Zstd;

std::string Decode(const std::string& bytes, std::optional<InputError>* error = nullptr,
                   std::size_t chunk = 4096) {
  auto source = DecodedSource(MemorySource(bytes), "m");
  std::string out = ReadToEnd(*source, chunk);
  if (error != nullptr) *error = source->error();
  if (error == nullptr) CHECK_FALSE(source->error());
  return out;
}

std::string Sample() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + " of a log\n";
  return text;
}

TEST_CASE("gzip and zstd are found by their first bytes") {
  const std::string text = Sample();
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{777}, std::size_t{1 << 20}}) {
    CHECK(Decode(text, nullptr, chunk) == text);
    CHECK(Decode(Gzip(text), nullptr, chunk) == text);
    CHECK(Decode(Zstd(text), nullptr, chunk) == text);
  }
  CHECK(Decode(Gzip("")).empty());
  CHECK(Decode(Zstd("")).empty());
  CHECK(Decode("") == "");
  CHECK(Decode("\x1F") == "\x1F");
  CHECK(Decode("\x28\xB5") == "\x28\xB5");
  CHECK(Decode(Gzip(testing::Utf16(u"in\n", false))) == "in\n");
  CHECK(Decode(Zstd(Gzip("twice\n"))) == "twice\n");
}

TEST_CASE("concatenated members and frames are one text") {
  CHECK(Decode(Gzip("a\n") + Gzip("b\n") + Gzip("c\n")) == "a\nb\nc\n");
  CHECK(Decode(Zstd("a\n") + Zstd("b\n")) == "a\nb\n");
  const std::string skippable("\x50\x2A\x4D\x18\x03\x00\x00\x00xyz", 11);
  CHECK(Decode(skippable + Zstd("a\n") + skippable + Zstd("b\n")) == "a\nb\n");
  CHECK(Decode(Gzip("a\n") + std::string(512, '\0')) == "a\n");  // padding of tapes
}

TEST_CASE("of truncated data what came before is used") {
  const std::string text = Sample();
  for (const bool gzip : {true, false}) {
    const std::string packed = gzip ? Gzip(text) : Zstd(text);
    std::size_t shortest = text.size();
    for (std::size_t cut = 5; cut < packed.size(); cut += 97) {
      std::optional<InputError> error;
      const std::string out = Decode(packed.substr(0, cut), &error);
      REQUIRE(error);
      CHECK(error->kind == InputErrorKind::kTruncated);
      CHECK(error->IsFailure());
      REQUIRE(text.substr(0, out.size()) == out);
      shortest = std::min(shortest, out.size());
    }
    CHECK(shortest < text.size());
  }
}

TEST_CASE("of damaged data what came before is used") {
  std::optional<InputError> error;
  const std::string text = Sample();
  std::string packed = Gzip(text);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 0x55);  // the checksum
  CHECK(Decode(packed, &error) == text);
  REQUIRE(error);
  CHECK(error->kind == InputErrorKind::kCorrupt);

  CHECK(Decode(Gzip("a\n") + "and then text", &error) == "a\n");
  REQUIRE(error);
  CHECK(error->kind == InputErrorKind::kCorrupt);

  CHECK(Decode(Zstd("a\n") + "and then text", &error) == "a\n");
  REQUIRE(error);
  CHECK(error->kind == InputErrorKind::kCorrupt);

  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string bad = round % 2 == 0 ? Gzip(text) : Zstd(text);
    for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
    Decode(bad, &error);  // ends, and without a fault
  }
}

TEST_CASE("folders are walked in order; hidden names, links to folders and what is no file are left out") {
  const TemporaryFolder folder;
  folder.Write("b.log", "b\n");
  folder.Write("a/2.log", "2\n");
  folder.Write("a/1.log", "1\n");
  folder.Write("a.log", "a\n");
  folder.Write(".hidden/x.log", "x\n");
  folder.Write("a/.git", "x\n");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() + "/a/loop");
  std::filesystem::create_symlink(folder.path() + "/b.log", folder.path() + "/a/link.log");
  std::filesystem::create_symlink("nowhere", folder.path() + "/dangling.log");
  REQUIRE(mkfifo((folder.path() + "/pipe").c_str(), 0600) == 0);

  const InputList list = FindInputs({folder.path()});
  CHECK(list.errors.empty());
  std::vector<std::string> names;
  for (const InputFile& file : list.files) {
    names.push_back(file.path.substr(folder.path().size() + 1));
    CHECK(file.from_folder);
  }
  // b.log and a/link.log are one file: it is there once.
  REQUIRE(names.size() == 4);
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::set<std::string>(names.begin(), names.end()).count("a/1.log") == 1);
}

TEST_CASE("what cannot be opened is an error value and the rest goes on") {
  const TemporaryFolder folder;
  const std::string good = folder.Write("good.log", "x\n");
  const InputList list = FindInputs({folder.path() + "/missing.log", good, "-"});
  REQUIRE(list.errors.size() == 1);
  CHECK(list.errors[0].kind == InputErrorKind::kMissing);
  CHECK(list.errors[0].message == "no such file");
  REQUIRE(list.files.size() == 2);
  CHECK(list.files[1].path == "-");

  InputError error;
  CHECK(OpenInput({folder.path() + "/missing.log", false}, &error) == nullptr);
  CHECK(error.kind == InputErrorKind::kMissing);
  CHECK(OpenInput({folder.path(), false}, &error) == nullptr);
  CHECK(error.kind == InputErrorKind::kNotAFile);
  if (geteuid() != 0) {
    chmod(good.c_str(), 0);
    CHECK(OpenInput({good, false}, &error) == nullptr);
    CHECK(error.kind == InputErrorKind::kPermission);
  }
}

TEST_CASE("a file that is not text is left out of a folder and read when it is named") {
  const TemporaryFolder folder;
  std::string binary(
      "\x7F"
      "ELF\x02\x01\x01\0\0\0\0\0\x03\0\x3E\0\x01\x02\x05\x06",
      20);
  const std::string path = folder.Write("a.out", binary);
  InputError error;
  CHECK(OpenInput({path, true}, &error) == nullptr);
  CHECK(error.kind == InputErrorKind::kBinary);
  CHECK_FALSE(error.IsFailure());
  CHECK(OpenInput({path, false}, &error) != nullptr);

  CHECK_FALSE(LooksBinary(""));
  CHECK_FALSE(LooksBinary("plain text\n"));
  CHECK_FALSE(LooksBinary(std::string_view("\0\0\0\0\0\0\0\0after a rotation\n", 26)));
  CHECK_FALSE(LooksBinary("\x1B[31mred\x1B[0m 10%\r20%\b\b\b"));
  CHECK_FALSE(LooksBinary("caf\xE9 au lait, tr\xE8s bon, latin-1"));
  CHECK(LooksBinary(std::string_view("\0\0\0\0", 4)));
}

TEST_CASE("a file that shrinks while it is read ends early and without harm") {
  const TemporaryFolder folder;
  const std::string path = folder.Write("shrinks.log", std::string(3 << 20, 'x') + "\nend\n");
  InputError error;
  LineOptions options;
  options.max_line_bytes = 100;
  LineReader reader(OpenInput({path, false}, &error), path, options);
  std::filesystem::resize_file(path, 10000);  // a part of it has been read ahead
  LineBlock block;
  REQUIRE(reader.NextBlock(block));
  CHECK(block.Raw(0) == std::string(100, 'x'));
  CHECK_FALSE(reader.NextBlock(block));
  CHECK(reader.bytes() <= 10000 + (1 << 20));

  std::filesystem::resize_file(path, 0);
  LineReader empty(OpenInput({path, false}, &error), path);
  CHECK_FALSE(empty.NextBlock(block));
}

TEST_CASE("a file that grows is read up to the size it had") {
  const TemporaryFolder folder;
  const std::string path = folder.Write("grows.log", "one\ntwo\n");
  InputError error;
  auto source = OpenInput({path, false}, &error);
  std::filesystem::resize_file(path, 100000);
  CHECK(ReadToEnd(*source) == "one\ntwo\n");
}

TEST_CASE("pipes give what is there") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  LineReader reader(DescriptorSource(ends[0], true, "-"), "-");
  LineBlock block;
  REQUIRE(write(ends[1], "one\ntw", 6) == 6);
  REQUIRE(reader.NextBlock(block));  // does not wait for a whole block
  REQUIRE(block.lines().size() == 1);
  CHECK(block.Raw(0) == "one");
  REQUIRE(write(ends[1], "o", 1) == 1);
  close(ends[1]);
  REQUIRE(reader.NextBlock(block));
  CHECK(block.Raw(0) == "two");
  CHECK(block.NumberOf(0) == 2);
  CHECK_FALSE(reader.NextBlock(block));
}

}  // namespace
TEST_CASE("a tail is the last whole lines, numbered as in the whole") {
  std::string all;
  std::vector<std::string> lines;
  for (int i = 1; i <= 500; ++i) {
    lines.push_back("line " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 23), '.') +
                    "\n");
    all += lines.back();
  }
  for (const std::size_t limit : {std::size_t{1}, std::size_t{100}, std::size_t{3000}, all.size()}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{997}, all.size()}) {
      CAPTURE(limit, piece);
      Tail tail(limit);
      auto source = TailedSource(MemorySource(all), &tail);
      std::string buffer(piece, '\0'), passed;
      while (const std::size_t got = source->Read(buffer.data(), piece)) passed.append(buffer, 0, got);
      CHECK(passed == all);
      CHECK(tail.text().size() <= limit);
      std::string expected;
      std::size_t first = lines.size();
      while (first > 0 && expected.size() + lines[first - 1].size() < limit)
        expected.insert(0, lines[--first]);
      if (limit == all.size()) first = 0, expected = all;
      CHECK(tail.text() == expected);
      CHECK(tail.first_line() == static_cast<std::int64_t>(first) + 1);
      CHECK(tail.cut() == (first > 0));
    }
  }
  Tail endless(10);
  endless.Append("a line that has no end");
  CHECK(endless.text() == "has no end");
  CHECK(endless.first_line() == 1);
}

struct Turned {
  std::string raw;
  std::int64_t number = 0;
  std::uint64_t offset = 0;
  friend bool operator==(const Turned&, const Turned&) = default;
};

std::vector<Turned> ReadTurned(std::unique_ptr<ByteSource> source, std::size_t block_bytes) {
  LineOptions options;
  options.block_bytes = block_bytes;
  LineReader reader(std::move(source), "x", options);
  std::vector<Turned> lines;
  LineBlock block;
  while (reader.NextBlock(block)) {
    for (std::size_t i = 0; i < block.lines().size(); ++i) {
      lines.push_back({std::string(block.Raw(i)), block.NumberOf(i), block.lines()[i].offset});
      CHECK(block.IndexOf(block.NumberOf(i)) == i);
    }
    CHECK(block.IndexOf(1000000) == block.lines().size());
  }
  return lines;
}

// Entries of one to four lines; what must come is worked out line by line.
TEST_CASE("an input whose newest line stands first is turned around by entries") {
  std::mt19937 random(11);
  for (const bool last_newline : {true, false}) {
    for (const std::size_t long_line : {std::size_t{0}, std::size_t{700000}}) {
      std::string all;
      std::vector<std::vector<Turned>> entries;
      std::int64_t number = 0;
      for (int entry = 0; entry < 300; ++entry) {
        entries.emplace_back();
        const std::size_t count = 1 + random() % 4;
        for (std::size_t i = 0; i < count; ++i) {
          std::string raw = i == 0 ? std::to_string(entry % 10) + " entry" : i == 2 ? "" : "\tat frame";
          if (entry == 150 && i == 0) raw += std::string(long_line, 'x');
          entries.back().push_back({raw, ++number, all.size()});
          all += raw + "\n";
        }
      }
      if (!last_newline) {
        while (all.back() == '\n') all.pop_back();
        while (entries.back().back().offset > all.size()) entries.back().pop_back();
        if (entries.back().back().offset == all.size()) entries.back().pop_back();
      }
      std::vector<Turned> wanted;
      for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
        wanted.insert(wanted.end(), entry->begin(), entry->end());
      EntryBegins begins;
      begins.Add("1");
      const TemporaryFolder folder;
      const std::string path = folder.Write("export.log", all);
      for (const std::size_t block : {std::size_t{1}, std::size_t{100}, std::size_t{512 * 1024}}) {
        CAPTURE(last_newline, long_line, block);
        // In memory, in a file without a name, backwards in the file where it stands.
        CHECK(ReadTurned(NewestFirstSource(MemorySource(all), begins, "x"), block) == wanted);
        CHECK(ReadTurned(NewestFirstSource(MemorySource(all), begins, "x", 1000), block) == wanted);
        InputError error;
        auto opened = OpenInput({path, false}, &error);
        REQUIRE(opened);
        CHECK(opened->seekable());
        std::string head;
        opened = PeekedSource(std::move(opened), 5000, 20, &head);
        CHECK(std::count(head.begin(), head.end(), '\n') == 20);
        CHECK(all.starts_with(head));
        CHECK(opened->seekable());
        CHECK(ReadTurned(NewestFirstSource(std::move(opened), begins, "x"), block) == wanted);
      }
    }
  }
}

TEST_CASE("turned around: nothing, one line, nothing but newlines, entries without an end") {
  const EntryBegins none;
  CHECK(ReadTurned(NewestFirstSource(MemorySource(""), none, "x"), 100).empty());
  CHECK(ReadTurned(NewestFirstSource(MemorySource("a"), none, "x"), 100) == std::vector<Turned>{{"a", 1, 0}});
  CHECK(ReadTurned(NewestFirstSource(MemorySource("\n\n"), none, "x"), 100) ==
        std::vector<Turned>{{"", 1, 0}, {"", 2, 1}});
  CHECK(ReadTurned(NewestFirstSource(MemorySource("a\n b\nc\n"), none, "x"), 100) ==
        std::vector<Turned>{{"c", 3, 5}, {"a", 1, 0}, {" b", 2, 2}});
  // An entry ends after so many lines, wherever it stands.
  std::string endless;
  for (int i = 0; i < 2500; ++i) endless += " x\n";
  const std::vector<Turned> lines =
      ReadTurned(NewestFirstSource(MemorySource(endless), none, "x"), 512 * 1024);
  REQUIRE(lines.size() == 2500);
  CHECK(lines[0].number == 1501);
  CHECK(lines[999].number == 2500);
  CHECK(lines[1000].number == 501);
  CHECK(lines[2000].number == 1);
}

TEST_CASE("turned around: offsets of UTF-16 are those of the original") {
  const std::string utf16(
      "\xFF\xFE"
      "a\0\n\0\xE9\0z\0\n\0b\0",
      14);
  auto source = DecodedSource(MemorySource(utf16), "x");
  CHECK_FALSE(source->seekable());
  CHECK(ReadTurned(NewestFirstSource(std::move(source), {}, "x"), 100) ==
        std::vector<Turned>{{"b", 3, 12}, {"\xC3\xA9z", 2, 6}, {"a", 1, 2}});
}

}  // namespace faultline::runtime
