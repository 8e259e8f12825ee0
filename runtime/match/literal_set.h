// The distinct literals of a set of patterns, and the exact comparison that decides whether one stands at a
// place.
//
// Both searchers (teddy.h, qgram.h) find places where a literal may stand and ask this table whether it does.
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_MATCH_LITERAL_SET_H_
#define FAULTLINE_RUNTIME_MATCH_LITERAL_SET_H_

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

using LiteralId = std::uint32_t;

inline unsigned char FoldAscii(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c | 0x20) : c;
}

// A literal stands at `offset` of the scanned text.
struct LiteralHit {
  std::uint32_t offset = 0;
  LiteralId literal = 0;
  friend bool operator==(const LiteralHit&, const LiteralHit&) = default;
};

class LiteralSet {
 public:
  // Adds or finds a literal; with `fold` the text is stored in ASCII lower case. `text` is not empty. O(1)
  // expected.
  LiteralId Add(std::string_view text, bool fold);

  std::size_t size() const { return literals_.size(); }
  std::string_view text(LiteralId id) const { return literals_[id].text; }
  bool fold(LiteralId id) const { return literals_[id].fold; }

  // Whether the literal stands in `text` at `offset`, which may lie outside of it.
  bool StandsAt(LiteralId id, std::string_view text, std::int64_t offset) const {
    const Literal& literal = literals_[id];
    if (offset < 0 || static_cast<std::size_t>(offset) > text.size() ||
        text.size() - static_cast<std::size_t>(offset) < literal.text.size()) {
      return false;
    }
    const char* at = text.data() + offset;
    if (!literal.fold)
      return *at == literal.text[0] && std::memcmp(at, literal.text.data(), literal.text.size()) == 0;
    for (std::size_t i = 0; i < literal.text.size(); ++i) {
      if (FoldAscii(static_cast<unsigned char>(at[i])) != static_cast<unsigned char>(literal.text[i]))
        return false;
    }
    return true;
  }

 private:
  struct Literal {
    std::string text;
    bool fold;
  };
  std::vector<Literal> literals_;
  std::vector<LiteralId> buckets_;  // open addressing, power of two; kEmpty where free
  void Rehash(std::size_t capacity);
};

// How common a byte is in log text, 0 (rare) to 255: searchers look for the rarest part of a literal. A guess
// made once from the shape of English text, paths and numbers; a wrong guess costs time, never a hit.
int ByteCommonness(unsigned char c);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_MATCH_LITERAL_SET_H_
