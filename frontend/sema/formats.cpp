// Formats and wrappers: templates with holes, fields of structured records, what is computed from them.
#include "frontend/sema/formats.h"

#include "frontend/sema/blocks.h"
#include "frontend/sema/expressions.h"
#include "frontend/sema/field_paths.h"
#include "frontend/sema/holes.h"
#include "frontend/sema/templates.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace faultline::sema {

using lang::Type;
using lang::TypeKind;

namespace {

FormatKind KindOf(ast::FormatKind kind) {
  switch (kind) {
    case ast::FormatKind::kPlain:
      return FormatKind::kPlain;
    case ast::FormatKind::kJson:
      return FormatKind::kJson;
    case ast::FormatKind::kLogfmt:
      return FormatKind::kLogfmt;
    case ast::FormatKind::kLine:
      return FormatKind::kLine;
    case ast::FormatKind::kBlock:
      return FormatKind::kBlock;
  }
  return FormatKind::kPlain;
}

// What formats and wrappers have in common: templates, fields, bindings.
class RecordChecker {
 public:
  RecordChecker(Context& context, const Symbol& symbol, bool wrapper)
      : context_(context),
        file_(*symbol.file),
        name_(symbol.QualifiedName()),
        wrapper_(wrapper),
        exprs_(context, *symbol.file, bindings_, name_) {}

  void CheckLines(const std::vector<ast::ExprPtr>& lines);
  void CheckFields(const std::vector<ast::FieldDecl>& fields, bool structured);
  std::uint32_t FindBinding(std::string_view name) const;
  // The binding if it has this type.
  std::uint32_t FindTyped(std::string_view name, TypeKind kind) const;

  std::vector<Alternative> lines;
  std::vector<Field> fields;
  std::vector<Store> derived;
  std::vector<std::string> unwrapped_path;
  std::int64_t unwrapped = 0;
  std::uint32_t literal_bytes = 0;
  bool ok = true;

  void SetBindings(std::vector<Binding> bindings) { bindings_ = std::move(bindings); }
  std::vector<Binding> TakeBindings() { return std::move(bindings_); }

 private:
  void CheckSourced(const ast::FieldDecl& decl);
  void CheckDerived(const ast::FieldDecl& decl);
  ExprPtr Mapped(const ast::FieldDecl& decl, ExprPtr value, const Type* want);
  bool Declare(const ast::FieldDecl& decl);
  std::optional<NamedType> DeclaredType(const ast::FieldDecl& decl);

