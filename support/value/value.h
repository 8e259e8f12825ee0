// Values at run time: 16 bytes, trivially copyable, the same in the interpreter, in native code and in the C
// functions that are the operators' meaning (runtime/ops/). A missing value is a kind of its own and is what
// "unknown" is in three-valued logic.
//
// Memory: text, lists and records point into an Arena or into the record's bytes; a Value never owns. It is
// valid as long as the arena (one per record, or the one of a finding) or the module that holds a constant.
// Layout is part of the contract with generated code; the static_asserts below pin it.
#ifndef FAULTLINE_SUPPORT_VALUE_VALUE_H_
#define FAULTLINE_SUPPORT_VALUE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace faultline {

enum class ValueKind : std::uint32_t {
  kMissing = 0,
  kBool = 1,  // integer: 0 or 1
  kInt = 2,
  kFloat = 3,      // finite
  kText = 4,       // text, size bytes
  kDuration = 5,   // integer: nanoseconds
  kBytes = 6,      // integer: bytes
  kTime = 7,       // integer: nanoseconds since 1970-01-01 UTC
  kSemver = 8,     // text as written
  kGoVersion = 9,  // text as written
  kIp = 10,        // text: 16 bytes, IPv4 mapped into IPv6
  kNetwork = 11,   // text: 16 bytes of address, 1 byte prefix length (0..128)
  kUuid = 12,      // text: canonical lower-case form, 36 bytes
  kLevel = 13,     // integer: lang::Level
  kList = 14,      // items, size values
  kRecord = 15,    // items, size values, one a field in the order of the record's type
  kMap = 16,       // items, 2 * size values: key, value, key, value
};

struct Value {
  ValueKind kind = ValueKind::kMissing;
  std::uint32_t size = 0;
  union {
    std::int64_t integer = 0;
    double real;
    const char* text;
    const Value* items;
  };

  bool is_missing() const { return kind == ValueKind::kMissing; }
  bool is_true() const { return kind == ValueKind::kBool && integer != 0; }
  std::string_view AsText() const { return {text, size}; }

  static Value Missing() { return {}; }
  static Value Integer(ValueKind kind, std::int64_t v) {
    Value r;
    r.kind = kind;
    r.integer = v;
    return r;
  }
  static Value Bool(bool v) { return Integer(ValueKind::kBool, v ? 1 : 0); }
  static Value Int(std::int64_t v) { return Integer(ValueKind::kInt, v); }
  static Value Float(double v);  // NaN and infinities become missing
  static Value Textual(ValueKind kind, std::string_view s) {
    Value r;
    r.kind = kind;
    r.size = static_cast<std::uint32_t>(s.size());
    r.text = s.data();
    return r;
  }
  static Value Text(std::string_view s) { return Textual(ValueKind::kText, s); }
  static Value Items(ValueKind kind, const Value* items, std::uint32_t size) {
    Value r;
    r.kind = kind;
    r.size = size;
    r.items = items;
    return r;
  }
};
// Values behind `items`: of a list or record its size, of a map twice its size, else 0.
std::size_t ItemCount(const Value& value);

static_assert(sizeof(Value) == 16 && std::is_trivially_copyable_v<Value>);
static_assert(offsetof(Value, size) == 4 && offsetof(Value, integer) == 8);

// Bump allocator. Not thread-safe; Reset keeps the first block.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  char* Allocate(std::size_t bytes, std::size_t alignment = 8);
  std::string_view Copy(std::string_view text);
  Value* AllocateValues(std::size_t count);
  Value DeepCopy(const Value& value);  // so that a finding outlives its record
  void Reset();
  std::size_t bytes_used() const { return used_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::size_t> sizes_;
  std::size_t block_ = 0;
  std::size_t offset_ = 0;
  std::size_t used_ = 0;
};

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_VALUE_H_
