// The table of distinct literals: see literal_set.h.
#include "runtime/match/literal_set.h"

#include <functional>

namespace faultline::runtime {
namespace {

constexpr LiteralId kEmpty = 0xffffffff;

std::size_t HashOf(std::string_view text, bool fold) {
  return std::hash<std::string_view>()(text) * 2 + (fold ? 1 : 0);
}

std::size_t Mix(std::size_t hash) {
  return hash ^ (hash >> 29) ^ (hash >> 47);
}

}  // namespace

void LiteralSet::Rehash(std::size_t capacity) {
  buckets_.assign(capacity, kEmpty);
  for (LiteralId id = 0; id < literals_.size(); ++id) {
    std::size_t at = Mix(HashOf(literals_[id].text, literals_[id].fold)) & (capacity - 1);
    while (buckets_[at] != kEmpty) at = (at + 1) & (capacity - 1);
    buckets_[at] = id;
  }
}

LiteralId LiteralSet::Add(std::string_view text, bool fold) {
  std::string key(text);
  if (fold) {
    for (char& c : key) c = static_cast<char>(FoldAscii(static_cast<unsigned char>(c)));
  }
  if (literals_.size() * 2 >= buckets_.size()) Rehash(buckets_.empty() ? 64 : buckets_.size() * 2);
  std::size_t at = Mix(HashOf(key, fold)) & (buckets_.size() - 1);
  while (buckets_[at] != kEmpty) {
    const Literal& other = literals_[buckets_[at]];
    if (other.fold == fold && other.text == key) return buckets_[at];
    at = (at + 1) & (buckets_.size() - 1);
  }
  const LiteralId id = static_cast<LiteralId>(literals_.size());
  buckets_[at] = id;
  literals_.push_back({std::move(key), fold});
  return id;
}

int ByteCommonness(unsigned char c) {
  switch (c) {
    case ' ':
      return 255;
    case 'e':
      return 230;
    case 't':
    case 'o':
    case 'a':
    case 'i':
    case 'n':
    case 'r':
    case 's':
      return 210;
    case '0':
    case '1':
    case '.':
    case '/':
    case ':':
    case '"':
      return 190;
    case 'l':
    case 'c':
    case 'd':
    case 'm':
    case 'p':
    case 'u':
    case '2':
    case '-':
    case '=':
      return 170;
    case 'f':
    case 'g':
    case 'h':
    case 'b':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return 140;
    case ',':
    case '_':
    case '\t':
    case 'v':
    case 'y':
    case 'w':
    case 'k':
      return 110;
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case 'x':
    case '\\':
      return 80;
    case 'j':
    case 'q':
    case 'z':
      return 40;
    default:
      break;
  }
  if (c >= 'A' && c <= 'Z') return 90;
  if (c >= 0x80) return 30;
  return 20;
}

}  // namespace faultline::runtime
