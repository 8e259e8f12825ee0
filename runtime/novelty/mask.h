// A line as what stays of it from run to run: its tokens, with the volatile parts masked.
//
// Masked are numbers with their units, times and dates, durations, sizes, versions, ports, IP and MAC
// addresses, hex addresses, hashes, UUIDs, base64, names that machines made up (pods, temporary files) and
// everything below a temporary folder. All of them become the same mark: a hash of digits only is no other
// shape than one with letters. Numbers side by side are one, as are a number and the unit behind it, so that
// "1 min 3 s" and "820 ms" are alike; so are "1 test" and "2 tests". Runs of the same punctuation are cut to
// three: bars and dots of progress. Tokens stand between blanks; members of JSON are tokens too.
//
// One thing a number says is kept: beside a word of failure ("Failures: 0", "3 errors", "exit status 1")
// zero and the others are told apart. Words of failure themselves are marked `rigid`: no template may let
// another word stand for them (shapes.h).
//
// Written by hand as one pass with a table of character classes, no regular expressions: this is where the
// time of learning goes. O(line), at most kMaxLineBytes of it and kMaxTokens; what is behind does not count.
// Thread safety: one thread; each has its own Masker.
#ifndef FAULTLINE_RUNTIME_NOVELTY_MASK_H_
#define FAULTLINE_RUNTIME_NOVELTY_MASK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::novelty {

inline constexpr std::size_t kMaxLineBytes = 2048;
inline constexpr std::size_t kMaxTokens = 64;

// What stands in masked text for what was there. Control characters in a line are read as blanks.
inline constexpr char kMask = '\x01';     // something volatile
inline constexpr char kZero = '\x02';     // zero beside a word of failure
inline constexpr char kNonZero = '\x03';  // another number beside one
inline constexpr char kAny = '\x04';      // in templates: any token that is not rigid

struct Token {
  std::uint32_t begin = 0, end = 0;  // in Masker::text()
  std::uint64_t hash = 0;            // never 0; depends on the token's bytes only
  bool masked = false;               // holds kMask, or is kAny
  bool rigid = false;                // holds a word of failure
};

class Masker {
 public:
  Masker();

  void Scan(std::string_view line);
  // For masked text as it comes back from a file: tokens between single blanks, marks as they are.
  void ScanMasked(std::string_view text);

  // Tokens with one blank between them.
  std::string_view text() const { return {buffer_.data(), size_}; }
  std::string_view TextOf(const Token& token) const {
    return text().substr(token.begin, token.end - token.begin);
  }
  const std::vector<Token>& tokens() const { return tokens_; }
  std::uint64_t hash() const { return hash_; }  // of the tokens in order; never 0
  // Nothing but marks and punctuation: it can never be told from others of its kind.
  bool blank() const { return blank_; }

 private:
  friend class Scanner;
  void Finish();

  std::vector<char> buffer_;  // with room behind the text, so that words can be read eight bytes at a time
  std::size_t size_ = 0;
  std::vector<Token> tokens_;
  std::uint64_t hash_ = 0;
  bool blank_ = true;
};

// Masked text for people: marks as <*>, <0>, <n>.
std::string ShowMasked(std::string_view text);

// What words of a line say about it, for ranking (novel_lines.h).
enum class WordKind : std::uint8_t { kPlain, kWarning, kError, kFatal };
// The gravest of the line's words. O(line).
WordKind GravestWord(std::string_view line);

}  // namespace faultline::novelty

#endif  // FAULTLINE_RUNTIME_NOVELTY_MASK_H_
