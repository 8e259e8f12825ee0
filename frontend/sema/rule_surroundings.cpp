// What surrounds a stage's record and is no part of its text: the fields of the wrappers that the line stood
// in, and, by the stage's alias, its time and its place in the log.
//
// Whoever names such a thing makes a binding of it, which the stage fills; what nobody names is not kept. A
// bare name speaks of the stage whose condition it stands in, else of the first, as `time` and `log.line` do.
// A stage that reads a rule takes the field from the first stage of that rule, where a hidden binding is
// added for it.
#include "frontend/sema/rules.h"

#include <algorithm>
#include <utility>

namespace faultline::sema {

namespace {

std::string Joined(const std::vector<const ast::Name*>& parts, std::size_t first, std::size_t end) {
  std::string name;
  for (std::size_t i = first; i < end; ++i) name += (i == first ? "" : ".") + parts[i]->text;
  return name;
}

std::uint32_t FindField(const Wrapper& wrapper, std::string_view name) {
  for (std::uint32_t i = 0; i < wrapper.bindings.size(); ++i) {
    if (!wrapper.bindings[i].hidden && wrapper.bindings[i].name == name) return i;
  }
  return kNoIndex;
}

// What `alias.NAME` calls of every record.
std::optional<Builtin> BuiltinOfRecord(std::string_view name) {
  if (name == "time") return Builtin::kTime;
  if (name == "line" || name == "log.line") return Builtin::kLogLine;
  if (name == "log.column") return Builtin::kLogColumn;
  if (name == "log.file") return Builtin::kLogFile;
  return std::nullopt;
}

// "buildkit" of "formats.buildkit".
std::string ShortName(const std::string& qualified) {
  return qualified.substr(qualified.rfind('.') + 1);
}

}  // namespace

std::uint32_t RuleChecker::FindSurrounding(const Parts& parts, std::size_t count, Span span) {
  if (rule_.stages.empty()) return kNoIndex;
  std::uint32_t stage = current_stage_ == kNoIndex ? 0 : current_stage_;
  std::size_t first = 0;
  for (std::uint32_t i = 0; i < rule_.stages.size() && count > 1; ++i) {
    if (rule_.stages[i].alias.empty() || rule_.stages[i].alias != parts[0]->text) continue;
    stage = i;
    first = 1;
  }
  // What is absent has no values: its names end with its clause.
  if (rule_.stages[stage].kind == StageKind::kWithout && stage != current_stage_) return kNoIndex;
  const std::string written = Joined(parts, 0, count);
  const std::pair<std::uint32_t, std::string> key(stage, written);
  if (const auto known = surroundings_.find(key); known != surroundings_.end()) {
    if (place_ == Place::kTest) tested_.insert(known->second.binding);
    return known->second.binding;
  }

  Binding binding;
  binding.name = written;
  binding.hidden = true;
  binding.stage = stage;
  binding.span = rule_.stages[stage].span;
  const std::string name = Joined(parts, first, count);
  if (const std::optional<Builtin> builtin = BuiltinOfRecord(name); builtin && first == 1) {
    binding.type = BuiltinType(*builtin);
    binding.optional = *builtin == Builtin::kTime && !HasTimeWindow();
    rule_.bindings.push_back(std::move(binding));
    const auto slot = static_cast<std::uint32_t>(rule_.bindings.size() - 1);
    rule_.stages[stage].load.push_back({slot, MakeBuiltin(*builtin, span)});
    surroundings_[key] = {slot, written, false};
    if (place_ == Place::kTest) tested_.insert(slot);
    return slot;
  }
  std::vector<WrapperField> fields = FieldsOfWrappers(name);
  if (!TypesAgree(name, fields, span)) return kNoIndex;
  if (fields.empty()) fields = FieldOfWrapper(parts, first, count);
  if (fields.empty()) return kNoIndex;
  const Binding& field = context_.out.wrappers[fields[0].wrapper].bindings[fields[0].field];
  binding.type = field.type;
  binding.optional = true;  // a source need not be wrapped
  binding.span = field.span;
  const std::uint32_t slot = AddWrapped(rule_, stage, std::move(binding), fields);
  surroundings_[key] = {slot, written, true};
  if (place_ == Place::kTest) tested_.insert(slot);
  return slot;
}

// The fields of this name of all wrappers that the file sees.
std::vector<WrapperField> RuleChecker::FieldsOfWrappers(const std::string& name) const {
  std::vector<WrapperField> fields;
  for (const Symbol* symbol : context_.names.VisibleSymbols(file_, SymbolKind::kWrapper)) {
    if (symbol->index == kNoIndex) continue;
    const std::uint32_t field = FindField(context_.out.wrappers[symbol->index], name);
    if (field != kNoIndex) fields.push_back({kNoIndex, symbol->index, field});
  }
  return fields;
}

// `WRAPPER.FIELD`.
std::vector<WrapperField> RuleChecker::FieldOfWrapper(const Parts& parts, std::size_t first,
                                                      std::size_t count) {
  for (std::size_t split = first + 1; split < count; ++split) {
    ast::Path path;
    for (std::size_t i = first; i < split; ++i) path.parts.push_back(*parts[i]);
    const Symbol* symbol = context_.names.Find(file_, path);
    if (symbol == nullptr || symbol->kind != SymbolKind::kWrapper || symbol->index == kNoIndex) continue;
    const Wrapper& wrapper = context_.out.wrappers[symbol->index];
    const std::string name = Joined(parts, split, count);
    const std::uint32_t field = FindField(wrapper, name);
    if (field != kNoIndex) return {{kNoIndex, symbol->index, field}};
    if (split + 1 < count || !wrapper.ok) continue;
    std::vector<std::string> known;
    for (const Binding& binding : wrapper.bindings) {
      if (!binding.hidden) known.push_back(binding.name);
    }
    const std::string what = "wrapper `" + symbol->decl->name.text + "`";
    HelpWithNearest(context_.sink.Report(diag::unknown_field, parts[split]->span, what, name),
                    parts[split]->span, name, known);
    return {};
  }
  return {};
}

bool RuleChecker::TypesAgree(const std::string& name, const std::vector<WrapperField>& fields, Span span) {
  const auto binding = [&](const WrapperField& field) -> const Binding& {
    return context_.out.wrappers[field.wrapper].bindings[field.field];
  };
  const bool agree = std::all_of(fields.begin(), fields.end(), [&](const WrapperField& field) {
    return binding(field).type == binding(fields[0]).type;
  });
  if (agree) return true;
  Diagnostic& diagnostic = context_.sink.Report(diag::ambiguous_field, span, name);
  std::string forms;
  for (const WrapperField& field : fields) {
    const std::string wrapper = ShortName(context_.out.wrappers[field.wrapper].name);
    forms += (forms.empty()              ? "write `"
              : &field == &fields.back() ? " or `"
                                         : ", `") +
             wrapper + "." + name + "` (" + TypeName(binding(field).type) + ")";
  }
  diagnostic.Help(forms);
  return false;
}

// A new binding of the rule that the stage fills. Rules are read in chains without circles, so this ends.
std::uint32_t RuleChecker::AddWrapped(Rule& rule, std::uint32_t stage_index, Binding binding,
                                      const std::vector<WrapperField>& fields) {
  const lang::Type type = binding.type;
  const Span span = rule.stages[stage_index].span;
  const auto slot = static_cast<std::uint32_t>(rule.bindings.size());
  rule.bindings.push_back(binding);
  if (rule.stages[stage_index].input != StageInput::kRule) {
    for (WrapperField field : fields) {
      field.binding = slot;
      rule.stages[stage_index].wrapped.push_back(field);
    }
    return slot;
  }
  Rule& read = context_.out.rules[rule.stages[stage_index].rule];
  if (read.stages.empty()) return slot;  // broken, and reported
  binding.stage = 0;
  ExprPtr input = MakeExpr(ExprKind::kInput, type, span);
  input->index = AddWrapped(read, 0, std::move(binding), fields);
  rule.stages[stage_index].load.push_back({slot, std::move(input)});
  return slot;
}

// What a test asks of a finding is a field of it.
void RuleChecker::ShowTested() {
  for (const std::uint32_t tested : tested_) {
    const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& other) {
      return !other.hidden && other.name == rule_.bindings[tested].name;
    });
    if (!taken) rule_.bindings[tested].hidden = false;
  }
}

// Fields of wrappers that the rule's clauses name are fields of its findings. Called before the tests are
// checked: what only a test names is none.
void RuleChecker::ShowSurroundings() {
  for (const auto& [key, surrounding] : surroundings_) {
    const std::uint32_t stage = key.first;
    const std::string& prefix = rule_.stages[stage].prefix;
    const bool aliased = !prefix.empty() && surrounding.written.starts_with(prefix);
    if (!surrounding.field || rule_.stages[stage].kind == StageKind::kWithout || (stage != 0 && !aliased))
      continue;
    const bool taken = std::any_of(rule_.bindings.begin(), rule_.bindings.end(), [&](const Binding& other) {
      return !other.hidden && other.name == surrounding.written;
    });
    if (!taken) rule_.bindings[surrounding.binding].hidden = false;
  }
}

}  // namespace faultline::sema
