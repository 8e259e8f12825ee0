// The intermediate representation: what a checked module becomes, and all that both back ends, the runtime
// and `explain` need to know of it.
//
// The IR carries code and plans. Code: functions over values in SSA form, pure and total (every operation has
// a result for every input, a missing value being one), so that evaluation order is free and evaluation is
// eager. Plans: patterns (regexes with the literals that find them), formats and wrappers (how bytes become
// records), rules (stages, windows, what a finding says). Text form: text.h prints it and reads it back;
// verifier.h states what holds of a well-formed module; passes/ rewrite it.
//
// Identity is by index into the module's vectors; indices are stable until a pass that says otherwise.
// Nothing here refers to the AST. Spans are kept for messages and `explain`.
#ifndef FAULTLINE_IR_IR_H_
#define FAULTLINE_IR_IR_H_

#include "support/lang/lang.h"
#include "support/source/source.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::ir {

using PatternId = std::uint32_t;
using FunctionId = std::uint32_t;
using FormatId = std::uint32_t;
using RuleId = std::uint32_t;
using SlotId = std::uint32_t;
using ValueId = std::uint32_t;  // SSA value: index into Function::instructions
inline constexpr std::uint32_t kNone = 0xffffffff;

// ---------------------------------------------------------------- patterns

// A regex every match of which is looked for in a text. Templates are regexes by now. Captures are numbered
// from 1.
struct Pattern {
  std::string name;                   // for people: "go.modules.checksum_mismatch#1"
  std::string source;                 // the template or regex as written
  std::string regex;                  // canonical syntax (regex::ToString); parsed with `flags`
  std::string flags;                  // subset of "iu", canonical order
  std::vector<std::string> captures;  // name of capture 1, 2, …; may be ""
  // Filled by the pass find_literals: every match contains one of these. Empty: no literal is required.
  struct Literal {
    std::string text;   // lower-case where fold
    bool fold = false;  // ASCII case is ignored
    friend bool operator==(const Literal&, const Literal&) = default;
  };
  std::vector<Literal> literals;
  Span span;
};

// ---------------------------------------------------------------- functions

enum class InstructionKind : std::uint8_t {
  kConstant,    // a constant of the module
  kSlot,        // a slot of the rule's (or format's) frame: missing if nothing was stored
  kCapture,     // text of capture `index` of the pattern that just matched; missing if unset
  kOperation,   // opcode over arguments
  kField,       // field `index` of a record value
  kLoop,        // over a list: any, all, count, first, last, filter, map …; body yields a value an element
  kElement,     // the current element inside a loop's body; `index` = the kLoop's nesting depth, outermost 0
  kMakeList,    // arguments as a list
  kMakeRecord,  // arguments as a record
  kStore,       // arguments[0] into slot `index`; no value
  kBuiltin,     // a property of the record at hand: log.line, log.file, time …
  kMatchPattern,  // does pattern `index` match somewhere in the text arguments[0]? missing of a missing text
  kInput,  // slot `index` of the record that a stage looks at, in the frame of its format or of the rule that
           // found it; only in Stage::load, where kStore goes to the reading rule's own slots
};

// A loop over a missing list is missing. kAny: true if one is true, else missing if one is missing; kAll: its
// dual. The others take an element only where the body is true; kMap keeps every result, missing ones too.
enum class LoopKind : std::uint8_t { kAny, kAll, kCount, kFirst, kLast, kFilter, kMap };

enum class Builtin : std::uint8_t {
  kLogFile,
  kLogLine,
  kLogColumn,
  kText,
  kRawText,
  kTime,
  kNow,
  kStream,
};

struct Block;

struct Instruction {
  InstructionKind kind = InstructionKind::kConstant;
  lang::Opcode opcode{};           // kOperation
  LoopKind loop{};                 // kLoop
  Builtin builtin{};               // kBuiltin
  std::uint32_t index = 0;         // constant, slot, capture, field or depth, as `kind` says
  std::vector<ValueId> arguments;  // kLoop: the list
  std::uint32_t body = kNone;      // kLoop: block of the function
  lang::Type type;                 // kStore: none, Type()
  Span span;

  // Whether the kind yields a value that others may use.
  bool has_value() const { return kind != InstructionKind::kStore; }
};

