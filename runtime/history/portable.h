// The history as a text file, for CI caches and for looking at it: JSON lines.
//
//   {"faultline_history":1}
//   {"repository":"acme/api","branch":"main","job":"test","series":"…","key":"…","time":"2026-01-02T03:04:05Z",
//    "kind":"duration","value":83000000000}
//
// `kind` none, bool, int, float, text, duration (ns), bytes, time (ns since 1970), level (0 to 5), semver,
// go_version. `n` stands where several values of one series, key and time are equal. Packed by the file's
// name: .gz or .zst. Importing adds what is not there; a file that is not to the letter adds nothing.
#ifndef FAULTLINE_RUNTIME_HISTORY_PORTABLE_H_
#define FAULTLINE_RUNTIME_HISTORY_PORTABLE_H_

#include "runtime/history/history.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::history {

// One line, with its newline.
std::string ToLine(const Row& row);
// The row of a line, or what is wrong with it.
std::optional<std::string> FromLine(std::string_view line, Row* row);

// Writes to `path` ("-": *text), replacing it as a whole. *rows: how many.
std::optional<Error> Export(Store* store, const std::string& path, std::string* text, std::int64_t* rows);
// Reads `path` ("-": standard input), packed or not.
std::optional<Error> Import(Store* store, const std::string& path, std::int64_t* rows);

}  // namespace faultline::history

#endif  // FAULTLINE_RUNTIME_HISTORY_PORTABLE_H_
