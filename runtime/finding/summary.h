// What a run did beside its findings: counts, and everything that bounds cost. Reports say it at the end.
#ifndef FAULTLINE_RUNTIME_FINDING_SUMMARY_H_
#define FAULTLINE_RUNTIME_FINDING_SUMMARY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace faultline::runtime {

// Something that the reader of a report has to know: state that was dropped, lines that were cut, an input
// that ended early. One entry for each kind and place, with a count.
struct Notice {
  std::string what;     // "dropped_matches", "no_time", "undecided_absence", or an input error's name
  std::string where;    // rule or file
  std::string message;  // for people: lower case, complete with its count
  std::int64_t count = 0;
  bool of_input = false;  // of an input: a program may have said it already as it came up
  bool failure = false;   // of an input that was not read to its end
};

// A line that says more than others where no rule found what was wrong. It is no finding, and never part of a
// diagnosis: nobody has written a rule that knows what it means.
struct TellingLine {
  std::string file;
  std::int64_t line = 0;
  std::string text;                  // unwrapped, cut
  std::vector<std::string> reasons;  // why it is here
  std::int64_t count = 1;            // of its shape
};

struct RunSummary {
  std::int64_t inputs = 0;
  std::int64_t lines = 0;
  std::int64_t bytes = 0;
  std::array<std::int64_t, 4> findings{};  // by lang::Severity
  std::vector<Notice> notices;
  std::vector<TellingLine> telling;  // the most telling first; only where no rule found what was wrong
  bool known_good = false;           // `telling` are lines that no good run had
  bool interrupted = false;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_SUMMARY_H_
