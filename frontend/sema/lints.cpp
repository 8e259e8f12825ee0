// Lints: what compiles and is still worth a second look.
#include "frontend/sema/lints.h"

#include "support/regex/analysis.h"
#include "support/regex/program.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace faultline::sema {
namespace {

// States that the question "can this match at all" may cost; where they do not suffice it is taken to match.
constexpr std::uint32_t kMaxLintStates = 2000;

// Whether a condition on the place stands where it might contradict the text around it. Most patterns have
// none, and need no automaton to see that something matches. Recursion is bounded as the tree is: by the
// parsers.
bool MayContradict(const regex::NodePtr& node, bool at_begin, bool at_end) {
  switch (node->kind()) {
    case regex::NodeKind::kNoMatch:
      return true;
    case regex::NodeKind::kEmpty:
    case regex::NodeKind::kLiteral:
    case regex::NodeKind::kClass:
    case regex::NodeKind::kAnyChar:
    case regex::NodeKind::kAnyByte:
      return false;
    case regex::NodeKind::kAssert:
      switch (node->assertion()) {
        case regex::AssertKind::kBeginText:
        case regex::AssertKind::kBeginLine:
          return !at_begin;
        case regex::AssertKind::kEndText:
        case regex::AssertKind::kEndLine:
          return !at_end;
        case regex::AssertKind::kWordBoundary:
        case regex::AssertKind::kNotWordBoundary:
        case regex::AssertKind::kUnicodeWordBoundary:
        case regex::AssertKind::kNotUnicodeWordBoundary:
          return true;
      }
      return true;
    case regex::NodeKind::kConcat:
      for (std::size_t i = 0; i < node->children().size(); ++i) {
        const bool first = at_begin && i == 0;
        const bool last = at_end && i + 1 == node->children().size();
        if (MayContradict(node->children()[i], first, last)) return true;
      }
      return false;
    case regex::NodeKind::kAlternate:
      return std::all_of(node->children().begin(), node->children().end(),
                         [&](const regex::NodePtr& child) { return MayContradict(child, at_begin, at_end); });
    case regex::NodeKind::kRepeat:
      return node->min() > 0 &&
             MayContradict(node->child(), at_begin && node->max() == 1, at_end && node->max() == 1);
    case regex::NodeKind::kCapture:
      return MayContradict(node->child(), at_begin, at_end);
  }
  return true;
}

// Instructions that the pattern may need at most, roughly; saturates. Repeats copy what is in them.
std::uint64_t SizeBound(const regex::NodePtr& node) {
  constexpr std::uint64_t kPerRange = 12;  // a range of code points as sequences of bytes
  std::uint64_t size = 2;
  switch (node->kind()) {
    case regex::NodeKind::kNoMatch:
    case regex::NodeKind::kEmpty:
    case regex::NodeKind::kAnyByte:
    case regex::NodeKind::kAssert:
      return size;
    case regex::NodeKind::kAnyChar:
      return kPerRange;
    case regex::NodeKind::kLiteral:
      return size + node->text().size();
    case regex::NodeKind::kClass:
      return size + kPerRange * node->ranges().size();
    case regex::NodeKind::kConcat:
    case regex::NodeKind::kAlternate:
    case regex::NodeKind::kCapture:
    case regex::NodeKind::kRepeat:
      break;
  }
  for (const regex::NodePtr& child : node->children()) size += SizeBound(child);
  if (node->kind() == regex::NodeKind::kRepeat) {
    size *= static_cast<std::uint64_t>(std::max({node->min() + 1, node->max(), 1}));
  }
  return std::min(size, std::uint64_t{1} << 32);
}

// Whether the automata's budget suffices. Most patterns are far below it and need not be compiled to see
// that.
bool FitsBudget(const regex::NodePtr& node) {
  const regex::CompileOptions options;
  if (SizeBound(node) < options.max_insts / 4) return true;
  return regex::Compile(node, options).ok();
}

// What a rule demands beside its first pattern makes it another rule.
bool IsOnePattern(const Rule& rule) {
  return rule.ok && rule.shape == RuleShape::kSequence && rule.steps.empty() && rule.stages.size() == 1 &&
         rule.stages[0].count == 1 && rule.stages[0].key.empty() && rule.stages[0].role.empty() &&
         rule.stages[0].alternatives.size() == 1 && rule.stages[0].alternatives[0].pattern != kNoIndex &&
         rule.stages[0].format == kNoIndex && !rule.stages[0].guard && !rule.stages[0].join;
}

// A choice of single characters, as `[0-9]+` demands, stands in every line and finds none.
bool HasLiteral(const regex::NodePtr& node) {
  constexpr std::size_t kMaxSingles = 3;
  const regex::LiteralSet literals = regex::RequiredLiterals(node);
  const bool single = std::any_of(literals.begin(), literals.end(), [](const regex::SearchLiteral& literal) {
    return literal.text.size() == 1;
  });
  return !literals.empty() && (!single || literals.size() <= kMaxSingles);
}

void LintLiterals(Context& context, const Rule& rule) {
  const Stage& stage = rule.stages[0];
  // Records of a format, and fields, are found by what the format demands.
  if (stage.format != kNoIndex || (stage.input != StageInput::kText && stage.input != StageInput::kRaw))
    return;
  for (const Alternative& alternative : stage.alternatives) {
    if (alternative.pattern == kNoIndex) continue;
    const Pattern& pattern = context.out.patterns[alternative.pattern];
    if (regex::MatchesEmpty(pattern.node) || HasLiteral(pattern.node)) continue;
    context.lints.Report(diag::no_literal, pattern.span, rule.name)
        .Help("write more of the line's text, or read a narrower format: `from FORMAT`");
  }
}

void LintUses(Context& context) {
  for (const std::unique_ptr<FileScope>& file : context.names.files()) {
    if (!LintsModule(context, file->module->name)) continue;
    for (const UseScope& use : file->uses) {
      if (use.used || use.module == nullptr) continue;
      context.lints.Report(diag::unused_use, use.span, use.module->name)
          .Help("remove the line")
          .Replace(use.span, "");
    }
  }
}

}  // namespace

