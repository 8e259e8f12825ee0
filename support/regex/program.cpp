// What one can ask of a finished program, and of a place in the text.
#include "support/regex/program.h"

#include "support/regex/utf8.h"

#include <fmt/format.h>

namespace faultline::regex {
namespace {

bool WordBefore(std::string_view text, size_t pos) {
  return pos > 0 && IsAsciiWord(static_cast<uint8_t>(text[pos - 1]));
}

bool WordAfter(std::string_view text, size_t pos) {
  return pos < text.size() && IsAsciiWord(static_cast<uint8_t>(text[pos]));
}

bool UnicodeWordBefore(std::string_view text, size_t pos) {
  DecodedChar c = DecodeLastUtf8(text.substr(0, pos));
  return c.length > 0 && IsUnicodeWord(c.code_point);
}

bool UnicodeWordAfter(std::string_view text, size_t pos) {
  DecodedChar c = DecodeUtf8(text.substr(pos));
  return c.length > 0 && IsUnicodeWord(c.code_point);
}

std::string FlagsText(uint32_t flags) {
  static constexpr std::string_view kNames[] = {"begin-text",
                                                "end-text",
                                                "begin-line",
                                                "end-line",
                                                "word-boundary",
                                                "not-word-boundary",
                                                "unicode-word-boundary",
                                                "not-unicode-word-boundary"};
  std::string text;
  for (size_t bit = 0; bit < std::size(kNames); ++bit) {
    if ((flags >> bit & 1) == 0) continue;
    if (!text.empty()) text += ' ';
    text += kNames[bit];
  }
  return text;
}

}  // namespace

uint8_t EmptyFlagsAt(std::string_view text, size_t pos, uint8_t wanted) {
  if (wanted == 0) return 0;
  uint32_t flags = 0;
  if (pos == 0) flags |= kAtBeginText | kAtBeginLine;
  if (pos == text.size()) flags |= kAtEndText | kAtEndLine;
  if (pos > 0 && text[pos - 1] == '\n') flags |= kAtBeginLine;
  if (pos < text.size() && text[pos] == '\n') flags |= kAtEndLine;
  if ((wanted & (kAtWordBoundary | kAtNotWordBoundary)) != 0) {
    flags |= WordBefore(text, pos) != WordAfter(text, pos) ? kAtWordBoundary : kAtNotWordBoundary;
  }
  if ((wanted & (kAtUnicodeWordBoundary | kAtNotUnicodeWordBoundary)) != 0) {
    flags |= UnicodeWordBefore(text, pos) != UnicodeWordAfter(text, pos) ? kAtUnicodeWordBoundary
                                                                         : kAtNotUnicodeWordBoundary;
  }
  return static_cast<uint8_t>(flags & wanted);
}

std::string Prog::Dump() const {
  std::string out =
      fmt::format("start {} unanchored {} groups {} {}{}\n", start_, start_unanchored_, num_groups_,
                  encoding_ == Encoding::kUtf8 ? "utf8" : "bytes", anchored_start_ ? " anchored" : "");
  for (uint32_t id = 0; id < size(); ++id) {
    const Inst& inst = insts_[id];
    out += fmt::format("{:>4}: ", id);
    switch (inst.op) {
      case Op::kFail:
        out += "fail";
        break;
      case Op::kByteRange:
        out += fmt::format("byte {:02x}-{:02x}{} -> {}", inst.lo, inst.hi, inst.fold != 0 ? " fold" : "",
                           inst.out);
        break;
      case Op::kAlt:
        out += fmt::format("alt -> {} | {}", inst.out, inst.arg);
        break;
      case Op::kCapture:
        out += fmt::format("capture {} -> {}", inst.arg, inst.out);
        break;
      case Op::kEmptyWidth:
        out += fmt::format("assert {} -> {}", FlagsText(inst.arg), inst.out);
        break;
      case Op::kMatch:
        out += "match";
        break;
      case Op::kNop:
        out += fmt::format("nop -> {}", inst.out);
        break;
    }
    out += '\n';
  }
  return out;
}

}  // namespace faultline::regex
