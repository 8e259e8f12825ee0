// The history as one run sees it: what earlier runs left, and what this one has added so far, as one.
//
// This is what aggregates ask (`last W`). What the run sees is written at its end, in one transaction
// (Commit); a run that ends otherwise leaves nothing.
//
// A log that was looked at before brings events that the file has: each takes the place of its copy and is
// not seen twice, neither now nor later.
//
// Bounds: kMaxPending events that wait to be written (further ones are counted), kMaxLoaded samples of
// earlier runs in memory over all series; beyond it they are read again each time. Thread safety: one thread.
#ifndef FAULTLINE_RUNTIME_HISTORY_RUN_HISTORY_H_
#define FAULTLINE_RUNTIME_HISTORY_RUN_HISTORY_H_

#include "runtime/aggregate/history.h"
#include "runtime/history/history.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::history {

inline constexpr std::size_t kMaxPending = 200000;
inline constexpr std::size_t kMaxLoaded = 1000000;

// The parts of a rule's key as one text: a JSON array. Missing: "".
std::string KeyText(const Value& key);

class RunHistory : public aggregate::HistorySource {
 public:
  // `store` may be null: then there is nothing but this run. It must outlive this. A series and key of which
  // the scope's branch has nothing is read from the first of `main_branches` that has some.
  RunHistory(Store* store, Scope scope, std::vector<std::string> main_branches = {})
      : store_(store), scope_(std::move(scope)), main_branches_(std::move(main_branches)) {}

  // Calls `each` with from <= time <= to, in the order of times, at one time by value. O(log values + those
  // in between).
  void Read(std::string_view series, const Value& key, std::int64_t from, std::int64_t to,
            const Each& each) override;
  void Append(std::string_view series, const Value& key, std::int64_t time, const Value& value) override;

  // Writes what was appended, and prunes. `now`: ns since 1970.
  std::optional<Error> Commit(std::int64_t now, const Limits& limits = {});

  std::size_t pending() const { return pending_.size(); }
  std::int64_t dropped() const { return dropped_; }
  // The first failure while reading; nothing is read after it.
  const std::optional<Error>& error() const { return error_; }

 private:
  struct Known {
    Sample sample;
    bool ours = false;  // of this run; else of an earlier one
  };
  struct Loaded {
    std::string branch;             // whose values are read, once `from` is known
    std::int64_t from = INT64_MAX;  // earlier runs' samples from here on are in `samples`
    std::vector<Known> samples;     // by time
  };
  // The branch that has values of the series and key: the run's own, or a main one.
  std::string BranchOf(std::string_view series, const std::string& key);
  Loaded* Load(std::string_view series, const std::string& key, std::int64_t from);

  Store* store_;
  Scope scope_;
  std::vector<std::string> main_branches_;
  std::map<std::pair<std::string, std::string>, Loaded, std::less<>> loaded_;
  std::size_t loaded_count_ = 0;
  std::vector<Entry> pending_;
  std::int64_t dropped_ = 0;
  std::optional<Error> error_;
};

}  // namespace faultline::history

#endif  // FAULTLINE_RUNTIME_HISTORY_RUN_HISTORY_H_
