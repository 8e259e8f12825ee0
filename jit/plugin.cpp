// The plugin's entry: checks that host and plugin were built for each other, and C functions over the C++
// below.
#include "jit/codegen.h"
#include "jit/layout.h"
#include "jit/operations.h"

#include <cstdlib>
#include <cstring>

namespace faultline::jit {
namespace {

struct Row {
  OperationRow row;
  std::uint64_t signature;
};

// The value kind of "int(int, int)"; kMissing for type variables, `any` and others without a kind of their
// own.
constexpr ValueKind ResultKind(std::string_view signature) {
  struct Named {
    std::string_view name;
    ValueKind kind;
  };
  constexpr Named kNames[] = {
      {"bool", ValueKind::kBool},         {"int", ValueKind::kInt},     {"float", ValueKind::kFloat},
      {"text", ValueKind::kText},         {"bytes", ValueKind::kBytes}, {"time", ValueKind::kTime},
      {"duration", ValueKind::kDuration}, {"level", ValueKind::kLevel},
  };
  std::string_view name = signature.substr(0, signature.find('('));
  for (const Named& named : kNames) {
    if (named.name == name) {
      return named.kind;
    }
  }
  return ValueKind::kMissing;
}

constexpr Row kRows[] = {
#define FAULTLINE_OPERATOR(id, spelling, form, precedence, help)
#define FAULTLINE_OVERLOAD(op, opcode, signature, traits)                                                \
  {{#opcode, CountParameters(signature), std::string_view(#traits) == "kStrict", ResultKind(signature)}, \
   OperationSignature(signature, #traits)},
#include "support/lang/ops.def"
#undef FAULTLINE_OPERATOR
#undef FAULTLINE_OVERLOAD
};

void Copy(std::string_view text, Buffer* buffer) {
  buffer->size = text.size();
  buffer->data = static_cast<char*>(std::malloc(text.size() + 1));
  if (buffer->data == nullptr) {
    buffer->size = 0;
    return;
  }
  std::memcpy(buffer->data, text.data(), text.size());
  buffer->data[text.size()] = '\0';
}

std::int32_t Compile(const CompileRequest* request, Buffer* result, Buffer* error) {
  llvm::LLVMContext context;
  ModuleContext module(*request, context);
  std::string output;
  std::string message = Generate(module);
  if (message.empty()) {
    message = EmitModule(module.TakeModule(), *request, &output);
  }
  if (!message.empty()) {
    Copy(message, error);
    return 1;
  }
  Copy(output, result);
  return result->data == nullptr ? 1 : 0;
}

std::int32_t Load(const char* object, std::size_t size, void** handle, const NativeTable** table,
                  Buffer* error) {
  LoadedObject* loaded = nullptr;
  std::string message = LoadObject({object, size}, &loaded, table);
  if (!message.empty()) {
    Copy(message, error);
    return 1;
  }
  *handle = loaded;
  return 0;
}

void Unload(void* handle) {
  UnloadObject(static_cast<LoadedObject*>(handle));
}

void ReleaseBuffer(Buffer* buffer) {
  std::free(buffer->data);
  *buffer = {};
}

const HostFunction* Find(const JitHost& host, std::string_view name) {
  for (std::uint32_t i = 0; i < host.function_count; ++i) {
    if (host.functions[i].name == name) {
      return &host.functions[i];
    }
  }
  return nullptr;
}

std::string CheckHost(const JitHost& host) {
  auto check = [&](const std::string& name, std::uint64_t signature) -> std::string {
    const HostFunction* function = Find(host, name);
    if (function == nullptr || function->address == nullptr) {
      return "the program does not offer " + name;
    }
    return function->signature == signature ? "" : "the program's " + name + " has another signature";
  };
  for (const Row& row : kRows) {
    if (std::string error = check(std::string("faultline_op_") + row.row.name, row.signature);
        !error.empty()) {
      return error;
    }
  }
  for (const HelperRow& row : kHelpers) {
    if (std::string error = check(row.name, SignatureHash(row.declaration)); !error.empty()) {
      return error;
    }
  }
  return "";
}

int Refuse(const std::string& message, char* error, std::size_t size) {
  if (size > 0) {
    std::size_t length = std::min(message.size(), size - 1);
    std::memcpy(error, message.data(), length);
    error[length] = '\0';
  }
  return 1;
}

}  // namespace

const OperationRow* FindOperation(lang::Opcode opcode) {
  auto index = static_cast<std::size_t>(opcode);
  return index < std::size(kRows) ? &kRows[index].row : nullptr;
}

}  // namespace faultline::jit

extern "C" __attribute__((visibility("default"))) int faultline_jit_open(std::uint32_t abi_version,
                                                                         const faultline::jit::JitHost* host,
                                                                         faultline::jit::JitPlugin* out,
                                                                         char* error, std::size_t error_size);

extern "C" int faultline_jit_open(std::uint32_t abi_version, const faultline::jit::JitHost* host,
                                  faultline::jit::JitPlugin* out, char* error, std::size_t error_size) {
  using namespace faultline::jit;
  if (abi_version != kAbiVersion || host->abi_version != kAbiVersion || host->layout != LayoutHash()) {
    return Refuse("the program and the plugin are of different versions", error, error_size);
  }
  if (std::string message = CheckHost(*host); !message.empty()) {
    return Refuse(message, error, error_size);
  }
  if (std::string message = StartLinker(*host); !message.empty()) {
    return Refuse(message, error, error_size);
  }
  static const std::string target = Describe();
  *out = {kAbiVersion, 0, LayoutHash(), target.c_str(), Compile, Load, Unload, ReleaseBuffer};
  return 0;
}
