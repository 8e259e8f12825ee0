// Rules over aggregates: docs/semantics.md, section 9, and entries of 10.1.
#include "runtime/aggregate/history.h"
#include "support.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace faultline::runtime::testing {
namespace {

using ir::AggregateForm;
using ir::AggregateKind;
using ir::StageKind;
using ir::WindowUnit;

const lang::Type kTextType(lang::TypeKind::kText);
const lang::Type kIntType(lang::TypeKind::kInt);
const lang::Type kFloatType(lang::TypeKind::kFloat);
const lang::Type kBoolType(lang::TypeKind::kBool);

// A rule over aggregates, clause by clause.
class Counting {
 public:
  Counting(Rules* rules, std::string name, std::vector<StageText> stages)
      : rules_(rules), rule_(rules->Add({.name = std::move(name), .stages = std::move(stages)})) {
    rule_.rule().shape = ir::RuleShape::kAggregate;
  }
  RuleTweak& rule() { return rule_; }

  // `x` of a text slot, as a whole number.
  ir::FunctionId Number(const std::string& slot) {
    ir::FunctionBuilder builder(&rules_->module(), rule_.rule().name + ".argument");
    return builder.Finish(
        builder.Operation(lang::Opcode::to_int, {builder.Slot(rule_.Slot(slot), kTextType)}));
  }
  ir::FunctionId Text(const std::string& slot) {
    ir::FunctionBuilder builder(&rules_->module(), rule_.rule().name + ".argument");
    return builder.Finish(builder.Slot(rule_.Slot(slot), kTextType));
  }
  Counting& Aggregate(const std::string& slot, AggregateKind kind, AggregateForm form, ir::Window window,
                      const lang::Type& type = kIntType, ir::FunctionId argument = ir::kNone,
                      double parameter = 0) {
    ir::Aggregate aggregate;
    aggregate.kind = kind;
    aggregate.form = form;
    aggregate.slot = rule_.Slot(slot, type);
    aggregate.argument = argument;
    aggregate.window = window;
    aggregate.parameter = parameter;
    if (form == AggregateForm::kHistory) aggregate.series = rule_.rule().name + ": " + slot;
    rule_.rule().aggregates.push_back(std::move(aggregate));
    return *this;
  }
  ir::Aggregate& last() { return rule_.rule().aggregates.back(); }
  // slot >= least.
  Counting& When(const std::string& slot, std::int64_t least, std::uint32_t in_a_row = 1) {
    ir::FunctionBuilder builder(&rules_->module(), rule_.rule().name + ".when");
    rule_.rule().when = builder.Finish(builder.Operation(
        lang::Opcode::ge_int, {builder.Slot(rule_.Slot(slot), kIntType), builder.Int(least)}));
    rule_.rule().when_count = in_a_row;
    return *this;
  }
  Counting& Report(const std::vector<std::string>& slots) {
    ir::FunctionBuilder builder(&rules_->module(), rule_.rule().name + ".report");
    ir::ValueId all = builder.Text("");
    for (const std::string& name : slots) {
      if (name != slots.front()) all = builder.Operation(lang::Opcode::concat_text, {all, builder.Text(" ")});
      const ir::SlotId slot = rule_.Slot(name);
      const ir::ValueId text =
          builder.Operation(lang::Opcode::to_text, {builder.Slot(slot, rule_.rule().slots[slot].type)});
      all =
          builder.Operation(lang::Opcode::concat_text,
                            {all, builder.Operation(lang::Opcode::default_value, {text, builder.Text("?")})});
    }
    rule_.rule().report = builder.Finish(all);
    return *this;
  }

 private:
  Rules* rules_;
  RuleTweak rule_;
};

ir::Window Time(std::int64_t seconds) {
  return {WindowUnit::kTime, seconds * kSecond, ir::kNone};
}
ir::Window InLines(std::int64_t lines) {
  return {WindowUnit::kLines, lines, ir::kNone};
}
ir::Window InScope(ir::RuleId scope) {
  return {WindowUnit::kScope, 0, scope};
}

TEST_CASE("S9.3 with a window it is decided at each event, and armed again by one at which it is false") {
  Rules rules;
  Counting(&rules, "m.r", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, Time(10))
      .When("n", 3)
      .Report({"n"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "e") + At(2, "e") + At(3, "e") + At(4, "e")) == "m.r@3 3\n");
  CHECK(FoundIn(module, At(1, "e") + At(2, "e") + At(11, "e")) == "m.r@3 3\n");  // both ends
  CHECK(FoundIn(module, At(1, "e") + At(2, "e") + At(12, "e")).empty());
  CHECK(FoundIn(module, At(1, "e") + At(2, "e") + At(3, "e") + At(13, "e") + At(14, "e") + At(15, "e")) ==
        "m.r@3 3\nm.r@6 3\n");
}

