// Names that the rule around an expression gives a meaning: fields of a stage's own event, of the scopes
// around it, the context of the run, the time since the match.
#include "frontend/sema/order.h"
#include "frontend/sema/rule_words.h"
#include "frontend/sema/rules.h"

#include <algorithm>
#include <array>
#include <utility>

namespace faultline::sema {

namespace {

// Names of the run's context that need no `context.` before them.
constexpr std::array<std::string_view, 14> kContextNames{
    "job",    "branch", "commit", "repository", "workflow", "pipeline", "stage",
    "runner", "actor",  "tag",    "event",      "build",    "attempt",  "pull_request"};

std::string Written(const std::vector<const ast::Name*>& parts, std::size_t first, std::size_t end) {
  std::string name;
  for (std::size_t i = first; i < end; ++i) name += (i == first ? "" : ".") + parts[i]->text;
  return name;
}

bool BindsAtEnter(const Rule& scope, std::uint32_t binding) {
  const auto binds = [&](const std::vector<Store>& stores) {
    return std::any_of(stores.begin(), stores.end(),
                       [&](const Store& store) { return store.binding == binding; });
  };
  return std::any_of(scope.stages.begin(), scope.stages.end(), [&](const Stage& stage) {
    if (stage.kind != StageKind::kEnter) return false;
    if (binds(stage.load)) return true;
    return std::any_of(stage.alternatives.begin(), stage.alternatives.end(),
                       [&](const Alternative& alternative) { return binds(alternative.stores); });
  });
}

}  // namespace

bool IsContextName(std::string_view name) {
  return std::find(kContextNames.begin(), kContextNames.end(), name) != kContextNames.end();
}

ExprPtr RuleChecker::CheckIn(const ast::Expr& expr, Place place, std::uint32_t stage, bool condition) {
  const Place outer_place = std::exchange(place_, place);
  const std::uint32_t outer_stage = std::exchange(current_stage_, stage);
  ExprPtr result = condition ? exprs_.CheckCondition(expr) : exprs_.Check(expr);
  place_ = outer_place;
  current_stage_ = outer_stage;
  return result;
}

bool RuleChecker::IsOwn(std::uint32_t binding, std::uint32_t stage) const {
  if (rule_.bindings[binding].stage == stage && !late_.contains(binding)) return true;
  const auto shared = shared_.find(binding);
  if (shared != shared_.end() && shared->second.contains(stage)) return true;
  const auto late = late_.find(binding);
  const bool join = stage < rule_.stages.size() && (rule_.stages[stage].kind == StageKind::kLatest ||
                                                    rule_.stages[stage].kind == StageKind::kNext);
  if (late != late_.end() && late->second >= 0 && join && !of_graphs_.contains(binding))
    return rule_.bindings[binding].stage == stage;
  return std::any_of(rule_.provided.begin(), rule_.provided.end(), [&](const Provided& provided) {
    return provided.binding == binding && provided.kind == ProvidedKind::kContext;
  });
}

// A name of the current stage's own event, with or without the stage's alias before it.
std::uint32_t RuleChecker::FindOwn(std::string_view name, bool copies) const {
  if (current_stage_ == kNoIndex || current_stage_ >= prefixes_.size()) return kNoIndex;
  const std::string with_prefix = prefixes_[current_stage_] + std::string(name);
  for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
    const Binding& binding = rule_.bindings[i];
    if (binding.name != name && binding.name != with_prefix) continue;
    if (!copies && copies_.contains(i)) continue;
    if (IsOwn(i, current_stage_)) return i;
  }
  return kNoIndex;
}

std::uint32_t RuleChecker::FindFirst(std::string_view name) {
  if (current_stage_ == kNoIndex) return kNoIndex;
  if (place_ == Place::kKey) return FindOwn(name, true);
  if (place_ != Place::kStage) return kNoIndex;
  // Records of one format have the same names, so the nearest is meant; names of templates go by the rule.
  const bool record = current_stage_ < stage_clauses_.size() && stage_clauses_[current_stage_] != nullptr &&
                      stage_clauses_[current_stage_]->alternatives.empty();
  if (!record && !prefixes_[current_stage_].empty()) return kNoIndex;
  return FindOwn(name, false);
}

