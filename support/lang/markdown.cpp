// The tables as Markdown. Pipes are escaped, since they divide the cells of a table.
#include "support/lang/markdown.h"

#include "support/lang/lang.h"

#include <string_view>

namespace faultline::lang {
namespace {

constexpr std::string_view kMade =
    "<!-- Made from the tables in support/lang: change them there, then run FAULTLINE_UPDATE_PAGES=1 "
    "unit_lang. -->\n\n"
    "[The language](../language.md) · [your first rule](../writing-rules.md) · reference: [operators and "
    "functions](operators.md), "
    "[hole types](holes.md), [types](types.md)\n\n";

std::string Cell(std::string_view text) {
  std::string cell;
  for (char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string Code(std::string_view text) {
  const std::string fence = text.find('`') == std::string_view::npos ? "`" : "``";
  const std::string pad = fence.size() > 1 ? " " : "";
  return fence + pad + Cell(text) + pad + fence;
}

std::string_view FormName(OperatorForm form) {
  switch (form) {
    case OperatorForm::kInfix:
      return "between its operands";
    case OperatorForm::kPrefix:
      return "before its operand";
    case OperatorForm::kFunction:
      return "function";
    case OperatorForm::kConversion:
      return "conversion";
    case OperatorForm::kSyntax:
      return "own form";
  }
  return "";
}

void AppendOperator(std::string& out, const OperatorRow& row) {
  out += "| " + Code(row.spelling) + " | " + std::string(FormName(row.form));
  if (row.precedence > 0) out += ", " + std::to_string(row.precedence);
  out += " | ";
  bool first = true;
  for (const OverloadRow& overload : OverloadsOf(row.id)) {
    if (!first) out += "<br>";
    first = false;
    // "(int, int) -> float" reads better than the table's form.
    const std::size_t open = overload.signature.find('(');
    out += Code(std::string(overload.signature.substr(open)) + " -> " +
                std::string(overload.signature.substr(0, open)));
  }
  out += " | " + Cell(row.help) + " |\n";
}

}  // namespace

std::string OperatorsMarkdown() {
  std::string out = "# Operators and functions\n\n";
  out += kMade;
  out +=
      "In signatures T is any type, the same wherever it stands in a row. The number behind a form is its "
      "precedence: "
      "higher binds tighter.\n"
      "An int is taken where a float is wanted. An argument that is missing makes the result missing, but "
      "for `and`, "
      "`or`, `if`, `present`, `missing`, `default` and `coalesce`.\n"
      "What overflows, is divided by zero or is no finite number is missing. Texts and lists that an "
      "operation makes "
      "are at most 1 MiB and 65536 items large; larger ones are missing.\n"
      "Text operations work on bytes and leave what is not UTF-8 as it is; where characters are counted, "
      "such a byte "
      "is one.\n";
  std::string_view group;
  for (const OperatorRow& row : Operators()) {
    if (row.group != group) {
      group = row.group;
      out += "\n## " + std::string(group) + "\n";
      if (group == "Conversions") {
        out +=
            "\n`x as TYPE` and hole types are conversions; what does not fit is missing. `to_…` reads text, "
            "and takes a "
            "value of `any` as it is if it has the type. `as_…` is what the compiler writes where the type "
            "that is "
            "wanted of an `any` is clear: it never reads text.\n";
      }
      out += "\n| written | form | takes and gives | |\n|---|---|---|---|\n";
    }
    AppendOperator(out, row);
  }
  return out;
}

std::string HolesMarkdown() {
  std::string out = "# Hole types\n\n";
  out += kMade;
  out +=
      "`{name:type}` in a template takes what fits the type and converts it. A text that fits the pattern "
      "but not the "
      "type (an int of 30 digits) gives a missing value.\n"
      "An untyped hole `{name}` takes the shortest run without blanks that lets the rest fit; last in the "
      "template it "
      "runs to the next blank.\n\n"
      "| type | value | takes | for example |\n|---|---|---|---|\n";
  for (const HoleRow& row : HoleTypes()) {
    std::string value = HoleType(row).ToString();
    if (row.name == "pairs") value = "map";
    if (row.name == "list") value = "list";
    out +=
        "| " + Code(row.name) + " | " + value + " | " + Cell(row.help) + " | " + Code(row.example) + " |\n";
  }
  out += "\n## Patterns\n\nThe regular expression of each type, where it is the same everywhere.\n\n";
  for (const HoleRow& row : HoleTypes()) {
    if (row.regex.empty()) continue;
    out += "- `" + std::string(row.name) + "`\n\n  ```\n  " + std::string(row.regex) + "\n  ```\n";
  }
  return out;
}

std::string TypesMarkdown() {
  std::string out = "# Types\n\n";
  out += kMade;
  out += "| type | |\n|---|---|\n";
#define FAULTLINE_TYPE(id, name, help) out += "| " + Code(name) + " | " + Cell(help) + " |\n";
#include "support/lang/types.def"
#undef FAULTLINE_TYPE
  out += "\n## Levels\n\n";
  out +=
      "A level is one of `trace < debug < info < warning < error < critical`. Read as a level, in any "
      "case:\n\n"
      "| level | words, letters and numbers |\n|---|---|\n";
  for (const Level level :
       {Level::kTrace, Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kCritical}) {
    out += "| " + std::string(LevelName(level)) + " | ";
    bool first = true;
    for (const std::string_view word : LevelWords(level)) {
      out += (first ? "`" : " `") + std::string(word) + "`";
      first = false;
    }
    out += " `" + std::to_string(10 + 10 * static_cast<int>(level)) + "` |\n";
  }
  out +=
      "\nNumbers are those of pino and bunyan. Syslog's run the other way (0 is the worst) and are not read: "
      "nothing in "
      "the number says which is meant.\n";
  return out;
}

}  // namespace faultline::lang
