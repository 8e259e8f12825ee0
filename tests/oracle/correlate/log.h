// Random logs for the oracle of the correlator: what each line says, as the model sees it, and as text.
//
// A log is one or two inputs of one or two streams each, in JSON lines that a wrapper takes apart:
//   {"t":"2026-01-02T00:00:07Z","s":"1","m":"b k2 #31 v4\n"}
// Messages are events of a kind (a letter) with a key, which may be missing, a number of their own and a
// value; or enter and close the scope `sc`. Times never go back inside an input.
#ifndef FAULTLINE_TESTS_ORACLE_CORRELATE_LOG_H_
#define FAULTLINE_TESTS_ORACLE_CORRELATE_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::oracle {

inline constexpr char kKinds[] = "abcdeg";
inline constexpr int kNoKey = -1;
inline constexpr int kNoScope = -1;

struct LogEvent {
  char kind = '-';  // '-': nothing that a rule looks at
  int id = 0;
  int key = kNoKey;
  int value = 0;
  int source = 0;
  int stream = 0;  // in the run
  int line = 0;    // in its stream, from 1
  int scope = kNoScope;
  std::int64_t time = 0;  // seconds
};

struct Log {
  std::vector<LogEvent> events;    // of all inputs, in the order of the run
  std::vector<std::string> texts;  // of the inputs
};

Log MakeLog(std::uint64_t seed, int lines);

}  // namespace faultline::oracle

#endif  // FAULTLINE_TESTS_ORACLE_CORRELATE_LOG_H_
