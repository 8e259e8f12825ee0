// What a terminal shows of a line, and the way back to the bytes.
#include "runtime/text/normalize.h"

#include <catch2/catch.hpp>
#include <random>

namespace faultline::runtime {
namespace {

std::string Shown(std::string_view raw) {
  std::string text;
  std::vector<OffsetRun> runs;
  if (Normalize(raw, text, runs)) return text;
  std::uint32_t begin = 0;
  return std::string(TrimLine(raw, &begin));
}

// Every shown byte must be the raw byte that the map names (blanks that a cursor movement added excepted).
void CheckMap(std::string_view raw) {
  std::string text;
  std::vector<OffsetRun> runs;
  if (!Normalize(raw, text, runs)) return;
  bool sound = true;
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    const std::uint32_t at = ToRaw(runs, i);
    sound = sound && at <= raw.size() && (text[i] == ' ' || (at < raw.size() && raw[at] == text[i]));
  }
  for (std::size_t i = 1; i < runs.size(); ++i) sound = sound && runs[i - 1].text < runs[i].text;
  INFO(raw);
  CHECK(sound);
}

TEST_CASE("a line without control bytes is its own text") {
  std::string text;
  std::vector<OffsetRun> runs;
  for (const std::string_view raw :
       {"", "plain", "tab\tand \x01 bell \x07 stay", "caf\xC3\xA9 \xFF", "crlf\r", "two\r\r"}) {
    CHECK_FALSE(Normalize(raw, text, runs));
  }
  std::uint32_t begin = 9;
  CHECK(TrimLine("crlf\r", &begin) == "crlf");
  CHECK(begin == 0);
  CHECK(TrimLine("\xEF\xBB\xBFmark\r", &begin) == "mark");
  CHECK(begin == 3);
}

TEST_CASE("colours, titles and links go") {
  CHECK(Shown("\x1B[31mred\x1B[0m and \x1B[1;38;5;200mmore\x1B[m") == "red and more");
  CHECK(Shown("\x1B]0;title\x07shown") == "shown");
  CHECK(Shown("\x1B]0;title\x1B\\shown") == "shown");
  CHECK(Shown("\x1B]8;;https://x\x1B\\link\x1B]8;;\x1B\\ end") == "link end");
  CHECK(Shown("\x1BPdevice string\x1B\\shown") == "shown");
  CHECK(Shown("\x1B_application\x1B\\shown") == "shown");
  CHECK(Shown("\x1B(Bascii\x1B[m") == "ascii");
  CHECK(Shown("\x1B"
              "7saved\x1B"
              "8") == "saved");
  CHECK(Shown("\x1B[?25lhidden cursor\x1B[?25h") == "hidden cursor");
  CHECK(Shown("\xEF\xBB\xBF\x1B[31mx") == "x");
}

TEST_CASE("sequences that the line's end cuts off") {
  CHECK(Shown("text\x1B") == "text");
  CHECK(Shown("text\x1B[") == "text");
  CHECK(Shown("text\x1B[38;5") == "text");
  CHECK(Shown("text\x1B(") == "text");
  // A string without an end loses only its introducer: the message behind it must not be lost.
  CHECK(Shown("\x1B]0;panic: boom") == "0;panic: boom");
  CHECK(Shown("\x1B]") == "");
  // A byte that belongs to no sequence ends it and stays.
  CHECK(Shown("\x1B[31\xC3\xA9x") == "\xC3\xA9x");
}

TEST_CASE("carriage returns and backspaces overwrite") {
  CHECK(Shown("10%\r20%\r100% done") == "100% done");
  CHECK(Shown("abcdef\rXY") == "XYcdef");
  CHECK(Shown("abcdef\rXY\r\n\r") == "\nYcdef");  // a newline cannot be there; it is a byte like others
  CHECK(Shown("abc\b\bX") == "aXc");
  CHECK(Shown("\b\b\bx") == "x");
  CHECK(Shown("a\b \b") == " ");
  CHECK(Shown("\xE2\x82\xAC\xE2\x82\xAC\rx") == "x\xE2\x82\xAC");  // one column a code point
  CHECK(Shown("\xFF\xFE\rx") == "x\xFE");
}

TEST_CASE("erasing and moving within the line") {
  CHECK(Shown("section_start:1714557600:prepare\r\x1B[0KRunning with x") == "Running with x");
  CHECK(Shown("downloading 99%\r\x1B[Kdone") == "done");
  CHECK(Shown("abc\x1B[2K\rxy") == "xy");
  CHECK(Shown("abc\x1B[2Kxy") == "   xy");
  CHECK(Shown("abc\b\x1B[1Kxy") == "  xy");
  CHECK(Shown("abc\x1B[2DX") == "aXc");
  CHECK(Shown("abc\x1B[1GX") == "Xbc");
  CHECK(Shown("a\x1B[3Cb") == "a   b");
  CHECK(Shown("[ OK ]\x1B[12GStarted") == "[ OK ]     Started");
}

TEST_CASE("a movement to the far right adds a bounded number of blanks") {
  CHECK(Shown("a\x1B[999999999999Cb").size() <= kMaxPadding + 2);
  std::string hostile;
  for (int i = 0; i < 2000; ++i) hostile += "\x1B[500Cx";
  CHECK(Shown(hostile).size() <= kMaxPadding + 2000);
  std::string erasing = std::string(20000, 'x');
  for (int i = 0; i < 20000; ++i) erasing += "\x1B[1K";
  CHECK(Shown(erasing).size() == 20000);
}

TEST_CASE("the map leads back to the raw bytes") {
  const std::string_view raw = "\x1B[31mred\x1B[0m and";
  std::string text;
  std::vector<OffsetRun> runs;
  REQUIRE(Normalize(raw, text, runs));
  CHECK(text == "red and");
  CHECK(ToRaw(runs, 0) == 5);
  CHECK(ToRaw(runs, 2) == 7);
  CHECK(ToRaw(runs, 3) == 12);
  CHECK(runs.size() == 2);

  std::mt19937 random(11);
  const std::string_view pieces[] = {"\x1B",    "[",       "31m",     "\r",           "\b",    "abc",
                                     "\x1B[K",  "\x1B[2K", "\x1B[1K", "\x1B]0;t\x07", "\x1B]", "\\",
                                     "\x1B[5C", "\x1B[3D", "\x1B[2G", "\xC3\xA9",     "\xFF",  "\xE2\x82",
                                     "1",       ";",       "\x1BP"};
  for (int round = 0; round < 3000; ++round) {
    std::string line;
    const std::size_t count = random() % 15;
    for (std::size_t i = 0; i < count; ++i) line += pieces[random() % std::size(pieces)];
    CheckMap(line);
  }
}

TEST_CASE("maps compose") {
  const std::vector<OffsetRun> inner = {{0, 4}, {3, 10}};     // text -> middle
  const std::vector<OffsetRun> outer = {{0, 100}, {6, 200}};  // middle -> raw
  const std::vector<OffsetRun> both = Compose(inner, outer, 8);
  for (std::uint32_t p = 0; p < 8; ++p) CHECK(ToRaw(both, p) == ToRaw(outer, ToRaw(inner, p)));
  CHECK(Compose(inner, {}, 8) == inner);
  CHECK(ToRaw(Compose({}, outer, 8), 7) == 201);
}

TEST_CASE("escapes are removed without carrying anything out, for the prefixes of wrappers") {
  std::string text;
  std::vector<OffsetRun> runs;
  REQUIRE(RemoveEscapes("\x1B[36mweb |\x1B[0m 10%\r20%", text, runs));
  CHECK(text == "web | 10%\r20%");
  CHECK_FALSE(RemoveEscapes("10%\r20%", text, runs));
}

TEST_CASE("control bytes are found wherever they stand") {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes(size, 'x');
    CHECK(FindControl(bytes) == size);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\r', '\b', '\x1B'}) {
        bytes[at] = c;
        CHECK(FindControl(bytes) == at);
        bytes[at] = 'x';
      }
    }
  }
}

}  // namespace
}  // namespace faultline::runtime
