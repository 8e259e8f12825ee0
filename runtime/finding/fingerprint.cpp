// The id of a finding. Each value is written with its kind and length before it is hashed, so that no two
// different lists of values give the same bytes.
#include "runtime/finding/finding.h"

#include <bit>
#include <cmath>

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace faultline::runtime {
namespace {

constexpr int kMaxDepth = 64;  // deeper values count as missing; decoders refuse documents nested that deeply

void AppendNumber(std::uint64_t number, std::string* out) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

void AppendBytes(std::string_view bytes, std::string* out) {
  AppendNumber(bytes.size(), out);
  out->append(bytes);
}

void AppendValue(const Value& value, int depth, std::string* out) {
  out->push_back(static_cast<char>(depth > kMaxDepth ? ValueKind::kMissing : value.kind));
  if (depth > kMaxDepth) return;
  switch (value.kind) {
    case ValueKind::kMissing:
      return;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      AppendNumber(static_cast<std::uint64_t>(value.integer), out);
      return;
    case ValueKind::kFloat:
      AppendNumber(value.real == 0 ? 0 : std::bit_cast<std::uint64_t>(value.real), out);
      return;
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      AppendBytes(value.AsText(), out);
      return;
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap: {
      const std::size_t count = std::size_t{value.size} * (value.kind == ValueKind::kMap ? 2 : 1);
      AppendNumber(count, out);
      for (std::size_t i = 0; i < count; ++i) AppendValue(value.items[i], depth + 1, out);
      return;
    }
  }
}

}  // namespace

std::string Fingerprint(std::string_view rule,
                        const std::vector<std::pair<std::string_view, Value>>& identity) {
  std::string bytes;
  AppendBytes(rule, &bytes);
  for (const auto& [name, value] : identity) {
    AppendBytes(name, &bytes);
    AppendValue(value, 0, &bytes);
  }
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  std::string id;
  for (std::uint64_t half :
       {static_cast<std::uint64_t>(hash.high64), static_cast<std::uint64_t>(hash.low64)}) {
    for (int shift = 60; shift >= 0; shift -= 4) id.push_back("0123456789abcdef"[half >> shift & 15]);
  }
  return id;
}

}  // namespace faultline::runtime
