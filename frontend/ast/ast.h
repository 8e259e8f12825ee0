// The syntax tree of a .fault file.
//
// The tree says what was written, nothing more: names are not resolved, strings are not yet templates or
// interpolations (the context decides, in sema). Every node has a span. Broken input still gives a tree: what
// could not be read is an error node (Expr kError, Decl kError, Clause kError), which later stages pass over
// in silence, since the parser has already reported it.
//
// Depth is bounded by the parser (kMaxDepth), so walking the tree by recursion is safe.
//
// Ownership: a node owns its children; nodes are not shared. Thread safety: immutable after parsing.
#ifndef FAULTLINE_FRONTEND_AST_AST_H_
#define FAULTLINE_FRONTEND_AST_AST_H_

#include "support/lang/lang.h"
#include "support/source/source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace faultline::ast {

inline constexpr int kMaxDepth = 200;  // nesting of expressions, groups and holes

struct Name {
  std::string text;  // without the backquotes of an odd name
  Span span;
};

struct Path {  // a.b.c
  std::vector<Name> parts;
  Span span;
  std::string Text() const;  // "a.b.c"
};

// ---------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  kError,
  kBool,
  kInt,       // 42 0x2a
  kFloat,     // 1.5
  kPercent,   // 15%: value is 0.15
  kDuration,  // 1h30m: value in nanoseconds
  kSize,      // 64MiB: value in bytes
  kString,
  kRegex,
  kName,
  kMember,       // base.name
  kIndex,        // base[i]
  kCall,         // name(args) or module.name(args)
  kUnary,        // not x, -x
  kBinary,       // arithmetic, comparison, and/or, contains …
  kIn,           // x in [..], x not in ..
  kBetween,      // x between a and b
  kPresence,     // x missing, x present
  kDefault,      // x default y
  kCast,         // x as int
  kConditional,  // if c then a else b
  kList,         // [a, b]
  kLambda,       // m -> m.module
  kWindow,       // over 5m, last 7d: only as an argument of a call
};

struct Expr {
  Expr(ExprKind k, Span s) : kind(k), span(s) {}
  virtual ~Expr() = default;
  ExprKind kind;
  Span span;
};
using ExprPtr = std::unique_ptr<Expr>;

struct ErrorExpr : Expr {
  explicit ErrorExpr(Span s) : Expr(ExprKind::kError, s) {}
};
struct BoolExpr : Expr {
  BoolExpr(Span s, bool v) : Expr(ExprKind::kBool, s), value(v) {}
  bool value;
};
// kInt, kDuration (ns), kSize (bytes). Literals that do not fit are reported by the parser and become kError.
struct IntExpr : Expr {
  IntExpr(ExprKind k, Span s, std::int64_t v) : Expr(k, s), value(v) {}
  std::int64_t value;
};
// kFloat, kPercent
struct FloatExpr : Expr {
  FloatExpr(ExprKind k, Span s, double v) : Expr(k, s), value(v) {}
  double value;
};

// A type as written behind a colon or `as`: int, until(",]"), list(float, ", "), go.modules.h1sum
struct TypeRef {
  Path name;
  std::vector<ExprPtr> arguments;  // literals, or names of types
  Span span;
};

enum class StringPartKind : std::uint8_t {
  kText,
  kHole,       // {name} {name:type} {:type}; in a report {expression}
  kGroup,      // {(a|b)} {(a)?} {x:(a|b)}
  kLineStart,  // {^}
  kLineEnd,    // {$}
};

struct StringPart;
using StringParts = std::vector<StringPart>;

struct StringPart {
  StringPartKind kind = StringPartKind::kText;
  Span span;
  // kText: the text with escapes resolved. `exact` are the byte offsets in `text` of characters that were
  // written as escapes: in a template a blank is "any run of blanks" unless it is exact.
  std::string text;
  std::vector<std::uint32_t> exact;
  // kHole: `expr` is null for {:type}; `type` is absent where none was written.
  ExprPtr expr;
  std::optional<TypeRef> type;
  // kGroup
  std::optional<Name> capture;
  std::vector<StringParts> alternatives;
  bool optional = false;
};