  Context& context_;
  const FileScope& file_;
  std::string name_;
  bool wrapper_;
  std::vector<Binding> bindings_;
  std::map<std::string, Span, std::less<>> declared_;
  ExprChecker exprs_;
};

std::uint32_t RecordChecker::FindBinding(std::string_view name) const {
  for (std::uint32_t i = 0; i < bindings_.size(); ++i) {
    if (!bindings_[i].hidden && bindings_[i].name == name) return i;
  }
  return kNoIndex;
}

std::uint32_t RecordChecker::FindTyped(std::string_view name, TypeKind kind) const {
  const std::uint32_t found = FindBinding(name);
  return found != kNoIndex && bindings_[found].type.kind() == kind ? found : kNoIndex;
}

// ---------------------------------------------------------------- templates

void RecordChecker::CheckLines(const std::vector<ast::ExprPtr>& templates) {
  std::vector<CompiledPattern> compiled;
  std::map<std::string, std::size_t> bound;  // name -> in how many templates it is certain
  for (const ast::ExprPtr& line : templates) {
    TemplateOptions options;
    options.record_names = true;
    options.unwrapped = wrapper_;
    std::optional<CompiledPattern> pattern = PatternCompiler(context_, file_, options).Compile(*line);
    if (!pattern) {
      ok = false;
      continue;
    }
    if (wrapper_ && pattern->unwrapped != 1) {
      context_.sink.Report(diag::unwrapped_count, line->span, static_cast<std::int64_t>(pattern->unwrapped))
          .Help("end the template with `{:unwrapped}`, the text that rules see");
      ok = false;
    }
    const std::uint32_t bytes = pattern->literal_bytes;
    literal_bytes = compiled.empty() ? bytes : std::min(literal_bytes, bytes);
    for (const BoundName& name : pattern->names) {
      if (!name.optional) ++bound[name.name];
    }
    compiled.push_back(std::move(*pattern));
  }
  for (std::size_t i = 0; i < compiled.size(); ++i) {
    Alternative alternative;
    for (BoundName& name : compiled[i].names) {
      std::uint32_t slot = FindBinding(name.name);
      if (slot == kNoIndex) {
        Binding binding;
        binding.name = name.name;
        binding.type = name.type;
        binding.optional = bound[name.name] < compiled.size();
        binding.span = name.span;
        bindings_.push_back(std::move(binding));
        slot = static_cast<std::uint32_t>(bindings_.size() - 1);
      } else if (!(bindings_[slot].type == name.type)) {
        context_.sink
            .Report(diag::type_conflict, name.span, name.name, TypeName(name.type),
                    TypeName(bindings_[slot].type))
            .Label(bindings_[slot].span, "bound as " + TypeName(bindings_[slot].type) + " here");
        ok = false;
        continue;
      }
      alternative.stores.push_back({slot, ValueOf(name)});
    }
    Pattern pattern;
    pattern.name = name_ + "#" + std::to_string(i + 1);
    pattern.span = templates[i]->span;
    pattern.source = context_.sources.TextOf(pattern.span);
    pattern.node = compiled[i].node;
    pattern.captures = std::move(compiled[i].captures);
    alternative.pattern = static_cast<std::uint32_t>(context_.out.patterns.size());
    context_.out.patterns.push_back(std::move(pattern));
    lines.push_back(std::move(alternative));
  }
}

// ---------------------------------------------------------------- fields

bool RecordChecker::Declare(const ast::FieldDecl& decl) {
  if (decl.name.text.empty()) return false;
  auto [found, added] = declared_.try_emplace(decl.name.text, decl.name.span);
  if (added) return true;
  context_.sink.Report(diag::field_declared_twice, decl.name.span, decl.name.text)
      .Label("again here")
      .Label(found->second, "first declared here");
  ok = false;
  return false;
}

std::optional<NamedType> RecordChecker::DeclaredType(const ast::FieldDecl& decl) {
  if (decl.type) {
    std::optional<NamedType> type = ResolveType(context_, *decl.type);
    ok = ok && type;
    return type;
  }
  if (decl.others) return NamedType{TypeKind::kMap, ""};
  if (decl.name.text == "time") return NamedType{TypeKind::kTime, ""};
  if (decl.name.text == "level") return NamedType{TypeKind::kLevel, ""};
  if (decl.name.text == "message" || decl.name.text == "msg") return NamedType{TypeKind::kText, ""};
  return NamedType{TypeKind::kAny, ""};
}

void RecordChecker::CheckFields(const std::vector<ast::FieldDecl>& decls, bool structured) {
  // Those that stand in the record first: the others may be computed from them, whatever their order.
  for (const ast::FieldDecl& decl : decls) {
    if (decl.value == nullptr && structured) CheckSourced(decl);
  }
  for (const ast::FieldDecl& decl : decls) {
    if (decl.value != nullptr || !structured) CheckDerived(decl);
  }
}

// A key of JSON or logfmt.
void RecordChecker::CheckSourced(const ast::FieldDecl& decl) {
  if (!Declare(decl)) return;
  std::vector<std::string> path{decl.name.text};
  if (decl.source) {
    std::optional<std::vector<std::string>> parsed = ParseFieldPath(*decl.source);
    if (!parsed) {
      context_.sink.Report(diag::bad_path, decl.source_span, *decl.source)
          .Help("write `a.b` for a field inside another, `'a.b'` for a key with a dot");
      ok = false;
      return;
    }
    path = std::move(*parsed);
  }
  if (wrapper_ && decl.type && decl.type->name.Text() == "unwrapped") {
    ++unwrapped;
    unwrapped_path = std::move(path);
    return;
  }
  std::optional<NamedType> type = DeclaredType(decl);
  if (!type) return;
  Binding binding;
  binding.name = decl.name.text;
  binding.type = type->type;
  binding.optional = decl.optional;
  binding.span = decl.name.span;
  const auto slot = static_cast<std::uint32_t>(bindings_.size());
  Field field;
  field.name = decl.name.text;
  field.optional = decl.optional;
  field.others = decl.others;
  field.binding = slot;
  if (!decl.others) field.path = std::move(path);
  // The decoder hands the value over as text where a conversion follows.
  ExprPtr raw = MakeBinding(slot, TypeKind::kText, decl.span);
  if (!decl.map.empty()) {
    field.convert = Mapped(decl, std::move(raw),
                           decl.type || type->type.kind() != TypeKind::kAny ? &type->type : nullptr);
    if (field.convert) binding.type = field.convert->type;
    ok = ok && field.convert;
  } else if (!type->unit.empty()) {
    const lang::Operator op = type->type.kind() == TypeKind::kDuration ? lang::Operator::kToDurationUnit
                              : type->type.kind() == TypeKind::kTime   ? lang::Operator::kToTimeUnit
                                                                       : lang::Operator::kToBytesUnit;
    const lang::Resolution resolution = lang::ResolveOverload(op, {TypeKind::kText, TypeKind::kText});
    if (resolution.overload != nullptr) {
      field.convert = MakeOperation(resolution.overload->opcode, type->type, decl.span, std::move(raw),
                                    MakeText(context_, type->unit, decl.span));
    }
  } else {
    switch (type->type.kind()) {
      case TypeKind::kDuration:
      case TypeKind::kBytes:
      case TypeKind::kTime:
      case TypeKind::kSemver:
      case TypeKind::kGoVersion:
      case TypeKind::kIp:
      case TypeKind::kNetwork:
      case TypeKind::kUuid:
        if (auto convert = TextConversion(type->type)) field.convert = convert(std::move(raw));
        break;
      case TypeKind::kError:
      case TypeKind::kBool:
      case TypeKind::kInt:
      case TypeKind::kFloat:
      case TypeKind::kText:
      case TypeKind::kLevel:
      case TypeKind::kList:
      case TypeKind::kRecord:
      case TypeKind::kMap:
      case TypeKind::kAny:
        break;  // the decoder knows these
    }
  }
  field.type = binding.type;
  // A key that has to be there says as much of a line as literal text does.
  if (!decl.optional && !decl.others) {
    for (const std::string& part : field.path) literal_bytes += static_cast<std::uint32_t>(part.size()) + 3;
  }
  bindings_.push_back(std::move(binding));
  fields.push_back(std::move(field));
}

// name = expression, or `name: TYPE` over a hole of the template.
void RecordChecker::CheckDerived(const ast::FieldDecl& decl) {
  if (!Declare(decl)) return;
  const std::uint32_t hole = FindBinding(decl.name.text);
  ExprPtr value;
  std::optional<NamedType> type;
  if (decl.type) type = ResolveType(context_, *decl.type);
  if (decl.type && !type) {
    ok = false;
    return;
  }
  const Type level = TypeKind::kLevel;
  const Type* want = type ? &type->type : decl.name.text == "level" ? &level : nullptr;
  if (decl.value != nullptr) {
    value = exprs_.Check(*decl.value, decl.map.empty() ? want : nullptr);
  } else if (hole != kNoIndex) {
    value = MakeBinding(hole, bindings_[hole].type, decl.name.span);
  } else {
    std::vector<std::string> known;
    for (const Binding& binding : bindings_) known.push_back(binding.name);
    HelpWithNearest(context_.sink.Report(diag::field_without_source, decl.name.span, decl.name.text)
                        .Help("write `" + decl.name.text + " = …` to compute it"),
                    decl.name.span, decl.name.text, known);
  }
  if (value && !decl.map.empty()) value = Mapped(decl, std::move(value), want);
  if (value && type && !(value->type == type->type)) {
    const std::string found = TypeName(value->type);
    auto convert = value->type.kind() == TypeKind::kText ? TextConversion(type->type)
                                                         : std::function<ExprPtr(ExprPtr)>();
    if (!type->unit.empty()) {
      const lang::Operator op = type->type.kind() == TypeKind::kDuration ? lang::Operator::kToDurationUnit
                                : type->type.kind() == TypeKind::kTime   ? lang::Operator::kToTimeUnit
                                                                         : lang::Operator::kToBytesUnit;
      const lang::Resolution resolution = lang::ResolveOverload(op, {value->type, TypeKind::kText});
      if (resolution.overload != nullptr) {
        value = MakeOperation(resolution.overload->opcode, type->type, decl.span, std::move(value),
                              MakeText(context_, type->unit, decl.span));
      }
    } else if (convert) {
      value = convert(std::move(value));
    }
    if (!(value->type == type->type)) {
      context_.sink.Report(diag::wrong_field_type, decl.name.span, decl.name.text, TypeName(type->type),
                           found);
      value = nullptr;
    }
  }
  const TypeKind needed = decl.name.text == "time" ? TypeKind::kTime : TypeKind::kLevel;
  if (value && (decl.name.text == "time" || decl.name.text == "level") && value->type.kind() != needed) {
    context_.sink
        .Report(diag::wrong_field_type, decl.name.span, decl.name.text, TypeName(needed),
                TypeName(value->type))
        .Help(needed == TypeKind::kTime ? "write `time = parse_time(text, \"%H:%M:%S\")`"
                                        : "write `level = level map { I: info, W: warning }`");
    value = nullptr;
  }
  if (!value) {
    ok = false;
    return;
  }
  // The hole that it is computed from keeps its slot, out of sight.
  if (hole != kNoIndex) bindings_[hole].hidden = true;
  Binding binding;
  binding.name = decl.name.text;
  binding.type = value->type;
  binding.optional = MayMiss(*value, bindings_, {});
  binding.span = decl.name.span;
  bindings_.push_back(std::move(binding));
  derived.push_back({static_cast<std::uint32_t>(bindings_.size() - 1), std::move(value)});
}

// value map { key: result, … }: the result of the key that the value equals; missing if it is none of them.
ExprPtr RecordChecker::Mapped(const ast::FieldDecl& decl, ExprPtr value, const Type* want) {
  if (value->type.kind() != TypeKind::kText) {
    value = MakeOperation(lang::Opcode::to_text, TypeKind::kText, value->span, std::move(value));
  }
  std::vector<ExprPtr> results;
  Type type = want != nullptr ? *want : Type();
  const Type level = TypeKind::kLevel;
  for (const ast::MapEntry& entry : decl.map) {
    const bool first = results.empty() && want == nullptr;
    // A bare name is a level: there are no other names that a map could mean.
    const bool bare = entry.value->kind == ast::ExprKind::kName;
    ExprPtr result = exprs_.Check(*entry.value, !first ? &type : bare ? &level : nullptr);
    if (!result) return nullptr;
    if (first) type = result->type;
    if (!(result->type == type)) {
      context_.sink.Report(diag::bad_map_value, entry.value->span, TypeName(type), TypeName(result->type));
      return nullptr;
    }
    results.push_back(std::move(result));
  }
  std::vector<ExprPtr> choices;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Span span = decl.map[i].key_span;
    ExprPtr equal = MakeOperation(lang::Opcode::eq_text, TypeKind::kBool, span, Clone(*value),
                                  MakeText(context_, decl.map[i].key, span));
    choices.push_back(MakeOperation(lang::Opcode::select, type, span, std::move(equal), std::move(results[i]),
                                    MakeConstant(Value::Missing(), type, span)));
  }
  return MakeBalanced(lang::Opcode::default_value, type, decl.span, std::move(choices));
}

}  // namespace

