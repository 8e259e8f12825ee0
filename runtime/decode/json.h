// JSON as logs hold it.
//
// A parser of our own and not simdjson, for four things that logs need and validating parsers do not give:
// the place of each value in the line (columns), the spelling of numbers (1700000000.123456789 must not pass
// through a double, and an integer beyond 64 bits must not spoil its document), bytes that are not UTF-8
// (kept), and a stop and go between the lines of a document that spans several. The unit tests use simdjson
// as oracle.
//
// Beyond the grammar of RFC 8259 it takes control bytes inside strings, except the newline. Equal keys: the
// last one counts, as in Go and JavaScript. Depth is bounded by kMaxJsonDepth without recursion; time and
// nodes are linear in the text.
//
// Thread safety: one document per thread. Errors: a status; there is no message, since what is no JSON is
// just a line.
#ifndef FAULTLINE_RUNTIME_DECODE_JSON_H_
#define FAULTLINE_RUNTIME_DECODE_JSON_H_

#include "runtime/text/normalize.h"
#include "support/lang/type.h"
#include "support/value/value.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

inline constexpr std::size_t kMaxJsonDepth = 200;

enum class JsonKind : std::uint8_t { kNull, kTrue, kFalse, kInteger, kNumber, kString, kArray, kObject };

// A value; the children of a container follow it, depth first.
struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;  // a string with backslashes
  bool key_escaped = false;
  std::uint32_t begin = 0;  // in the text; of strings without quotes, of containers with brackets
  std::uint32_t end = 0;
  std::uint32_t key_begin = 0;  // in an object: the key without quotes
  std::uint32_t key_end = 0;
  std::uint32_t next = 0;  // node behind this one and all it holds
};

enum class JsonStatus : std::uint8_t { kComplete, kIncomplete, kInvalid };

class JsonDocument {
 public:
  using NodeId = std::uint32_t;

  // Begins a value at `position` of the text that the next calls of Continue give.
  void Start(std::size_t position = 0);
  // Reads on to the end of the value or of `text`. After kIncomplete, call again with a text that begins with
  // the same bytes and is longer; the cut must be where a newline may stand. After kComplete, position() is
  // behind the value.
  JsonStatus Continue(std::string_view text);
  // Start and Continue: a whole value, else false.
  bool Parse(std::string_view text, std::size_t position = 0);

  std::size_t position() const { return position_; }
  const std::vector<JsonNode>& nodes() const { return nodes_; }
  const JsonNode& node(NodeId id) const { return nodes_[id]; }

  // The text of the last Continue must still be there for what follows.

  // Member of an object, the last of that name. O(members).
  std::optional<NodeId> Member(NodeId object, std::string_view key) const;
  // All values at `path` below `from`, arrays on the way (and at the end, if `open_last`) opened.
  void Find(NodeId from, std::span<const std::string> path, bool open_last, std::vector<NodeId>& out) const;

  std::string_view Source(NodeId id) const { return Slice(nodes_[id].begin, nodes_[id].end); }
  // Key or string without escapes: a view of the text, or a copy in the arena.
  std::string_view Key(NodeId id, Arena& arena) const;
  std::string_view String(NodeId id, Arena& arena) const;
  // The same with the map from positions in the string to positions in the document's text.
  std::string_view String(NodeId id, Arena& arena, std::vector<OffsetRun>& runs) const;

  // As it is: integers within 64 bits are ints, larger ones text; other numbers are floats; null is missing;
  // objects are maps.
  Value ToValue(NodeId id, Arena& arena) const;
  // Scalars as text: strings unescaped, numbers and booleans as spelled; null missing; containers as in
  // ToValue.
  Value ToSpelledValue(NodeId id, Arena& arena) const;
  // Made to fit `type`, or missing.
  Value ToTyped(NodeId id, const lang::Type& type, Arena& arena) const;

 private:
  enum class Expect : std::uint8_t { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd, kDone };

  std::string_view Slice(std::uint32_t begin, std::uint32_t end) const {
    return text_.substr(begin, end - begin);
  }
  bool ReadString(std::uint32_t* begin, std::uint32_t* end, bool* escaped);
  bool ReadScalar();
  void Close();
  Value MapOf(NodeId id, Arena& arena, bool spelled) const;

  std::string_view text_;
  std::size_t position_ = 0;
  Expect expect_ = Expect::kValue;
  JsonNode pending_key_;  // key fields of the member that is being read
  std::vector<NodeId> open_;
  std::vector<JsonNode> nodes_;
};

// Resolves the escapes of a JSON string; a lone surrogate becomes U+FFFD. With `runs`, adds the map from
// positions in the result to positions in `source`, moved by `base`.
void UnescapeJson(std::string_view source, std::string& out, std::vector<OffsetRun>* runs = nullptr,
                  std::uint32_t base = 0);

// A text scalar made to fit `type`: what logfmt values and JSON strings go through when no conversion was
// planned.
Value FitText(std::string_view text, const lang::Type& type);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_JSON_H_
