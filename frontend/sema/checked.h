// What sema makes of a set of modules: every name resolved, every expression typed, every template a tree.
//
// The structures mirror what lowering needs and nothing of the syntax tree is needed behind them, but they
// know nothing of the IR: the checker, the formatter and the language server link without it. Expressions are
// trees of operations that are already chosen (lang::Opcode), with every conversion written out, so lowering
// decides nothing.
//
// What did not compile is left out or marked (Rule::ok); the diagnostics are in the sink that Check was
// given.
//
// Ownership: a CheckedProgram owns its trees; text of constants lives in its arena. Immutable after Check, so
// it may be read on many threads.
#ifndef FAULTLINE_FRONTEND_SEMA_CHECKED_H_
#define FAULTLINE_FRONTEND_SEMA_CHECKED_H_

#include "support/lang/lang.h"
#include "support/regex/node.h"
#include "support/source/source.h"
#include "support/value/value.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::sema {

inline constexpr std::uint32_t kNoIndex = 0xffffffff;

// ---------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  kConstant,
  kBinding,    // `index`: binding of the rule or format
  kInput,      // `index`: binding of the record a stage looks at (only in Stage::load)
  kCapture,    // `index`: capture of the pattern that matched
  kOperation,  // `opcode` over `arguments`
  kField,      // field `index` of arguments[0], a record
  kLoop,       // `loop` over arguments[0]; `body` is computed for each element
  kElement,    // the element of the loop of depth `index`, outermost 0
  kMakeList,
  kMakeRecord,
  kBuiltin,       // `builtin`
  kMatchPattern,  // does pattern `index` match in arguments[0]?
};

enum class LoopKind : std::uint8_t { kAny, kAll, kCount, kFirst, kLast, kFilter, kMap };
enum class Builtin : std::uint8_t { kLogFile, kLogLine, kLogColumn, kText, kRawText, kTime, kNow, kStream };

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Expr {
  ExprKind kind = ExprKind::kConstant;
  lang::Opcode opcode{};
  LoopKind loop{};
  Builtin builtin{};
  std::uint32_t index = 0;
  lang::Type type;
  Value constant;  // kConstant; its text lives in CheckedProgram::arena
  std::vector<ExprPtr> arguments;
  ExprPtr body;
  Span span;
};

ExprPtr Clone(const Expr& expr);

// ---------------------------------------------------------------- patterns and bindings

// A regex that is looked for.
struct Pattern {
  std::string name;    // "go.modules.checksum_mismatch#1"
  std::string source;  // as written
  regex::NodePtr node;
  std::vector<std::string> captures;  // name of capture 1, 2, …; may be ""
  Span span;
};

// A name of a rule or of a format: what a hole, a field, an event or a `let` gives.
struct Binding {
  std::string name;  // "module", "p.file"
  lang::Type type;
  bool optional = false;  // may be missing in a finding
  bool hidden = false;    // no field of the finding
  bool names = false;     // part of what the finding is about: its id depends on it
  std::uint32_t stage = 0;
  Span span;
};

struct Store {
  std::uint32_t binding = kNoIndex;
  ExprPtr value;
};

struct Alternative {
  std::uint32_t pattern = kNoIndex;  // kNoIndex: any record of the stage's input
  std::vector<Store> stores;
};

// ---------------------------------------------------------------- rules

// How a rule makes one match of what its stages found; ir::RuleShape says more.
enum class RuleShape : std::uint8_t { kSequence, kAll, kAny, kAggregate, kScope, kGraph };

enum class StageKind : std::uint8_t {
  kMatch,
  kThen,
  kWithout,
  kUntil,
  kPart,
  kLatest,
  kNext,
  kFeed,  // events that only update an aggregate: count(build_failed, over 1d)
  kEnter,
  kPause,
  kClose,
  kEdge,
  kEntry,
};
enum class StageInput : std::uint8_t { kText, kRaw, kField, kFormat, kRule };
enum class WindowUnit : std::uint8_t { kNoWindow, kLines, kRecords, kTime, kScope };

