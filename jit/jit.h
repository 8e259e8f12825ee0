// The border between the program and the LLVM plugin (libfaultline_jit.so): plain data and C function
// pointers.
//
// Linking LLVM costs 16 ms and 50 MB at every start of the program, so LLVM lives in a plugin that the loader
// (jit/loader) opens when native code is wanted. Nothing of LLVM is named here, no exception crosses, and the
// plugin looks up no symbol of the host: it is handed a table of the host's functions, each with a hash of
// its signature, and refuses to work with a table that is not the one it was built for. The other way round
// the host refuses a plugin with another ABI version or another layout of the shared structures.
//
// Native code is one object file a program. It has one global symbol, `faultline_program` (NativeTable); all
// else is internal. It holds no absolute address, so that it can be kept on disk and loaded by another
// process.
//
// Thread safety: every function of JitPlugin may be called from any thread. Errors: return value 0 is
// success; else `error` holds a message. Ownership: buffers that the plugin fills are released with
// `release_buffer`.
#ifndef FAULTLINE_JIT_JIT_H_
#define FAULTLINE_JIT_JIT_H_

#include "runtime/ops/context.h"
#include "runtime/program.h"
#include "support/value/value.h"

#include <cstddef>
#include <cstdint>

namespace faultline::ir {
struct Module;
}
namespace faultline::regex {
class Prog;
}  // namespace faultline::regex

namespace faultline::jit {

// Raised whenever the meaning of generated code or a structure of this file changes; part of the cache's key.
inline constexpr std::uint32_t kAbiVersion = 1;

// ---------------------------------------------------------------- what native code sees

// runtime::Frame with a layout that does not depend on the standard library.
struct NativeFrame {
  Value* slots;
  const char* subject;
  std::uint64_t subject_size;
  const runtime::CaptureSpan* captures;
  std::uint64_t capture_count;  // captures, the whole match included; a capture beyond it is missing
  const Value* input;           // slots of the record that a stage reads (ir: kInput); null: all are missing
  const Value* builtins;        // indexed by ir::Builtin
  void* matcher;                // handed to faultline_jit_match_pattern
};

// One pending alternative or one capture to put back; see jit/patterns.cpp.
struct Job {
  std::uint32_t target;   // number of the code to resume, or a capture's register + kRestoreCapture
  std::int32_t position;  // in the text, or the register's old value
};
inline constexpr std::uint32_t kRestoreCapture = 0x80000000u;

// Memory of one thread's pattern matching. Owned by the host; native code asks for more through
// `faultline_jit_grow_jobs`. All sizes are in elements.
struct MatchMemory {
  Job* jobs;
  std::uint64_t job_capacity;
  std::uint64_t* visited;          // zeroed by native code before use
  std::uint64_t visited_capacity;  // words; enough for the text at hand, made sure of by the host
  std::int32_t* registers;         // two a capture of the pattern
};

using NativeFunction = void (*)(runtime::EvalContext* context, const NativeFrame* frame, Value* out);
// 1: found. Never fails.
using NativeExists = std::int32_t (*)(const char* text, std::int64_t size);
// 1: found, and memory->registers holds the captures. 0: not found. -1: out of memory for jobs.
using NativeMatch = std::int32_t (*)(const char* text, std::int64_t size, MatchMemory* memory);

// A pattern has code for valid UTF-8 and code that reads bytes; both are the same where the pattern does not
// care.
struct NativePattern {
  NativeExists exists[2];  // indexed by TextMode; null: the automaton was too large, use `match`
  NativeMatch match[2];
  std::uint32_t visited_bits[2];  // bits of `visited` for each position of the text, its end included
  std::uint32_t padding[2];
};
enum TextMode : std::uint32_t { kUtf8 = 0, kBytes = 1 };

struct NativeTable {
  std::uint32_t abi_version;
  std::uint32_t function_count;
  std::uint32_t pattern_count;
  std::uint32_t padding;
  const NativeFunction* functions;  // null entries: not native
  const NativePattern* patterns;
};

// ---------------------------------------------------------------- what the host gives

struct HostFunction {
  const char* name;
  void (*address)();
  std::uint64_t signature;  // SignatureHash of the row in support/lang/ops.def, or of the C declaration
};

struct JitHost {
  std::uint32_t abi_version;
  std::uint32_t function_count;
  std::uint64_t layout;  // LayoutHash()
  const HostFunction* functions;
};

constexpr std::uint64_t SignatureHash(const char* text) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (; *text != '\0'; ++text) {
    hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001b3u;
  }
  return hash;
}

// ---------------------------------------------------------------- what the plugin gives

enum class Output : std::uint32_t { kObject, kLlvm, kAssembly };

// A deterministic automaton that answers whether a pattern occurs. Rows of `next` hold one state for each
// byte class and a last one for the end of the text; a state is its number, kDead or kFound.
struct ExistenceTable {
  static constexpr std::uint32_t kDead = 0;
  static constexpr std::uint32_t kFound = 1;
  const std::uint32_t* next;  // states * columns
  std::uint32_t states;       // kDead and kFound included
  std::uint32_t columns;      // byte classes + 1
  std::uint32_t start;
  const std::uint8_t* byte_class;  // 256
};

// Automata of one pattern in one mode, made by the host. Null where the pattern is not to be native.
struct PatternSource {
  const regex::Prog* program;
  const ExistenceTable* existence;  // null: too large
};

struct CompileRequest {
  const ir::Module* module;         // verified
  const PatternSource* patterns;    // 2 * module->patterns.size(), [2 * id + TextMode]
  std::uint32_t optimisation;       // 0, 1 (passes of O1, fast code generation), 2
  std::uint32_t verify;             // check the generated IR, for tests and debug builds
  std::uint32_t wrong_on_purpose;   // tests only: a defect to plant, 0 none (see inline_ops.h)
  std::uint32_t inline_operations;  // 0: every operation calls the host's function
  Output output;
  // Asked now and then; non-zero ends the work with an error. May be null.
  std::int32_t (*cancelled)(void* cookie);
  void* cookie;
};

struct Buffer {
  char* data;
  std::size_t size;
};

struct JitPlugin {
  std::uint32_t abi_version;
  std::uint32_t padding;
  std::uint64_t layout;
  const char* target;  // LLVM version, CPU name and features: part of the cache's key
  std::int32_t (*compile)(const CompileRequest* request, Buffer* result, Buffer* error);
  // Links an object into the process. `handle` keeps it until `unload`.
  std::int32_t (*load)(const char* object, std::size_t size, void** handle, const NativeTable** table,
                       Buffer* error);
  void (*unload)(void* handle);
  void (*release_buffer)(Buffer* buffer);
};

// The plugin's only symbol. Returns 0 and fills `out`, or returns another number and, in `error` (of
// `error_size` bytes), a message. `host` must outlive the process.
using OpenFunction = int(std::uint32_t abi_version, const JitHost* host, JitPlugin* out, char* error,
                         std::size_t error_size);
inline constexpr char kOpenSymbol[] = "faultline_jit_open";

}  // namespace faultline::jit

#endif  // FAULTLINE_JIT_JIT_H_