bool LintsModule(const Context& context, const std::string& module) {
  const std::vector<std::string>& quiet = context.options.quiet_modules;
  return context.options.lints && std::find(quiet.begin(), quiet.end(), module) == quiet.end();
}

void CheckPatterns(Context& context) {
  for (const Pattern& pattern : context.out.patterns) {
    // Templates of formats may be empty but for their ends; patterns that are looked for may not.
    if (regex::MatchesEmpty(pattern.node)) {
      context.sink.Report(diag::matches_empty, pattern.span)
          .Help("write some text that has to be there, or `{x:text}` for at least one character");
      continue;
    }
    if (!FitsBudget(pattern.node)) {
      context.sink
          .Report(diag::pattern_too_large, pattern.span, std::int64_t{regex::CompileOptions().max_insts})
          .Help("split it into several rules, or count with `+` instead of `{1000}`");
      continue;
    }
    if (!MayContradict(pattern.node, true, true)) continue;
    regex::RelationOptions options;
    options.newlines = true;  // fields of JSON may hold them
    options.max_states = kMaxLintStates;
    if (regex::CanMatch(pattern.node, options).answer == regex::Answer::kNo) {
      context.sink.Report(diag::never_matches, pattern.span)
          .Help("look for text before `{^}` or `^`, and behind `{$}` or `$`");
    }
  }
}

void Lint(Context& context) {
  LintUses(context);
  std::map<std::pair<std::string, std::string>, const Rule*> seen;
  for (const Rule& rule : context.out.rules) {
    if (!rule.ok || rule.stages.empty() || !LintsModule(context, rule.module)) continue;
    LintLiterals(context, rule);
    if (!IsOnePattern(rule)) continue;
    const Pattern& pattern = context.out.patterns[rule.stages[0].alternatives[0].pattern];
    std::string key = regex::ToString(pattern.node);
    key += static_cast<char>('0' + static_cast<int>(rule.stages[0].input)) + rule.stages[0].field;
    auto [found, added] = seen.try_emplace({rule.module, std::move(key)}, &rule);
    if (added || found->second->is_event != rule.is_event) continue;
    context.lints.Report(diag::same_pattern, pattern.span, rule.name, found->second->name)
        .Label(found->second->span, "it finds the same lines")
        .Help("keep one of them, or let one read the other: `from " + found->second->name + "`");
  }
}

}  // namespace faultline::sema