// A straight line of instructions; the loop bodies of a function are blocks of their own.
struct Block {
  std::vector<ValueId> order;  // instructions to run, in order
  ValueId result = kNone;      // what the block yields; kNone for functions that only store
};

// Numbering is canonical: instructions and blocks are numbered in the order in which the text form writes
// them, a loop before its body. So every block is the body of one loop (blocks[0]: of the function), every
// instruction stands in one block, and an operand has a smaller number than its use. A body sees what the
// blocks around it computed before. builder.h makes functions that way.
struct Function {
  std::string name;                       // unique in the module: "checksum_mismatch.where.1"
  lang::Type result;                      // Type(): only stores
  std::vector<Instruction> instructions;  // all blocks' instructions
  std::vector<Block> blocks;              // blocks[0] is the body
};

// Loops inside one another; more is refused by the verifier, so that walks may recurse over nesting.
inline constexpr std::uint32_t kMaxLoopDepth = 32;

struct Constant {
  Value value;  // its text and items point into Module::constant_arena
  lang::Type type;
};

// ---------------------------------------------------------------- rules

struct Slot {
  std::string name;  // "module", "first.file"
  lang::Type type;
  bool hidden = false;  // not a field of the finding (helper bindings, `let` of internals)
};

// How a rule makes one match of what its stages found.
enum class RuleShape : std::uint8_t {
  kSequence,   // match, then …, without …; one stage alone too
  kAll,        // all within W {…}: every kPart stage
  kAny,        // any N of within W {…}: `need` different kPart stages
  kAggregate,  // each match of a kMatch or kEntry stage updates aggregates; `when` decides
  kScope,      // an interval of a stream: kEnter, kPause, kClose stages; decided when it ends
  kGraph,      // its kEdge stages make a graph that others ask; never decided itself
};

enum class StageKind : std::uint8_t {
  kMatch,
  kThen,
  kWithout,
  kUntil,   // a match that waits for the positive stage before this one is dropped
  kPart,    // of a set; `alias` is its name
  kLatest,  // as-of joins: never trigger, may find nothing. Steps say when they are looked up
  kNext,
  kFeed,   // updates aggregates of another event's; never triggers
  kEnter,  // of a scope
  kPause,
  kClose,
  kEdge,   // of a graph
  kEntry,  // of a score: like kMatch, but each entry sees each record
};
enum class StageInput : std::uint8_t {
  kText,    // the unwrapped text (message field of a structured record)
  kRaw,     // the line's bytes as they stand
  kField,   // a field of a format
  kFormat,  // records of a format; no pattern need match
  kRule,    // what another rule or event found
};

// One way in which a stage can match: a pattern and the code that stores its holes.
struct Alternative {
  PatternId pattern = kNone;   // kNone: any record of the stage's input
  FunctionId extract = kNone;  // conversions and stores; kNone: nothing to store
  FunctionId guard = kNone;    // bool over this stage's own slots; kNone: true
};

enum class WindowUnit : std::uint8_t { kNoWindow, kLines, kRecords, kTime, kScope };

// Scopes that need no declaration.
inline constexpr RuleId kSourceScope = 0xfffffffe;
inline constexpr RuleId kRunScope = 0xfffffffd;

struct Window {
  WindowUnit unit = WindowUnit::kNoWindow;
  std::int64_t amount = 0;  // lines, records or nanoseconds
  RuleId scope = kNone;     // kScope: a rule of shape kScope, kSourceScope or kRunScope
  friend bool operator==(const Window&, const Window&) = default;
};

// How far back or ahead an as-of join looks.
enum class Reach : std::uint8_t { kStream, kSource, kRun };

// What a wrapper said about the record that a stage looks at, copied into the rule's frame before `load`.
// Several rows may fill one slot: of those that have a value the innermost wrapper's is taken.
struct WrapperField {
  SlotId slot = kNone;            // of the rule; one of Stage::stores
  std::uint32_t wrapper = kNone;  // index into Module::wrappers
  SlotId field = kNone;           // in the wrapper's frame
  friend bool operator==(const WrapperField&, const WrapperField&) = default;
};

