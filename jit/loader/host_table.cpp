// What plugins may call: the operators' C functions and a few helpers, by name and signature.
#include "jit/layout.h"
#include "jit/loader/matcher.h"
#include "jit/loader/plugin.h"
#include "jit/operations.h"
#include "runtime/ops/ops.h"
#include "support/regex/program.h"

#include <cstring>
#include <vector>

namespace faultline::jit {
namespace {

extern "C" {

Value* FaultlineJitAllocateValues(runtime::EvalContext* context, std::uint64_t count) {
  return context->arena->AllocateValues(static_cast<std::size_t>(count));
}

std::int32_t FaultlineJitMatchPattern(void* matcher, std::uint32_t pattern, const char* text,
                                      std::uint64_t size) {
  return static_cast<Matcher*>(matcher)->Exists(pattern, {text, static_cast<std::size_t>(size)}) ? 1 : 0;
}

std::int32_t FaultlineJitGrowJobs(MatchMemory* memory) {
  return GrowJobs(memory) ? 1 : 0;
}

// Unicode word boundaries need the tables of support/regex; all other conditions are native.
std::int32_t FaultlineJitUnicodeBoundary(const char* text, std::int64_t size, std::int64_t position) {
  return regex::EmptyFlagsAt({text, static_cast<std::size_t>(size)}, static_cast<std::size_t>(position),
                             regex::kAtUnicodeWordBoundary) != 0
             ? 1
             : 0;
}

}  // extern "C"

using Address = void (*)();

template <typename Function>
Address AddressOf(Function* function) {
  return reinterpret_cast<Address>(function);
}

Address HelperAddress(std::string_view name) {
  struct Helper {
    std::string_view name;
    Address address;
  };
  static const Helper kAddresses[] = {
      {"faultline_jit_allocate_values", AddressOf(&FaultlineJitAllocateValues)},
      {"faultline_jit_match_pattern", AddressOf(&FaultlineJitMatchPattern)},
      {"faultline_jit_grow_jobs", AddressOf(&FaultlineJitGrowJobs)},
      {"faultline_jit_unicode_boundary", AddressOf(&FaultlineJitUnicodeBoundary)},
      {"memcpy", AddressOf(static_cast<void* (*)(void*, const void*, std::size_t)>(&std::memcpy))},
      {"memmove", AddressOf(static_cast<void* (*)(void*, const void*, std::size_t)>(&std::memmove))},
      {"memset", AddressOf(static_cast<void* (*)(void*, int, std::size_t)>(&std::memset))},
      {"memcmp", AddressOf(static_cast<int (*)(const void*, const void*, std::size_t)>(&std::memcmp))},
      {"bcmp", AddressOf(static_cast<int (*)(const void*, const void*, std::size_t)>(&std::memcmp))},
      {"memchr", AddressOf(static_cast<const void* (*)(const void*, int, std::size_t)>(&std::memchr))},
      {"memmem",
       AddressOf(static_cast<void* (*)(const void*, std::size_t, const void*, std::size_t)>(&memmem))},
  };
  for (const Helper& helper : kAddresses) {
    if (helper.name == name) {
      return helper.address;
    }
  }
  return nullptr;
}

struct Table {
  std::vector<HostFunction> functions;
  JitHost host;

  Table() {
    struct OperationName {
      const char* name;
      lang::Opcode opcode;
      std::uint64_t signature;
    };
    static constexpr OperationName kOperations[] = {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits) \
  {"faultline_op_" #opcode, lang::Opcode::opcode, OperationSignature(signature, #traits)},
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
    };
    for (const OperationName& row : kOperations) {
      functions.push_back({row.name, AddressOf(runtime::OpFunction(row.opcode)), row.signature});
    }
    for (const HelperRow& row : kHelpers) {
      functions.push_back({row.name, HelperAddress(row.name), SignatureHash(row.declaration)});
    }
    host = {kAbiVersion, static_cast<std::uint32_t>(functions.size()), LayoutHash(), functions.data()};
  }
};

}  // namespace

const JitHost& HostTable() {
  static const Table& table = *new Table;  // plugins keep a pointer to it until the process ends
  return table.host;
}

}  // namespace faultline::jit
