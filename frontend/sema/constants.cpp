// Parameters and tables: checked once, named as constants.
#include "frontend/sema/constants.h"

#include "frontend/sema/expressions.h"
#include "frontend/sema/holes.h"
#include "frontend/sema/settings.h"
#include "support/value/decimal.h"

#include <algorithm>
#include <set>
#include <utility>

namespace faultline::sema {

using lang::Type;
using lang::TypeKind;

namespace {

// A value that does not depend on the log. `-3` becomes one constant.
bool Fold(Expr& expr) {
  for (const ExprPtr& argument : expr.arguments) {
    if (!Fold(*argument)) return false;
  }
  if (expr.kind == ExprKind::kConstant || expr.kind == ExprKind::kMakeList) return true;
  if (expr.kind != ExprKind::kOperation || expr.arguments.size() != 1) return false;
  const Expr& operand = *expr.arguments[0];
  if (operand.kind != ExprKind::kConstant) return false;
  Value value = operand.constant;
  if (expr.opcode == lang::Opcode::neg_int || expr.opcode == lang::Opcode::neg_duration ||
      expr.opcode == lang::Opcode::neg_bytes) {
    if (value.integer == INT64_MIN) return false;
    value.integer = -value.integer;
  } else if (expr.opcode == lang::Opcode::neg_float) {
    value.real = -value.real;
  } else {
    return false;
  }
  expr.kind = ExprKind::kConstant;
  expr.constant = value;
  expr.arguments.clear();
  return true;
}

class ConstantChecker {
 public:
  ConstantChecker(Context& context, const FileScope& file, const std::string& owner)
      : context_(context), exprs_(context, file, nothing_, owner) {}

  // A constant; of `type` where that is given. Null after a report.
  ExprPtr Check(const ast::Expr& written, const Type* type, const std::string& what) {
    const std::size_t errors = context_.sink.error_count();
    ExprPtr value = type != nullptr ? exprs_.CheckAs(written, *type, what) : exprs_.Check(written);
    if (!value) {
      if (context_.sink.error_count() == errors && written.kind != ast::ExprKind::kError)
        NotConstant(written);
      return nullptr;
    }
    if (Fold(*value)) return value;
    NotConstant(written);
    return nullptr;
  }

 private:
  void NotConstant(const ast::Expr& written) {
    context_.sink.Report(diag::not_constant, written.span)
        .Help("write a number, a text, a duration, or a list of these");
  }

  Context& context_;
  const std::vector<Binding> nothing_;
  ExprChecker exprs_;
};

bool IsOrdered(const Type& type) {
  return type.kind() == TypeKind::kInt || type.kind() == TypeKind::kFloat ||
         type.kind() == TypeKind::kDuration || type.kind() == TypeKind::kBytes ||
         type.kind() == TypeKind::kTime || type.kind() == TypeKind::kLevel;
}

bool Less(const Expr& a, const Expr& b) {
  if (a.type.kind() == TypeKind::kFloat) return a.constant.real < b.constant.real;
  return a.constant.integer < b.constant.integer;
}

// A list without a type for its items has that of what stands in it.
bool IsBareList(const std::optional<NamedType>& type) {
  return type && type->type == Type::List(TypeKind::kAny);
}

class ParamChecker {
 public:
  ParamChecker(Context& context, const Symbol& symbol)
      : context_(context),
        symbol_(symbol),
        decl_(static_cast<const ast::ParamDecl&>(*symbol.decl)),
        what_("`" + decl_.name.text + "`") {}

  Param Check() {
    const std::size_t errors = context_.sink.error_count();
    param_.name = symbol_.QualifiedName();
    param_.module = symbol_.file->module->name;
    param_.doc = decl_.doc;
    param_.span = decl_.name.span;
    if (decl_.type) {
      type_ = ResolveType(context_, *decl_.type);
      if (!type_) return std::move(param_);
    }
    param_.value = Valued(*symbol_.file, decl_.value);
    if (param_.value) {
      param_.type = param_.value->type;
      param_.default_text = param_.value_text = context_.sources.TextOf(decl_.value->span);
    }
    CheckRange();
    if (const auto set = context_.settings.params.find(&symbol_);
        set != context_.settings.params.end() && param_.value) {
      Override(*set->second.file, *set->second.entry);
    }
    param_.ok = param_.value && context_.sink.error_count() == errors;
    return std::move(param_);
  }

