// The rows of support/lang/ops.def as both sides of the plugin's border see them: names and signature hashes.
#ifndef FAULTLINE_JIT_OPERATIONS_H_
#define FAULTLINE_JIT_OPERATIONS_H_

#include "jit/jit.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::jit {

constexpr std::uint64_t OperationSignature(const char* signature, const char* traits) {
  return SignatureHash(signature) * 31 + SignatureHash(traits);
}

// Number of parameters of "result(a, b)": commas and one, or none between "()".
constexpr std::size_t CountParameters(std::string_view signature) {
  std::size_t open = signature.find('(');
  if (open == std::string_view::npos || signature.substr(open) == "()") {
    return 0;
  }
  std::size_t count = 1;
  for (char c : signature.substr(open)) {
    count += c == ',' ? 1 : 0;
  }
  return count;
}

// Host functions beside the operations: name and C declaration, whose hash the table carries.
struct HelperRow {
  const char* name;
  const char* declaration;
};
inline constexpr HelperRow kHelpers[] = {
    {"faultline_jit_allocate_values", "Value*(EvalContext*, uint64)"},
    {"faultline_jit_match_pattern", "int32(void* matcher, uint32, const char*, uint64)"},
    {"faultline_jit_grow_jobs", "int32(MatchMemory*)"},
    {"faultline_jit_unicode_boundary", "int32(const char*, int64, int64)"},
    // What the code generator itself may call.
    {"memcpy", "void*(void*, const void*, size)"},
    {"memmove", "void*(void*, const void*, size)"},
    {"memset", "void*(void*, int, size)"},
    {"memcmp", "int(const void*, const void*, size)"},
    {"bcmp", "int(const void*, const void*, size)"},
    {"memchr", "void*(const void*, int, size)"},
    {"memmem", "void*(const void*, size, const void*, size)"},
};

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_OPERATIONS_H_