// Scopes that need no declaration, in place of the index of a rule.
inline constexpr std::uint32_t kSourceScope = 0xfffffffe;
inline constexpr std::uint32_t kRunScope = 0xfffffffd;

struct Window {
  WindowUnit unit = WindowUnit::kNoWindow;
  std::int64_t amount = 0;         // lines, records or nanoseconds
  std::uint32_t scope = kNoIndex;  // kScope: a rule of shape kScope, kSourceScope or kRunScope
  Span span;
};

enum class Reach : std::uint8_t { kStream, kSource, kRun };

// A field of a wrapper around the record of a stage. Several may fill one binding: the innermost wrapper that
// has a value gives it.
struct WrapperField {
  std::uint32_t binding = kNoIndex;
  std::uint32_t wrapper = kNoIndex;
  std::uint32_t field = kNoIndex;  // binding of the wrapper
};

struct Stage {
  StageKind kind = StageKind::kMatch;
  StageInput input = StageInput::kText;
  std::uint32_t format = kNoIndex;  // whose records are looked at; kNoIndex: any
  std::string field;                // kField
  std::uint32_t rule = kNoIndex;    // kRule: a rule, an event or a scope
  std::vector<Alternative> alternatives;
  std::vector<Store> load;  // from the record's fields (kInput) to bindings
  std::vector<WrapperField> wrapped;
  ExprPtr guard;  // bool over what this stage binds; null: true
  ExprPtr join;   // bool over what this and earlier stages bind
  std::string alias;
  std::string prefix;  // of the names that it binds: "a.", "login.", ""
  Window window;
  bool every = false;
  std::string role;
  ExprPtr each;                           // list; each element is a match of its own
  std::uint32_t each_binding = kNoIndex;  // of the element
  std::vector<ExprPtr> key;               // the parts of the rule's key, over what this stage binds
  std::uint32_t count = 1;                // 3 times
  bool in_a_row = false;
  std::uint32_t count_binding = kNoIndex;
  std::uint32_t after = kNoIndex, before = kNoIndex;  // kWithout, kUntil: stages
  std::vector<ExprPtr> index_own, index_other;        // kLatest, kNext: pairs that must be equal
  Reach reach = Reach::kStream;
  Span span;
};

// A binding that the engine fills; see ir::Provided.
enum class ProvidedKind : std::uint8_t {
  kContext,
  kScopeField,
  kScopeInstance,
  kElapsed,
  kNovel,
  kCollected
};
struct Provided {
  ProvidedKind kind = ProvidedKind::kContext;
  std::uint32_t binding = kNoIndex;
  std::uint32_t stage = 0;
  std::string name;                // kContext
  std::uint32_t scope = kNoIndex;  // kScopeField, kScopeInstance: a rule of shape kScope
  std::uint32_t field = kNoIndex;  // kScopeField: a binding of the scope; kCollected: of the stage
  bool at_close = false;           // kScopeField: only `close` binds it
};

// What is done in order once all positive stages have matched.
enum class StepKind : std::uint8_t { kRun, kCondition, kJoin, kGraph };
struct Step {
  StepKind kind = StepKind::kCondition;
  std::vector<Store> stores;  // kRun
  ExprPtr condition;          // kCondition
  std::uint32_t index = 0;    // kJoin: a stage; kGraph: a graph query
};

enum class AggregateKind : std::uint8_t {
  kCount,
  kDistinct,
  kSum,
  kMin,
  kMax,
  kMean,
  kStddev,
  kPercentile,
  kRate,
  kTop,
  kFirst,
  kLast,
  kList,
};
enum class AggregateForm : std::uint8_t { kWhole, kSliding, kTumbling, kSession, kHistory };
struct Aggregate {
  AggregateKind kind = AggregateKind::kCount;
  AggregateForm form = AggregateForm::kWhole;
  std::uint32_t binding = kNoIndex;  // of the result
  std::uint32_t stage = kNoIndex;    // kNoIndex: all kMatch and kEntry stages
  ExprPtr argument;
  double parameter = 0;
  Window window;
  std::int64_t before = 0;
  std::string series;
};