 private:
  ExprPtr Valued(const FileScope& file, const ast::ExprPtr& written) {
    if (!written) return nullptr;
    const Type* wanted = type_ && !IsBareList(type_) ? &type_->type : nullptr;
    ExprPtr value = ConstantChecker(context_, file, param_.name).Check(*written, wanted, what_);
    if (value && IsBareList(type_) && value->type.kind() != TypeKind::kList) {
      context_.sink.Report(diag::wrong_type, written->span, what_, "a list", TypeName(value->type));
      return nullptr;
    }
    return value;
  }

  void CheckRange() {
    if (!decl_.low || !decl_.high || !param_.value) return;
    ConstantChecker checker(context_, *symbol_.file, param_.name);
    low_ = checker.Check(*decl_.low, &param_.type, what_);
    high_ = checker.Check(*decl_.high, &param_.type, what_);
    if (!low_ || !high_) return;
    const Span span = Join(decl_.low->span, decl_.high->span);
    if (!IsOrdered(param_.type)) {
      context_.sink.Report(diag::range_of_unordered, span, TypeName(param_.type));
      low_.reset();
      high_.reset();
      return;
    }
    param_.low_text = context_.sources.TextOf(decl_.low->span);
    param_.high_text = context_.sources.TextOf(decl_.high->span);
    if (Less(*high_, *low_)) {
      context_.sink.Report(diag::outside_of_range, span, param_.low_text, param_.low_text, param_.high_text)
          .Help("write the smaller end first");
      low_.reset();
      high_.reset();
      return;
    }
    InRange(*param_.value, decl_.value->span);
  }

  bool InRange(const Expr& value, Span span) {
    if (!low_ || (!Less(value, *low_) && !Less(*high_, value))) return true;
    context_.sink
        .Report(diag::outside_of_range, span, std::string(context_.sources.TextOf(span)), param_.low_text,
                param_.high_text)
        .Label(decl_.name.span, "declared here");
    return false;
  }

  void Override(const FileScope& file, const ast::OverrideEntry& entry) {
    type_ = NamedType{param_.type, ""};
    ExprPtr value = Valued(file, entry.value);
    if (!value || !InRange(*value, entry.value->span)) return;
    param_.value = std::move(value);
    param_.value_text = context_.sources.TextOf(entry.value->span);
    param_.set = entry.span;
    param_.overridden = true;
  }

  Context& context_;
  const Symbol& symbol_;
  const ast::ParamDecl& decl_;
  const std::string what_;
  Param param_;
  std::optional<NamedType> type_;
  ExprPtr low_, high_;
};

// ---------------------------------------------------------------- tables

class TableChecker {
 public:
  TableChecker(Context& context, const Symbol& symbol)
      : context_(context),
        symbol_(symbol),
        decl_(static_cast<const ast::TableDecl&>(*symbol.decl)),
        arena_(*context.out.arena) {}

  Table Check() {
    const std::size_t errors = context_.sink.error_count();
    table_.name = symbol_.QualifiedName();
    table_.doc = decl_.doc;
    table_.span = decl_.name.span;
    if (!Columns()) return std::move(table_);
    if (decl_.from) {
      table_.from = *decl_.from;
      FromFile();
      SayBad();
    } else {
      Rows();
    }
    table_.rows = rows_.size();
    const Type type = Type::List(Type::Record(fields_));
    Value* items = arena_.AllocateValues(rows_.size());
    std::copy(rows_.begin(), rows_.end(), items);
    table_.value =
        MakeConstant(Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(rows_.size())), type,
                     decl_.name.span);
    table_.ok = context_.sink.error_count() == errors;
    return std::move(table_);
  }

 private:
  bool Columns() {
    bool ok = true;
    std::set<std::string> names;
    for (const ast::TableColumn& column : decl_.columns) {
      if (!names.insert(column.name.text).second) {
        context_.sink.Report(diag::field_declared_twice, column.name.span, column.name.text)
            .Label("again here");
        ok = false;
      }
      lang::RecordField field;
      field.name = column.name.text;
      field.type = TypeKind::kText;
      if (column.type) {
        const std::optional<NamedType> type = ResolveType(context_, *column.type);
        ok = ok && type;
        if (type) field.type = type->type;
        if (type && !IsCell(type->type)) {
          context_.sink.Report(diag::bad_column_type, column.type->span, TypeName(type->type))
              .Help("a cell is one value: text, int, float, bool, duration, bytes, time, semver …");
          ok = false;
        }
      }
      fields_.push_back(std::move(field));
    }
    return ok;
  }

