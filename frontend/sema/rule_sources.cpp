// What stages look at: patterns, events, rules and formats, and the names that these bind.
#include "frontend/sema/blocks.h"
#include "frontend/sema/holes.h"
#include "frontend/sema/rule_words.h"
#include "frontend/sema/rules.h"

#include <algorithm>
#include <array>

namespace faultline::sema {

namespace {

constexpr std::array kSources{SymbolKind::kPattern, SymbolKind::kRule, SymbolKind::kEvent,
                              SymbolKind::kFormat, SymbolKind::kScope};

}  // namespace

bool RuleChecker::CheckSources(const ast::StageClause& clause, Stage& stage) {
  const std::size_t errors = context_.sink.error_count();
  switch (clause.target) {
    case ast::MatchTarget::kText:
      stage.input = StageInput::kText;
      break;
    case ast::MatchTarget::kRaw:
      stage.input = StageInput::kRaw;
      break;
    case ast::MatchTarget::kField:
      stage.input = StageInput::kField;
      stage.field = clause.field ? clause.field->Text() : "";
      if (stage.format != kNoIndex) {
        const Format& format = context_.out.formats[stage.format];
        std::vector<std::string> known;
        for (const Binding& binding : format.bindings) {
          if (!binding.hidden) known.push_back(binding.name);
        }
        if (format.ok && std::find(known.begin(), known.end(), stage.field) == known.end()) {
          HelpWithNearest(
              context_.sink.Report(diag::unknown_field, clause.field->span, format.name, stage.field),
              clause.field->span, stage.field, known);
        }
      }
      break;
  }
  if (std::any_of(clause.alternatives.begin(), clause.alternatives.end(),
                  [](const ast::StageSource& source) { return !source.block.empty(); })) {
    CheckBlockSource(clause, stage);
    return context_.sink.error_count() == errors && rule_.ok;
  }
  const bool has_name = std::any_of(clause.alternatives.begin(), clause.alternatives.end(),
                                    [](const ast::StageSource& source) { return source.name.has_value(); });
  if (!has_name) {
    CheckPatternSources(clause, stage);
    return context_.sink.error_count() == errors && !clause.alternatives.empty();
  }
  // A named pattern may stand among templates; whatever else is named stands alone.
  bool patterns_only = true;
  for (const ast::StageSource& source : clause.alternatives) {
    if (!source.name) continue;
    const Symbol* symbol = context_.names.Find(file_, *source.name);
    patterns_only = patterns_only && symbol != nullptr && symbol->kind == SymbolKind::kPattern;
  }
  if (patterns_only && clause.stage != ast::StageKind::kFrom) {
    CheckPatternSources(clause, stage);
    return context_.sink.error_count() == errors;
  }
  for (const ast::StageSource& source : clause.alternatives) {
    if (source.name && clause.alternatives.size() == 1) {
      CheckNamedSource(clause, source, stage);
      return context_.sink.error_count() == errors && rule_.ok;
    }
  }
  for (const ast::StageSource& source : clause.alternatives) {
    if (!source.name || context_.names.Find(file_, *source.name) != nullptr) continue;
    if (context_.names.ModuleIsBroken(file_, *source.name)) return false;
    HelpWithNearest(context_.sink.Report(diag::unknown_source, source.span, source.name->Text()), source.span,
                    source.name->Text(), context_.names.Visible(file_, kSources));
    return false;
  }
  context_.sink.Report(diag::several_sources, clause.span, Keyword(clause.stage))
      .Help("write an `event` whose `match` holds the alternatives, and read that");
  return false;
}

// match block {…}: a format without a name, all fields of which are fields of the finding.
void RuleChecker::CheckBlockSource(const ast::StageClause& clause, Stage& stage) {
  if (clause.alternatives.size() != 1) {
    context_.sink.Report(diag::several_sources, clause.span, Keyword(clause.stage))
        .Help(
            "forms of one line are joined by `or` inside the block; for several blocks write a `format` "
            "each");
    return Fail();
  }
  const ast::StageSource& source = clause.alternatives[0];
  const std::uint32_t format = AddBlockFormat(
      context_, file_, rule_.name + "." + std::to_string(rule_.stages.size() + 1), source.block, source.span);
  if (!context_.out.formats[format].ok) Fail();
  stage.input = StageInput::kFormat;
  stage.format = format;
  stage.alternatives.emplace_back();
  const std::size_t before = rule_.bindings.size();
  LoadFields(clause, context_.out.formats[format].bindings, stage.alias.empty() ? "" : stage.alias + ".",
             stage);
  const std::uint32_t truncated = context_.out.formats[format].truncated;
  for (std::size_t i = before; i < rule_.bindings.size() && stage.alias.empty(); ++i) {
    if (rule_.bindings[i].name != context_.out.formats[format].bindings[truncated].name)
      loaded_.erase(static_cast<std::uint32_t>(i));
  }
}

void RuleChecker::CheckPatternSources(const ast::StageClause& clause, Stage& stage) {
  const auto stage_index = static_cast<std::uint32_t>(rule_.stages.size());
  const std::string prefix = stage.alias.empty() ? "" : stage.alias + ".";
  std::vector<std::optional<CompiledPattern>> compiled;
  for (const ast::StageSource& source : clause.alternatives) {
    PatternCompiler compiler(context_, file_);
    if (source.pattern) {
      compiled.push_back(compiler.Compile(*source.pattern));
    } else if (source.name) {
      compiled.push_back(compiler.CompileNamed(*context_.names.Find(file_, *source.name)));
    } else {
      compiled.emplace_back();
      continue;
    }
  }
  // Bindings first: a name is certain only if every alternative has it.
  std::vector<std::string> order;
  for (const std::optional<CompiledPattern>& pattern : compiled) {
    if (!pattern) {
      Fail();
      continue;
    }
    for (const BoundName& name : pattern->names) {
      if (std::find(order.begin(), order.end(), name.name) == order.end()) order.push_back(name.name);
    }
  }
  std::map<std::string, std::uint32_t> slots;
  for (const std::string& name : order) {
    const BoundName* first = nullptr;
    bool optional = false;
    for (const std::optional<CompiledPattern>& pattern : compiled) {
      if (!pattern) continue;
      auto found = std::find_if(pattern->names.begin(), pattern->names.end(),
                                [&](const BoundName& bound) { return bound.name == name; });
      if (found == pattern->names.end()) {
        optional = true;
        continue;
      }
      optional = optional || found->optional;
      if (first == nullptr) {
        first = &*found;
      } else if (!(first->type == found->type)) {
        context_.sink
            .Report(diag::type_conflict, found->span, name, TypeName(found->type), TypeName(first->type))
            .Label(first->span, "bound as " + TypeName(first->type) + " here")
            .Help("give both holes the same type");
        Fail();
      }
    }
    slots[name] = Bind(prefix + name, first->type, optional, first->span, stage_index);
    if (first->inner) named_holes_.erase(slots[name]);
  }
  for (std::size_t i = 0; i < compiled.size(); ++i) {
    if (!compiled[i]) continue;
    const Span span = clause.alternatives[i].span;
    Pattern pattern;
    pattern.name = rule_.name + "#" + std::to_string(stage_index + 1);
    if (compiled.size() > 1) pattern.name += "." + std::to_string(i + 1);
    pattern.source = context_.sources.TextOf(span);
    pattern.node = compiled[i]->node;
    pattern.captures = std::move(compiled[i]->captures);
    pattern.span = span;
    Alternative alternative;
    alternative.pattern = static_cast<std::uint32_t>(context_.out.patterns.size());
    for (BoundName& name : compiled[i]->names) {
      const std::uint32_t slot = slots[name.name];
      if (slot == kNoIndex) continue;
      const lang::Type& wanted = rule_.bindings[slot].type;
      ExprPtr value = ValueOf(name);
      if (!(wanted == name.type)) {
        const auto convert = TextConversion(wanted);
        if (name.type.kind() != lang::TypeKind::kText || !convert) continue;  // a conflict, already reported
        value = convert(std::move(value));
      }
      alternative.stores.push_back({slot, std::move(value)});
    }
    context_.out.patterns.push_back(std::move(pattern));
    stage.alternatives.push_back(std::move(alternative));
  }
}

// The binding of a name of this stage: a new one, or a copy to be compared with the earlier one.
std::uint32_t RuleChecker::Bind(const std::string& name, const lang::Type& type, bool optional, Span span,
                                std::uint32_t stage_index) {
  std::uint32_t earlier = kNoIndex;
  for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
    if (!rule_.bindings[i].hidden && rule_.bindings[i].name == name) earlier = i;
  }
  Binding binding;
  binding.name = name;
  binding.type = type;
  binding.optional = optional;
  binding.span = span;
  binding.stage = stage_index;
  if (earlier != kNoIndex) {
    const Binding& known = rule_.bindings[earlier];
    if (Shares() && known.stage != stage_index &&
        (known.type == type || (type.kind() == lang::TypeKind::kText && TextConversion(known.type)))) {
      shared_[earlier].insert(stage_index);
      rule_.bindings[earlier].optional = rule_.bindings[earlier].optional || optional;
      return earlier;
    }
    if (known.stage == stage_index) {
      context_.sink.Report(diag::name_taken, span, name)
          .Label(known.span, "bound here")
          .Help("give the hole another name");
      Fail();
      return kNoIndex;
    }
    if (type.kind() == lang::TypeKind::kText && TextConversion(known.type)) {
      binding.type = known.type;  // an untyped hole takes the type that the name has
    } else if (!(known.type == type)) {
      context_.sink.Report(diag::type_conflict, span, name, TypeName(type), TypeName(known.type))
          .Label(known.span, "bound as " + TypeName(known.type) + " here")
          .Help(
              "a name that stands in two stages means the same value; give both the same type, or two names");
      Fail();
      return kNoIndex;
    }
    binding.hidden = true;
    rule_.bindings.push_back(std::move(binding));
    const auto copy = static_cast<std::uint32_t>(rule_.bindings.size() - 1);
    joined_[earlier] = copy;
    copies_.insert(copy);
    return copy;
  }
  rule_.bindings.push_back(std::move(binding));
  const auto slot = static_cast<std::uint32_t>(rule_.bindings.size() - 1);
  named_holes_.insert(slot);
  return slot;
}