struct Stage {
  StageKind kind = StageKind::kMatch;
  StageInput input = StageInput::kText;
  FormatId format = kNone;  // kFormat, kField: the format whose records are looked at (kNone: any)
  std::string field;        // kField: name of the field
  RuleId rule = kNone;      // kRule
  std::vector<Alternative> alternatives;  // tried in order; the first that matches and passes its guard wins
  std::vector<SlotId> stores;             // slots this stage may store
  std::vector<WrapperField> wrapped;      // not where a rule is read: that rule has the field
  FunctionId load = kNone;                // kFormat/kField/kRule: copies used fields of the record into slots
  FunctionId guard = kNone;               // bool over this stage's own slots only
  FunctionId join = kNone;  // bool over own and earlier stages' slots; decides which line continues a match
  std::string alias;
  WindowUnit window = WindowUnit::kNoWindow;
  std::int64_t amount = 0;  // lines, records or nanoseconds
  RuleId scope = kNone;     // window kScope, as in Window
  bool every = false;       // the last positive stage: one match for each event that fits it
  std::string role;         // only events of inputs with this role; "": any
  // each LIST as x: the stage matches once for each element, which is stored in each_slot after `load` and
  // before `extract` and guards. kNone: no list.
  FunctionId each = kNone;
  SlotId each_slot = kNone;
  // The parts of the rule's key as a list, over this stage's own slots; a missing part drops the event.
  // kNone: the rule has no `by`.
  FunctionId key = kNone;
  std::uint32_t count = 1;  // 3 times: the stage is one event made of `count` matches
  bool in_a_row = false;
  SlotId count_slot = kNone;  // holds how many there were
  // kWithout: strictly after stage `after` and before stage `before` (indices into Rule::stages); kNone: no
  // bound. kUntil: `after` is the stage that must not have come yet.
  std::uint32_t after = kNone;
  std::uint32_t before = kNone;
  // kLatest, kNext: equalities of the condition, taken out of `join` so that events can be found by them:
  // lists of the same length over the stage's own slots and over the rule's other slots. kNone: there are
  // none.
  FunctionId index_own = kNone;
  FunctionId index_other = kNone;
  Reach reach = Reach::kStream;
  Span span;
};

// A slot that the engine fills before the functions of stage `stage` and of later ones that read it in phase
// 2 (join, steps, report, …; never load, extract, guard or key of a stage unless `kind` is kContext; key also
// kScopeInstance, of that stage).
enum class ProvidedKind : std::uint8_t {
  kContext,        // text: context variable `name` (job, branch, commit, …)
  kScopeField,     // slot `field` of the current instance of `scope` at the stage's event
  kScopeInstance,  // int: number of that instance, unique in the run; missing: none is open
  kElapsed,        // duration: from the last positive stage to the decision
  kNovel,          // bool: no learned run printed a line of this shape; missing without learned templates
  kCollected,      // list: slot `field` in each of the events that stage `stage`, a repetition, is made of
};

struct Provided {
  ProvidedKind kind = ProvidedKind::kContext;
  SlotId slot = kNone;
  std::uint32_t stage = 0;  // index into Rule::stages
  std::string name;         // kContext
  RuleId scope = kNone;     // kScopeField, kScopeInstance
  SlotId field = kNone;     // kScopeField; kCollected: that the stage stores
  bool at_close =
      false;  // kScopeField: only the closing line gives it, so the decision waits for the scope's end
  friend bool operator==(const Provided&, const Provided&) = default;
};