TEST_CASE("S9.3 in a row: at the Nth true decision") {
  Rules rules;
  Counting(&rules, "m.r", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, InLines(2))
      .When("n", 2, 2)
      .Report({"n"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, "e\ne\n").empty());
  CHECK(FoundIn(module, "e\ne\ne\ne\ne\n") == "m.r@3 3\n");
  CHECK(FoundIn(module, "e\ne\n-\n-\ne\ne\ne\n") == "m.r@7 3\n");  // a false decision breaks the row
}

TEST_CASE("S9.3 unknown neither fires nor arms, neither counts nor breaks") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("e(?<x>\\S*)")});
  // The greatest of none is unknown.
  rule.Aggregate("n", AggregateKind::kMax, AggregateForm::kSliding, InLines(0), kIntType, rule.Number("x"))
      .When("n", 5, 2)
      .Report({"n"});
  const auto forgetful = rules.Make();
  CHECK(FoundIn(forgetful, "e9\n-\n-\ne9\n") == "m.r@4 9\n");  // a row that has begun is kept
  CHECK(FoundIn(forgetful, "e9\neX\ne9\n") == "m.r@3 9\n");
  CHECK(FoundIn(forgetful, "e9\ne1\ne9\n").empty());

  Rules more;
  Counting kept(&more, "m.r", {OnMatch("e(?<x>\\S*)")});
  kept.Aggregate("n", AggregateKind::kMax, AggregateForm::kSliding, InLines(0), kIntType, kept.Number("x"))
      .Aggregate("all", AggregateKind::kCount, AggregateForm::kSliding, InLines(100))
      .When("n", 5, 2)
      .Report({"n"});
  const auto module = more.Make();
  CHECK(FoundIn(module, "e9\ne9\neX\ne9\ne9\n") == "m.r@2 9\n");  // unknown does not arm
  CHECK(FoundIn(module, "e9\ne9\ne1\ne9\ne9\n") == "m.r@2 9\nm.r@5 9\n");
}

TEST_CASE("S3.1 by a key, S9.1 each has its own aggregates; S12.2 a key with empty windows is forgotten") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w) (?<x>\\d+)")});
  rule.rule().Key({"k"});
  rule.Aggregate("n", AggregateKind::kSum, AggregateForm::kSliding, Time(10), kIntType, rule.Number("x"))
      .When("n", 5)
      .Report({"k", "n"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "a 3") + At(2, "b 3") + At(3, "a 3") + At(4, "b 1")) == "m.r@3 a 6\n");
  // Always true: fires once, and again after the key was forgotten.
  CHECK(FoundIn(module, At(1, "a 9") + At(9, "a 9") + At(19, "a 9")) == "m.r@1 a 9\n");
  CHECK(FoundIn(module, At(1, "a 9") + At(12, "a 9")) == "m.r@1 a 9\nm.r@2 a 9\n");
  CHECK(FoundIn(module, At(1, "a 9") + At(12, "-") + At(13, "a 9")) == "m.r@1 a 9\nm.r@3 a 9\n");
}

TEST_CASE("S9.2 tumbling, session and before") {
  Rules rules;
  Counting(&rules, "m.each", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kTumbling, Time(10))
      .When("n", 3)
      .Report({"n"});
  Counting(&rules, "m.session", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kSession, Time(4))
      .When("n", 3)
      .Report({"n"});
  Counting before(&rules, "m.before", {OnMatch("e")});
  before.Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, Time(2)).When("n", 3).Report({"n"});
  before.last().before = 5 * kSecond;
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(8, "e") + At(9, "e") + At(10, "e") + At(11, "e") + At(19, "e")) ==
        "m.session@3 3\nm.each@5 3\n");
  CHECK(FoundIn(module, At(1, "e") + At(5, "e") + At(10, "e") + At(14, "e")).empty());
  CHECK(FoundIn(module, At(21, "e") + At(22, "e") + At(23, "e") + At(28, "e")) ==
        "m.each@3 3\nm.session@3 3\nm.before@4 3\n");
  CHECK(FoundIn(module, At(21, "e") + At(22, "e") + At(24, "e") + At(29, "e")) ==
        "m.each@3 3\nm.session@3 3\n");
}