void RuleChecker::CheckNamedSource(const ast::StageClause& clause, const ast::StageSource& source,
                                   Stage& stage) {
  Symbol* symbol = context_.names.Find(file_, *source.name);
  const std::string name = source.name->Text();
  if (symbol == nullptr) {
    if (context_.names.ModuleIsBroken(file_, *source.name)) return Fail();
    if (name == "not") {
      context_.sink.Report(diag::unknown_source, source.span, name)
          .Help("what must not be there is a `without`: `without where … within 5m`");
      return;
    }
    if (const std::string module = context_.names.ModuleToUse(*source.name); !module.empty()) {
      context_.sink.Report(diag::unknown_source, source.span, name)
          .Help("write `use " + module + "` at the head of the file");
      return;
    }
    HelpWithNearest(context_.sink.Report(diag::unknown_source, source.span, name), source.span, name,
                    context_.names.Visible(file_, kSources));
    return;
  }
  switch (symbol->kind) {
    case SymbolKind::kPattern:
      context_.sink.Report(diag::wrong_kind, source.span, name, "a pattern", "an event, a rule or a format")
          .Help("write `match " + name + "`");
      return;
    case SymbolKind::kWrapper:
      context_.sink.Report(diag::wrong_kind, source.span, name, "a wrapper", "an event, a rule or a format")
          .Help("wrappers are found by themselves; read the text inside with `match \"…\"`");
      return;
    case SymbolKind::kFormat: {
      if (symbol->index == kNoIndex) return Fail();
      stage.input = StageInput::kFormat;
      stage.format = symbol->index;
      stage.alternatives.emplace_back();
      if (!context_.out.formats[symbol->index].ok) Fail();
      LoadFields(clause, context_.out.formats[symbol->index].bindings,
                 stage.alias.empty() ? "" : stage.alias + ".", stage);
      return;
    }
    case SymbolKind::kPart:
      context_.sink.Report(diag::wrong_kind, source.span, name, "a part", "an event, a rule or a format")
          .Help("write `match block { … " + name + " … }`, with the line that it begins with");
      return;
    case SymbolKind::kTable:
    case SymbolKind::kParam:
      context_.sink
          .Report(diag::wrong_kind, source.span, name, SymbolKindName(symbol->kind),
                  "an event, a rule or a format")
          .Help("it is a value: name it in a `where`");
      return;
    case SymbolKind::kGraph:
      context_.sink.Report(diag::wrong_kind, source.span, name, "a graph", "an event, a rule or a format")
          .Help("ask it: `reaches(" + name + ", a, b)`, `path(" + name + ", a, b)`, `cycles(" + name + ")`");
      return;
    case SymbolKind::kRule:
    case SymbolKind::kEvent:
    case SymbolKind::kScope: {
      if (symbol->index == kNoIndex) return Fail();  // in a circle, reported
      const Rule& rule = context_.out.rules[symbol->index];
      if (!rule.ok) Fail();
      if (rule.status == RuleStatus::kDeprecated && context_.options.lints) {
        context_.lints.Report(diag::reads_deprecated, source.span, name,
                              rule.deprecated.empty() ? "no reason given" : rule.deprecated);
      }
      stage.input = StageInput::kRule;
      stage.rule = symbol->index;
      stage.alternatives.emplace_back();
      std::string prefix;
      if (!stage.alias.empty()) {
        prefix = stage.alias + ".";
      } else if (clause.stage != ast::StageKind::kFrom && clause.stage != ast::StageKind::kEntry &&
                 clause.stage != ast::StageKind::kEdge) {
        prefix = symbol->decl->name.text + ".";
      }
      LoadFields(clause, rule.bindings, prefix, stage);
      return;
    }
  }
}

