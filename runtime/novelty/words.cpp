#include "runtime/novelty/words.h"

#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace faultline::novelty {
namespace {

struct Word {
  std::string_view text;
  std::uint8_t flags;
};
constexpr std::uint8_t kBad = kRigidWord | kErrorWord;
constexpr std::uint8_t kCounted = kBad | kCountWord;
constexpr std::uint8_t kWorst = kRigidWord | kFatalWord;
constexpr Word kWords[] = {
    {"error", kCounted},
    {"errors", kCounted},
    {"err", kCounted},
    {"fail", kCounted},
    {"fails", kCounted},
    {"failed", kCounted},
    {"failure", kCounted},
    {"failures", kCounted},
    {"failing", kCounted},
    {"broken", kCounted},
    {"crashed", kWorst},
    {"crash", kWorst},
    {"exit", kCountWord},
    {"exited", kCountWord},
    {"code", kCountWord},
    {"status", kCountWord},
    {"returned", kCountWord},
    {"rc", kCountWord},
    {"exitcode", kCountWord},
    {"fatal", kWorst},
    {"panic", kWorst},
    {"panicked", kWorst},
    {"panics", kWorst},
    {"emerg", kWorst},
    {"critical", kWorst},
    {"segfault", kWorst},
    {"segmentation", kWorst},
    {"sigsegv", kWorst},
    {"sigabrt", kWorst},
    {"sigkill", kWorst},
    {"sigbus", kWorst},
    {"oomkilled", kWorst},
    {"killed", kWorst},
    {"oom", kWorst},
    {"deadlock", kWorst},
    {"exception", kBad},
    {"traceback", kBad},
    {"abort", kBad},
    {"aborted", kBad},
    {"aborting", kBad},
    {"denied", kBad},
    {"refused", kBad},
    {"forbidden", kBad},
    {"unauthorized", kBad},
    {"timeout", kBad},
    {"timedout", kBad},
    {"unreachable", kBad},
    {"cannot", kBad},
    {"unable", kBad},
    {"invalid", kBad},
    {"undefined", kBad},
    {"unresolved", kBad},
    {"unknown", kBad},
    {"missing", kBad},
    {"corrupt", kBad},
    {"corrupted", kBad},
    {"mismatch", kBad},
    {"rejected", kBad},
    {"unexpected", kBad},
    {"crashloopbackoff", kWorst},
    {"exhausted", kBad},
    {"overflow", kBad},
    {"evicted", kBad},
    {"unhealthy", kBad},
    {"race", kBad},
    {"leak", kBad},
    {"warning", kRigidWord | kWarnWord},
    {"warn", kRigidWord | kWarnWord},
    {"warnings", kRigidWord | kWarnWord},
    {"deprecated", kWarnWord},
    {"retrying", kWarnWord},
};

constexpr std::size_t kSlots = 512;
struct Slot {
  std::uint64_t low = 0, high = 0;
  std::uint8_t flags = 0;
};

std::uint64_t Load(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, 8);
  return bytes;
}
// The first `count` (1 to 8) bytes in memory, the others zero.
std::uint64_t FirstBytes(std::uint64_t bytes, std::size_t count) {
  const std::size_t gone = 64 - 8 * count;
  return std::endian::native == std::endian::little ? bytes & (~std::uint64_t{0} >> gone)
                                                    : bytes & (~std::uint64_t{0} << gone);
}
constexpr std::uint64_t kLower = 0x2020202020202020;

std::size_t SlotOf(std::uint64_t low, std::uint64_t high) {
  return static_cast<std::size_t>(((low ^ (high * 0x9e3779b97f4a7c15)) * 0xd6e8feb86659fd93) >> 55);
}

struct Table {
  std::array<Slot, kSlots> slots{};
  std::array<std::uint32_t, 17> first_letters{};  // by size of word
  Table() {
    for (const Word& word : kWords) {
      char bytes[16] = {};
      std::memcpy(bytes, word.text.data(), word.text.size());
      Slot slot{Load(bytes), Load(bytes + 8), word.flags};
      std::size_t at = SlotOf(slot.low, slot.high);
      while (slots[at].flags != 0) at = (at + 1) % kSlots;
      slots[at] = slot;
      first_letters[word.text.size()] |= 1u << (bytes[0] & 31);
    }
  }
};
const Table kTable;

// FileNotFoundException, TypeError.
bool NamesAnException(const char* word, std::size_t size) {
  if (size < 6 || word[0] < 'A' || word[0] > 'Z') return false;
  const std::string_view text(word, size);
  return text.ends_with("Error") || text.ends_with("Exception");
}

}  // namespace

std::uint8_t FlagsOfWord(const char* word, std::size_t size) {
  if (size < 2) return 0;
  if (size > 16 || (kTable.first_letters[size] >> (*word & 31) & 1) == 0) {
    return NamesAnException(word, size) ? kBad : 0;
  }
  const std::uint64_t low = size < 8 ? FirstBytes(Load(word) | kLower, size) : Load(word) | kLower;
  const std::uint64_t high =
      size <= 8 ? 0 : (size < 16 ? FirstBytes(Load(word + 8) | kLower, size - 8) : Load(word + 8) | kLower);
  for (std::size_t at = SlotOf(low, high); kTable.slots[at].flags != 0; at = (at + 1) % kSlots) {
    if (kTable.slots[at].low == low && kTable.slots[at].high == high) return kTable.slots[at].flags;
  }
  return NamesAnException(word, size) ? kBad : 0;
}

}  // namespace faultline::novelty
