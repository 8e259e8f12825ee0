// The tables of lang.h, made once from the .def files.
//
// Signatures are parsed when the tables are made. A row that cannot be parsed is a mistake of whoever wrote
// it, which the unit test of this folder reports; look-ups then never find it.
#include "support/lang/lang.h"

#include <algorithm>
#include <map>
#include <string>

namespace faultline::lang {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

TypePattern ParsePattern(std::string_view text) {
  text = Trim(text);
  if (text == "T") return {TypePattern::Kind::kVariable, {}};
  if (text == "list<T>") return {TypePattern::Kind::kListOfVariable, {}};
  return {TypePattern::Kind::kType, Type::Parse(text).value_or(Type())};
}

// "int(int, list<T>)": no type in a signature holds a comma.
void ParseSignature(OverloadRow& row) {
  const std::string_view text = row.signature;
  const std::size_t open = text.find('(');
  row.result = ParsePattern(text.substr(0, open));
  if (open == std::string_view::npos || text.back() != ')') return;
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    row.parameters.push_back(ParsePattern(rest.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<OperatorRow> MakeOperators() {
  constexpr auto kInfix = OperatorForm::kInfix;
  constexpr auto kPrefix = OperatorForm::kPrefix;
  constexpr auto kFunction = OperatorForm::kFunction;
  constexpr auto kConversion = OperatorForm::kConversion;
  constexpr auto kSyntax = OperatorForm::kSyntax;
  std::vector<OperatorRow> rows;
  std::string_view group;
#define FAULTLINE_OPERATOR_GROUP(title) group = title;
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help) \
  rows.push_back({Operator::id, spelling, form, precedence, help, group});
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
  return rows;
}

std::vector<OverloadRow> MakeOverloads() {
  constexpr auto kStrict = OpTraits::kStrict;
  constexpr auto kLenient = OpTraits::kLenient;
  std::vector<OverloadRow> rows;
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits) \
  rows.push_back({Operator::op, Opcode::opcode, #opcode, signature, traits, {}, {}});
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
  for (OverloadRow& row : rows) ParseSignature(row);
  return rows;
}

// First and one past the last overload of each operator.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Range> MakeRanges() {
  std::vector<Range> ranges(Operators().size());
  const std::vector<OverloadRow>& rows = Overloads();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Range& range = ranges[static_cast<std::size_t>(rows[i].op)];
    if (range.end == 0) range.begin = i;
    range.end = i + 1;
  }
  return ranges;
}

// What T stands for while one row is tried.
class Binding {
 public:
  bool Fits(const TypePattern& parameter, const Type& argument) {
    if (argument.is_error()) return true;
    switch (parameter.kind) {
      case TypePattern::Kind::kType:
        return Matches(parameter.type, argument);
      case TypePattern::Kind::kVariable:
        return Bind(argument);
      case TypePattern::Kind::kListOfVariable:
        return argument.kind() == TypeKind::kList && Bind(argument.element());
    }
    return false;
  }

  Type Resolve(const TypePattern& pattern) const {
    switch (pattern.kind) {
      case TypePattern::Kind::kType:
        return pattern.type;
      case TypePattern::Kind::kVariable:
        return variable_;
      case TypePattern::Kind::kListOfVariable:
        return Type::List(variable_);
    }
    return {};
  }

 private:
  // Equal, but for errors inside: the empty list is a list of errors and fits every list.
  static bool Matches(const Type& wanted, const Type& have) {
    if (have.is_error() || wanted.is_error()) return true;
    if (wanted.kind() == TypeKind::kList && have.kind() == TypeKind::kList) {
      return Matches(wanted.element(), have.element());
    }
    return wanted == have;
  }

  bool Bind(const Type& argument) {
    if (argument.is_error()) return true;
    if (variable_.is_error()) {
      variable_ = argument;
      return true;
    }
    if (!Matches(variable_, argument)) return false;
    // Of two lists, one of them empty, the other says what both are.
    if (variable_.kind() == TypeKind::kList && variable_.element().is_error()) variable_ = argument;
    return true;
  }

  Type variable_;
};

}  // namespace

const std::vector<OperatorRow>& Operators() {
  static const std::vector<OperatorRow> rows = MakeOperators();
  return rows;
}

const OperatorRow& RowOf(Operator op) {
  return Operators()[static_cast<std::size_t>(op)];
}

const std::vector<OverloadRow>& Overloads() {
  static const std::vector<OverloadRow> rows = MakeOverloads();
  return rows;
}

const OverloadRow& RowOf(Opcode opcode) {
  return Overloads()[static_cast<std::size_t>(opcode)];
}

std::span<const OverloadRow> OverloadsOf(Operator op) {
  static const std::vector<Range> ranges = MakeRanges();
  const Range range = ranges[static_cast<std::size_t>(op)];
  return std::span(Overloads()).subspan(range.begin, range.end - range.begin);
}

std::optional<Opcode> OpcodeByName(std::string_view name) {
  static const std::map<std::string_view, Opcode> names = [] {
    std::map<std::string_view, Opcode> all;
    for (const OverloadRow& row : Overloads()) all.emplace(row.name, row.opcode);
    return all;
  }();
  const auto found = names.find(name);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

std::optional<Operator> OperatorBySpelling(std::string_view spelling, OperatorForm form) {
  using Key = std::pair<std::string_view, OperatorForm>;
  static const std::map<Key, Operator> spellings = [] {
    std::map<Key, Operator> all;
    for (const OperatorRow& row : Operators()) all.emplace(Key(row.spelling, row.form), row.id);
    return all;
  }();
  const auto found = spellings.find(Key(spelling, form));
  if (found == spellings.end()) return std::nullopt;
  return found->second;
}

Resolution ResolveOverload(Operator op, const std::vector<Type>& arguments) {
  for (const OverloadRow& row : OverloadsOf(op)) {
    if (row.parameters.size() != arguments.size()) continue;
    Binding binding;
    bool fits = true;
    for (std::size_t i = 0; i < arguments.size() && fits; ++i)
      fits = binding.Fits(row.parameters[i], arguments[i]);
    if (fits) return {&row, binding.Resolve(row.result)};
  }
  return {};
}

std::optional<Operator> ConversionTo(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return Operator::kToBool;
    case TypeKind::kInt:
      return Operator::kToInt;
    case TypeKind::kFloat:
      return Operator::kToFloat;
    case TypeKind::kText:
      return Operator::kToText;
    case TypeKind::kDuration:
      return Operator::kToDuration;
    case TypeKind::kBytes:
      return Operator::kToBytes;
    case TypeKind::kTime:
      return Operator::kToTime;
    case TypeKind::kSemver:
      return Operator::kToSemver;
    case TypeKind::kGoVersion:
      return Operator::kToGoVersion;
    case TypeKind::kIp:
      return Operator::kToIp;
    case TypeKind::kNetwork:
      return Operator::kToNetwork;
    case TypeKind::kUuid:
      return Operator::kToUuid;
    case TypeKind::kLevel:
      return Operator::kToLevel;
    case TypeKind::kAny:
      return Operator::kToAny;
    case TypeKind::kError:
    case TypeKind::kList:
    case TypeKind::kRecord:
    case TypeKind::kMap:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Operator> CastFromAny(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return Operator::kAsBool;
    case TypeKind::kInt:
      return Operator::kAsInt;
    case TypeKind::kFloat:
      return Operator::kAsFloat;
    case TypeKind::kText:
      return Operator::kAsText;
    case TypeKind::kDuration:
      return Operator::kAsDuration;
    case TypeKind::kBytes:
      return Operator::kAsBytes;
    case TypeKind::kTime:
      return Operator::kAsTime;
    case TypeKind::kLevel:
      return Operator::kAsLevel;
    case TypeKind::kList:
      return Operator::kAsList;
    case TypeKind::kMap:
      return Operator::kAsMap;
    case TypeKind::kSemver:
    case TypeKind::kGoVersion:
    case TypeKind::kIp:
    case TypeKind::kNetwork:
    case TypeKind::kUuid:
    case TypeKind::kAny:
    case TypeKind::kError:
    case TypeKind::kRecord:
      return std::nullopt;
  }
  return std::nullopt;
}

const std::vector<HoleRow>& HoleTypes() {
  static const std::vector<HoleRow> rows = {
#define FAULTLINE_HOLE(name, regex, conversion, help, example) {name, regex, conversion, help, example},
#include "support/lang/holes.def"
#undef FAULTLINE_HOLE
  };
  return rows;
}

const HoleRow* HoleTypeByName(std::string_view name) {
  for (const HoleRow& row : HoleTypes()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Type HoleType(const HoleRow& hole) {
  const std::optional<Opcode> conversion = OpcodeByName(hole.conversion);
  return conversion ? RowOf(*conversion).result.type : Type(TypeKind::kText);
}

const std::vector<std::string_view>& Keywords() {
  static const std::vector<std::string_view> words = {
#define FAULTLINE_KEYWORD(word) word,
#include "support/lang/keywords.def"
#undef FAULTLINE_KEYWORD
  };
  return words;
}

}  // namespace faultline::lang