  static bool IsCell(const Type& type) {
    return type.kind() != TypeKind::kList && type.kind() != TypeKind::kRecord &&
           type.kind() != TypeKind::kMap && type.kind() != TypeKind::kAny;
  }

  void Add(const std::vector<Value>& cells) {
    Value* values = arena_.AllocateValues(cells.size());
    std::copy(cells.begin(), cells.end(), values);
    rows_.push_back(Value::Items(ValueKind::kRecord, values, static_cast<std::uint32_t>(cells.size())));
  }

  void Rows() {
    ConstantChecker checker(context_, *symbol_.file, table_.name);
    for (const std::vector<ast::ExprPtr>& row : decl_.rows) {
      std::vector<Value> cells;
      for (std::size_t i = 0; i < row.size() && i < fields_.size(); ++i) {
        const ExprPtr value = checker.Check(*row[i], &fields_[i].type, "column `" + fields_[i].name + "`");
        if (value) cells.push_back(value->constant);
      }
      if (cells.size() == fields_.size()) Add(cells);
    }
  }

  // The first is said as the error, a few more as its notes: they stand at one place of the rules.
  void Bad(std::int64_t line, std::int64_t column, const std::string& what) {
    bad_.emplace_back(*decl_.from + ":" + std::to_string(line) + ":" + std::to_string(column), what);
  }

  void SayBad() {
    if (bad_.empty()) return;
    Diagnostic& diagnostic =
        context_.sink.Report(diag::bad_table, decl_.from_span, bad_[0].first, bad_[0].second);
    for (std::size_t i = 1; i < bad_.size() && i < 5; ++i) {
      diagnostic.Note(bad_[i].first + ": " + bad_[i].second);
    }
    if (bad_.size() > 5) diagnostic.Note("and " + std::to_string(bad_.size() - 5) + " more");
  }

  void FromFile() {
    std::string error = "no files are read here";
    std::optional<std::string> text;
    if (context_.options.read_file) text = context_.options.read_file(decl_.span.file, *decl_.from, &error);
    if (!text) {
      context_.sink.Report(diag::table_not_read, decl_.from_span, *decl_.from, error)
          .Help("the path is taken from the folder of the rule file");
      return;
    }
    CsvError wrong;
    const std::vector<std::vector<CsvCell>> csv = ParseCsv(*text, &wrong);
    if (!wrong.what.empty()) return Bad(wrong.line, wrong.column, wrong.what);
    if (csv.empty()) return Bad(1, 1, "the file is empty; its first line names the columns");
    // The first line names the columns, in any order; columns that the table does not name are passed over.
    std::vector<std::size_t> where;
    for (const lang::RecordField& field : fields_) {
      const auto found = std::find_if(csv[0].begin(), csv[0].end(),
                                      [&](const CsvCell& cell) { return cell.text == field.name; });
      if (found == csv[0].end()) {
        std::string names;
        for (const CsvCell& cell : csv[0]) names += (names.empty() ? "`" : ", `") + cell.text + "`";
        return Bad(csv[0][0].line, 1, "the first line names no column `" + field.name + "`, but " + names);
      }
      where.push_back(static_cast<std::size_t>(found - csv[0].begin()));
    }
    if (csv.size() - 1 > kMaxTableRows) {
      return Bad(csv[kMaxTableRows + 1][0].line, 1,
                 "a table has at most " + std::to_string(kMaxTableRows) + " rows");
    }
    for (std::size_t i = 1; i < csv.size(); ++i) {
      if (csv[i].size() != csv[0].size()) {
        Bad(csv[i][0].line, 1,
            "this row has " + std::to_string(csv[i].size()) + " cells, the first line has " +
                std::to_string(csv[0].size()));
        continue;
      }
      std::vector<Value> cells;
      for (std::size_t column = 0; column < fields_.size(); ++column) {
        const CsvCell& cell = csv[i][where[column]];
        const std::optional<Value> value = Cell(cell, fields_[column].type);
        if (value) {
          cells.push_back(*value);
          continue;
        }
        Bad(cell.line, cell.column, "`" + cell.text + "` is no " + TypeName(fields_[column].type));
        break;
      }
      if (cells.size() == fields_.size()) Add(cells);
    }
  }