// "…", #"…"#: one token for templates, interpolations and plain text.
struct StringExpr : Expr {
  explicit StringExpr(Span s) : Expr(ExprKind::kString, s) {}
  StringParts parts;
  bool ignore_case = false;  // "…"i
  // The text if there are only text parts.
  std::optional<std::string> PlainText() const;
};

struct RegexExpr : Expr {
  explicit RegexExpr(Span s) : Expr(ExprKind::kRegex, s) {}
  std::string pattern;  // between the quotes; in r"…" a \" stands for a quote and is already resolved
  Span pattern_span;    // of the text between the quotes
  std::string flags;    // "iu"
};

struct NameExpr : Expr {
  explicit NameExpr(Name n) : Expr(ExprKind::kName, n.span), name(std::move(n)) {}
  Name name;
};
struct MemberExpr : Expr {
  MemberExpr(Span s, ExprPtr b, Name n)
      : Expr(ExprKind::kMember, s), base(std::move(b)), name(std::move(n)) {}
  ExprPtr base;
  Name name;
};
struct IndexExpr : Expr {
  IndexExpr(Span s, ExprPtr b, ExprPtr i)
      : Expr(ExprKind::kIndex, s), base(std::move(b)), index(std::move(i)) {}
  ExprPtr base, index;
};
// A quantifier is a call whose first argument is `x in list`: any(f in stack, f.func startswith "net/http").
struct CallExpr : Expr {
  explicit CallExpr(Span s) : Expr(ExprKind::kCall, s) {}
  Path callee;
  std::vector<ExprPtr> arguments;
};
struct UnaryExpr : Expr {
  UnaryExpr(Span s, lang::Operator o, ExprPtr e) : Expr(ExprKind::kUnary, s), op(o), operand(std::move(e)) {}
  lang::Operator op;
  ExprPtr operand;
};
struct BinaryExpr : Expr {
  BinaryExpr(Span s, lang::Operator o, Span os, ExprPtr l, ExprPtr r)
      : Expr(ExprKind::kBinary, s), op(o), op_span(os), left(std::move(l)), right(std::move(r)) {}
  lang::Operator op;
  Span op_span;
  ExprPtr left, right;
};
struct InExpr : Expr {
  InExpr(Span s, bool n, ExprPtr l, ExprPtr r)
      : Expr(ExprKind::kIn, s), negated(n), left(std::move(l)), right(std::move(r)) {}
  bool negated;
  ExprPtr left, right;
};
struct BetweenExpr : Expr {
  explicit BetweenExpr(Span s) : Expr(ExprKind::kBetween, s) {}
  bool negated = false;
  ExprPtr value, low, high;  // both ends included
};
struct PresenceExpr : Expr {
  PresenceExpr(Span s, bool p, ExprPtr e) : Expr(ExprKind::kPresence, s), present(p), operand(std::move(e)) {}
  bool present;  // false: `x missing`
  ExprPtr operand;
};
struct DefaultExpr : Expr {
  DefaultExpr(Span s, ExprPtr v, ExprPtr f)
      : Expr(ExprKind::kDefault, s), value(std::move(v)), fallback(std::move(f)) {}
  ExprPtr value, fallback;
};
struct CastExpr : Expr {
  CastExpr(Span s, ExprPtr v, TypeRef t)
      : Expr(ExprKind::kCast, s), value(std::move(v)), type(std::move(t)) {}
  ExprPtr value;
  TypeRef type;
};
struct ConditionalExpr : Expr {
  explicit ConditionalExpr(Span s) : Expr(ExprKind::kConditional, s) {}
  ExprPtr condition, then_value, else_value;
};
struct ListExpr : Expr {
  explicit ListExpr(Span s) : Expr(ExprKind::kList, s) {}
  std::vector<ExprPtr> items;
};
struct LambdaExpr : Expr {
  LambdaExpr(Span s, Name p, ExprPtr b)
      : Expr(ExprKind::kLambda, s), parameter(std::move(p)), body(std::move(b)) {}
  Name parameter;
  ExprPtr body;
};

