// `faultline history`: what earlier runs measured: show, export, import, prune.
#include "runtime/history/history.h"

#include "runtime/history/portable.h"
#include "runtime/report/escape.h"
#include "support/value/time.h"
#include "tools/cli/console.h"
#include "tools/cli/table.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"
#include "tools/driver/state_place.h"

#include <fmt/format.h>

namespace faultline::cli {
namespace {

int Said(const history::Error& error) {
  Remark(driver::Sentence(error));
  return kInput;
}

int Show(history::Store& store, const Options& options) {
  std::vector<history::SeriesInfo> series;
  if (const auto error = store.List(&series)) return Said(*error);
  Table table({"repository", "branch", "job", "series", "key", "values", "first", "last"});
  for (const history::SeriesInfo& one : series) {
    table.Add({runtime::SafeText(one.scope.repository), runtime::SafeText(one.scope.branch),
               runtime::SafeText(one.scope.job), runtime::SafeText(one.series), runtime::SafeText(one.key),
               std::to_string(one.values), FormatTime(one.first), FormatTime(one.last)});
  }
  table.Write(options.json);
  if (series.empty() && !options.quiet) Remark(fmt::format("{}: it is empty", store.path()));
  return kOk;
}

int ImportAll(history::Store& store, const Options& options) {
  if (options.paths.empty()) {
    Remark("history import: name the files to import, or `-`");
    return kUsage;
  }
  int code = kOk;
  for (const std::string& path : options.paths) {
    std::int64_t rows = 0;
    if (const auto error = history::Import(&store, path, &rows)) {
      code = WorstExit(code, Said(*error));
    } else if (!options.quiet) {
      Out().Write(fmt::format("{} values of {}\n", rows, path));
    }
  }
  return code;
}

int ExportAll(history::Store& store, const Options& options) {
  if (options.paths.size() > 1) {
    Remark("history export: one file");
    return kUsage;
  }
  const std::string path = options.paths.empty() ? "-" : options.paths[0];
  std::string text;
  std::int64_t rows = 0;
  if (const auto error = history::Export(&store, path, &text, &rows)) return Said(*error);
  Out().Write(text);
  if (path != "-" && !options.quiet) Out().Write(fmt::format("{} values to {}\n", rows, path));
  return kOk;
}

int Prune(history::Store& store, const Options& options) {
  const auto now = driver::NowOption(options.now);
  if (!now) {
    Remark(fmt::format("--now {}: not a time; write 2026-03-01T12:00:00Z", options.now));
    return kUsage;
  }
  history::Limits limits;
  if (options.keep_days) limits.max_age = std::int64_t{*options.keep_days} * 24 * 3600 * 1000000000;
  if (options.keep_bytes) limits.max_bytes = *options.keep_bytes;
  std::int64_t removed = 0;
  if (const auto error = store.Prune(*now, limits, &removed)) return Said(*error);
  if (!options.quiet) Out().Write(fmt::format("{} values removed\n", removed));
  return kOk;
}

}  // namespace

int HistoryVerb(const Options& options) {
  const driver::StatePlace place = driver::FindState(options.history);
  if (place.history.empty()) {
    Remark("there is no history; name one: --history FILE");
    return kUsage;
  }
  history::OpenOptions open;
  open.create = options.subject == "import";
  const history::Opened opened = history::Store::Open(place.history, open);
  if (opened.error) Remark(driver::Sentence(*opened.error));
  if (!opened.store) return kInput;
  int code = opened.error ? kInput : kOk;
  if (options.subject == "show") code = WorstExit(code, Show(*opened.store, options));
  if (options.subject == "export") code = WorstExit(code, ExportAll(*opened.store, options));
  if (options.subject == "import") code = WorstExit(code, ImportAll(*opened.store, options));
  if (options.subject == "prune") code = WorstExit(code, Prune(*opened.store, options));
  return code;
}

}  // namespace faultline::cli