bool RuleChecker::IsVisible(std::uint32_t binding) const {
  (void)binding;
  return place_ != Place::kKey;
}

std::uint32_t RuleChecker::FindLast(const std::vector<const ast::Name*>& parts, std::size_t count,
                                    Span span) {
  const std::string name = Written(parts, 0, count);
  if (place_ == Place::kStage) {
    if (const std::uint32_t own = FindOwn(name, false); own != kNoIndex) return own;
  }
  if (const std::uint32_t list = FindCollected(parts, count, span); list != kNoIndex) return list;
  if (const std::uint32_t passed = FindPassedOn(name); passed != kNoIndex) return passed;
  // A scope of this name that the file can see is meant rather than a field of any wrapper there is.
  const std::size_t errors = context_.sink.diagnostics().size();
  ast::Path path;
  for (std::size_t i = 0; i < count; ++i) path.parts.push_back(*parts[i]);
  path.span = span;
  if (const std::uint32_t found = FindOfScope(path, name, span); found != kNoIndex) return found;
  if (context_.sink.diagnostics().size() != errors) return kNoIndex;
  const bool context = count == 1 ? IsContextName(name) : count == 2 && parts[0]->text == "context";
  // Events and records of formats have their fields by declaration, and within a run the context is the same
  // for all of them: as a key, its bare name is a field that the author thought was there.
  const bool key = context && count == 1 && place_ == Place::kKey;
  if (key && !asks_history_ && HasDeclaredFields(current_stage_) && !OwnWrapperHas(name)) return kNoIndex;
  const std::vector<const ast::Name*> last{parts[count - 1]};
  const bool spelled_out = context && count == 2;
  const std::uint32_t around =
      spelled_out ? FindSurrounding(last, 1, span) : FindSurrounding(parts, count, span);
  if (around != kNoIndex && !(context && rule_.bindings[around].type.kind() == lang::TypeKind::kText))
    return around;
  if (context_.sink.diagnostics().size() != errors) return kNoIndex;
  if (in_argument_ > 0 && count > 1) {
    if (const std::uint32_t found = FindOfFeed(path); found != kNoIndex) return found;
  }
  if (context) {
    Provided provided;
    provided.kind = ProvidedKind::kContext;
    provided.name = parts[count - 1]->text;
    std::uint32_t found =
        Provide(std::move(provided), "context " + parts[count - 1]->text, lang::TypeKind::kText, span);
    rule_.bindings[found].optional = true;
    if (around != kNoIndex) found = OrElse(around, found, name);
    of_context_.insert(found);
    return found;
  }
  if (count == 1 && place_ == Place::kKey && (name == "run" || name == "source")) return WholeOf(name, span);
  if (count != 1 || place_ == Place::kKey || rule_.stages.empty()) return kNoIndex;
  if (name == "total" || name == "hits") {
    if (decl_.form != ast::RuleForm::kScore) return kNoIndex;
    ExprPtr value = CheckScoreName(name, nullptr, span);
    return value ? value->index : kNoIndex;
  }
  if (name != "elapsed" && name != "novel") return kNoIndex;
  Provided provided;
  provided.kind = name == "elapsed" ? ProvidedKind::kElapsed : ProvidedKind::kNovel;
  for (std::uint32_t i = 0; i < rule_.stages.size() && name == "elapsed"; ++i) {
    if (IsPositive(i)) provided.stage = i;
  }
  const lang::Type type = name == "elapsed" ? lang::TypeKind::kDuration : lang::TypeKind::kBool;
  const std::uint32_t found = Provide(std::move(provided), name, type, span);
  return found;
}

bool RuleChecker::HasDeclaredFields(std::uint32_t stage) const {
  return stage < rule_.stages.size() &&
         (rule_.stages[stage].input == StageInput::kRule || rule_.stages[stage].format != kNoIndex);
}

