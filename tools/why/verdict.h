// The decisive line of a story, and what else is worth a line each: sentences for a tired person.
//
// Thread safety: pure functions.
#ifndef FAULTLINE_TOOLS_WHY_VERDICT_H_
#define FAULTLINE_TOOLS_WHY_VERDICT_H_

#include "tools/why/story.h"

#include <string>
#include <string_view>
#include <vector>

namespace faultline::explain {

// How it came out.
enum class Outcome : std::uint8_t {
  kFound,    // there is a finding (at the line)
  kFolded,   // it is shown under its cause
  kHidden,   // it is found, and not shown
  kEvent,    // an event, which is never shown, was found
  kDropped,  // a match began and did not come to its end
  kNoMatch,  // none began
};
std::string_view OutcomeName(Outcome outcome);  // "found", "folded", "hidden", "event", "dropped", "no_match"

struct Verdict {
  Outcome outcome = Outcome::kNoMatch;
  std::string sentence;             // "line 14 came 2 lines too late for stage 2"
  std::size_t rule = 0;             // of Story::rules: the one where it was decided
  std::size_t match = 0;            // of that rule: the match it is about; of kDropped
  std::uint32_t stage = ir::kNone;  // in it
  std::vector<std::string> hints;   // what else is near
};

Verdict Judge(const Story& story, const ir::Module& module);

// One line for each: "does not match: fits up to `verifying {module}@`, then `{version}` does not fit `: x`".
std::string Sentence(const Attempt& attempt, const StageStory& stage);
std::string Sentence(const Beat& beat, const RuleStory& rule);
// `state in ["a"]`: false (state = "b").
std::string Sentence(const Condition& condition);
// "app.log:12", "the end of the input".
std::string Where(const Spot& spot);
// A duration in nanoseconds as reports print it.
std::string Duration(std::int64_t ns);
// "stage 2 `then "…"`".
std::string StageName(const RuleStory& rule, std::uint32_t stage);

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_VERDICT_H_
