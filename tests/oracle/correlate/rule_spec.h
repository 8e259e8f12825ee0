// Random rules over many records, as data and as text.
#ifndef FAULTLINE_TESTS_ORACLE_CORRELATE_RULE_SPEC_H_
#define FAULTLINE_TESTS_ORACLE_CORRELATE_RULE_SPEC_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace faultline::oracle {

enum class Unit : std::uint8_t { kNone, kLines, kRecords, kSeconds, kScope, kSource, kRun };
struct Span {
  Unit unit = Unit::kNone;
  int amount = 0;
};

struct StageSpec {
  char kind = 'a';
  Span window;  // of one that repeats: of its repetition
  int times = 1;
  bool in_a_row = false;
  bool every = false;
  bool compares = false;  // its value is greater than that of the stage before
  char until = '\0';
};
struct AbsenceSpec {
  char kind = 'd';
  int after = -1, before = -1;  // stages
  Span window;
  bool compares = false;  // only events whose value is greater than that of the first stage
};
enum class Reach : std::uint8_t { kStream, kSource, kRun };
struct JoinSpec {
  char kind = 'e';
  bool next = false;
  Span window;
  Reach reach = Reach::kStream;
  bool compares = false;  // its value is at least that of the first stage
};

enum class Shape : std::uint8_t { kSequence, kAll, kAny, kAggregate, kGraph };
enum class Measure : std::uint8_t { kCount, kSum, kMax, kMin, kDistinct, kLast, kMedian };
enum class Form : std::uint8_t { kWhole, kSliding, kTumbling, kSession };

struct RuleSpec {
  Shape shape = Shape::kSequence;
  bool keyed = false;
  std::vector<StageSpec> stages;  // parts of a set; of an aggregate and of a graph's question one
  Span whole;
  int skew = 0;  // seconds
  int need = 0;  // kAny
  std::vector<AbsenceSpec> absences;
  std::vector<JoinSpec> joins;
  Measure measure = Measure::kCount;
  Form form = Form::kWhole;
  Span over;
  int least = 1;
  int in_a_row = 1;
};

// Which operators rules have, and how often: each name counts once a rule.
using Coverage = std::map<std::string, std::int64_t>;

RuleSpec MakeRule(std::mt19937_64* random);
// Declarations that rules read: events, a scope, a graph, a wrapper.
std::string Prelude();
std::string TextOf(const RuleSpec& rule, const std::string& name);
void Cover(const RuleSpec& rule, Coverage* coverage);

}  // namespace faultline::oracle

#endif  // FAULTLINE_TESTS_ORACLE_CORRELATE_RULE_SPEC_H_
