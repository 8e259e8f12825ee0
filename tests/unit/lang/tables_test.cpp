// What holds of every row of the tables, and the look-ups over them.
#include "support/lang/lang.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>

namespace faultline::lang {
namespace {

// The name of an operator's case file: its spelling, or a word where it is made of signs.
std::string CaseName(const OperatorRow& row) {
  constexpr std::pair<Operator, std::string_view> kNames[] = {
      {Operator::kEqual, "equal"},       {Operator::kNotEqual, "not_equal"},
      {Operator::kLess, "less"},         {Operator::kLessEqual, "less_equal"},
      {Operator::kGreater, "greater"},   {Operator::kGreaterEqual, "greater_equal"},
      {Operator::kAdd, "add"},           {Operator::kSubtract, "subtract"},
      {Operator::kMultiply, "multiply"}, {Operator::kDivide, "divide"},
      {Operator::kNegate, "negate"}};
  for (const auto& [id, name] : kNames) {
    if (id == row.id) return std::string(name);
  }
  return std::string(row.spelling);
}

TEST_CASE("every operator has help, a group and a case file") {
  for (const OperatorRow& row : Operators()) {
    INFO(row.spelling);
    CHECK(row.help.size() > 5);
    CHECK(row.help.back() != '.');
    CHECK(!row.group.empty());
    if (row.form == OperatorForm::kFunction) CHECK(row.precedence == 0);
    if (row.form == OperatorForm::kConversion) {
      // The compiler's own; one file shows what `as TYPE` reads and one what `any` becomes.
      CHECK((row.spelling.starts_with("to_") || row.spelling.starts_with("as_") ||
             row.spelling.starts_with("list_to_")));
      continue;
    }
    INFO("tests/cases/ops/" << CaseName(row) << ".test is missing");
    CHECK(std::filesystem::exists(FAULTLINE_SOURCE_DIR "/tests/cases/ops/" + CaseName(row) + ".test"));
  }
}

TEST_CASE("spellings and opcodes are unique") {
  std::set<std::pair<std::string_view, OperatorForm>> spellings;
  for (const OperatorRow& row : Operators()) {
    INFO(row.spelling);
    CHECK(spellings.insert({row.spelling, row.form}).second);
    CHECK(OperatorBySpelling(row.spelling, row.form) == row.id);
  }
  std::set<std::string_view> names;
  for (const OverloadRow& row : Overloads()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(OpcodeByName(row.name) == row.opcode);
    CHECK(RowOf(row.opcode).name == row.name);
  }
  CHECK(!OpcodeByName("no_such"));
  CHECK(!OperatorBySpelling("==", OperatorForm::kPrefix));
}

std::string PatternText(const TypePattern& pattern) {
  switch (pattern.kind) {
    case TypePattern::Kind::kType:
      return pattern.type.ToString();
    case TypePattern::Kind::kVariable:
      return "T";
    case TypePattern::Kind::kListOfVariable:
      return "list<T>";
  }
  return "";
}

TEST_CASE("signatures are read as they are written") {
  for (const OverloadRow& row : Overloads()) {
    std::string text = PatternText(row.result) + "(";
    for (std::size_t i = 0; i < row.parameters.size(); ++i) {
      text += (i > 0 ? ", " : "") + PatternText(row.parameters[i]);
    }
    text += ")";
    CHECK(text == row.signature);
  }
}

TEST_CASE("rows of one operator stand together and none hides another") {
  std::size_t total = 0;
  for (const OperatorRow& op : Operators()) {
    const auto rows = OverloadsOf(op.id);
    if (op.id != Operator::kMatches) CHECK(!rows.empty());
    total += rows.size();
    for (const OverloadRow& row : rows) {
      INFO(row.name);
      CHECK(row.op == op.id);
      std::vector<Type> arguments;
      for (const TypePattern& parameter : row.parameters) {
        // A record is no type of another row, so a generic row finds itself.
        const Type record = Type::Record({});
        arguments.push_back(parameter.kind == TypePattern::Kind::kType       ? parameter.type
                            : parameter.kind == TypePattern::Kind::kVariable ? record
                                                                             : Type::List(record));
      }
      const Resolution resolution = ResolveOverload(op.id, arguments);
      REQUIRE(resolution.overload != nullptr);
      CHECK(resolution.overload->name == row.name);
    }
  }
  CHECK(total == Overloads().size());
}

Type T(std::string_view text) {
  return Type::Parse(text).value();
}

TEST_CASE("overloads are chosen by exact types") {
  const auto choose = [](Operator op, std::vector<std::string_view> types) {
    std::vector<Type> arguments;
    for (std::string_view type : types) arguments.push_back(T(type));
    const Resolution resolution = ResolveOverload(op, arguments);
    if (resolution.overload == nullptr) return std::string("none");
    return std::string(resolution.overload->name) + " " + resolution.result.ToString();
  };
  CHECK(choose(Operator::kAdd, {"int", "int"}) == "add_int int");
  CHECK(choose(Operator::kAdd, {"time", "duration"}) == "add_time_duration time");
  CHECK(choose(Operator::kAdd, {"int", "float"}) == "none");
  CHECK(choose(Operator::kAdd, {"int", "duration"}) == "none");
  CHECK(choose(Operator::kAdd, {"list<int>", "list<int>"}) == "concat_list list<int>");
  CHECK(choose(Operator::kAdd, {"list<int>", "list<text>"}) == "none");
  CHECK(choose(Operator::kAdd, {"list<error>", "list<text>"}) == "concat_list list<text>");
  CHECK(choose(Operator::kEqual, {"uuid", "uuid"}) == "eq_value bool");
  CHECK(choose(Operator::kEqual, {"uuid", "text"}) == "none");
  CHECK(choose(Operator::kIn, {"int", "list<int>"}) == "in_list bool");
  CHECK(choose(Operator::kIn, {"int", "list<error>"}) == "in_list bool");
  CHECK(choose(Operator::kIn, {"ip", "network"}) == "in_network bool");
  CHECK(choose(Operator::kIn, {"int", "list<text>"}) == "none");
  CHECK(choose(Operator::kFirst, {"list<list<int>>"}) == "first_list list<int>");
  CHECK(choose(Operator::kIf, {"bool", "int", "int"}) == "select int");
  CHECK(choose(Operator::kLess, {"bool", "bool"}) == "none");
  CHECK(choose(Operator::kNot, {"bool", "bool"}) == "none");
  CHECK(choose(Operator::kAdd, {"error", "int"}) == "add_int int");
}

TEST_CASE("types are printed and read back") {
  for (const std::string_view text : {"int", "list<list<text>>", "record{}",
                                      "record{file: text, line?: int, `odd name`: list<any>}", "map"}) {
    CHECK(T(text).ToString() == text);
    CHECK(T(text) == T(text));
  }
  CHECK(T("record{a: int}") != T("record{a?: int}"));
  CHECK(T("list<int>") != T("list<float>"));
  for (const std::string_view text :
       {"", "list", "list<", "list<int", "int x", "record{a}", "record{a: int", "`a`", "Int"}) {
    INFO(text);
    CHECK(!Type::Parse(text));
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "list<";
  CHECK(!Type::Parse(deep));  // bounded depth
}

TEST_CASE("levels of many loggers") {
  CHECK(LevelByName("WARN") == Level::kWarning);
  CHECK(LevelByName("W") == Level::kWarning);
  CHECK(LevelByName("Severe") == Level::kError);
  CHECK(LevelByName("emerg") == Level::kCritical);
  CHECK(LevelByName("30") == Level::kInfo);
  CHECK(!LevelByName("3"));
  CHECK(!LevelByName(""));
  CHECK(!LevelByName("99999999999999999999"));
  CHECK(!LevelByName("warningwarningwarning"));
  for (const Level level :
       {Level::kTrace, Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kCritical}) {
    CHECK(LevelByName(LevelName(level)) == level);
    for (const std::string_view word : LevelWords(level)) CHECK(LevelByName(word) == level);
  }
  for (const Severity severity :
       {Severity::kNote, Severity::kWarning, Severity::kError, Severity::kCritical}) {
    CHECK(SeverityByName(SeverityName(severity)) == severity);
  }
}

TEST_CASE("keywords are in order and unique") {
  for (std::size_t i = 1; i < Keywords().size(); ++i) {
    INFO(Keywords()[i]);
    CHECK(Keywords()[i - 1] < Keywords()[i]);
  }
}

}  // namespace
}  // namespace faultline::lang