enum class WindowUnit : std::uint8_t { kLines, kRecords, kTime, kScope, kMissing };

struct Window {               // 3 lines, 5m, 20 records, test
  ExprPtr amount;             // a literal or a parameter; checked in sema; null for kScope
  std::optional<Path> scope;  // kScope: name of a scope, `source` or `run`
  WindowUnit unit = WindowUnit::kMissing;
  Span span;
};

enum class WindowForm : std::uint8_t { kOver, kEach, kSession, kLast, kBefore };

// over 5m; over each 1m; over session 30s; over test; last 7d; before 5m
struct WindowExpr : Expr {
  explicit WindowExpr(Span s) : Expr(ExprKind::kWindow, s) {}
  WindowForm form = WindowForm::kOver;
  Window window;
};

// ---------------------------------------------------------------- clauses of rules and events

enum class ClauseKind : std::uint8_t {
  kError,
  kSeverity,
  kStage,  // match, then, without, from
  kWhere,
  kLet,
  kAt,
  kReport,
  kFix,
  kTags,
  kSee,
  kStatus,  // status experimental|stable; deprecated "use x instead"
  kTest,
  kBy,          // by a, b
  kWithin,      // within 90s: of the whole rule
  kSkew,        // skew 200ms
  kSet,         // all within 5m {…}, any 2 of within 5m {…}
  kWith,        // with x = latest e where …
  kWhen,        // when count() > 3 twice in a row
  kExplains,    // explains r within job confidence 0.6
  kConfidence,  // confidence 0.6, confidence { … }
  kNeeds,       // needs "a heap profile" when …
  kEdge,        // of a graph: edge e from a to b
  kEntry,       // of a score: 8.5 "fatal error:"
};

struct Clause {
  Clause(ClauseKind k, Span s) : kind(k), span(s) {}
  virtual ~Clause() = default;
  ClauseKind kind;
  Span span;
};
using ClausePtr = std::unique_ptr<Clause>;

struct ErrorClause : Clause {
  explicit ErrorClause(Span s) : Clause(ClauseKind::kError, s) {}
};

struct SeverityClause : Clause {
  SeverityClause(Span s, Name l) : Clause(ClauseKind::kSeverity, s), level(std::move(l)) {}
  Name level;
};

// kEnter, kPause, kClose: of a scope. kPart: `a = …` of a set. kLatest, kNext: of a `with`. kEdge, kEntry: of
// graphs and scores.
enum class StageKind : std::uint8_t {
  kMatch,
  kThen,
  kWithout,
  kFrom,
  kUntil,
  kPart,
  kLatest,
  kNext,
  kEnter,
  kPause,
  kClose,
  kEdge,
  kEntry,
};

enum class BlockPartKind : std::uint8_t {
  kLine,      // "template" or "template"
  kOptional,  // optional …
  kRepeat,    // repeat stack of frames, repeat modules {…}
  kAnyOrder,  // any order {…}
  kOneOf,     // one of {…}
  kText,      // lines body until "…"
  kBlank,     // blank
  kSkip,      // skip "…"
  kUntil,     // until "…"
  kPart,      // the name of a `part`
};

// What a block is made of.
struct BlockPart {
  BlockPartKind kind = BlockPartKind::kLine;
  std::vector<ExprPtr>
      lines;  // kLine, kSkip, kUntil; kText: of its `until`, may be empty. StringExpr or RegexExpr
  std::optional<Name> name;      // kRepeat, kText: the field that the list becomes
  std::optional<Path> part;      // kPart, and kRepeat `of` a part
  std::vector<BlockPart> parts;  // kOptional, kRepeat, kAnyOrder, kOneOf
  bool required = false;         // required repeat …
  Span span;
};

// What a stage looks for: a template, a regex, a block, or the name of a pattern, event, rule, scope or
// format.
struct StageSource {
  ExprPtr pattern;               // StringExpr, RegexExpr, or null
  std::optional<Path> name;      // where pattern is null
  std::vector<BlockPart> block;  // match block {…}: where neither stands
  Span span;
};