TEST_CASE("S9.3 without a window: once for each key when the run ends, of its last event") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w) (?<x>\\d+)")});
  rule.rule().Key({"k"});
  rule.Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, {})
      .Aggregate("p", AggregateKind::kPercentile, AggregateForm::kWhole, {}, kIntType, rule.Number("x"), 50)
      .Aggregate("m", AggregateKind::kMean, AggregateForm::kWhole, {}, kFloatType, rule.Number("x"))
      .When("n", 2)
      .Report({"k", "n", "p", "m", "x"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, "b 1\na 1\nb 4\nc 1\na 2\na 6\n") == "m.r@3 b 2 1 2.5 4\nm.r@6 a 3 2 3 6\n");
  CHECK(RunInputs(module, {{"1", "a 1\nb 1\n"}, {"2", "a 3\n"}}).Text() == "m.r@1 a 2 1 2 3\n");
}

TEST_CASE("S9.2 without a key and a window it covers the run; over lines the stream") {
  Rules rules;
  Counting(&rules, "m.run", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, {})
      .When("n", 3)
      .Report({"n"});
  Counting(&rules, "m.lines", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, InLines(10))
      .Aggregate("all", AggregateKind::kCount, AggregateForm::kWhole, {})
      .When("n", 2)
      .Report({"n", "all"});
  Counting(&rules, "m.source", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, InScope(ir::kSourceScope))
      .When("n", 2)
      .Report({"n"});
  const auto module = rules.Make();
  CHECK(RunInputs(module, {{"1", "e\n"}, {"2", "e\ne\n"}}).Text() ==
        "m.lines@2 2 3\nm.source@2 2\nm.run@2 3\n");
}

TEST_CASE("S9.3 the scope in `by`: decided when it ends; S9.2 over a scope: at each event") {
  Rules rules;
  RuleTweak scope = rules.Add({.name = "m.test",
                               .stages = {OnStage(StageKind::kEnter, "=== RUN (?<test>\\w)"),
                                          OnStage(StageKind::kClose, "--- (?<result>\\w+): (?<test>\\w)")},
                               .is_event = true});
  scope.rule().shape = ir::RuleShape::kScope;
  scope.rule().key = {scope.Slot("test")};
  const ir::RuleId test = rules.Id("m.test");
  Counting by(&rules, "m.by", {OnMatch("e(?<x>\\d)")});
  by.rule().Provide(ir::ProvidedKind::kScopeInstance, "in", kIntType, 0, test);
  by.rule().Provide(ir::ProvidedKind::kScopeField, "name", kTextType, 0, test, "test");
  by.rule().Provide(ir::ProvidedKind::kScopeField, "result", kTextType, 0, test, "result", true);
  ir::FunctionBuilder key(&rules.module(), "m.by.key");
  by.rule().stage(0).key =
      key.Finish(key.MakeList(kIntType, {key.Slot(by.rule().Slot("in", kIntType), kIntType)}));
  by.rule().rule().key = {by.rule().Slot("in", kIntType)};
  by.Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, {})
      .When("n", 2)
      .Report({"name", "n", "result"});
  Counting over(&rules, "m.over", {OnMatch("e(?<x>\\d)")});
  over.Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, InScope(test)).When("n", 2).Report({"n"});
  const auto module = rules.Make();
  CHECK(FoundIn(
            module,
            "e1\n=== RUN A\ne1\ne2\n--- PASS: A\ne1\n=== RUN B\ne1\n--- PASS: B\n=== RUN C\ne1\ne2\ne3\n") ==
        "m.over@4 2\nm.by@4 A 2 PASS\nm.over@12 2\nm.by@13 C 3 ?\n");
}

TEST_CASE("S9.4 count of another event's, with the same key, on the same record too") {
  Rules rules;
  rules.Add({.name = "m.bad", .stages = {OnMatch("(?<k>\\w) bad")}, .is_event = true});
  StageText feed;
  feed.kind = StageKind::kFeed;
  feed = Reads(feed, "m.bad", {{"fk", "k"}});
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w).*end"), feed});
  rule.rule().Key({"k", "fk"});
  rule.Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, Time(10));
  rule.last().stage = 1;
  rule.When("n", 2).Report({"k", "n"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, At(1, "a bad") + At(2, "a bad") + At(3, "b bad") + At(11, "a end") +
                            At(11, "b end")) == "m.r@4 a 2\n");
  CHECK(FoundIn(module, At(1, "a bad") + At(2, "a bad") + At(12, "a end")).empty());
  CHECK(FoundIn(module, At(1, "a bad") + At(2, "a bad end")) == "m.r@2 a 2\n");
}