enum class GraphQueryKind : std::uint8_t { kReaches, kPath, kCycles };
struct GraphQuery {
  GraphQueryKind kind = GraphQueryKind::kReaches;
  std::uint32_t graph = kNoIndex;  // a rule of shape kGraph
  ExprPtr from, to;
  std::uint32_t binding = kNoIndex;
};

struct Explains {
  std::uint32_t rule = kNoIndex;
  Window window;
  ExprPtr condition;   // kBinding: of this rule, kInput: of the other
  ExprPtr confidence;  // float; null: the finding's own
  Span span;
};

struct ConfidenceTerm {
  double weight = 0;
  ExprPtr when;
  std::string why;
};

struct Need {
  std::string text;
  ExprPtr when;
};

struct Allow {
  ExprPtr when;  // bool over the rule's bindings
  std::string reason;
  std::int64_t until = INT64_MAX;  // ns since 1970
};

enum class RuleStatus : std::uint8_t { kStable, kExperimental, kDeprecated };

// One condition of an expected finding: `version == "v1.2.3"`.
struct Condition {
  ExprPtr value;       // bool over the rule's bindings and log.*
  ExprPtr actual;      // the left side of a comparison, to show what was found instead; may be null
  std::string source;  // as written
  Span span;
};

// One line of `test { … }`, in written order.
enum class TestItemKind : std::uint8_t { kNow, kContext, kInput, kAt };
struct TestItem {
  TestItemKind kind = TestItemKind::kInput;
  std::uint32_t run = 0;  // from 0
  std::string name;       // kContext: of the variable; kInput: the role
  std::string text;       // kNow: the time as written; kContext: the value; kInput: the text, unless `from`
  std::string from;       // kInput: a file
  std::int64_t at = 0;    // kAt: ns after `now`
  Span span;
};

struct Test {
  std::string name;
  std::vector<TestItem> items;  // empty: `input` or `from` is the only input
  std::uint32_t runs = 1;
  std::string input;
  std::string from;  // file to read the input from, beside the rule's file; "" for `input`
  std::int64_t count = 1;
  std::vector<std::vector<Condition>> findings;
  Span span;
  Span input_span;
};

// A rule, event, scope, graph or score.
struct Rule {
  std::string name;  // qualified
  std::string module;
  bool ok = true;  // false: it has errors, do not lower
  bool is_event = false;
  bool disabled = false;  // not reported; others may still read it
  bool unread = false;    // an event or scope of the stock formats that nothing reads: not lowered
  lang::Severity severity = lang::Severity::kNote;
  RuleStatus status = RuleStatus::kStable;
  std::string doc;
  std::string deprecated;
  std::vector<std::string> tags;
  std::vector<std::string> see;
  std::vector<Binding> bindings;
  RuleShape shape = RuleShape::kSequence;
  std::vector<Stage> stages;
  std::uint32_t need = 0;          // kAny: how many parts
  Window window;                   // of the whole rule or set; kGraph: the scope it is built in
  std::int64_t skew = 0;           // ns
  std::vector<std::uint32_t> key;  // bindings that show the parts of the key, in order
  std::vector<Provided> provided;
  std::vector<Aggregate> aggregates;
  std::vector<GraphQuery> graph_queries;
  std::vector<Step> steps;
  ExprPtr when;  // kAggregate
  std::uint32_t when_count = 1;
  std::vector<Explains> explains;
  std::vector<ConfidenceTerm> confidence;
  std::vector<Need> needs;
  std::vector<Allow> allows;
  std::vector<Store> lets;
  ExprPtr report;  // text
  ExprPtr fix;     // text
  ExprPtr at;      // text
  std::vector<Test> tests;
  Span span;
};

// ---------------------------------------------------------------- formats and wrappers

enum class FormatKind : std::uint8_t { kPlain, kJson, kLogfmt, kLine, kBlock };

