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

enum class StageKind : std::uint8_t { kMatch, kThen, kWithout };
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

enum class WindowUnit : std::uint8_t { kNoWindow, kLines, kRecords, kTime };

struct Stage {
  StageKind kind = StageKind::kMatch;
  StageInput input = StageInput::kText;
  FormatId format = kNone;  // kFormat, kField: the format whose records are looked at (kNone: any)
  std::string field;        // kField: name of the field
  RuleId rule = kNone;      // kRule
  std::vector<Alternative> alternatives;  // tried in order; the first that matches and passes its guard wins
  std::vector<SlotId> stores;             // slots this stage may store
  FunctionId load = kNone;                // kFormat/kField/kRule: copies used fields of the record into slots
  FunctionId guard = kNone;               // bool over this stage's own slots only
  FunctionId join = kNone;  // bool over own and earlier stages' slots; decides which line continues a match
  std::string alias;
  WindowUnit window = WindowUnit::kNoWindow;
  std::int64_t amount = 0;  // lines, records or nanoseconds
  Span span;
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
  std::vector<Slot> slots;       // the frame of a match
  std::vector<Stage> stages;     // stages[0] is a kMatch
  FunctionId finish = kNone;     // `let`s: stores derived slots once all stages matched; kNone: nothing
  FunctionId report = kNone;     // -> text
  FunctionId fix = kNone;        // -> text; missing drops the fix
  FunctionId at = kNone;         // -> text "file:line:column", "file:line" or "file"
  std::vector<SlotId> identity;  // slots that make up the finding's id, beside the rule's name
  Span span;
};

// ---------------------------------------------------------------- formats and wrappers

enum class FormatKind : std::uint8_t { kPlain, kJson, kLogfmt, kLine };

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
