// What a rule found: the value that travels from the engine to reports, diagnoses and tests.
//
// A finding owns its text and its arena; names of fields and everything under `rule` belong to the module of
// the program that made it, which must outlive it. Findings are shared read-only once made (FindingPtr).
#ifndef FAULTLINE_RUNTIME_FINDING_FINDING_H_
#define FAULTLINE_RUNTIME_FINDING_FINDING_H_

#include "ir/ir.h"
#include "support/lang/lang.h"
#include "support/lang/type.h"
#include "support/value/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::runtime {

// A place in the log. Lines and columns count from 1, columns in bytes of the original line, offset from 0 in
// bytes of the original file (decompressed).
struct FindingPlace {
  std::string file;
  std::int64_t line = 0;
  std::int64_t column = 0;
  std::int64_t end_line = 0;  // last line of the evidence; `line` where there is one only
  std::int64_t offset = 0;
  std::uint32_t input = 0;  // index of the input: the order of places
};

// A place in the user's sources, from the rule's `at`. 0: not known.
struct SourcePlace {
  std::string file;
  std::int64_t line = 0;
  std::int64_t column = 0;
  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

// A line beside the evidence, for people.
struct ContextLine {
  std::int64_t line = 0;
  std::string text;
};

// A line that a stage matched.
struct Evidence {
  std::string file;
  std::int64_t line = 0;
  std::string text;  // the original line without its end, clipped around the match when very long
  std::uint32_t mark = 0, mark_size = 0;   // the match, in bytes of `text`; size 0: the whole line
  std::vector<ContextLine> before, after;  // neighbours in the file, ascending; empty unless asked for
};

struct FindingField {
  std::string_view name;
  lang::Type type;
  Value value;  // not missing
};

// Where a finding stands in the run, for the windows of `explains`. Lines and records count in the stream,
// both ends included.
struct FindingOrigin {
  std::uint32_t input = 0;
  std::uint32_t stream = 0;
  std::int64_t first_line = 0, last_line = 0;
  std::int64_t first_record = 0, last_record = 0;
  Value key;  // list, or missing where the rule has no `by`
  // Instances of scopes that it stands in: the scope's rule and the instance's number.
  std::vector<std::pair<std::uint32_t, std::int64_t>> scopes;
};

// A term of a finding's confidence that counted.
struct ConfidencePart {
  double weight = 0;
  std::string_view why;  // of the module; may be empty
};

struct Finding {
  const ir::Rule* rule = nullptr;
  std::uint32_t rule_index = 0;
  std::string id;  // 32 hex digits
  lang::Severity severity = lang::Severity::kNote;
  std::string message;
  FindingPlace location;
  std::optional<SourcePlace> source;
  std::vector<FindingField> fields;
  std::vector<Evidence> evidence;    // in the order of the stages
  std::optional<double> confidence;  // in [0, 1]: the sum of the parts, held inside
  std::vector<ConfidencePart> confidence_parts;
  std::vector<std::string_view> missing;  // what other input would settle it
  std::optional<std::string> fix;
  std::int64_t count = 1;
  Value first, last;  // kTime or missing: event times of the first and last evidence
  FindingOrigin origin;
  std::vector<Value> slots;  // the whole frame, for conditions of `explains`
  std::shared_ptr<Arena> arena =
      std::make_shared<Arena>();  // holds what `fields`, `slots` and `origin` point to

  const FindingField* Field(std::string_view name) const;
};
using FindingPtr = std::shared_ptr<const Finding>;

// The stable id of a finding: a 128-bit hash (XXH3) of the rule's name and the values that name the thing
// found, as 32 hex digits. It does not depend on where in the log the finding stands, so that the same
// trouble has the same id in tomorrow's log. O(bytes of the values).
std::string Fingerprint(std::string_view rule,
                        const std::vector<std::pair<std::string_view, Value>>& identity);

// "file:line:column", "file:line" or "file" as a place; empty for text that names no file ("", "?"). A number
// that is not one (a missing value prints "?") counts as not known. A drive letter stays with its path.
std::optional<SourcePlace> ParsePlace(std::string_view text);

// --path-map FROM=TO: the first entry whose FROM is the path or a leading part of it up to a slash is
// replaced.
class PathMap {
 public:
  // False when `text` has no "=" or nothing before it.
  bool Add(std::string_view text);
  std::string Apply(std::string_view path) const;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_FINDING_FINDING_H_
