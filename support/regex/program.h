// Prog: a regular expression as instructions of a non-deterministic automaton over bytes.
//
// The construction is Thompson's (CACM 11(6), 1968) as RE2 does it: priorities in the alternatives give
// leftmost-first matching, captures are instructions, and a class of code points becomes the smallest
// automaton of byte ranges (Daciuk et al., 2000). Every engine here, and the native code generator, runs this
// one form.
//
// The encoding is public and stable, so that others can generate code from it:
//
//   op           meaning                                                          fields
//   kFail        this way leads nowhere; instruction 0 and only it
//   kByteRange   take one byte b with lo <= b <= hi, go on at out; with `fold`,   lo hi fold out
//                A..Z counts as a..z first, and lo..hi lies within a..z
//   kAlt         go on at out; if that fails, at arg: out has priority            out arg
//   kCapture     remember the place in slot arg, go on at out                     out arg
//   kEmptyWidth  go on at out if all conditions in arg (EmptyFlags) hold here     out arg
//   kMatch       the text up to here matches
//   kNop         go on at out; never in a finished program                        out
//
// Group n has the slots 2n and 2n+1; group 0, the whole match, has no instructions: engines set its slots.
// Cycles without a byte in them occur (`(?:a|b*)*`); an engine must visit an instruction once per place.
//
// A Prog is immutable and shared by pointer; any number of threads may run it, each with scratch memory of
// its own.
#pragma once

#include "support/regex/error.h"
#include "support/regex/node.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::regex {

enum class Op : uint8_t { kFail, kByteRange, kAlt, kCapture, kEmptyWidth, kMatch, kNop };

// Conditions on a place in the text, as bits.
enum EmptyFlags : uint8_t {
  kAtBeginText = 1 << 0,
  kAtEndText = 1 << 1,
  kAtBeginLine = 1 << 2,
  kAtEndLine = 1 << 3,
  kAtWordBoundary = 1 << 4,
  kAtNotWordBoundary = 1 << 5,
  kAtUnicodeWordBoundary = 1 << 6,
  kAtNotUnicodeWordBoundary = 1 << 7,
};

struct Inst {
  Op op = Op::kFail;
  uint8_t lo = 0;
  uint8_t hi = 0;
  uint8_t fold = 0;
  uint32_t out = 0;
  uint32_t arg = 0;

  friend bool operator==(const Inst&, const Inst&) = default;

  // kByteRange: does it take `b`?
  bool Takes(uint8_t b) const {
    if (fold != 0 && b >= 'A' && b <= 'Z') b = static_cast<uint8_t>(b - 'A' + 'a');
    return lo <= b && b <= hi;
  }
};
static_assert(sizeof(Inst) == 12);

// What the text is. A line is UTF-8 as a whole or it is bytes: then `.`, negated classes and other open
// classes take one byte where they would take a code point, and everything else is as it was.
enum class Encoding : uint8_t { kUtf8, kBytes };

struct CompileOptions {
  Encoding encoding = Encoding::kUtf8;
  uint32_t max_insts = 10'000;  // the state budget: instructions, 12 bytes each
};

class Prog {
 public:
  const std::vector<Inst>& insts() const { return insts_; }
  uint32_t size() const { return static_cast<uint32_t>(insts_.size()); }

  // Where to begin if the match must begin here.
  uint32_t start() const { return start_; }

  // Where to begin if it may begin later too: start() behind a loop `.*?` over bytes. The same as start() if
  // anchored_start().
  uint32_t start_unanchored() const { return start_unanchored_; }

  // Every match begins at the beginning of the text.
  bool anchored_start() const { return anchored_start_; }

  // Groups, the whole match included; captures need two slots for each.
  int num_groups() const { return num_groups_; }

  // Can a match be empty, conditions taken as met? If not, it begins with a byte of which may_begin_with() is
  // true.
  bool may_be_empty() const { return may_be_empty_; }
  bool may_begin_with(uint8_t b) const { return first_bytes_[b]; }

  // All conditions that occur (EmptyFlags).
  uint8_t empty_flags() const { return empty_flags_; }

  // Unicode `\b` looks at code points: automata over bytes can only answer for ASCII text.
  bool has_unicode_boundary() const {
    return (empty_flags_ & (kAtUnicodeWordBoundary | kAtNotUnicodeWordBoundary)) != 0;
  }

  Encoding encoding() const { return encoding_; }

  // Bytes that no instruction tells apart have one class. Classes count from 0; num_byte_classes() itself can
  // stand for the end of the text.
  uint8_t byte_class(uint8_t b) const { return byte_classes_[b]; }
  const std::array<uint8_t, 256>& byte_classes() const { return byte_classes_; }
  int num_byte_classes() const { return num_byte_classes_; }

  // Different for every program of this process: a key for caches.
  uint64_t id() const { return id_; }

  // One instruction per line, for `explain` and tests.
  std::string Dump() const;

 private:
  friend class Compiler;
  Prog() = default;

  std::vector<Inst> insts_;
  uint32_t start_ = 0;
  uint32_t start_unanchored_ = 0;
  int num_groups_ = 1;
  bool anchored_start_ = false;
  bool may_be_empty_ = false;
  std::bitset<256> first_bytes_;
  uint8_t empty_flags_ = 0;
  Encoding encoding_ = Encoding::kUtf8;
  std::array<uint8_t, 256> byte_classes_{};
  int num_byte_classes_ = 1;
  uint64_t id_ = 0;
};

using ProgPtr = std::shared_ptr<const Prog>;

// Compiles a tree. The only error is kProgramTooLarge. O(result) time and memory, both within the budget.
Result<ProgPtr> Compile(const NodePtr& node, const CompileOptions& options = {});

// A match or a group, as offsets into the text; -1 where the group took no part.
struct Span {
  int32_t begin = -1;
  int32_t end = -1;
  friend bool operator==(const Span&, const Span&) = default;
};

// Texts are at most this long: offsets are 32 bits wide. Engines see a longer one as if it ended there.
inline constexpr size_t kMaxTextSize = 0x7FFFFFFE;

// Where a match may lie: anywhere from `from` on, beginning at `from`, or from `from` to the end of the text.
enum class Anchor : uint8_t { kNone, kStart, kBoth };

// Those of the conditions `wanted` that hold at `pos`. O(1).
uint8_t EmptyFlagsAt(std::string_view text, size_t pos, uint8_t wanted);

}  // namespace faultline::regex