TEST_CASE("S10.1 each line counts once for each entry that it matches, in the order of the entries") {
  Rules rules;
  Counting rule(&rules, "m.score",
                {OnStage(StageKind::kEntry, "fatal"), OnStage(StageKind::kEntry, "error"),
                 OnStage(StageKind::kEntry, "error|fatal")});
  // What an entry is worth and its name stand in slots that it stores.
  for (std::uint32_t i = 0; i < 3; ++i) {
    ir::FunctionBuilder load(&rules.module(), "m.score.entry");
    load.Store(rule.rule().Slot("weight", kIntType), load.Int(1 << i));
    load.Store(rule.rule().Slot("entry"), load.Text(std::string(1, static_cast<char>('a' + i))));
    rule.rule().stage(i).stores = {rule.rule().Slot("weight", kIntType), rule.rule().Slot("entry")};
    rule.rule().stage(i).alternatives[0].extract = load.Finish();
  }
  ir::FunctionBuilder weight(&rules.module(), "m.score.weight");
  const ir::FunctionId of_weight = weight.Finish(weight.Slot(rule.rule().Slot("weight", kIntType), kIntType));
  rule.Aggregate("total", AggregateKind::kSum, AggregateForm::kWhole, {}, kIntType, of_weight)
      .Aggregate("hits", AggregateKind::kList, AggregateForm::kWhole, {}, lang::Type::List(kTextType),
                 rule.Text("entry"))
      .When("total", 6)
      .Report({"total", "hits"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, "fatal\nerror error\n") == "m.score@2 11 a, c, b, c\n");
  CHECK(FoundIn(module, "fatal\n").empty());
}

TEST_CASE("S12.1 the oldest key gives way, and is counted") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w) e")});
  rule.rule().Key({"k"});
  rule.Aggregate("n", AggregateKind::kCount, AggregateForm::kWhole, {}).When("n", 2).Report({"k", "n"});
  const auto module = rules.Make();
  EngineOptions options;
  options.limits.max_pending = 2;
  const RunResult result = RunInputs(module, {{"1", "a e\nb e\nc e\nb e\na e\nc e\n"}}, options);
  CHECK(result.Text() == "m.r@6 c 2\n");
  CHECK(Notices(result.summary).find("dropped") != std::string::npos);
}

TEST_CASE("S4.4 an event without a time is in no window of time, and is counted") {
  Rules rules;
  Counting(&rules, "m.r", {OnMatch("e")})
      .Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, Time(10))
      .When("n", 1)
      .Report({"n"});
  const auto module = rules.Make();
  const RunResult result = RunInputs(module, {{"1", "e\ne\n" + At(5, "e")}});
  CHECK(result.Text() == "m.r@3 1\n");
  CHECK(Notices(result.summary) == "no_time x2 m.r\n");
}

TEST_CASE("S7.1 a join is looked up before `when`") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("e"), OnStage(StageKind::kLatest, "limit (?<l>\\d+)")});
  ir::FunctionBuilder condition(&rules.module(), "m.r.when");
  rule.Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, InLines(100));
  const ir::ValueId limit =
      condition.Operation(lang::Opcode::to_int, {condition.Slot(rule.rule().Slot("l"), kTextType)});
  rule.rule().rule().when = condition.Finish(condition.Operation(
      lang::Opcode::ge_int, {condition.Slot(rule.rule().Slot("n", kIntType), kIntType), limit}));
  rule.rule().rule().steps.push_back({ir::StepKind::kJoin, ir::kNone, 1});
  rule.Report({"n", "l"});
  const auto module = rules.Make();
  CHECK(FoundIn(module, "e\nlimit 3\ne\ne\ne\n") == "m.r@4 3 3\n");
  CHECK(FoundIn(module, "e\ne\nlimit 3\n").empty());
}

TEST_CASE("S4.6 what fires may still wait for an absence") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("e"), Lines(OnStage(StageKind::kWithout, "ok"), 2)});
  rule.Aggregate("n", AggregateKind::kCount, AggregateForm::kSliding, InLines(100))
      .When("n", 2)
      .Report({"n"});
  rule.rule().stage(1).after = 0;
  const auto module = rules.Make();
  CHECK(FoundIn(module, "e\ne\n-\n-\n-\n") == "m.r@2 2\n");
  CHECK(FoundIn(module, "e\ne\n-\nok\n").empty());
}

