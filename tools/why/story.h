// What a run did for one rule, as data: what `explain RULE --why` writes for people and as JSON.
//
// All texts are safe to show on a terminal and valid UTF-8. Lines count from 1; 0 stands for the end of an
// input or of the run. Thread safety: plain data.
#ifndef FAULTLINE_TOOLS_WHY_STORY_H_
#define FAULTLINE_TOOLS_WHY_STORY_H_

#include "runtime/finding/finding.h"
#include "runtime/why/fit.h"
#include "runtime/why/tracer.h"
#include "tools/why/conditions.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline::explain {

// The line that is asked about; line 0: all of the input.
struct Question {
  ir::RuleId rule = 0;
  std::string file;  // as findings show it; "": all inputs
  std::int64_t line = 0;
};

struct Spot {
  std::string file;
  std::int64_t line = 0, end_line = 0;
  std::optional<std::int64_t> time;  // ns since 1970
  std::string stream;                // as wrappers name it; "": the input itself
};

// A stage at a record or an event.
struct Attempt {
  Spot spot;
  why::Verdict verdict = why::Verdict::kNoPattern;
  std::string text;     // looked at
  std::string format;   // of the record; "": none, or what a rule found
  std::string pattern;  // as written, of kNoPattern
  std::string needs;    // kOtherFormat: what the stage's format asks for beside patterns
  why::Fit fit;
  std::vector<Condition> conditions;  // kGuard
  Named values;                       // kFits: what it took
  std::string key;                    // kFits, where the rule has one
};

// An event that fits a stage.
struct Hit {
  Spot spot;
  std::string key;
};

struct StageStory {
  std::string text;  // as written: `then "downloaded: {got}" within 3 lines`
  ir::StageKind kind = ir::StageKind::kMatch;
  bool reads_rule = false;
  bool reads_block = false;
  std::int64_t begun = 0, broken = 0;  // blocks of its format
  std::string reads;                   // name of the rule or format it reads; ""
  bool format_fits = false;            // some record was of its format
  std::int64_t tried = 0, matched = 0, fitted = 0, no_key = 0, other_role = 0;
  std::optional<Attempt> nearest;  // that did not fit
  std::vector<Hit> hits;           // the first ones
  std::vector<Attempt> here;       // at the line that is asked about
};

// One thing that happened to a match.
struct Beat {
  why::Happened what = why::Happened::kBegan;
  why::Obstacle obstacle = why::Obstacle::kNone;
  Spot spot;                        // of the event
  std::uint32_t stage = ir::kNone;  // in the rule
  std::vector<Condition> conditions;
  std::string text;   // the value of a query; a name
  std::string until;  // of a window: "line 15", "2026-01-02T10:05:00Z", "the end of the input"
  std::optional<std::int64_t> until_time, until_line;
  std::int64_t count = 0, needed = 0;
};

struct MatchStory {
  std::uint64_t number = 0;
  std::string key;     // "pod = \"web\""; "": none
  std::string values;  // its parts as Hit::key has them
  std::vector<Beat> beats;
  std::uint32_t reached = 0;        // positive stages that are there
  std::uint32_t waits = ir::kNone;  // the positive stage that it waited for last
  std::uint64_t order = 0;          // of its last stage
  bool ended = false, decided = false;
  bool here = false;            // the line that is asked about took part
  std::size_t passed_over = 0;  // events that did not fit; some are no beats
};

struct HiddenMatch {
  why::Hidden why = why::Hidden::kAllowed;
  Spot spot;
  std::string reason, until;  // of the allow
  std::string role;
};

struct FoundStory {
  runtime::FindingPtr finding;
  bool here = false;         // the line is one of its evidence
  bool covers = false;       // or stands between its first and last
  std::string folded_under;  // rule and place of what explains it; "": nothing does
};

struct RuleStory {
  ir::RuleId rule = 0;
  std::string name;
  bool is_event = false;
  std::vector<StageStory> stages;
  std::vector<MatchStory> matches;  // those that came furthest, or that the line took part in
  std::int64_t match_count = 0, decided_count = 0, evicted = 0;
  std::vector<FoundStory> findings;  // the first ones
  std::int64_t finding_count = 0;
  std::vector<HiddenMatch> hidden;
  std::int64_t hidden_count = 0;
};

// What a block format did near the line.
struct BlockStory {
  std::string format;
  std::int64_t begin = 0, at = 0;
  why::Framed what = why::Framed::kBegan;
};

struct Story {
  Question question;
  std::vector<RuleStory> rules;  // the one that is asked about, then those it reads
  std::vector<BlockStory> blocks;
  bool line_seen = false;      // some record covers the line
  std::int64_t last_line = 0;  // of the file that is asked about
  std::string line_text, line_format;
  std::vector<std::string> line_wrappers;
  std::string disabled;            // "": it is not; else where and why
  std::vector<std::string> notes;  // settings, wrappers, inputs
};

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_STORY_H_