// 3 times, twice in a row
struct Repetition {
  std::int64_t count = 1;
  bool in_a_row = false;
  Span span;
};

enum class MatchTarget : std::uint8_t { kText, kRaw, kField };

struct StageClause : Clause {
  StageClause(Span s, StageKind k) : Clause(ClauseKind::kStage, s), stage(k) {}
  StageKind stage;
  Span keyword;
  bool every = false;  // then every …
  MatchTarget target = MatchTarget::kText;
  std::optional<Path> field;              // target kField: match message "…"
  std::vector<StageSource> alternatives;  // joined by `or`; empty: any event of the rule's `from`
  std::optional<Name> alias;              // as NAME; kPart, kLatest, kNext: the name before `=`
  ExprPtr each;                           // each LIST as x
  std::optional<Name> each_alias;
  std::optional<Name> role;         // in before
  std::vector<ExprPtr> conditions;  // where … of this stage
  std::vector<ExprPtr> keys;        // by … of this stage
  std::optional<Window> window;
  std::optional<Repetition> repetition;
  std::optional<Name> before,
      after;                   // without … before a, after b; between a and b sets both: after a, before b
  std::optional<Name> across;  // kLatest, kNext: across source, across run
  ExprPtr edge_from, edge_to;  // kEdge
  ExprPtr weight;              // kEntry: a literal
};

// by a, b
struct ByClause : Clause {
  explicit ByClause(Span s) : Clause(ClauseKind::kBy, s) {}
  std::vector<ExprPtr> keys;
};
// within 90s on a line of its own (kWithin), skew 200ms (kSkew)
struct WindowClause : Clause {
  WindowClause(ClauseKind k, Span s) : Clause(k, s) {}
  Window window;
};
// all within 5m { a = …; b = … }, any 2 of within 5m { … }
struct SetClause : Clause {
  explicit SetClause(Span s) : Clause(ClauseKind::kSet, s) {}
  std::optional<std::int64_t> need;  // any N of; nothing: all
  std::optional<Window> window;
  std::vector<ClausePtr> parts;  // StageClause of kind kPart, or ErrorClause
};
// with x = latest e where …; edge …; 8.5 "fatal error:": a stage that is no step of a sequence
struct StageHolderClause : Clause {
  StageHolderClause(ClauseKind k, Span s) : Clause(k, s) {}
  std::unique_ptr<StageClause> stage;
};
struct WhenClause : Clause {
  explicit WhenClause(Span s) : Clause(ClauseKind::kWhen, s) {}
  ExprPtr condition;
  std::optional<Repetition> repetition;
};
struct ExplainsClause : Clause {
  explicit ExplainsClause(Span s) : Clause(ClauseKind::kExplains, s) {}
  Path rule;
  std::optional<Name> alias;
  std::optional<Window> window;
  std::vector<ExprPtr> conditions;
  ExprPtr confidence;  // or null
};
struct ConfidenceTerm {
  ExprPtr weight;                  // a number, may be negative
  ExprPtr condition;               // when …, or null
  std::optional<std::string> why;  // shown beside the weight
  Span span;
};
struct ConfidenceClause : Clause {
  explicit ConfidenceClause(Span s) : Clause(ClauseKind::kConfidence, s) {}
  std::vector<ConfidenceTerm> terms;  // `confidence 0.6` is one term
  bool block = false;                 // written with braces
};
struct NeedsClause : Clause {
  explicit NeedsClause(Span s) : Clause(ClauseKind::kNeeds, s) {}
  std::string text;
  ExprPtr condition;  // or null
};