Format CheckFormat(Context& context, const Symbol& symbol) {
  const auto& decl = static_cast<const ast::FormatDecl&>(*symbol.decl);
  const std::size_t errors = context.sink.error_count();
  const bool broken = context.IsBroken(decl.span);
  Format format;
  format.name = symbol.QualifiedName();
  format.kind = KindOf(decl.format);
  format.span = decl.name.span;
  format.missing_text = decl.missing_text;
  if (decl.each) {
    std::optional<std::vector<std::string>> path = ParseFieldPath(*decl.each);
    if (path) {
      format.each = std::move(*path);
    } else {
      context.sink.Report(diag::bad_path, decl.each_span, *decl.each)
          .Help("write the way to the list: `json each \"spans[]\"`");
    }
  }
  RecordChecker checker(context, symbol, false);
  if (decl.format == ast::FormatKind::kLine) {
    checker.CheckLines(decl.lines);
  }
  if (decl.format == ast::FormatKind::kBlock && (!broken || !decl.parts.empty())) {
    CheckedBlock block =
        CheckBlock(context, *symbol.file, format.name, decl.parts, decl.block_by, decl.name.span);
    checker.ok = block.ok;
    checker.literal_bytes = block.literal_bytes;
    checker.SetBindings(std::move(block.bindings));
    format.parts = std::move(block.parts);
    format.block_by = std::move(block.by);
    format.truncated = block.truncated;
    if (decl.limit) format.limit_lines = *decl.limit;
  }
  checker.CheckFields(decl.fields,
                      decl.format == ast::FormatKind::kJson || decl.format == ast::FormatKind::kLogfmt);
  format.ok = checker.ok && !broken && context.sink.error_count() == errors;
  format.message = checker.FindTyped("message", TypeKind::kText);
  if (format.message == kNoIndex) format.message = checker.FindTyped("msg", TypeKind::kText);
  format.time = checker.FindTyped("time", TypeKind::kTime);
  format.level = checker.FindTyped("level", TypeKind::kLevel);
  format.lines = std::move(checker.lines);
  format.fields = std::move(checker.fields);
  format.derived = std::move(checker.derived);
  format.literal_bytes = checker.literal_bytes;
  format.bindings = checker.TakeBindings();
  return format;
}

