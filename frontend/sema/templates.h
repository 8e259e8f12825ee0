// Templates and regexes of rules, to regex trees with the values that their holes give.
//
// A template is the text of a line with holes. The rules of its translation
// (docs/design/0001-language-decisions.md):
//   - a run of unescaped blanks is one or more blanks or tabs; escaped characters are exact;
//   - an untyped hole takes the shortest run without blanks that lets the rest match; with nothing behind it,
//   the whole
//     run. Where all that follows may be absent, the hole runs on until what follows is there, or to the
//     run's end;
//   - `text` likewise, with blanks, to the end of the line; `rest` everything, possibly nothing;
//   - {(a|b)} is the first of its alternatives that leads to a match, {(a)?} prefers to be there;
//   - a named pattern is spliced in, so all of it is one regex.
// The result is leftmost-first, as all our regexes: where it matches in several ways, the first in written
// order counts.
#ifndef FAULTLINE_FRONTEND_SEMA_TEMPLATES_H_
#define FAULTLINE_FRONTEND_SEMA_TEMPLATES_H_

#include "frontend/sema/context.h"
#include "frontend/sema/holes.h"
#include "support/regex/node.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace faultline::sema {

// Parts of templates and regexes, spliced patterns included, that one pattern may have.
inline constexpr std::uint32_t kMaxPatternNodes = 20'000;

// Patterns inside one another. Each level costs stack.
inline constexpr std::size_t kMaxPatternDepth = 64;

// A name that a pattern binds, with the value that its captures give.
struct BoundName {
  std::string name;
  lang::Type type;
  std::vector<ExprPtr>
      values;             // over kCapture, one for each hole of the name; the first that is there counts
  bool optional = false;  // not bound by every match
  bool inner = false;     // bound by a hole of a named pattern
  Span span;
};

// The value of a name: of the hole through which the match went.
ExprPtr ValueOf(BoundName& name);

struct CompiledPattern {
  regex::NodePtr node;
  std::vector<std::string> captures;
  std::vector<BoundName> names;     // in order of first appearance
  std::uint32_t literal_bytes = 0;  // that every match holds, blanks not counted
  std::uint32_t unwrapped = 0;      // holes of type `unwrapped`
};

struct TemplateOptions {
  bool binds = true;          // false: a named hole is an error (`matches`)
  bool record_names = false;  // holes {time} and {level} have these types (formats, wrappers)
  bool unwrapped = false;     // holes of type `unwrapped` are allowed (wrappers)
};

class PatternCompiler {
 public:
  PatternCompiler(Context& context, const FileScope& file, TemplateOptions options = {})
      : context_(context), file_(&file), options_(options) {}

  // A StringExpr or RegexExpr. Nothing after a report. Use a compiler once.
  std::optional<CompiledPattern> Compile(const ast::Expr& pattern);
  // All alternatives of a named pattern, its holes bound without prefix.
  std::optional<CompiledPattern> CompileNamed(const Symbol& pattern);

 private:
  // What follows a sequence, for holes whose reach depends on it.
  enum class Tail { kEnd, kOptional, kRequired };
  // Names bound so far on this way through the pattern, and those bound on every way.
  struct Bound {
    std::set<std::string> seen;
    std::set<std::string> always;
  };

  regex::NodePtr Source(const ast::Expr& pattern, Tail tail, Bound& bound);
  regex::NodePtr Sequence(const ast::StringParts& parts, std::size_t from, Tail tail, Bound& bound);
  void Text(const ast::StringParts& parts, std::size_t i, std::vector<regex::NodePtr>& out);
  regex::NodePtr Hole(const ast::StringParts& parts, std::size_t i, Tail tail, Bound& bound,
                      bool& consumed_rest);
  regex::NodePtr OptionalRest(const ast::StringParts& parts, std::size_t from, HoleShape shape, Bound& bound);
  regex::NodePtr Group(const ast::StringPart& part, Tail tail, Bound& bound, bool required);
  regex::NodePtr Alternatives(const std::vector<ast::StringParts>& alternatives, Tail tail, Bound& bound);
  regex::NodePtr Pattern(const Symbol& pattern, Tail tail, Bound& bound);
  regex::NodePtr Regex(const ast::RegexExpr& regex, Bound& bound);
  regex::NodePtr Renumber(const regex::NodePtr& node, std::span<const std::uint32_t> map);

  std::optional<HoleType> TypeOf(const ast::StringPart& part, const std::string& name);
  std::optional<std::string> NameOf(const ast::StringPart& part);
  bool IsNullable(const ast::StringPart& part);
  bool IsNullable(const ast::StringParts& parts, std::size_t from);
  bool IsOpen(const ast::StringPart& part);
  void CheckNeighbours(const ast::StringParts& parts, std::size_t i);
  Tail TailBehind(const ast::StringParts& parts, std::size_t i, Tail tail);

  std::uint32_t NewCapture(const std::string& name);
  std::string GroupName(std::uint32_t capture) const;
  void Bind(const std::string& name, const HoleType& type, std::uint32_t capture, Span span, Bound& bound);
  bool Spend(Span span);
  std::optional<CompiledPattern> Finish(regex::NodePtr node, const Bound& bound);

  Context& context_;
  const FileScope* file_;
  TemplateOptions options_;
  bool fold_ = false;
  bool failed_ = false;
  int group_depth_ = 0;
  std::uint32_t spent_ = 0;
  std::uint32_t unwrapped_ = 0;
  std::uint32_t literal_bytes_ = 0;
  std::string prefix_;  // of names bound inside {p:pattern}: "p."
  Span use_span_;       // of the hole that names the outermost pattern around: where its names are bound
  std::vector<const Symbol*> open_patterns_;
  std::vector<std::string> captures_;  // [i] names capture i + 1
  std::vector<BoundName> names_;
};

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_TEMPLATES_H_