TEST_CASE("random streams of keys are decided as their definition says") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w) (?<x>\\d+)")});
  rule.rule().Key({"k"});
  rule.Aggregate("n", AggregateKind::kSum, AggregateForm::kSliding, Time(10), kIntType, rule.Number("x"))
      .When("n", 25, 2)
      .Report({"k", "n"});
  Counting lines(&rules, "m.s", {OnMatch("(?<k>\\w) (?<x>\\d+)")});
  lines.rule().Key({"k"});
  lines.Aggregate("n", AggregateKind::kMax, AggregateForm::kTumbling, InLines(5), kIntType, lines.Number("x"))
      .When("n", 9)
      .Report({"k", "n"});
  const auto module = rules.Make();
  std::mt19937 random(29);
  int found = 0;
  for (int round = 0; round < 80; ++round) {
    struct Seen {
      std::int64_t second, line, x;
    };
    struct State {
      std::vector<Seen> seen;
      bool armed = true;
      int row = 0;
    };
    std::map<char, State> sums, maxima;
    std::string log, expected;
    std::int64_t second = 1;
    for (std::int64_t line = 1; line <= 120; ++line) {
      second += random() % 3 == 0 ? static_cast<std::int64_t>(random() % 8) : 1;
      const char key = static_cast<char>('a' + random() % 3);
      const auto x = static_cast<std::int64_t>(random() % 10);
      log += At(second, std::string(1, key) + " " + std::to_string(x));
      const auto decide = [&](State* state, const char* name, std::int64_t value, std::int64_t least,
                              int rows) {
        if (value < least) {
          state->armed = true;
          state->row = 0;
        } else if (++state->row >= rows && state->armed) {
          state->armed = false;
          ++found;
          expected +=
              std::string(name) + "@" + std::to_string(line) + " " + key + " " + std::to_string(value) + "\n";
        }
      };
      // A key that was forgotten begins anew, but for a row that has begun.
      State& sum = sums[key];
      const bool in_row = sum.row == 1;
      if (!sum.seen.empty() && second - sum.seen.back().second > 10) {
        sum = State();
        if (in_row) sum.row = 1;
      }
      sum.seen.push_back({second, line, x});
      std::int64_t total = 0;
      for (const Seen& one : sum.seen) total += one.second >= second - 10 ? one.x : 0;
      decide(&sum, "m.r", total, 25, 2);
      State& most = maxima[key];
      if (!most.seen.empty() && (most.seen.back().line - 1) / 5 != (line - 1) / 5) most = State();
      most.seen.push_back({second, line, x});
      std::int64_t greatest = 0;
      for (const Seen& one : most.seen) greatest = std::max(greatest, one.x);
      decide(&most, "m.s", greatest, 9, 1);
    }
    CHECK(RunInputs(module, {{"a.log", log}}).Text() == expected);
  }
  CHECK(found > 200);
}

// ---------------------------------------------------------------- history

class Remembering : public aggregate::HistorySource {
 public:
  void Read(std::string_view series, const Value& key, std::int64_t from, std::int64_t to,
            const Each& each) override {
    ++reads;
    CHECK(series == "m.r: p");
    CHECK(key.kind == ValueKind::kList);
    for (const auto& [time, value] : values) {
      if (time >= from && time <= to) each(time, Value::Int(value));
    }
  }
  void Append(std::string_view, const Value&, std::int64_t time, const Value& value) override {
    values.emplace_back(time, value.integer);
    ++appended;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> values;
  int reads = 0, appended = 0;
};

TEST_CASE("S9.2 last W: what came before, with earlier runs; S9.5 missing below ten values") {
  Rules rules;
  Counting rule(&rules, "m.r", {OnMatch("(?<k>\\w) took (?<x>\\d+)")});
  rule.rule().Key({"k"});
  rule.Aggregate("p", AggregateKind::kPercentile, AggregateForm::kHistory, Time(100), kIntType,
                 rule.Number("x"), 90)
      .When("p", 1)
      .Report({"p", "x"});
  const auto module = rules.Make();
  std::string log;
  for (std::int64_t i = 1; i <= 10; ++i) log += At(i, "a took " + std::to_string(i * 10));
  CHECK(FoundIn(module, log).empty());
  CHECK(FoundIn(module, log + At(11, "a took 5")) == "m.r@11 90 5\n");
  CHECK(FoundIn(module, log + At(102, "a took 5")).empty());  // the first has left

  Remembering history;
  const std::int64_t midnight = 1767312000 * kSecond;  // 2026-01-02
  for (std::int64_t i = 0; i < 10; ++i) history.values.emplace_back(midnight - i * kSecond, 100 + i);
  EngineOptions options;
  options.history = &history;
  CHECK(RunInputs(module, {{"1", At(5, "a took 7") + At(6, "a took 8")}}, options).Text() == "m.r@1 108 7\n");
  CHECK(history.reads == 1);
  CHECK(history.appended == 2);
  CHECK(history.values.back().first == midnight + 6 * kSecond);
}

}  // namespace
}  // namespace faultline::runtime::testing
