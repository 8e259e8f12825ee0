// The bytes of a snapshot: numbers, text and values, written and read back.
//
// A snapshot begins with kSnapshotMagic and kSnapshotVersion; a reader of another version reads nothing
// (Reader::ok is false), so state is never taken up that means something else. Integers are little-endian
// base 128 ("varint"; signed ones zigzag), text is length and bytes, a value is its kind and what it holds.
// Sections are length and bytes, so that one owner's state cannot run into the next one's.
//
// Reader takes hostile bytes: lengths are checked against what is left, nesting is bounded, the first mistake
// makes all that follows read as zero, empty or missing, with ok() false. Linear. Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_SNAPSHOT_H_
#define FAULTLINE_RUNTIME_CORRELATE_SNAPSHOT_H_

#include "support/value/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace faultline::runtime::snapshot {

inline constexpr std::string_view kMagic = "FLSNAP";
inline constexpr std::uint64_t kVersion = 3;
inline constexpr int kMaxValueDepth = 64;  // deeper parts of a value are written as missing

class Writer {
 public:
  void Unsigned(std::uint64_t number);
  void Signed(std::int64_t number);
  void Bool(bool value) { bytes_.push_back(value ? 1 : 0); }
  void Float(double number);  // exact
  void Text(std::string_view text);
  void Put(const Value& value);

  void Header();
  // What is written between Begin and End is one section; they nest.
  std::size_t Begin();
  void End(std::size_t begin);

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  void PutValue(const Value& value, int depth);
  std::string bytes_;
};

class Reader {
 public:
  // `bytes` must outlive the reader; what is read is copied.
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t Unsigned();
  std::int64_t Signed();
  bool Bool();
  double Float();
  std::string_view Text();  // a view into the bytes
  Value Get(Arena* arena);
  // A count of things of which each takes a byte at least: never more than what is left.
  std::size_t Count();

  bool Header();                                   // false, and not ok, unless magic and version are ours
  Reader Section();                                // the section's own reader; this one goes on behind it
  std::string_view Rest() const { return rest_; }  // what was not read
  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  void Fail();

 private:
  Value GetValue(Arena* arena, int depth);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace faultline::runtime::snapshot

#endif  // FAULTLINE_RUNTIME_CORRELATE_SNAPSHOT_H_