struct WhereClause : Clause {
  WhereClause(Span s, ExprPtr c) : Clause(ClauseKind::kWhere, s), condition(std::move(c)) {}
  ExprPtr condition;
};
struct LetClause : Clause {
  LetClause(Span s, Name n, ExprPtr v)
      : Clause(ClauseKind::kLet, s), name(std::move(n)), value(std::move(v)) {}
  Name name;
  ExprPtr value;
};
// at, report, fix
struct TextClause : Clause {
  TextClause(ClauseKind k, Span s, ExprPtr t) : Clause(k, s), text(std::move(t)) {}
  ExprPtr text;
};
// tags a, b   see "https://…", "…"   status experimental   deprecated "…"
struct ListClause : Clause {
  ListClause(ClauseKind k, Span s) : Clause(k, s) {}
  Name keyword;                // which word opened it (status or deprecated)
  std::vector<ExprPtr> items;  // names or strings
};

// expect nothing; expect {…}; expect 2 {…} {…}
struct Expectation {
  Span span;
  std::int64_t count = 1;                      // 0: nothing
  std::vector<std::vector<ExprPtr>> findings;  // conditions on each, in order; may be fewer than count
};

// One line of `test { … }`, in written order.
enum class TestItemKind : std::uint8_t { kNow, kContext, kInput, kAt };
struct TestItem {
  TestItemKind kind = TestItemKind::kInput;
  std::uint32_t run = 0;            // which run it belongs to, from 0
  std::optional<Name> name;         // kContext: the name; kInput: the role
  std::string text;                 // kNow, kContext, kInput: as TestClause::input
  std::optional<std::string> from;  // kInput
  std::int64_t at = 0;              // kAt: nanoseconds after `now`
  Span span;
};

struct TestClause : Clause {
  explicit TestClause(Span s) : Clause(ClauseKind::kTest, s) {}
  std::vector<TestItem> items;      // test { … }; empty: `input` or `from` is the only input
  std::uint32_t runs = 1;           // of `items`
  std::optional<Name> name;         // test "name" """…""" : not needed, shown in reports
  std::string input;                // indentation of the closing fence removed; escapes resolved if `escaped`
  std::optional<std::string> from;  // test from "x.log"
  bool escaped = false;
  Span input_span;
  Expectation expect;
};

// ---------------------------------------------------------------- declarations

enum class DeclKind : std::uint8_t {
  kError,
  kPattern,
  kFormat,
  kWrapper,
  kRule,  // rule, event, scope, graph, score
  kPart,
  kTable,
  kParam,
  kOverride,
  kDisable,  // disable, allow
  kPack,
};

struct Decl {
  Decl(DeclKind k, Span s) : kind(k), span(s) {}
  virtual ~Decl() = default;
  DeclKind kind;
  Span span;
  Name name;
  std::string doc;  // text of the /// lines, one a line, without the slashes and one blank
};
using DeclPtr = std::unique_ptr<Decl>;

struct ErrorDecl : Decl {
  explicit ErrorDecl(Span s) : Decl(DeclKind::kError, s) {}
};

struct PatternDecl : Decl {  // pattern NAME = alternative | alternative
  explicit PatternDecl(Span s) : Decl(DeclKind::kPattern, s) {}
  std::vector<ExprPtr> alternatives;  // StringExpr or RegexExpr
};

struct MapEntry {  // I: info, "x y": error
  std::string key;
  Span key_span;
  ExprPtr value;
};

// status: int from "http.status"     trace_id?     level = level map {I: info}     time = parse_time(…)
// others
struct FieldDecl {
  Span span;
  Name name;
  bool optional = false;
  bool others = false;  // takes every field that no other names
  std::optional<TypeRef> type;
  std::optional<std::string> source;  // from "path": a JSON path or a logfmt key
  Span source_span;
  ExprPtr value;  // name = expression over holes and fields
  std::vector<MapEntry> map;
};

enum class FormatKind : std::uint8_t { kPlain, kJson, kLogfmt, kLine, kBlock };

struct FormatDecl : Decl {
  explicit FormatDecl(Span s) : Decl(DeclKind::kFormat, s) {}
  FormatKind format = FormatKind::kPlain;
  std::optional<std::string> each;  // json each "path"
  Span each_span;
  std::vector<ExprPtr> lines;  // line "…" or "…": StringExpr or RegexExpr
  std::vector<FieldDecl> fields;
  std::optional<std::string> missing_text;  // missing "-"
  std::vector<BlockPart> parts;             // kBlock
  std::vector<Name> block_by;               // kBlock: by k; tells interleaved writers apart
  std::optional<std::int64_t> limit;        // kBlock: limit N lines
};

