// The words of the text form that stand for enumerators: one table each, for the printer and the parser.
#ifndef FAULTLINE_IR_WORDS_H_
#define FAULTLINE_IR_WORDS_H_

#include "ir/ir.h"

#include <optional>
#include <string_view>

namespace faultline::ir {

template <class Enum>
struct Word {
  Enum value;
  std::string_view text;
};

inline constexpr Word<LoopKind> kLoopWords[] = {
    {LoopKind::kAny, "any"},     {LoopKind::kAll, "all"},   {LoopKind::kCount, "count"},
    {LoopKind::kFirst, "first"}, {LoopKind::kLast, "last"}, {LoopKind::kFilter, "filter"},
    {LoopKind::kMap, "map"},
};
inline constexpr Word<Builtin> kBuiltinWords[] = {
    {Builtin::kLogFile, "log_file"}, {Builtin::kLogLine, "log_line"}, {Builtin::kLogColumn, "log_column"},
    {Builtin::kText, "text"},        {Builtin::kRawText, "raw_text"}, {Builtin::kTime, "time"},
    {Builtin::kNow, "now"},          {Builtin::kStream, "stream"},
};
inline constexpr Word<StageKind> kStageWords[] = {
    {StageKind::kMatch, "match"}, {StageKind::kThen, "then"},   {StageKind::kWithout, "without"},
    {StageKind::kUntil, "until"}, {StageKind::kPart, "part"},   {StageKind::kLatest, "latest"},
    {StageKind::kNext, "next"},   {StageKind::kFeed, "feed"},   {StageKind::kEnter, "enter"},
    {StageKind::kPause, "pause"}, {StageKind::kClose, "close"}, {StageKind::kEdge, "edge"},
    {StageKind::kEntry, "entry"},
};
inline constexpr Word<StageInput> kInputWords[] = {
    {StageInput::kText, "text"},     {StageInput::kRaw, "raw"},   {StageInput::kField, "field"},
    {StageInput::kFormat, "record"}, {StageInput::kRule, "rule"},
};
inline constexpr Word<WindowUnit> kWindowWords[] = {
    {WindowUnit::kNoWindow, "none"},    {WindowUnit::kLines, "lines"}, {WindowUnit::kRecords, "records"},
    {WindowUnit::kTime, "nanoseconds"}, {WindowUnit::kScope, "scope"},
};
inline constexpr Word<RuleStatus> kStatusWords[] = {
    {RuleStatus::kStable, "stable"},
    {RuleStatus::kExperimental, "experimental"},
    {RuleStatus::kDeprecated, "deprecated"},
};
inline constexpr Word<FormatKind> kFormatWords[] = {
    {FormatKind::kPlain, "plain"}, {FormatKind::kJson, "json"},   {FormatKind::kLogfmt, "logfmt"},
    {FormatKind::kLine, "line"},   {FormatKind::kBlock, "block"},
};
inline constexpr Word<BlockPartKind> kPartWords[] = {
    {BlockPartKind::kLine, "line"},     {BlockPartKind::kOptional, "optional"},
    {BlockPartKind::kRepeat, "repeat"}, {BlockPartKind::kAnyOrder, "any_order"},
    {BlockPartKind::kOneOf, "one_of"},  {BlockPartKind::kText, "text"},
    {BlockPartKind::kBlank, "blank"},   {BlockPartKind::kSkip, "skip"},
    {BlockPartKind::kUntil, "until"},
};
inline constexpr Word<RuleShape> kShapeWords[] = {
    {RuleShape::kSequence, "sequence"},   {RuleShape::kAll, "all"},     {RuleShape::kAny, "any"},
    {RuleShape::kAggregate, "aggregate"}, {RuleShape::kScope, "scope"}, {RuleShape::kGraph, "graph"},
};
inline constexpr Word<Reach> kReachWords[] = {
    {Reach::kStream, "stream"},
    {Reach::kSource, "source"},
    {Reach::kRun, "run"},
};
inline constexpr Word<ProvidedKind> kProvidedWords[] = {
    {ProvidedKind::kContext, "context"},
    {ProvidedKind::kScopeField, "scope_field"},
    {ProvidedKind::kScopeInstance, "scope_instance"},
    {ProvidedKind::kElapsed, "elapsed"},
    {ProvidedKind::kNovel, "novel"},
    {ProvidedKind::kCollected, "collected"},
};
inline constexpr Word<StepKind> kStepWords[] = {
    {StepKind::kRun, "run"},
    {StepKind::kCondition, "condition"},
    {StepKind::kJoin, "join"},
    {StepKind::kGraph, "graph"},
};
inline constexpr Word<AggregateKind> kAggregateWords[] = {
    {AggregateKind::kCount, "count"},   {AggregateKind::kDistinct, "distinct"},
    {AggregateKind::kSum, "sum"},       {AggregateKind::kMin, "min"},
    {AggregateKind::kMax, "max"},       {AggregateKind::kMean, "mean"},
    {AggregateKind::kStddev, "stddev"}, {AggregateKind::kPercentile, "percentile"},
    {AggregateKind::kRate, "rate"},     {AggregateKind::kTop, "top"},
    {AggregateKind::kFirst, "first"},   {AggregateKind::kLast, "last"},
    {AggregateKind::kList, "list"},
};
inline constexpr Word<AggregateForm> kAggregateFormWords[] = {
    {AggregateForm::kWhole, "whole"},       {AggregateForm::kSliding, "sliding"},
    {AggregateForm::kTumbling, "tumbling"}, {AggregateForm::kSession, "session"},
    {AggregateForm::kHistory, "history"},
};
inline constexpr Word<GraphQueryKind> kGraphQueryWords[] = {
    {GraphQueryKind::kReaches, "reaches"},
    {GraphQueryKind::kPath, "path"},
    {GraphQueryKind::kCycles, "cycles"},
};
// Kinds of values that are written with a word before the number, the text or the items.
inline constexpr Word<ValueKind> kValueWords[] = {
    {ValueKind::kMissing, "missing"}, {ValueKind::kInt, "int"},
    {ValueKind::kFloat, "float"},     {ValueKind::kDuration, "duration"},
    {ValueKind::kBytes, "bytes"},     {ValueKind::kTime, "time"},
    {ValueKind::kSemver, "semver"},   {ValueKind::kGoVersion, "goversion"},
    {ValueKind::kIp, "ip"},           {ValueKind::kNetwork, "network"},
    {ValueKind::kUuid, "uuid"},       {ValueKind::kLevel, "level"},
    {ValueKind::kList, "list"},       {ValueKind::kRecord, "record"},
    {ValueKind::kMap, "map"},
};

// "?" for a value that is none of the table's.
template <class Enum, std::size_t N>
std::string_view WordFor(const Word<Enum> (&words)[N], Enum value) {
  for (const Word<Enum>& word : words) {
    if (word.value == value) return word.text;
  }
  return "?";
}

template <class Enum, std::size_t N>
std::optional<Enum> FromWord(const Word<Enum> (&words)[N], std::string_view text) {
  for (const Word<Enum>& word : words) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

// Limits of the text form, for walks that recurse.
inline constexpr int kMaxValueDepth = 32;
inline constexpr int kMaxTypeDepth = 32;

}  // namespace faultline::ir

#endif  // FAULTLINE_IR_WORDS_H_
