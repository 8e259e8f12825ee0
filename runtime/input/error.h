// What can go wrong with an input, as a value. The rest of the run goes on; the caller decides about the exit
// status.
#ifndef FAULTLINE_RUNTIME_INPUT_ERROR_H_
#define FAULTLINE_RUNTIME_INPUT_ERROR_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime {

enum class InputErrorKind : std::uint8_t {
  kMissing,      // no such file
  kPermission,   // may not be read
  kNotAFile,     // a socket, a device
  kRead,         // the operating system failed while reading
  kTruncated,    // compressed data ended early; what came before was used
  kCorrupt,      // compressed data is damaged; what came before was used
  kBinary,       // found in a folder and not text: left out (no failure)
  kLongLine,     // lines over the bound: their first bytes were used (no failure)
  kLimit,        // a bound of the decoders was reached (no failure)
  kNewestFirst,  // its newest line stands first, so it was turned around (no failure)
  kLost,         // live: a part of a file was gone before it was read (no failure)
};

// Stable name for machine output: "missing", "permission" …
std::string_view InputErrorName(InputErrorKind kind);

struct InputError {
  InputErrorKind kind = InputErrorKind::kRead;
  std::string path;        // as it was given or found
  std::string message;     // lower case, without the path: "no such file"
  std::int64_t count = 1;  // kLongLine: how many lines

  // False for what was left out on purpose: it is worth a note but no exit status.
  bool IsFailure() const {
    return kind != InputErrorKind::kBinary && kind != InputErrorKind::kLongLine &&
           kind != InputErrorKind::kLimit && kind != InputErrorKind::kLost &&
           kind != InputErrorKind::kNewestFirst;
  }
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_ERROR_H_