  // An empty cell without quotes is a missing value, but for text.
  std::optional<Value> Cell(const CsvCell& cell, const Type& type) {
    if (cell.text.empty() && !cell.quoted && type.kind() != TypeKind::kText) return Value::Missing();
    switch (type.kind()) {
      case TypeKind::kBool:
        if (cell.text == "true") return Value::Bool(true);
        if (cell.text == "false") return Value::Bool(false);
        return std::nullopt;
      case TypeKind::kInt: {
        const auto number = ParseInt(cell.text);
        return number ? std::optional(Value::Int(*number)) : std::nullopt;
      }
      case TypeKind::kFloat: {
        const auto number = ParseFloat(cell.text);
        return number ? std::optional(Value::Float(*number)) : std::nullopt;
      }
      case TypeKind::kText:
      case TypeKind::kDuration:
      case TypeKind::kBytes:
      case TypeKind::kTime:
      case TypeKind::kSemver:
      case TypeKind::kGoVersion:
      case TypeKind::kIp:
      case TypeKind::kNetwork:
      case TypeKind::kUuid:
      case TypeKind::kLevel:
        return ParseLiteral(arena_, type, cell.text);
      case TypeKind::kError:
      case TypeKind::kList:
      case TypeKind::kRecord:
      case TypeKind::kMap:
      case TypeKind::kAny:
        return std::nullopt;
    }
    return std::nullopt;
  }

  Context& context_;
  const Symbol& symbol_;
  const ast::TableDecl& decl_;
  Arena& arena_;
  Table table_;
  std::vector<lang::RecordField> fields_;
  std::vector<Value> rows_;
  std::vector<std::pair<std::string, std::string>> bad_;  // place and what
};

}  // namespace

void CheckParams(Context& context) {
  for (Symbol* symbol : context.names.symbols()) {
    if (symbol->kind != SymbolKind::kParam) continue;
    Param param = ParamChecker(context, *symbol).Check();
    symbol->index = static_cast<std::uint32_t>(context.out.params.size());
    context.out.params.push_back(std::move(param));
  }
}

void CheckTables(Context& context) {
  for (Symbol* symbol : context.names.symbols()) {
    if (symbol->kind != SymbolKind::kTable) continue;
    Table table = TableChecker(context, *symbol).Check();
    symbol->index = static_cast<std::uint32_t>(context.out.tables.size());
    context.out.tables.push_back(std::move(table));
  }
}

bool NamesConstant(const Context& context, const FileScope& file, const ast::Path& path) {
  const Symbol* symbol = context.names.Find(file, path);
  return symbol != nullptr && (symbol->kind == SymbolKind::kParam || symbol->kind == SymbolKind::kTable);
}

ExprPtr ConstantNamed(const Context& context, const FileScope& file, const ast::Path& path) {
  const Symbol* symbol = context.names.Find(file, path);
  if (symbol == nullptr || symbol->index == kNoIndex) return nullptr;
  const Expr* value = nullptr;
  if (symbol->kind == SymbolKind::kParam) value = context.out.params[symbol->index].value.get();
  if (symbol->kind == SymbolKind::kTable) value = context.out.tables[symbol->index].value.get();
  if (value == nullptr) return nullptr;
  ExprPtr copy = Clone(*value);
  copy->span = path.span;
  return copy;
}

std::optional<double> NumberOf(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kInt)
    return static_cast<double>(static_cast<const ast::IntExpr&>(expr).value);
  if (expr.kind == ast::ExprKind::kFloat || expr.kind == ast::ExprKind::kPercent)
    return static_cast<const ast::FloatExpr&>(expr).value;
  if (expr.kind == ast::ExprKind::kUnary &&
      static_cast<const ast::UnaryExpr&>(expr).op == lang::Operator::kNegate) {
    const std::optional<double> value = NumberOf(*static_cast<const ast::UnaryExpr&>(expr).operand);
    if (value) return -*value;
  }
  return std::nullopt;
}

std::optional<ast::Path> PathOfExpr(const ast::Expr& expr) {
  ast::Path path;
  const ast::Expr* base = &expr;
  for (; base->kind == ast::ExprKind::kMember; base = static_cast<const ast::MemberExpr&>(*base).base.get()) {
    path.parts.push_back(static_cast<const ast::MemberExpr&>(*base).name);
  }
  if (base->kind != ast::ExprKind::kName) return std::nullopt;
  path.parts.push_back(static_cast<const ast::NameExpr&>(*base).name);
  std::reverse(path.parts.begin(), path.parts.end());
  path.span = expr.span;
  return path;
}

}  // namespace faultline::sema