Wrapper CheckWrapper(Context& context, const Symbol& symbol) {
  const auto& decl = static_cast<const ast::WrapperDecl&>(*symbol.decl);
  const std::size_t errors = context.sink.error_count();
  const bool broken = context.IsBroken(decl.span);
  Wrapper wrapper;
  wrapper.name = symbol.QualifiedName();
  wrapper.kind = KindOf(decl.format);
  wrapper.span = decl.name.span;
  RecordChecker checker(context, symbol, true);
  if (decl.format == ast::FormatKind::kLine) {
    checker.CheckLines(decl.lines);
    checker.CheckFields(decl.fields, false);
  } else {
    checker.CheckFields(decl.fields, true);
    if (checker.unwrapped != 1 && !broken) {
      context.sink.Report(diag::unwrapped_count, decl.name.span, checker.unwrapped)
          .Help("write `text: unwrapped from \"log\"` for the field that holds the line");
    }
  }
  for (const ast::ExprPtr& detect : decl.detect) {
    TemplateOptions options;
    options.binds = false;
    std::optional<CompiledPattern> compiled =
        PatternCompiler(context, *symbol.file, options).Compile(*detect);
    if (!compiled) continue;
    Pattern pattern;
    pattern.name = wrapper.name + ".detect";
    if (!wrapper.detect.empty()) pattern.name += "." + std::to_string(wrapper.detect.size() + 1);
    pattern.span = detect->span;
    pattern.source = context.sources.TextOf(detect->span);
    pattern.node = compiled->node;
    pattern.captures = std::move(compiled->captures);
    wrapper.detect.push_back(static_cast<std::uint32_t>(context.out.patterns.size()));
    context.out.patterns.push_back(std::move(pattern));
  }
  if (decl.inside) {
    const Symbol* outer = context.names.Find(*symbol.file, *decl.inside);
    if (outer == nullptr) {
      if (!context.names.ModuleIsBroken(*symbol.file, *decl.inside)) {
        HelpWithNearest(context.sink.Report(diag::unknown_name, decl.inside->span, decl.inside->Text()),
                        decl.inside->span, decl.inside->Text(),
                        context.names.Visible(*symbol.file, std::array{SymbolKind::kWrapper}));
      }
    } else if (outer->kind != SymbolKind::kWrapper) {
      context.sink.Report(diag::wrong_kind, decl.inside->span, decl.inside->Text(),
                          SymbolKindName(outer->kind), "a wrapper");
    } else {
      wrapper.inside = outer->QualifiedName();
    }
  }
  std::vector<std::string> known;
  wrapper.time = checker.FindTyped("time", TypeKind::kTime);
  wrapper.lines = std::move(checker.lines);
  wrapper.fields = std::move(checker.fields);
  wrapper.unwrapped_path = std::move(checker.unwrapped_path);
  for (const ast::Name& name : decl.stream_by) {
    const std::uint32_t binding = checker.FindBinding(name.text);
    if (binding != kNoIndex)
      wrapper.stream_by.push_back(binding);
    else
      known.push_back(name.text);
  }
  wrapper.bindings = checker.TakeBindings();
  std::vector<std::string> fields;
  for (const Binding& binding : wrapper.bindings) {
    if (!binding.hidden) fields.push_back(binding.name);
  }
  for (const ast::Name& name : decl.stream_by) {
    if (!checker.ok || broken || std::find(known.begin(), known.end(), name.text) == known.end()) continue;
    HelpWithNearest(
        context.sink.Report(diag::unknown_field, name.span, "wrapper `" + decl.name.text + "`", name.text),
        name.span, name.text, fields);
  }
  wrapper.ok = checker.ok && !broken && context.sink.error_count() == errors;
  return wrapper;
}

}  // namespace faultline::sema
