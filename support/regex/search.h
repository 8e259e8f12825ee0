// Regex and Search: the library's front door. Compiles a pattern for every engine and picks one for each
// search.
//
//   Result<Regex> re = Regex::Make(R"((?<module>\S+)@(?<version>v\S+))");
//   Scratch scratch;                                     // one per thread
//   std::vector<Span> groups(re->num_groups());
//   if (Search(*re, line, 0, Anchor::kNone, groups, scratch)) …
//
// What happens in a search: literals that every match contains are looked for first; a lazy DFA then says
// whether there is a match at all; only then are captures computed, by the one-pass table, the bit-state
// backtracker or the Pike VM, whichever fits. All give the same result, the leftmost-first match, in time
// linear in the text.
//
// A Regex is immutable, cheap to copy and safe on any number of threads. A Scratch belongs to one thread and
// serves any number of expressions, within a bound of memory.
#pragma once

#include "support/regex/analysis.h"
#include "support/regex/error.h"
#include "support/regex/node.h"
#include "support/regex/program.h"
#include "support/regex/syntax.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex {

class Scratch;
enum class TextKind : unsigned char;

class Regex {
 public:
  struct Options {
    uint32_t max_insts = 10'000;  // the state budget of each program
  };

  // Parses and compiles; the error is the parser's, or kProgramTooLarge.
  static Result<Regex> Make(std::string_view pattern, const Flags& flags, const Options& options);
  static Result<Regex> Make(std::string_view pattern, const Flags& flags = {}) {
    return Make(pattern, flags, {});
  }

  // Compiles a tree, such as a lowered template.
  static Result<Regex> FromTree(const NodePtr& node, const Options& options);
  static Result<Regex> FromTree(const NodePtr& node) { return FromTree(node, {}); }

  const NodePtr& tree() const;
  const ProgPtr& prog(Encoding encoding) const;  // one and the same where encodings make no difference

  // Groups, the whole match included: what a span of captures needs at most.
  size_t num_groups() const { return group_names().size(); }
  const std::vector<std::string>& group_names() const;  // by index; empty where unnamed
  int GroupIndex(std::string_view name) const;          // -1 if there is none

  const LiteralSet& required_literals() const;
  LengthBounds length() const;

 private:
  friend bool Search(const Regex&, std::string_view, size_t, Anchor, std::span<Span>, Scratch&, TextKind);
  struct Parts;
  explicit Regex(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// What a caller knows of a text. Asking costs one pass over it, for patterns that care, so a caller with many
// patterns asks once.
enum class TextKind : unsigned char { kUnknown, kUtf8, kBytes };
TextKind TextKindOf(std::string_view text);

// Memory that searches reuse.
class Scratch {
 public:
  // Lazy automata use at most about `max_bytes`; when that is reached they start anew.
  explicit Scratch(size_t max_bytes = size_t{16} << 20);
  ~Scratch();
  Scratch(Scratch&&) noexcept;
  Scratch& operator=(Scratch&&) noexcept;

 private:
  friend bool Search(const Regex&, std::string_view, size_t, Anchor, std::span<Span>, Scratch&, TextKind);
  struct State;
  std::unique_ptr<State> state_;
};

// Finds the leftmost-first match in `text` at or after `from`. Fills `captures` with the match and its
// groups, as many as there is room for; an empty span only asks whether there is a match, which is cheaper.
// Without a match `captures` is not touched. `^` and `\b` at `from` see what stands before it. O(text x
// program) at worst.
bool Search(const Regex& regex, std::string_view text, size_t from, Anchor anchor, std::span<Span> captures,
            Scratch& scratch, TextKind kind = TextKind::kUnknown);

}  // namespace faultline::regex