// What a block is made of; see ir::BlockPart.
enum class BlockPartKind : std::uint8_t {
  kLine,
  kOptional,
  kRepeat,
  kAnyOrder,
  kOneOf,
  kText,
  kBlank,
  kSkip,
  kUntil,
};
struct BlockPart {
  BlockPartKind kind = BlockPartKind::kLine;
  std::vector<Alternative> lines;
  std::uint32_t list = kNoIndex;       // binding: kRepeat of records, kText of text
  std::vector<std::uint32_t> element;  // kRepeat: bindings of one repetition, as the record type's fields
  std::vector<BlockPart> parts;
  bool required = false;  // kRepeat: one round at least
};

struct Field {
  std::string name;
  lang::Type type;
  bool optional = false;
  bool others = false;
  std::vector<std::string> path;
  std::uint32_t binding = kNoIndex;  // in the format's frame
  ExprPtr convert;                   // from the raw value in the binding; null: stored as decoded
};

struct Format {
  std::string name;
  bool ok = true;
  FormatKind kind = FormatKind::kPlain;
  std::vector<std::string> each;
  std::vector<Alternative> lines;
  std::vector<Binding> bindings;
  std::vector<Field> fields;
  std::vector<Store> derived;  // fields defined by `=`
  std::optional<std::string> missing_text;
  std::vector<BlockPart> parts;                                         // kBlock
  std::vector<std::uint32_t> block_by;                                  // kBlock: bindings
  std::int64_t limit_lines = 20000;                                     // kBlock
  std::uint32_t truncated = kNoIndex;                                   // kBlock: binding
  std::uint32_t message = kNoIndex, time = kNoIndex, level = kNoIndex;  // bindings
  std::uint32_t literal_bytes = 0;
  Span span;
};

struct Wrapper {
  std::string name;
  bool ok = true;
  FormatKind kind = FormatKind::kLine;
  std::vector<Alternative> lines;
  std::vector<Binding> bindings;
  std::vector<Field> fields;
  std::vector<std::string> unwrapped_path;
  std::vector<std::uint32_t> detect;  // patterns
  std::string inside;
  std::vector<std::uint32_t> stream_by;
  std::uint32_t time = kNoIndex;
  Span span;
};

// ---------------------------------------------------------------- the whole

// A value that rules name and a repository may set.
struct Param {
  std::string name;  // qualified
  std::string module;
  bool ok = true;
  lang::Type type;
  ExprPtr value;           // a constant, or a list of constants; null where it is broken
  std::string value_text;  // as written
  std::string default_text;
  std::string low_text, high_text;  // of its range; "" where it has none
  std::string doc;
  bool overridden = false;
  Span set;  // of the override
  Span span;
};

// A constant list of records.
struct Table {
  std::string name;  // qualified
  bool ok = true;
  ExprPtr value;
  std::size_t rows = 0;
  std::string from;  // the file, "" where the rows stand in place
  std::string doc;
  Span span;
};

// What is changed about rules, for people to look at; its effect is in the rules and parameters.
enum class SettingKind : std::uint8_t { kOverride, kDisable, kAllow };
struct Setting {
  SettingKind kind = SettingKind::kOverride;
  std::string target;  // qualified
  std::string what;    // kOverride: the parameter or clause; kAllow: the condition
  std::string value;   // kOverride: as written
  std::string reason;
  std::string until;  // as written
  bool expired = false;
  Span span;
};

struct Pack {
  std::string name;
  std::string version;
  std::vector<std::pair<std::string, std::string>> needs;  // of what, at least which version
  Span span;
};

struct CheckedProgram {
  std::vector<Param> params;
  std::vector<Table> tables;
  std::vector<Setting> settings;
  std::vector<Pack> packs;
  std::vector<Pattern> patterns;
  std::vector<Format> formats;
  std::vector<Wrapper> wrappers;
  std::vector<Rule> rules;  // a rule stands after those it reads
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();
  bool ok = true;  // no errors
};

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_CHECKED_H_
