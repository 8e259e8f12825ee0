// Hole types: table rows and those that are built from arguments.
#include "frontend/sema/holes.h"

#include "support/regex/syntax.h"

#include <algorithm>
#include <array>
#include <utility>

namespace faultline::sema {
namespace {

using regex::NodePtr;

constexpr int kBalancedDepth = 16;
constexpr std::int64_t kMaxDigits = 1000;

NodePtr ClassOf(std::string_view characters, bool negate) {
  regex::CharSet set;
  for (std::size_t i = 0; i < characters.size();) {
    // Literals of the language are UTF-8, checked by the lexer.
    const auto lead = static_cast<unsigned char>(characters[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = lead < 0x80 ? lead : lead & (0x7f >> length);
    for (int k = 1; k < length && i + static_cast<std::size_t>(k) < characters.size(); ++k) {
      c = (c << 6) | (static_cast<unsigned char>(characters[i + static_cast<std::size_t>(k)]) & 0x3f);
    }
    set.Add(c, c);
    i += static_cast<std::size_t>(length);
  }
  if (negate) {
    set.Add('\n', '\n');
    set.Negate();
  }
  return regex::Class(set);
}

NodePtr Star(NodePtr node) {
  return regex::Repeat(std::move(node), 0, regex::kUnbounded);
}
NodePtr Plus(NodePtr node) {
  return regex::Repeat(std::move(node), 1, regex::kUnbounded);
}

// Text in which every bracket is closed again, up to kBalancedDepth deep. The three kinds are not told apart,
// which keeps the size linear in the depth; text that mixes them up is not worth a better answer.
NodePtr BalancedNode() {
  const NodePtr plain = ClassOf("()[]{}", true);
  const NodePtr open = ClassOf("([{", false);
  const NodePtr close = ClassOf(")]}", false);
  NodePtr inner = Star(plain);
  for (int depth = 0; depth < kBalancedDepth; ++depth) {
    inner = Star(regex::Alternate({plain, regex::Concat({open, inner, close})}));
  }
  return inner;
}

NodePtr QuotedNode(char quote) {
  const std::string q(1, quote);
  const NodePtr escaped = regex::Concat({regex::Literal("\\"), LineCharNode()});
  return regex::Concat(
      {regex::Literal(q), Star(regex::Alternate({ClassOf(q + "\\", true), escaped})), regex::Literal(q)});
}

// key<kv>value<separator>…, values quoted or running to the separator's first character, possibly empty.
NodePtr PairsNode(std::string_view separator, std::string_view between) {
  const std::string stop(1, separator.front());
  const bool blank = separator.front() == ' ' || separator.front() == '\t';
  const NodePtr key = Plus(ClassOf(std::string(between.substr(0, 1)) + stop + " \t\"()[]{}", true));
  const NodePtr value =
      regex::Alternate({QuotedNode('"'), Star(ClassOf(blank ? " \t\"" : stop + "\"", true))});
  const NodePtr pair = regex::Concat({key, regex::Literal(between), value});
  const NodePtr gap = blank && separator.size() == 1 ? Plus(BlankNode()) : regex::Literal(separator);
  return regex::Concat({pair, Star(regex::Concat({gap, pair}))});
}

NodePtr LogfmtNode() {
  const NodePtr key = Plus(ClassOf("= \t\"", true));
  const NodePtr value = regex::Alternate({QuotedNode('"'), Star(ClassOf(" \t\"", true))});
  const NodePtr item = regex::Concat({key, regex::Repeat(regex::Concat({regex::Literal("="), value}), 0, 1)});
  return regex::Concat({item, Star(regex::Concat({Plus(BlankNode()), item}))});
}

NodePtr NumberNode() {
  regex::Result<NodePtr> node = regex::Parse("[-+]?[0-9]+(?:\\.[0-9]+)?");
  return node.ok() ? *node : regex::NoMatch();
}

// An argument that is a plain string.
std::optional<std::string> TextArgument(const ast::TypeRef& type, std::size_t i) {
  if (i >= type.arguments.size() || type.arguments[i]->kind != ast::ExprKind::kString) return std::nullopt;
  return static_cast<const ast::StringExpr&>(*type.arguments[i]).PlainText();
}

std::optional<std::string> NameArgument(const ast::TypeRef& type, std::size_t i) {
  if (i >= type.arguments.size() || type.arguments[i]->kind != ast::ExprKind::kName) return std::nullopt;
  return static_cast<const ast::NameExpr&>(*type.arguments[i]).name.text;
}

std::function<ExprPtr(ExprPtr)> Operation(lang::Opcode opcode, const lang::Type& type) {
  return [opcode, type](ExprPtr value) {
    const Span span = value->span;
    return MakeOperation(opcode, type, span, std::move(value));
  };
}

std::function<ExprPtr(ExprPtr)> OperationWithTexts(Context& context, lang::Opcode opcode,
                                                   const lang::Type& type, std::vector<std::string> texts) {
  return [&context, opcode, type, texts = std::move(texts)](ExprPtr value) {
    const Span span = value->span;
    ExprPtr result = MakeOperation(opcode, type, span, std::move(value));
    for (const std::string& text : texts) result->arguments.push_back(MakeText(context, text, span));
    return result;
  };
}

struct Unit {
  std::string_view hole;
  lang::TypeKind type;
  lang::Opcode from_text;
  std::array<std::string_view, 10> units;
};
constexpr std::array<Unit, 3> kUnits{{
    {"duration",
     lang::TypeKind::kDuration,
     lang::Opcode::to_duration_unit,
     {"ns", "us", "ms", "s", "m", "h", "d"}},
    {"time", lang::TypeKind::kTime, lang::Opcode::to_time_unit, {"ns", "us", "ms", "s"}},
    {"bytes",
     lang::TypeKind::kBytes,
     lang::Opcode::to_bytes_unit,
     {"B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"}},
}};

const Unit* UnitRow(std::string_view hole) {
  for (const Unit& row : kUnits) {
    if (row.hole == hole) return &row;
  }
  return nullptr;
}

// duration(ms): the unit, or nothing after a report.
std::optional<std::string> CheckUnit(Context& context, const ast::TypeRef& type, const Unit& row) {
  std::optional<std::string> unit = NameArgument(type, 0);
  if (unit && type.arguments.size() == 1 &&
      std::find(row.units.begin(), row.units.end(), std::string_view(*unit)) != row.units.end()) {
    return unit;
  }
  std::string units;
  for (std::string_view known : row.units) {
    if (known.empty()) continue;
    if (!units.empty()) units += ' ';
    units += known;
  }
  context.sink.Report(diag::bad_hole_argument, type.span, row.hole, "one unit")
      .Help("write `" + std::string(row.hole) + "(" + std::string(row.units[2]) + ")`; there are " + units);
  return std::nullopt;
}

std::optional<HoleType> BadArgument(Context& context, const ast::TypeRef& type, std::string_view wanted,
                                    std::string_view example) {
  context.sink.Report(diag::bad_hole_argument, type.span, type.name.Text(), wanted)
      .Help("write `" + std::string(example) + "`");
  return std::nullopt;
}

HoleType Fixed(NodePtr node, lang::Type type = lang::TypeKind::kText,
               std::function<ExprPtr(ExprPtr)> convert = {}) {
  HoleType result;
  result.node = std::move(node);
  result.type = std::move(type);
  result.convert = std::move(convert);
  return result;
}

std::optional<HoleType> ListHole(Context& context, const FileScope& file, const ast::TypeRef& type) {
  const std::optional<std::string> separator = TextArgument(type, 1);
  if (type.arguments.size() != 2 || !separator || separator->empty()) {
    return BadArgument(context, type, "a type and the text between items", "list(float, \", \")");
  }
  ast::TypeRef element;
  element.span = type.arguments[0]->span;
  if (type.arguments[0]->kind == ast::ExprKind::kName) {
    element.name.parts.push_back(static_cast<const ast::NameExpr&>(*type.arguments[0]).name);
    element.name.span = element.span;
  } else {
    return BadArgument(context, type, "a type and the text between items", "list(float, \", \")");
  }
  std::optional<HoleType> item = ResolveHole(context, file, element);
  if (!item) return std::nullopt;
  NodePtr node = item->node;
  if (item->shape != HoleShape::kFixed) node = Plus(ClassOf(" \t" + separator->substr(0, 1), true));
  HoleType result = Fixed(regex::Concat({node, Star(regex::Concat({regex::Literal(*separator), node}))}));
  const lang::Type list = lang::Type::List(item->type);
  const lang::Type texts = lang::Type::List(lang::TypeKind::kText);
  std::function<ExprPtr(ExprPtr)> split =
      OperationWithTexts(context, lang::Opcode::split_text, texts, {*separator});
  result.type = texts;
  result.convert = split;
  if (item->type == lang::Type(lang::TypeKind::kText)) return result;
  for (const lang::OverloadRow& row : lang::Overloads()) {
    if (!row.name.starts_with("list_to_") || row.parameters.size() != 1 || !(row.result.type == list))
      continue;
    result.type = list;
    result.convert = [split, opcode = row.opcode, list](ExprPtr value) {
      const Span span = value->span;
      return MakeOperation(opcode, list, span, split(std::move(value)));
    };
    return result;
  }
  return BadArgument(context, type, "a type of which there are lists", "list(float, \", \")");
}

std::vector<std::string> KnownHoles(Context& context, const FileScope& file) {
  constexpr std::array kKinds{SymbolKind::kPattern};
  std::vector<std::string> known = context.names.Visible(file, kKinds);
  for (const lang::HoleRow& row : lang::HoleTypes()) known.emplace_back(row.name);
  for (std::string_view name :
       {"text", "rest", "until", "balanced", "digits", "one_of", "logfmt", "pairs", "list"}) {
    known.emplace_back(name);
  }
  return known;
}

// Hole types with arguments, or with a shape of their own. Sets `known` where the name is one of these.
std::optional<HoleType> BuiltHole(Context& context, const FileScope& file, const ast::TypeRef& type,
                                  bool& known) {
  const std::string name = type.name.Text();
  known = true;
  if (const Unit* unit = UnitRow(name); unit != nullptr && !type.arguments.empty()) {
    const std::optional<std::string> argument = CheckUnit(context, type, *unit);
    if (!argument) return std::nullopt;
    return Fixed(NumberNode(), unit->type,
                 OperationWithTexts(context, unit->from_text, unit->type, {*argument}));
  }
  if (name == "until") {
    const std::optional<std::string> set = TextArgument(type, 0);
    if (type.arguments.size() != 1 || !set || set->empty()) {
      return BadArgument(context, type, "the characters that end it", "until(\",]\")");
    }
    HoleType result = Fixed(Star(ClassOf(*set, true)));
    return result;
  }
  if (name == "digits") {
    if (type.arguments.empty()) return Fixed(Plus(ClassOf("0123456789", false)));
    const bool is_int = type.arguments.size() == 1 && type.arguments[0]->kind == ast::ExprKind::kInt;
    const std::int64_t count = is_int ? static_cast<const ast::IntExpr&>(*type.arguments[0]).value : 0;
    if (count < 1 || count > kMaxDigits) return BadArgument(context, type, "how many", "digits(2)");
    return Fixed(
        regex::Repeat(ClassOf("0123456789", false), static_cast<int>(count), static_cast<int>(count)));
  }
  if (name == "one_of") {
    const std::optional<std::string> set = TextArgument(type, 0);
    if (type.arguments.size() != 1 || !set || set->empty()) {
      return BadArgument(context, type, "the characters to choose from", "one_of(\"IWEF\")");
    }
    return Fixed(ClassOf(*set, false));
  }
  if (name == "pairs") {
    const std::optional<std::string> separator = TextArgument(type, 0);
    const std::optional<std::string> between = TextArgument(type, 1);
    if (type.arguments.size() != 2 || !separator || !between || separator->empty() || between->empty()) {
      return BadArgument(context, type, "the text between pairs and the text between key and value",
                         "pairs(\", \", \"=\")");
    }
    return Fixed(
        PairsNode(*separator, *between), lang::TypeKind::kMap,
        OperationWithTexts(context, lang::Opcode::parse_pairs, lang::TypeKind::kMap, {*separator, *between}));
  }
  if (name == "list") return ListHole(context, file, type);
  known = false;
  if (!type.arguments.empty()) return std::nullopt;
  known = true;
  if (name == "text") {
    HoleType result = Fixed(nullptr);
    result.shape = HoleShape::kText;
    result.open = true;
    return result;
  }
  if (name == "rest") {
    HoleType result = Fixed(Star(LineCharNode()));
    result.shape = HoleShape::kRest;
    result.open = true;
    return result;
  }
  if (name == "unwrapped") {
    HoleType result = Fixed(Star(regex::AnyChar()));
    result.shape = HoleShape::kUnwrapped;
    result.open = true;
    return result;
  }
  if (name == "balanced") return Fixed(BalancedNode());
  if (name == "logfmt") {
    return Fixed(LogfmtNode(), lang::TypeKind::kMap,
                 Operation(lang::Opcode::parse_logfmt, lang::TypeKind::kMap));
  }
  known = false;
  return std::nullopt;
}

}  // namespace

NodePtr BlankNode() {
  static const NodePtr node = ClassOf(" \t", false);
  return node;
}
NodePtr NonBlankNode() {
  static const NodePtr node = ClassOf(" \t", true);
  return node;
}
NodePtr LineCharNode() {
  static const NodePtr node = ClassOf("", true);
  return node;
}

HoleType UntypedHole() {
  HoleType result;
  result.shape = HoleShape::kUntyped;
  result.open = true;
  return result;
}

std::optional<HoleType> ResolveHole(Context& context, const FileScope& file, const ast::TypeRef& type) {
  const std::string name = type.name.Text();
  // A pattern of the module may take a name that a hole type has later: its own meaning comes first.
  if (Symbol* symbol = context.names.Find(file, type.name);
      symbol != nullptr && symbol->kind == SymbolKind::kPattern) {
    if (!type.arguments.empty()) {
      context.sink.Report(diag::bad_hole_argument, type.span, name, "no arguments")
          .Label(symbol->decl->name.span, "`" + name + "` is this pattern");
      return std::nullopt;
    }
    HoleType result;
    result.shape = HoleShape::kPattern;
    result.pattern = symbol;
    return result;
  }
  bool known = false;
  std::optional<HoleType> built = BuiltHole(context, file, type, known);
  if (known) return built;
  const lang::HoleRow* row = lang::HoleTypeByName(name);
  if (row == nullptr || row->regex.empty()) {
    if (context.names.ModuleIsBroken(file, type.name)) return std::nullopt;
    if (const std::string module = context.names.ModuleToUse(type.name); !module.empty()) {
      context.sink.Report(diag::unknown_hole_type, type.name.span, name)
          .Help("write `use " + module + "` at the head of the file");
      return std::nullopt;
    }
    HelpWithNearest(context.sink.Report(diag::unknown_hole_type, type.name.span, name), type.name.span, name,
                    KnownHoles(context, file));
    return std::nullopt;
  }
  if (!type.arguments.empty()) {
    context.sink.Report(diag::bad_hole_argument, type.span, name, "no arguments");
    return std::nullopt;
  }
  regex::Result<NodePtr> node = regex::Parse(row->regex);
  HoleType result = Fixed(node.ok() ? *node : regex::NoMatch());
  if (row->conversion.empty()) return result;
  if (const std::optional<lang::Opcode> opcode = lang::OpcodeByName(row->conversion)) {
    result.type = lang::RowOf(*opcode).result.type;
    result.convert = Operation(*opcode, result.type);
  }
  return result;
}

std::function<ExprPtr(ExprPtr)> TextConversion(const lang::Type& type) {
  if (type.kind() == lang::TypeKind::kText) return [](ExprPtr value) { return value; };
  const lang::HoleRow* row = lang::HoleTypeByName(lang::TypeKindName(type.kind()));
  std::optional<lang::Opcode> opcode;
  if (row != nullptr) opcode = lang::OpcodeByName(row->conversion);
  if (!opcode) opcode = lang::OpcodeByName("to_" + std::string(lang::TypeKindName(type.kind())));
  if (!opcode || !(lang::RowOf(*opcode).result.type == type)) return {};
  return Operation(*opcode, type);
}

std::function<ExprPtr(ExprPtr)> AnyConversion(const lang::Type& type) {
  if (type.kind() == lang::TypeKind::kAny) return [](ExprPtr value) { return value; };
  const std::string name(lang::TypeKindName(type.kind()));
  std::optional<lang::Opcode> opcode = lang::OpcodeByName("any_to_" + name);
  if (type.kind() == lang::TypeKind::kText) opcode = lang::Opcode::to_text;
  if (type.kind() == lang::TypeKind::kMap) opcode = lang::Opcode::as_map;
  if (type.kind() == lang::TypeKind::kList) opcode = lang::Opcode::as_list;
  if (!opcode) return {};
  return Operation(*opcode, type);
}

std::optional<NamedType> ResolveType(Context& context, const ast::TypeRef& type) {
  const std::string name = type.name.Text();
  NamedType result;
  if (const Unit* unit = UnitRow(name); unit != nullptr && !type.arguments.empty()) {
    const std::optional<std::string> argument = CheckUnit(context, type, *unit);
    if (!argument) return std::nullopt;
    return NamedType{unit->type, *argument};
  }
  if (name == "list" && type.arguments.empty()) return NamedType{lang::Type::List(lang::TypeKind::kAny), ""};
  std::vector<std::string> known;
  for (int i = 1; i <= static_cast<int>(lang::TypeKind::kAny); ++i) {
    const auto kind = static_cast<lang::TypeKind>(i);
    if (kind == lang::TypeKind::kList || kind == lang::TypeKind::kRecord) continue;
    if (lang::TypeKindName(kind) == name && type.arguments.empty()) return NamedType{kind, ""};
    known.emplace_back(lang::TypeKindName(kind));
  }
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kElsewhere = {{
      {"string", "text"},    {"str", "text"},       {"varchar", "text"},  {"integer", "int"},
      {"long", "int"},       {"int32", "int"},      {"int64", "int"},     {"uint64", "int"},
      {"number", "float"},   {"double", "float"},   {"float64", "float"}, {"boolean", "bool"},
      {"timestamp", "time"}, {"datetime", "time"},  {"date", "time"},     {"size", "bytes"},
      {"object", "any"},     {"version", "semver"}, {"address", "ip"},    {"cidr", "network"},
      {"severity", "level"}, {"loglevel", "level"},
  }};
  Diagnostic& diagnostic = context.sink.Report(diag::unknown_type, type.span, name);
  for (const auto& [theirs, ours] : kElsewhere) {
    if (name != theirs) continue;
    diagnostic.Help("here it is called `" + std::string(ours) + "`").Replace(type.span, std::string(ours));
    return std::nullopt;
  }
  HelpWithNearest(diagnostic, type.span, name, known);
  return std::nullopt;
}

}  // namespace faultline::sema