// Whether a wrapper of the rule's own module has the field: its author knows of it.
bool RuleChecker::OwnWrapperHas(const std::string& name) const {
  const std::vector<WrapperField> fields = FieldsOfWrappers(name);
  return std::any_of(fields.begin(), fields.end(), [&](const WrapperField& field) {
    return context_.out.wrappers[field.wrapper].name.starts_with(rule_.module + ".");
  });
}

// A text stage under `from FORMAT` reads any line, whatever stages without a text read.
bool RuleChecker::HelpUnknown(const std::string& name, Diagnostic& diagnostic) const {
  if (place_ != Place::kStage || base_ == nullptr || current_stage_ >= rule_.stages.size()) return false;
  if (HasDeclaredFields(current_stage_) || stage_clauses_[current_stage_] == nullptr) return false;
  if (base_->alternatives.size() != 1 || !base_->alternatives[0].name) return false;
  const Symbol* symbol = context_.names.Find(file_, *base_->alternatives[0].name);
  if (symbol == nullptr || symbol->kind != SymbolKind::kFormat || symbol->index == kNoIndex) return false;
  const std::vector<Binding>& fields = context_.out.formats[symbol->index].bindings;
  const bool has = std::any_of(fields.begin(), fields.end(),
                               [&](const Binding& field) { return !field.hidden && field.name == name; });
  if (!has) return false;
  const std::string word(Keyword(stage_clauses_[current_stage_]->stage));
  diagnostic.Help("a stage with a text reads any line; a record of `" + symbol->decl->name.text +
                  "` is read without one: `" + word + " where message contains \"…\" and " + name + " …`");
  return true;
}

// `each_host`, `f.each_host`: what the field was in each event that a repetition took, as a list.
std::uint32_t RuleChecker::FindCollected(const std::vector<const ast::Name*>& parts, std::size_t count,
                                         Span span) {
  constexpr std::string_view kWord = "each_";
  if (place_ == Place::kKey || !parts[count - 1]->text.starts_with(kWord)) return kNoIndex;
  const std::string prefix = count > 1 ? Written(parts, 0, count - 1) + "." : "";
  const std::string field = parts[count - 1]->text.substr(kWord.size());
  for (std::uint32_t stage = 0; stage < rule_.stages.size(); ++stage) {
    if (rule_.stages[stage].count < 2 || !IsPositive(stage) || prefixes_[stage] != prefix) continue;
    for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
      const Binding field_binding = rule_.bindings[i];
      if (field_binding.name != prefix + field || copies_.contains(i) || !IsOwn(i, stage)) continue;
      Provided provided;
      provided.kind = ProvidedKind::kCollected;
      provided.stage = stage;
      provided.field = i;
      const std::uint32_t list = Provide(std::move(provided), prefix + std::string(kWord) + field,
                                         lang::Type::List(field_binding.type), span);
      rule_.bindings[list].hidden = false;
      exprs_.MarkUsed(i);
      return list;
    }
  }
  return kNoIndex;
}

// `first`, or `second` where it is missing, under a name of its own.
std::uint32_t RuleChecker::OrElse(std::uint32_t first, std::uint32_t second, const std::string& name) {
  const Binding one = rule_.bindings[first];
  const std::string key = "else " + name + "@" + std::to_string(one.stage);
  if (const auto known = provided_.find(key); known != provided_.end()) return known->second;
  const std::uint32_t result = AddBinding(name, one.type, one.span, one.stage);
  rule_.bindings[result].optional = true;
  rule_.lets.push_back({result, MakeOperation(lang::Opcode::default_value, one.type, one.span,
                                              MakeBinding(first, one.type, one.span),
                                              MakeBinding(second, one.type, one.span))});
  provided_[key] = result;
  return result;
}

