#include "frontend/ast/dump.h"

#include <fmt/format.h>
#include <string_view>

namespace faultline::ast {

namespace {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A name as it would have to be written.
std::string Word(const Name& name) {
  const bool plain =
      !name.text.empty() &&
      name.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
          std::string::npos;
  return plain ? name.text : "`" + name.text + "`";
}

std::string Words(const Path& path) {
  std::string out;
  for (const Name& part : path.parts) {
    if (!out.empty()) out += '.';
    out += Word(part);
  }
  return out;
}

std::string Show(const Expr* expr);

std::string Show(const TypeRef& type) {
  std::string out = Words(type.name);
  if (type.arguments.empty()) return out;
  out += '(';
  for (std::size_t i = 0; i < type.arguments.size(); ++i) {
    if (i > 0) out += ", ";
    out += Show(type.arguments[i].get());
  }
  return out + ")";
}

std::string Show(const StringParts& parts) {
  std::string out;
  for (const StringPart& part : parts) {
    if (!out.empty()) out += ' ';
    switch (part.kind) {
      case StringPartKind::kText:
        out += Quoted(part.text);
        if (!part.exact.empty()) out += fmt::format("@{}", fmt::join(part.exact, ","));
        break;
      case StringPartKind::kHole:
        out += "{" + (part.expr ? Show(part.expr.get()) : std::string()) +
               (part.type ? ":" + Show(*part.type) : "") + "}";
        break;
      case StringPartKind::kGroup:
        out += part.optional ? "(optional" : "(group";
        if (part.capture) out += " " + Word(*part.capture);
        for (const StringParts& alternative : part.alternatives) out += " [" + Show(alternative) + "]";
        out += ")";
        break;
      case StringPartKind::kLineStart:
        out += "^";
        break;
      case StringPartKind::kLineEnd:
        out += "$";
        break;
    }
  }
  return out;
}

std::string Form(std::string_view head, std::initializer_list<const Expr*> items) {
  std::string out = "(" + std::string(head);
  for (const Expr* item : items) out += " " + Show(item);
  return out + ")";
}

std::string_view Spelling(lang::Operator op) {
  switch (op) {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help) \
  case lang::Operator::id:                                       \
    return spelling;
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
  }
  return "?";
}

std::string Show(const Expr* expr) {
  if (expr == nullptr) return "none";
  switch (expr->kind) {
    case ExprKind::kError:
      return "<error>";
    case ExprKind::kBool:
      return static_cast<const BoolExpr&>(*expr).value ? "true" : "false";
    case ExprKind::kInt:
      return std::to_string(static_cast<const IntExpr&>(*expr).value);
    case ExprKind::kDuration:
      return std::to_string(static_cast<const IntExpr&>(*expr).value) + "ns";
    case ExprKind::kSize:
      return std::to_string(static_cast<const IntExpr&>(*expr).value) + "B";
    case ExprKind::kFloat:
      return fmt::format("{:#}", static_cast<const FloatExpr&>(*expr).value);
    case ExprKind::kPercent:
      return fmt::format("(percent {:#})", static_cast<const FloatExpr&>(*expr).value);
    case ExprKind::kString: {
      const auto& string = static_cast<const StringExpr&>(*expr);
      const bool plain = string.parts.size() == 1 && string.parts[0].kind == StringPartKind::kText &&
                         string.parts[0].exact.empty() && !string.ignore_case;
      if (plain) return Quoted(string.parts[0].text);
      return std::string(string.ignore_case ? "(text-i" : "(text") + (string.parts.empty() ? "" : " ") +
             Show(string.parts) + ")";
    }
    case ExprKind::kRegex: {
      const auto& regex = static_cast<const RegexExpr&>(*expr);
      return "(regex " + Quoted(regex.pattern) + (regex.flags.empty() ? "" : " " + regex.flags) + ")";
    }
    case ExprKind::kName:
      return Word(static_cast<const NameExpr&>(*expr).name);
    case ExprKind::kMember: {
      const auto& member = static_cast<const MemberExpr&>(*expr);
      return Show(member.base.get()) + "." + Word(member.name);
    }
    case ExprKind::kIndex: {
      const auto& index = static_cast<const IndexExpr&>(*expr);
      return Form("index", {index.base.get(), index.index.get()});
    }
    case ExprKind::kCall: {
      const auto& call = static_cast<const CallExpr&>(*expr);
      std::string out = "(call " + Words(call.callee);
      for (const ExprPtr& argument : call.arguments) out += " " + Show(argument.get());
      return out + ")";
    }
    case ExprKind::kUnary: {
      const auto& unary = static_cast<const UnaryExpr&>(*expr);
      return Form(unary.op == lang::Operator::kNegate ? "negate" : Spelling(unary.op), {unary.operand.get()});
    }
    case ExprKind::kBinary: {
      const auto& binary = static_cast<const BinaryExpr&>(*expr);
      return Form(Spelling(binary.op), {binary.left.get(), binary.right.get()});
    }
    case ExprKind::kIn: {
      const auto& in = static_cast<const InExpr&>(*expr);
      return Form(in.negated ? "not-in" : "in", {in.left.get(), in.right.get()});
    }
    case ExprKind::kBetween: {
      const auto& between = static_cast<const BetweenExpr&>(*expr);
      return Form(between.negated ? "not-between" : "between",
                  {between.value.get(), between.low.get(), between.high.get()});
    }
    case ExprKind::kPresence: {
      const auto& presence = static_cast<const PresenceExpr&>(*expr);
      return Form(presence.present ? "present" : "missing", {presence.operand.get()});
    }
    case ExprKind::kDefault: {
      const auto& fallback = static_cast<const DefaultExpr&>(*expr);
      return Form("default", {fallback.value.get(), fallback.fallback.get()});
    }
    case ExprKind::kCast: {
      const auto& cast = static_cast<const CastExpr&>(*expr);
      return "(as " + Show(cast.value.get()) + " " + Show(cast.type) + ")";
    }
    case ExprKind::kConditional: {
      const auto& conditional = static_cast<const ConditionalExpr&>(*expr);
      return Form("if",
                  {conditional.condition.get(), conditional.then_value.get(), conditional.else_value.get()});
    }
    case ExprKind::kList: {
      std::string out = "[";
      for (const ExprPtr& item : static_cast<const ListExpr&>(*expr).items) {
        if (out.size() > 1) out += ' ';
        out += Show(item.get());
      }
      return out + "]";
    }
    case ExprKind::kLambda: {
      const auto& lambda = static_cast<const LambdaExpr&>(*expr);
      return "(-> " + Word(lambda.parameter) + " " + Show(lambda.body.get()) + ")";
    }
  }
  return "?";
}

std::string_view StageWord(StageKind kind) {
  switch (kind) {
    case StageKind::kMatch:
      return "match";
    case StageKind::kThen:
      return "then";
    case StageKind::kWithout:
      return "without";
    case StageKind::kFrom:
      return "from";
  }
  return "?";
}

std::string_view UnitWord(WindowUnit unit) {
  switch (unit) {
    case WindowUnit::kLines:
      return " lines";
    case WindowUnit::kRecords:
      return " records";
    case WindowUnit::kTime:
      return "";
    case WindowUnit::kMissing:
      return " (no unit)";
  }
  return "?";
}

std::string_view FormatWord(FormatKind kind) {
  switch (kind) {
    case FormatKind::kPlain:
      return "plain";
    case FormatKind::kJson:
      return "json";
    case FormatKind::kLogfmt:
      return "logfmt";
    case FormatKind::kLine:
      return "line";
  }
  return "?";
}

class Dumper {
 public:
  std::string Take() { return std::move(out_); }

