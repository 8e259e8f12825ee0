#include "frontend/ast/dump.h"

#include "frontend/ast/show.h"

#include <fmt/format.h>
#include <string_view>

namespace faultline::ast {

namespace {

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
    case StageKind::kUntil:
      return "until";
    case StageKind::kPart:
      return "part";
    case StageKind::kLatest:
      return "latest";
    case StageKind::kNext:
      return "next";
    case StageKind::kEnter:
      return "enter";
    case StageKind::kPause:
      return "pause";
    case StageKind::kClose:
      return "close";
    case StageKind::kEdge:
      return "edge";
    case StageKind::kEntry:
      return "entry";
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
    case FormatKind::kBlock:
      return "block";
  }
  return "?";
}

std::string_view RuleWord(RuleForm form) {
  switch (form) {
    case RuleForm::kRule:
      return "rule ";
    case RuleForm::kEvent:
      return "event ";
    case RuleForm::kScope:
      return "scope ";
    case RuleForm::kGraph:
      return "graph ";
    case RuleForm::kScore:
      return "score ";
  }
  return "?";
}

std::string_view PartWord(BlockPartKind kind) {
  switch (kind) {
    case BlockPartKind::kLine:
      return "line";
    case BlockPartKind::kOptional:
      return "optional";
    case BlockPartKind::kRepeat:
      return "repeat";
    case BlockPartKind::kAnyOrder:
      return "any-order";
    case BlockPartKind::kOneOf:
      return "one-of";
    case BlockPartKind::kText:
      return "lines";
    case BlockPartKind::kBlank:
      return "blank";
    case BlockPartKind::kSkip:
      return "skip";
    case BlockPartKind::kUntil:
      return "until";
    case BlockPartKind::kPart:
      return "part";
  }
  return "?";
}

std::string Show(const Repetition& repetition) {
  return fmt::format("times {}{}", repetition.count, repetition.in_a_row ? " in-a-row" : "");
}