// `by run`: events of all streams and sources belong together; `by source`: those of one.
std::uint32_t RuleChecker::WholeOf(const std::string& name, Span span) {
  const std::string key = name + "@" + std::to_string(current_stage_);
  if (const auto known = provided_.find(key); known != provided_.end()) return known->second;
  const std::uint32_t result = AddBinding(name, lang::TypeKind::kText, span, current_stage_);
  rule_.lets.push_back(
      {result, name == "run" ? MakeText(context_, name, span) : MakeBuiltin(Builtin::kLogFile, span)});
  provided_[key] = result;
  return result;
}

bool RuleChecker::Knows(const std::string& name) const {
  if (IsContextName(name) || name == "elapsed" || name == "novel") return true;
  if (decl_.form == ast::RuleForm::kScore && (name == "total" || name == "hits")) return true;
  if (FindOwn(name, false) != kNoIndex) return true;
  ast::Path path;
  path.parts.push_back({name, {}});
  const Symbol* symbol = context_.names.Find(file_, path);
  if (symbol != nullptr && symbol->kind == SymbolKind::kScope) return true;
  return !FieldsOfWrappers(name).empty();
}

// A binding that the engine fills, one for each thing and stage.
std::uint32_t RuleChecker::Provide(Provided provided, const std::string& name, const lang::Type& type,
                                   Span span) {
  const std::string key = name + "@" + std::to_string(provided.stage);
  if (const auto known = provided_.find(key); known != provided_.end()) return known->second;
  provided.binding = AddBinding(name, type, span, provided.stage);
  if (provided.kind != ProvidedKind::kContext) late_[provided.binding] = -1;
  provided_[key] = provided.binding;
  rule_.provided.push_back(provided);
  return provided.binding;
}

// The rule, event, scope or graph behind a symbol, once it is checked. Null after a report: it reads what it
// is wanted for.
const Rule* RuleChecker::Checked(Symbol& symbol, Span span) {
  if (symbol.index != kNoIndex) return &context_.out.rules[symbol.index];
  const std::string circle = CircleBetween(context_.names, symbol, symbol_);
  if (!circle.empty()) {
    context_.sink.Report(diag::rule_cycle, span, decl_.name.text, circle)
        .Label("this closes the circle")
        .Label(decl_.name.span, "it begins here");
  }
  Fail();
  return nullptr;
}

// `test` is the current instance of scope `test`, `test.result` a field of it.
std::uint32_t RuleChecker::FindOfScope(const ast::Path& path, const std::string& written, Span span) {
  const std::uint32_t stage = place_ == Place::kKey ? current_stage_ : 0;
  Provided provided;
  provided.stage = stage;
  if (Symbol* symbol = context_.names.Find(file_, path);
      symbol != nullptr && symbol->kind == SymbolKind::kScope) {
    const Rule* scope = Checked(*symbol, span);
    if (scope == nullptr) return kNoIndex;
    if (place_ == Place::kKey) {
      provided.kind = ProvidedKind::kScopeInstance;
      provided.scope = symbol->index;
      const std::uint32_t found = Provide(std::move(provided), written, lang::TypeKind::kInt, span);
      rule_.bindings[found].optional = true;
      return found;
    }
    // A field of the scope that is called as the scope is: test.test.
    for (std::uint32_t i = 0; i < scope->bindings.size(); ++i) {
      if (scope->bindings[i].hidden || scope->bindings[i].name != path.parts.back().text) continue;
      provided.kind = ProvidedKind::kScopeField;
      provided.scope = symbol->index;
      provided.field = i;
      provided.at_close = !BindsAtEnter(*scope, i);
      const std::uint32_t found = Provide(std::move(provided), written, scope->bindings[i].type, span);
      rule_.bindings[found].optional = true;
      rule_.bindings[found].hidden = false;
      own_names_.insert(found);
      return found;
    }
    context_.sink.Report(diag::scope_as_value, span, written)
        .Help("name one of its fields: `" + written + ".FIELD`, or write it in `by` or `within`");
    return kNoIndex;
  }
  if (path.parts.size() < 2) return kNoIndex;
  ast::Path prefix;
  prefix.parts.assign(path.parts.begin(), path.parts.end() - 1);
  Symbol* symbol = context_.names.Find(file_, prefix);
  if (symbol == nullptr || symbol->kind != SymbolKind::kScope) return kNoIndex;
  const Rule* scope = Checked(*symbol, span);
  if (scope == nullptr) return kNoIndex;
  const std::string& name = path.parts.back().text;
  std::vector<std::string> known;
  for (std::uint32_t i = 0; i < scope->bindings.size(); ++i) {
    const Binding& field = scope->bindings[i];
    if (field.hidden) continue;
    known.push_back(field.name);
    if (field.name != name) continue;
    provided.kind = ProvidedKind::kScopeField;
    provided.scope = symbol->index;
    provided.field = i;
    provided.at_close = !BindsAtEnter(*scope, i);
    const std::uint32_t found = Provide(std::move(provided), written, field.type, span);
    // There may be no scope around the line, unless the key says so.
    const bool inside = std::any_of(rule_.provided.begin(), rule_.provided.end(), [&](const Provided& other) {
      return other.kind == ProvidedKind::kScopeInstance && other.scope == symbol->index;
    });
    rule_.bindings[found].optional = !inside || field.optional || !BindsAtEnter(*scope, i);
    rule_.bindings[found].hidden = false;
    return found;
  }
  if (scope->ok) {
    HelpWithNearest(context_.sink.Report(diag::unknown_field, path.parts.back().span,
                                         "scope `" + symbol->decl->name.text + "`", name),
                    path.parts.back().span, name, known);
  }
  Fail();
  return kNoIndex;
}

