// How far a pattern comes in a text that it does not match: the longest beginning of it that stands there,
// and the piece behind it that does not.
//
// A pattern is a sequence of pieces: characters, runs of blanks, holes, groups. Whether the first k of them
// match somewhere is true for all smaller k too, so the largest k is found by bisection, each step with an
// automaton of its own, which is kept: O(log pieces) searches of the text, each linear. Beginnings that hold
// fewer than kMinLiteral characters of the pattern's own stand in any text and say nothing.
//
// Thread safety: one thread at a time.
#ifndef FAULTLINE_RUNTIME_WHY_FIT_H_
#define FAULTLINE_RUNTIME_WHY_FIT_H_

#include "ir/ir.h"
#include "support/regex/search.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::why {

struct Fit {
  std::size_t pieces = 0;          // the first so many match; 0: none worth telling
  std::size_t of = 0;              // all of them
  std::size_t literal = 0;         // characters among them that are the pattern's own
  std::string matched;             // these pieces as a template: "verifying {module}@"
  std::string expected;            // what comes next in the pattern: "checksum mismatch", "{version}"
  std::size_t begin = 0, end = 0;  // of the text that they match
  std::string found;               // the text behind it, at most 60 bytes; "": it ends there
  bool not_at_begin = false;       // without its `{^}` the pattern would match, or come further
};

class PatternFitter {
 public:
  static constexpr std::size_t kMinLiteral = 3;

  explicit PatternFitter(const ir::Module& module) : module_(module) {}

  // Of a pattern that does not match the text.
  Fit Furthest(ir::PatternId pattern, std::string_view text);
  // Whether more than `pieces` of it match: one search.
  bool ComesFurther(ir::PatternId pattern, std::string_view text, std::size_t pieces);

 private:
  struct Pieces {
    std::vector<regex::NodePtr> nodes;
    std::map<std::pair<std::size_t, std::size_t>, std::unique_ptr<regex::Regex>> prefixes;  // [from, to)
  };
  Pieces& Of(ir::PatternId pattern);
  const regex::Regex* Prefix(Pieces* pieces, std::size_t from, std::size_t to);
  bool Find(Pieces* pieces, std::size_t from, std::size_t to, std::string_view text, regex::Span* span);
  std::size_t Longest(Pieces* pieces, std::size_t from, std::string_view text);

  const ir::Module& module_;
  std::map<ir::PatternId, Pieces> patterns_;
  regex::Scratch scratch_;
};

}  // namespace faultline::why

#endif  // FAULTLINE_RUNTIME_WHY_FIT_H_