// wrapper NAME = line "…" | json {…}  detect "…"  inside OTHER  stream by a, b
struct WrapperDecl : Decl {
  explicit WrapperDecl(Span s) : Decl(DeclKind::kWrapper, s) {}
  FormatKind format = FormatKind::kLine;  // kLine or kJson
  std::vector<ExprPtr> lines;
  std::vector<FieldDecl> fields;  // kJson: exactly one of type `unwrapped`
  std::vector<ExprPtr> detect;    // StringExpr or RegexExpr
  std::optional<Path> inside;
  std::vector<Name> stream_by;
};

enum class RuleForm : std::uint8_t { kRule, kEvent, kScope, kGraph, kScore };

struct RuleDecl : Decl {  // rule NAME {…}, event NAME {…}, scope NAME {…}, graph NAME {…}, score NAME {…}
  explicit RuleDecl(Span s) : Decl(DeclKind::kRule, s) {}
  RuleForm form = RuleForm::kRule;
  bool is_event = false;           // form kEvent
  std::vector<Name> scope_by;      // scope NAME by a, b
  std::vector<ClausePtr> clauses;  // in written order
};

struct PartDecl : Decl {  // part NAME {…}
  explicit PartDecl(Span s) : Decl(DeclKind::kPart, s) {}
  std::vector<BlockPart> parts;
};

struct TableColumn {
  Name name;
  std::optional<TypeRef> type;  // text where none is written
};
struct TableDecl : Decl {  // table NAME(a, b: int) from "x.csv", or with rows in place
  explicit TableDecl(Span s) : Decl(DeclKind::kTable, s) {}
  std::vector<TableColumn> columns;
  std::optional<std::string> from;
  Span from_span;
  std::vector<std::vector<ExprPtr>> rows;  // literals
};

struct ParamDecl : Decl {  // param NAME: TYPE = DEFAULT between A and B "doc"
  explicit ParamDecl(Span s) : Decl(DeclKind::kParam, s) {}
  std::optional<TypeRef> type;
  ExprPtr value;
  ExprPtr low, high;  // both or neither
};

struct OverrideEntry {
  Name name;              // of a param of the rule's module, or `severity`, `report`, `fix`
  bool assigned = false;  // written with `=`: a param
  ExprPtr value;          // severity: a NameExpr
  Span span;
};
struct OverrideDecl : Decl {  // override a.b.rule {…}; `name` is the path's text
  explicit OverrideDecl(Span s) : Decl(DeclKind::kOverride, s) {}
  Path target;
  std::vector<OverrideEntry> entries;
};

struct DisableDecl
    : Decl {  // disable a.b.rule "reason" until "2027-01-01"; allow a.b.rule where … "reason" until …
  explicit DisableDecl(Span s) : Decl(DeclKind::kDisable, s) {}
  Path target;
  ExprPtr condition;  // allow; null: disable
  std::optional<std::string> reason;
  std::optional<std::string> until;
  Span until_span;
};

struct PackNeed {
  Path name;
  std::string version;  // at least
  Span span;
};
struct PackDecl : Decl {  // pack acme.ci { version "1.4.0"; needs faultline >= "0.3" }
  explicit PackDecl(Span s) : Decl(DeclKind::kPack, s) {}
  std::string version;
  std::vector<PackNeed> needs;
};

struct Use {
  Path module;
  std::optional<Name> alias;  // use go.modules as mods
  Span span;
};

struct Module {
  FileId file = kNoFile;
  std::optional<std::int64_t> language;  // language 1
  std::optional<Path> name;              // module go.modules
  std::string doc;
  std::vector<Use> uses;
  std::vector<DeclPtr> decls;
  Span span;
};

}  // namespace faultline::ast

#endif  // FAULTLINE_FRONTEND_AST_AST_H_
