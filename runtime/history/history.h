// What earlier runs measured: named series of (time, value) in one SQLite file, for `last W` in rules.
//
//   Opened opened = Store::Open(".faultline/history.db", {});
//   if (opened.store) opened.store->Read(scope, "ci.slow: p90(duration, last 7d)", key, from, to, &samples);
//   …
//   opened.store->Append(scope, entries);          // once, at the end of the run: one transaction
//
// A series belongs to a scope (repository, branch, job), has the name that the compiler gave its aggregate
// (ir::Aggregate::series) and a key of the rule. Runs of other branches and jobs do not count.
//
// One event is kept once: an entry of the same series, key, time and value as one that is there is taken for
// it (several such in one run are told apart by their number), so that looking at a log again changes
// nothing.
//
// Many processes may use one file at once: it has a rollback journal (and no second file when nobody writes,
// so that CI caches can copy it), writers wait for each other up to `busy_ms`. A file that is damaged is
// renamed to NAME.damaged and a new one begun; a file that is somebody else's is left alone. Nothing here
// prints, throws or ends the process; every failure is an Error, and the run goes on without history.
//
// File contents are not trusted: schema compared word for word, no triggers or views, no memory mapping,
// values and texts bounded, kinds checked as they are read.
//
// Thread safety: one thread for each Store; many Stores of one file.
#ifndef FAULTLINE_RUNTIME_HISTORY_HISTORY_H_
#define FAULTLINE_RUNTIME_HISTORY_HISTORY_H_

#include "support/value/value.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::history {

enum class ErrorKind : std::uint8_t {
  kOpen,      // missing folder, a folder in its place, no permission
  kReadOnly,  // it cannot be written; reading works
  kFull,      // no room on the disk, or over the limit of size
  kBusy,      // others wrote longer than busy_ms
  kDamaged,   // set aside, if it could be
  kForeign,   // not a history: left alone
  kVersion,   // of a version that this program does not know: left alone
  kRead,      // the operating system failed
  kSyntax,    // import: a line is not what export writes
};

struct Error {
  ErrorKind kind = ErrorKind::kRead;
  std::string path;
  std::string message;    // lower case, without the path
  std::string set_aside;  // kDamaged: where the file is now; empty: it is where it was
};

struct Scope {
  std::string repository, branch, job;
  friend bool operator==(const Scope&, const Scope&) = default;
};

// Which values are kept: numbers, durations, sizes, times, booleans, levels, texts up to kMaxText bytes and
// versions. Others are kept as missing: events that are only counted.
inline constexpr std::size_t kMaxText = 256;
inline constexpr std::size_t kMaxName =
    1024;  // of each part of a scope, of names and keys; longer ones are cut

struct Sample {
  std::int64_t time = 0;  // ns since 1970
  ValueKind kind = ValueKind::kMissing;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;

  static Sample Of(std::int64_t time, const Value& value);
  // Views this sample's text.
  Value value() const;
  friend bool operator==(const Sample&, const Sample&) = default;
};

struct Entry {
  std::string series, key;
  Sample sample;
};

struct Row {
  Scope scope;
  std::string series, key;
  Sample sample;
  std::int64_t number = 0;  // among equal ones
};

struct SeriesInfo {
  Scope scope;
  std::string series, key;
  std::int64_t values = 0;
  std::int64_t first = 0, last = 0;  // times
};

struct Limits {
  std::int64_t max_age = std::int64_t{180} * 24 * 3600 * 1000000000;  // ns before `now`
  std::int64_t max_values = 20000;                                    // of one series and key
  std::uint64_t max_bytes = 64 * 1024 * 1024;                         // of the file
};

struct OpenOptions {
  bool create = true;  // a file, and the folder it is in
  int busy_ms = 10000;
};

class Store;
struct Opened {
  std::unique_ptr<Store> store;  // may be there beside an error: a damaged file was set aside
  std::optional<Error> error;
};

class Store {
 public:
  static Opened Open(const std::string& path, const OpenOptions& options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& path() const;

  // One transaction: all of it or nothing.
  std::optional<Error> Append(const Scope& scope, std::span<const Entry> entries);
  // The samples with from <= time <= to, by time, then by value; of more than `most` the latest. O(log file +
  // samples).
  std::optional<Error> Read(const Scope& scope, std::string_view series, std::string_view key,
                            std::int64_t from, std::int64_t to, std::vector<Sample>* samples,
                            std::size_t most = 65536);
  // Drops what is older than the limits allow, oldest first, then gives room back. *removed: values.
  std::optional<Error> Prune(std::int64_t now, const Limits& limits, std::int64_t* removed);
  // The same, but only on a new day (UTC) or if the file is too large: what the end of every run may cost.
  std::optional<Error> PruneIfDue(std::int64_t now, const Limits& limits);

  std::optional<Error> List(std::vector<SeriesInfo>* series);

  // Every value, by scope, series, key and time, as of one moment. `each` returns false to stop.
  std::optional<Error> Each(const std::function<bool(const Row&)>& each);
  // Adds rows until `next` returns false; one transaction. If `next` leaves an error in *stop, nothing is
  // added.
  std::optional<Error> Add(const std::function<bool(Row*)>& next, std::optional<Error>* stop);

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::optional<Error> Checked(std::optional<Error> error);
  std::unique_ptr<Impl> impl_;
};

}  // namespace faultline::history

#endif  // FAULTLINE_RUNTIME_HISTORY_HISTORY_H_
