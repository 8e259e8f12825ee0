// logfmt: key=value pairs between blanks, as Go services write them (go-kit, logrus, slog's text handler).
//
// A value is a run without blanks, or quoted with Go's escapes; a key alone is a flag. Equal keys: the last
// one counts. Linear in the text. Thread safety: free functions.
#ifndef FAULTLINE_RUNTIME_DECODE_LOGFMT_H_
#define FAULTLINE_RUNTIME_DECODE_LOGFMT_H_

#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

struct LogfmtPair {
  std::string_view key;
  std::string_view value;  // without quotes, escapes not resolved
  bool has_value = false;  // there was a `=`
  bool escaped = false;    // quoted, with backslashes
};

// False where it cannot be logfmt: a quote that does not end, a key that is empty or quoted, text glued to a
// closing quote. `pairs` then holds what came before.
bool ParseLogfmt(std::string_view text, std::vector<LogfmtPair>& pairs);

// Is this a log line and not prose? It begins with a pair, and at least two in three of its words are pairs,
// and there are two of them or more.
bool LooksLikeLogfmt(const std::vector<LogfmtPair>& pairs);

// Resolves Go's escapes (\n \t \" \\ \xHH \ooo \uHHHH \UHHHHHHHH …); what is no escape stays as it stands.
void UnescapeGo(std::string_view source, std::string& out);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_LOGFMT_H_