std::string Show(const TestItem& item) {
  switch (item.kind) {
    case TestItemKind::kNow:
      return "now " + Quoted(item.text);
    case TestItemKind::kContext:
      return "context " + (item.name ? Word(*item.name) : std::string()) + " " + Quoted(item.text);
    case TestItemKind::kInput:
      return "input" + (item.name ? " " + Word(*item.name) : std::string()) +
             (item.from ? " from " + Quoted(*item.from) : " " + Quoted(item.text));
    case TestItemKind::kAt:
      return fmt::format("at {}ns", item.at);
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
        Parts(2, format.parts);
        for (const ast::Name& name : format.block_by) Line(2, "by " + Word(name));
        if (format.limit) Line(2, fmt::format("limit {}", *format.limit));
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
        std::string line = std::string(RuleWord(rule.form)) + Word(decl.name);
        for (std::size_t i = 0; i < rule.scope_by.size(); ++i)
          line += (i == 0 ? " by " : ", ") + Word(rule.scope_by[i]);
        Line(1, line);
        Doc(2, decl.doc);
        for (const ClausePtr& clause : rule.clauses) Clause(2, *clause);
        return;
      }
      case DeclKind::kPart:
        Line(1, "part " + Word(decl.name));
        Doc(2, decl.doc);
        Parts(2, static_cast<const PartDecl&>(decl).parts);
        return;
      case DeclKind::kTable:
        Table(static_cast<const TableDecl&>(decl));
        return;
      case DeclKind::kParam: {
        const auto& param = static_cast<const ParamDecl&>(decl);
        Line(1, "param " + Word(decl.name) + (param.type ? ": " + Show(*param.type) : "") + " = " +
                    Show(param.value.get()));
        Doc(2, decl.doc);
        if (param.low) Line(2, "between " + Show(param.low.get()) + " " + Show(param.high.get()));
        return;
      }
      case DeclKind::kOverride: {
        const auto& override_decl = static_cast<const OverrideDecl&>(decl);
        Line(1, "override " + Words(override_decl.target));
        Doc(2, decl.doc);
        for (const OverrideEntry& entry : override_decl.entries)
          Line(2, Word(entry.name) + (entry.assigned ? " = " : " ") + Show(entry.value.get()));
        return;
      }
      case DeclKind::kDisable: {
        const auto& disable = static_cast<const DisableDecl&>(decl);
        Line(1, (disable.condition ? "allow " : "disable ") + Words(disable.target));
        Doc(2, decl.doc);
        if (disable.condition) Line(2, "where " + Show(disable.condition.get()));
        if (disable.reason) Line(2, "reason " + Quoted(*disable.reason));
        if (disable.until) Line(2, "until " + Quoted(*disable.until));
        return;
      }
      case DeclKind::kPack: {
        const auto& pack = static_cast<const PackDecl&>(decl);
        Line(1, "pack " + Word(decl.name) + " " + Quoted(pack.version));
        Doc(2, decl.doc);
        for (const PackNeed& need : pack.needs)
          Line(2, "needs " + Words(need.name) + " " + Quoted(need.version));
        return;
      }
    }
  }

  void Clause(int depth, const ast::Clause& clause) {
    switch (clause.kind) {
      case ClauseKind::kError:
        Line(depth, "<error>");
        return;
      case ClauseKind::kSeverity:
        Line(depth, "severity " + Word(static_cast<const SeverityClause&>(clause).level));
        return;
      case ClauseKind::kStage:
        Stage(depth, static_cast<const StageClause&>(clause));
        return;
      case ClauseKind::kWhere:
        Line(depth, "where " + Show(static_cast<const WhereClause&>(clause).condition.get()));
        return;
      case ClauseKind::kLet: {
        const auto& let = static_cast<const LetClause&>(clause);
        Line(depth, "let " + Word(let.name) + " = " + Show(let.value.get()));
        return;
      }
      case ClauseKind::kAt:
        Line(depth, "at " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kReport:
        Line(depth, "report " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kFix:
        Line(depth, "fix " + Show(static_cast<const TextClause&>(clause).text.get()));
        return;
      case ClauseKind::kTags:
      case ClauseKind::kSee:
      case ClauseKind::kStatus: {
        const auto& list = static_cast<const ListClause&>(clause);
        std::string line = list.keyword.text;
        for (const ExprPtr& item : list.items) line += " " + Show(item.get());
        Line(depth, line);
        return;
      }
      case ClauseKind::kTest:
        Test(static_cast<const TestClause&>(clause));
        return;
      case ClauseKind::kBy: {
        std::string line = "by";
        for (const ExprPtr& key : static_cast<const ByClause&>(clause).keys) line += " " + Show(key.get());
        Line(depth, line);
        return;
      }
      case ClauseKind::kWithin:
        Line(depth, "within " + Show(static_cast<const WindowClause&>(clause).window));
        return;
      case ClauseKind::kSkew:
        Line(depth, "skew " + Show(static_cast<const WindowClause&>(clause).window));
        return;
      case ClauseKind::kSet: {
        const auto& set = static_cast<const SetClause&>(clause);
        Line(depth, (set.need ? fmt::format("any {} of", *set.need) : std::string("all")) +
                        (set.window ? " within " + Show(*set.window) : ""));
        for (const ClausePtr& part : set.parts) Clause(depth + 1, *part);
        return;
      }
      case ClauseKind::kWith:
      case ClauseKind::kEdge:
      case ClauseKind::kEntry:
        Stage(depth, *static_cast<const StageHolderClause&>(clause).stage);
        return;
      case ClauseKind::kWhen: {
        const auto& when = static_cast<const WhenClause&>(clause);
        Line(depth, "when " + Show(when.condition.get()));
        if (when.repetition) Line(depth + 1, Show(*when.repetition));
        return;
      }
      case ClauseKind::kExplains: {
        const auto& explains = static_cast<const ExplainsClause&>(clause);
        Line(depth, "explains " + Words(explains.rule));
        if (explains.alias) Line(depth + 1, "as " + Word(*explains.alias));
        if (explains.window) Line(depth + 1, "within " + Show(*explains.window));
        for (const ExprPtr& condition : explains.conditions)
          Line(depth + 1, "where " + Show(condition.get()));
        if (explains.confidence) Line(depth + 1, "confidence " + Show(explains.confidence.get()));
        return;
      }
      case ClauseKind::kConfidence: {
        const auto& confidence = static_cast<const ConfidenceClause&>(clause);
        Line(depth, confidence.block ? "confidence sum" : "confidence");
        for (const ConfidenceTerm& term : confidence.terms) {
          std::string line = Show(term.weight.get());
          if (term.why) line += " " + Quoted(*term.why);
          if (term.condition) line += " when " + Show(term.condition.get());
          Line(depth + 1, line);
        }
        return;
      }
      case ClauseKind::kNeeds: {
        const auto& needs = static_cast<const NeedsClause&>(clause);
        Line(depth,
             "needs " + Quoted(needs.text) + (needs.condition ? " when " + Show(needs.condition.get()) : ""));
        return;
      }
    }
  }

  void Stage(int depth, const StageClause& stage) {
    std::string line(StageWord(stage.stage));
    if (stage.every) line += " every";
    if (stage.target == MatchTarget::kRaw) line += " raw";
    if (stage.target == MatchTarget::kField && stage.field) line += " field " + Words(*stage.field);
    if (stage.weight) line += " " + Show(stage.weight.get());
    Line(depth, line);
    ++depth;
    for (const StageSource& source : stage.alternatives) {
      Line(depth, source.pattern ? "or " + Show(source.pattern.get())
                  : source.name  ? "or name " + Words(*source.name)
                                 : "or block");
      Parts(depth + 1, source.block);
    }
    if (stage.edge_from) {
      Line(depth, "from " + Show(stage.edge_from.get()));
      Line(depth, "to " + Show(stage.edge_to.get()));
    }
    if (stage.each) {
      Line(depth,
           "each " + Show(stage.each.get()) + (stage.each_alias ? " as " + Word(*stage.each_alias) : ""));
    }
    if (stage.role) Line(depth, "in " + Word(*stage.role));
    if (stage.alias) Line(depth, "as " + Word(*stage.alias));
    for (const ExprPtr& condition : stage.conditions) Line(depth, "where " + Show(condition.get()));
    for (const ExprPtr& key : stage.keys) Line(depth, "by " + Show(key.get()));
    if (stage.repetition) Line(depth, Show(*stage.repetition));
    if (stage.window) Line(depth, "within " + Show(*stage.window));
    if (stage.after) Line(depth, "after " + Word(*stage.after));
    if (stage.before) Line(depth, "before " + Word(*stage.before));
    if (stage.across) Line(depth, "across " + Word(*stage.across));
  }

  void Parts(int depth, const std::vector<BlockPart>& parts) {
    for (const BlockPart& part : parts) {
      std::string line = (part.required ? "required " : "") + std::string(PartWord(part.kind));
      if (part.name) line += " " + Word(*part.name);
      if (part.part) line += (part.kind == BlockPartKind::kRepeat ? " of " : " ") + Words(*part.part);
      for (const ExprPtr& pattern : part.lines) line += " " + Show(pattern.get());
      Line(depth, line);
      Parts(depth + 1, part.parts);
    }
  }

  void Table(const TableDecl& table) {
    std::string line = "table " + Word(table.name);
    for (const TableColumn& column : table.columns)
      line += " " + Word(column.name) + (column.type ? ":" + Show(*column.type) : "");
    if (table.from) line += " from " + Quoted(*table.from);
    Line(1, line);
    Doc(2, table.doc);
    for (const std::vector<ExprPtr>& row : table.rows) {
      std::string cells = "row";
      for (const ExprPtr& cell : row) cells += " " + Show(cell.get());
      Line(2, cells);
    }
  }

  void Test(const TestClause& test) {
    std::string line = "test";
    if (test.name) line += " " + Quoted(test.name->text);
    if (test.escaped) line += " escaped";
    if (test.items.empty()) line += test.from ? " from " + Quoted(*test.from) : " " + Quoted(test.input);
    Line(2, line);
    for (const TestItem& item : test.items) Line(3, fmt::format("run {} {}", item.run, Show(item)));
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
