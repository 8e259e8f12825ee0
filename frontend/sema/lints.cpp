// Lints: what compiles and is still worth a second look.
#include "frontend/sema/lints.h"

#include "support/regex/analysis.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace faultline::sema {
namespace {

// States that the question "can this match at all" may cost; where they do not suffice it is taken to match.
constexpr std::uint32_t kMaxLintStates = 2000;

// What a rule demands beside its first pattern makes it another rule.
bool IsOnePattern(const Rule& rule) {
  return rule.ok && rule.stages.size() == 1 && rule.stages[0].alternatives.size() == 1 &&
         rule.stages[0].alternatives[0].pattern != kNoIndex && rule.stages[0].format == kNoIndex &&
         !rule.stages[0].guard && !rule.stages[0].join;
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