void RuleChecker::LoadFields(const ast::StageClause& clause, const std::vector<Binding>& fields,
                             const std::string& prefix, Stage& stage) {
  const auto stage_index = static_cast<std::uint32_t>(rule_.stages.size());
  prefixes_[stage_index] = prefix;
  const bool keep_all = clause.stage == ast::StageKind::kFrom && stage.input == StageInput::kRule &&
                        prefix.empty() && !from_is_base_;
  const auto taken = [&](const std::string& name) {
    return std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& binding) {
      return !binding.hidden && binding.name == name && binding.stage != stage_index;
    });
  };
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const Binding& field = fields[i];
    if (field.hidden) continue;
    const std::size_t before = joined_.size();
    // Two records of one format do not have to be equal: what a later one without a name of its own has is
    // known in its own conditions only.
    const bool own = prefix.empty() && stage_index > 0 && taken(field.name) && !Shares();
    if (own) {
      const std::uint32_t slot = AddBinding(field.name, field.type, clause.span, stage_index);
      rule_.bindings[slot].optional = field.optional;
      own_names_.insert(slot);
      loaded_.insert(slot);
      ExprPtr input = MakeExpr(ExprKind::kInput, field.type, clause.span);
      input->index = i;
      stage.load.push_back({slot, std::move(input)});
      continue;
    }
    const std::uint32_t slot =
        Bind(prefix + field.name, field.type, field.optional, clause.span, stage_index);
    if (slot == kNoIndex) continue;
    named_holes_.erase(slot);
    if (!keep_all && joined_.size() == before) loaded_.insert(slot);
    ExprPtr input = MakeExpr(ExprKind::kInput, field.type, clause.span);
    input->index = i;
    stage.load.push_back({slot, std::move(input)});
  }
}

// A hidden binding of a stage, whatever else is called so.
std::uint32_t RuleChecker::AddBinding(std::string name, lang::Type type, Span span,
                                      std::uint32_t stage_index) {
  Binding binding;
  binding.name = std::move(name);
  binding.type = std::move(type);
  binding.hidden = true;
  binding.span = span;
  binding.stage = stage_index;
  rule_.bindings.push_back(std::move(binding));
  return static_cast<std::uint32_t>(rule_.bindings.size() - 1);
}

// Entries of a score, stages of a scope and edges of a graph are alternatives of one another: a name that
// several of them bind is one name.
bool RuleChecker::Shares() const {
  return decl_.form == ast::RuleForm::kScore || decl_.form == ast::RuleForm::kScope ||
         decl_.form == ast::RuleForm::kGraph;
}

}  // namespace faultline::sema