// `build_failed.took` in an aggregate: a field of the events of another rule.
std::uint32_t RuleChecker::FindOfFeed(const ast::Path& path) {
  ast::Path prefix;
  prefix.parts.assign(path.parts.begin(), path.parts.end() - 1);
  prefix.span = path.span;
  Symbol* symbol = context_.names.Find(file_, prefix);
  if (symbol == nullptr || (symbol->kind != SymbolKind::kRule && symbol->kind != SymbolKind::kEvent))
    return kNoIndex;
  const std::uint32_t feed = AddFeed(*symbol, path.span);
  if (feed == kNoIndex) return kNoIndex;
  const std::string name = symbol->decl->name.text + "." + path.parts.back().text;
  for (std::uint32_t i = 0; i < rule_.bindings.size(); ++i) {
    if (rule_.bindings[i].stage == feed && rule_.bindings[i].name == name) return i;
  }
  const std::uint32_t outer = std::exchange(current_stage_, feed);
  const std::uint32_t found = FindPassedOn(name);
  current_stage_ = outer;
  return found;
}

// What stands behind `within` or `over` as a name. Nothing after a report.
std::optional<std::uint32_t> RuleChecker::ScopeNamed(const ast::Path& path) {
  const std::string name = path.Text();
  if (Symbol* symbol = context_.names.Find(file_, path); symbol != nullptr) {
    if (symbol->kind == SymbolKind::kScope) {
      if (Checked(*symbol, path.span) == nullptr) return std::nullopt;
      return symbol->index;
    }
    context_.sink.Report(diag::wrong_kind, path.span, name, SymbolKindName(symbol->kind), "a scope");
    Fail();
    return std::nullopt;
  }
  if (name == "source") return kSourceScope;
  // The context is that of the run, so what is of one job is of one run.
  if (name == "run" || IsContextName(name)) return kRunScope;
  if (!context_.names.ModuleIsBroken(file_, path)) {
    std::vector<std::string> known = context_.names.Visible(file_, std::array{SymbolKind::kScope});
    known.insert(known.end(), {"source", "run", "job"});
    Diagnostic& diagnostic = context_.sink.Report(diag::unknown_scope, path.span, name);
    const std::vector<std::string_view> views(known.begin(), known.end());
    if (Nearest(name, views).empty()) {
      diagnostic.Help("write `scope " + name +
                      " { enter \"…\" … }`, or a window: `5m`, `20 lines`, `source`, `run`");
    } else {
      HelpWithNearest(diagnostic, path.span, name, known);
    }
  }
  Fail();
  return std::nullopt;
}

}  // namespace faultline::sema