  void Module(const ast::Module& module) {
    Line(0, "module" + (module.name ? " " + Words(*module.name) : std::string()));
    if (module.language) Line(1, fmt::format("language {}", *module.language));
    Doc(1, module.doc);
    for (const Use& use : module.uses) {
      Line(1, "use " + Words(use.module) + (use.alias ? " as " + Word(*use.alias) : ""));
    }
    for (const DeclPtr& decl : module.decls) Declaration(*decl);
  }

 private:
  void Line(int depth, std::string_view text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  void Doc(int depth, const std::string& doc) {
    if (!doc.empty()) Line(depth, "doc " + Quoted(doc));
  }

  void Lines(std::string_view head, const std::vector<ExprPtr>& exprs) {
    for (const ExprPtr& expr : exprs) Line(2, std::string(head) + " " + Show(expr.get()));
  }

  void Fields(const std::vector<FieldDecl>& fields) {
    for (const FieldDecl& field : fields) {
      std::string line = field.others ? "others" : "field " + Word(field.name);
      if (field.optional) line += "?";
      if (field.type) line += ": " + Show(*field.type);
      if (field.source) line += " from " + Quoted(*field.source);
      if (field.value) line += " = " + Show(field.value.get());
      for (const MapEntry& entry : field.map)
        line += " (" + Quoted(entry.key) + " -> " + Show(entry.value.get()) + ")";
      Line(2, line);
    }
  }

  void Declaration(const Decl& decl) {
    switch (decl.kind) {
      case DeclKind::kError:
        Line(1, "<error>");
        return;
      case DeclKind::kPattern:
        Line(1, "pattern " + Word(decl.name));
        Doc(2, decl.doc);
        Lines("or", static_cast<const PatternDecl&>(decl).alternatives);
        return;
      case DeclKind::kFormat: {
        const auto& format = static_cast<const FormatDecl&>(decl);
        std::string line = "format " + Word(decl.name) + " " + std::string(FormatWord(format.format));
        if (format.each) line += " each " + Quoted(*format.each);
        if (format.missing_text) line += " missing " + Quoted(*format.missing_text);
        Line(1, line);
        Doc(2, decl.doc);
        Lines("line", format.lines);
        Fields(format.fields);
        return;
      }
      case DeclKind::kWrapper: {
        const auto& wrapper = static_cast<const WrapperDecl&>(decl);
        std::string line = "wrapper " + Word(decl.name) + " " + std::string(FormatWord(wrapper.format));
        if (wrapper.inside) line += " inside " + Words(*wrapper.inside);
        for (const Name& name : wrapper.stream_by) line += " stream-by " + Word(name);
        Line(1, line);
        Doc(2, decl.doc);
        Lines("line", wrapper.lines);
        Lines("detect", wrapper.detect);
        Fields(wrapper.fields);
        return;
      }
      case DeclKind::kRule: {
        const auto& rule = static_cast<const RuleDecl&>(decl);
        Line(1, (rule.is_event ? "event " : "rule ") + Word(decl.name));
        Doc(2, decl.doc);
        for (const ClausePtr& clause : rule.clauses) Clause(*clause);
        return;
      }
    }
  }

  void Clause(const ast::Clause& clause) {
    switch (clause.kind) {
      case ClauseKind::kError:
        Line(2, "<error>");
        return;
      case ClauseKind::kSeverity:
        Line(2, "severity " + Word(static_cast<const SeverityClause&>(clause).level));
        return;
      case ClauseKind::kStage:
        Stage(static_cast<const StageClause&>(clause));
        return;
      case ClauseKind::kWhere:
        Line(2, "where " + Show(static_cast<const WhereClause&>(clause).condition.get()));
        return;
      case ClauseKind::kLet: {
        const auto& let = static_cast<const LetClause&>(clause);
        Line(2, "let " + Word(let.name) + " = " + Show(let.value.get()));
        return;
      }
      case ClauseKind::kAt:
        Line(2, "at " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kReport:
        Line(2, "report " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kFix:
        Line(2, "fix " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kTags:
      case ClauseKind::kSee:
      case ClauseKind::kStatus: {
        const auto& list = static_cast<const ListClause&>(clause);
        std::string line = list.keyword.text;
        for (const ExprPtr& item : list.items) line += " " + Show(item.get());
        Line(2, line);
        return;
      }
      case ClauseKind::kTest:
        Test(static_cast<const TestClause&>(clause));
        return;
    }
  }

  void Stage(const StageClause& stage) {
    std::string line(StageWord(stage.stage));
    if (stage.target == MatchTarget::kRaw) line += " raw";
    if (stage.target == MatchTarget::kField && stage.field) line += " field " + Words(*stage.field);
    Line(2, line);
    for (const StageSource& source : stage.alternatives) {
      Line(3, source.pattern ? "or " + Show(source.pattern.get())
                             : "or name " + (source.name ? Words(*source.name) : ""));
    }
    if (stage.alias) Line(3, "as " + Word(*stage.alias));
    for (const ExprPtr& condition : stage.conditions) Line(3, "where " + Show(condition.get()));
    if (stage.window)
      Line(3, "within " + Show(stage.window->amount.get()) + std::string(UnitWord(stage.window->unit)));
  }

  void Test(const TestClause& test) {
    std::string line = "test";
    if (test.name) line += " " + Quoted(test.name->text);
    if (test.escaped) line += " escaped";
    line += test.from ? " from " + Quoted(*test.from) : " " + Quoted(test.input);
    Line(2, line);
    Line(3, fmt::format("expect {}", test.expect.count));
    for (const auto& finding : test.expect.findings) {
      std::string conditions = "finding";
      for (const ExprPtr& condition : finding) conditions += " " + Show(condition.get());
      Line(3, conditions);
    }
  }

  std::string out_;
};

}  // namespace

std::string Dump(const Module& module) {
  Dumper dumper;
  dumper.Module(module);
  return dumper.Take();
}

std::string Dump(const Expr& expr) {
  return Show(&expr);
}

bool Equal(const Module& a, const Module& b) {
  return Dump(a) == Dump(b);
}
bool Equal(const Expr& a, const Expr& b) {
  return Dump(a) == Dump(b);
}

}  // namespace faultline::ast