// What is done, in order, when all positive stages of a rule have matched (kAggregate: before `when`).
enum class StepKind : std::uint8_t {
  kRun,        // function: stores (`let`)
  kCondition,  // function: bool; unless true the match is dropped
  kJoin,       // stage `index` of kind kLatest or kNext is looked up and its slots are filled
  kGraph,      // graph query `index`
};
struct Step {
  StepKind kind = StepKind::kRun;
  FunctionId function = kNone;
  std::uint32_t index = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

enum class AggregateKind : std::uint8_t {
  kCount,
  kDistinct,
  kSum,
  kMin,
  kMax,
  kMean,
  kStddev,
  kPercentile,  // nearest rank; parameter in (0, 100]
  kRate,        // events a second of the window
  kTop,         // list of record{value, count}: the `parameter` most frequent values
  kFirst,
  kLast,
  kList,  // all values in order, bounded
};
enum class AggregateForm : std::uint8_t {
  kWhole,     // the scope in `by`, else the run; with `window` of unit kScope that scope
  kSliding,   // over W: the event at hand and those at most W before it
  kTumbling,  // over each W
  kSession,   // over session D
  kHistory,   // last W: before the event at hand, earlier runs included
};
struct Aggregate {
  AggregateKind kind = AggregateKind::kCount;
  AggregateForm form = AggregateForm::kWhole;
  SlotId slot = kNone;          // of the result; the engine stores it before steps, `when`, report, …
  std::uint32_t stage = kNone;  // which stage's events are counted: kNone: of all kMatch and kEntry stages
  FunctionId argument = kNone;  // the value, over the rule's slots; kCount: a bool or kNone
  double parameter = 0;
  Window window;
  std::int64_t before = 0;  // the window is moved back by this much, in its unit
  std::string series;       // kHistory: name of the series, unique in the module
  friend bool operator==(const Aggregate&, const Aggregate&) = default;
};

enum class GraphQueryKind : std::uint8_t { kReaches, kPath, kCycles };
struct GraphQuery {
  GraphQueryKind kind = GraphQueryKind::kReaches;
  RuleId graph = kNone;
  FunctionId from = kNone, to = kNone;  // text; kCycles: none
  SlotId slot = kNone;                  // bool, list<text>, list<list<text>>
  friend bool operator==(const GraphQuery&, const GraphQuery&) = default;
};

// This rule's findings are causes of those of `rule`.
struct Explains {
  RuleId rule = kNone;
  Window window;                  // to either side; kNoWindow: the same source
  FunctionId condition = kNone;   // bool; kSlot: of this rule's frame, kInput: of the other's; kNone: true
  FunctionId confidence = kNone;  // float over this rule's frame; kNone: the finding's own
  friend bool operator==(const Explains&, const Explains&) = default;
};

struct ConfidenceTerm {
  double weight = 0;
  FunctionId when = kNone;  // bool; kNone: always
  std::string why;
  friend bool operator==(const ConfidenceTerm&, const ConfidenceTerm&) = default;
};

struct Need {  // what other input would settle it
  std::string text;
  FunctionId when = kNone;
  friend bool operator==(const Need&, const Need&) = default;
};

struct Allow {  // findings for which `when` holds are suppressed
  FunctionId when = kNone;
  std::string reason;
  std::int64_t until = INT64_MAX;  // ns since 1970
  friend bool operator==(const Allow&, const Allow&) = default;
};

enum class RuleStatus : std::uint8_t { kStable, kExperimental, kDeprecated };

struct Rule {
  std::string name;  // qualified: "go.modules.checksum_mismatch"
  bool is_event = false;
  lang::Severity severity = lang::Severity::kNote;
  RuleStatus status = RuleStatus::kStable;
  std::string doc;
  std::string deprecated;
  std::vector<std::string> tags;
  std::vector<std::string> see;
  std::vector<Slot> slots;  // the frame of a match
  RuleShape shape = RuleShape::kSequence;
  std::vector<Stage> stages;  // kSequence: stages[0] is a kMatch
  std::uint32_t need = 0;     // kAny: how many parts
  Window window;  // of the whole rule: first to last stage; of a set; kGraph: the scope it is built in
  std::int64_t skew = 0;    // ns
  std::vector<SlotId> key;  // slots that show the key's parts, in order; kScope: the scope's key
  std::vector<Provided> provided;
  std::vector<Aggregate> aggregates;
  std::vector<GraphQuery> graph_queries;
  std::vector<Step> steps;
  FunctionId when = kNone;       // kAggregate: bool
  std::uint32_t when_count = 1;  // true so many times in a row
  std::vector<Explains> explains;
  std::vector<ConfidenceTerm> confidence;  // none: the finding has no confidence of its own
  std::vector<Need> needs;
  std::vector<Allow> allows;
  FunctionId finish =
      kNone;  // `let`s: stores derived slots once all stages matched, after `steps`; kNone: nothing
  FunctionId report = kNone;     // -> text
  FunctionId fix = kNone;        // -> text; missing drops the fix
  FunctionId at = kNone;         // -> text "file:line:column", "file:line" or "file"
  std::vector<SlotId> identity;  // slots that make up the finding's id, beside the rule's name
  Span span;
};

// ---------------------------------------------------------------- formats and wrappers

enum class FormatKind : std::uint8_t { kPlain, kJson, kLogfmt, kLine, kBlock };

// What a block is made of. The first part of a block is a kLine: its head.
enum class BlockPartKind : std::uint8_t {
  kLine,      // one record that one of `lines` matches
  kOptional,  // `parts` in order, or nothing
  kRepeat,    // `parts` in order, any number of times (`required`: once or more), longest
  kAnyOrder,  // each of `parts` at most once, in any order; records that fit none are skipped until
              // indentation falls back
  kOneOf,     // the first of `parts` that fits
  kText,      // records as text, until one fits `lines`, a blank one, or the block's end
  kBlank,     // an empty record
  kSkip,      // records that `lines` match are passed over anywhere in the enclosing list of parts
  kUntil,     // ends the enclosing list of parts before a record that `lines` match
};
struct BlockPart {
  BlockPartKind kind = BlockPartKind::kLine;
  std::vector<Alternative> lines;  // extraction stores into the format's frame
  SlotId list = kNone;             // kRepeat: list of records, kText: list of text; kNone: not kept
  std::vector<SlotId> element;  // kRepeat: slots of one repetition, in the order of the record type's fields
  std::vector<BlockPart> parts;
  bool required = false;  // kRepeat
};
inline constexpr std::uint32_t kMaxBlockDepth = 16;  // parts inside one another

struct FieldPlan {
  std::string name;
  lang::Type type;
  bool optional = false;
  bool others = false;  // a map of all keys that no other field names
  // JSON path or one logfmt key; "a.b" as one exact key is one element. An array on the way stands for each
  // of its elements ("[]" behind a key may say so) unless the next element is its index; the field is then a
  // list.
  std::vector<std::string> path;
  SlotId slot = kNone;  // in the format's frame
  // From the raw slot value to `type`, in the format's frame (reads the slot, stores the slot). Scalars then
  // arrive as text - strings unescaped, numbers and booleans as the source spells them - so that conversions
  // are the ones of holes and no number passes through a double. kNone: stored as decoded, made to fit `type`
  // or missing.
  FunctionId convert = kNone;
};

struct Format {
  std::string name;  // qualified; stock ones live in module `formats`
  FormatKind kind = FormatKind::kPlain;
  std::vector<std::string> each;   // path to the list whose elements are records; empty: the document itself
  std::vector<Alternative> lines;  // kLine: templates with their extraction into slots
  std::vector<Slot> slots;         // frame of a record
  std::vector<FieldPlan> fields;
  FunctionId derive = kNone;  // fields defined by `=`: stores, after all others
  std::string missing_text;   // a value that stands for missing, such as "-"
  bool has_missing_text = false;
  std::vector<BlockPart> parts;      // kBlock
  std::vector<SlotId> block_by;      // kBlock: slots whose values tell interleaved writers apart
  std::int64_t limit_lines = 20000;  // kBlock
  SlotId truncated = kNone;          // kBlock: bool slot, true if it was ended at a bound
  SlotId message = kNone, time = kNone, level = kNone;  // the fields the engine itself looks at
  std::uint32_t literal_bytes = 0;  // how specific: of several formats that fit a line the most literal wins
  Span span;
};

struct Wrapper {
  std::string name;
  FormatKind kind = FormatKind::kLine;  // kLine or kJson
  std::vector<Alternative> lines;       // capture named "unwrapped" is the inner text
  std::vector<Slot> slots;
  std::vector<FieldPlan> fields;            // kJson
  std::vector<std::string> unwrapped_path;  // kJson
  std::vector<PatternId> detect;            // any of them in the head of the source
  std::string inside;  // name of the wrapper this one is looked for in; "": outermost or any
  std::vector<SlotId> stream_by;
  SlotId time = kNone;
  Span span;
};

struct Module {
  std::string name;
  std::vector<Pattern> patterns;
  std::vector<Function> functions;
  std::vector<Constant> constants;
  std::vector<Format> formats;
  std::vector<Wrapper> wrappers;
  std::vector<Rule> rules;  // in an order in which a rule comes after those it reads
  std::shared_ptr<Arena> constant_arena = std::make_shared<Arena>();

  // Adds or finds a constant; its text is copied into the arena. O(constants) unless text is interned by the
  // caller.
  std::uint32_t AddConstant(const Value& value, const lang::Type& type);
};

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_IR_H_
