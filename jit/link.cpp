// Object files into this process, with ORC.
//
// There is one LLJIT a process: making one costs more than linking a small program (docs/jit.md has the
// numbers). Each program has a JITDylib and a resource tracker of its own, so that it can be dropped, and
// sees the host's functions through a JITDylib of absolute symbols; a symbol that is not in the host's table
// is an error, never looked up in the process.
#include "jit/codegen.h"

#include <atomic>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <mutex>

namespace faultline::jit {

struct LoadedObject {
  llvm::orc::JITDylib* library = nullptr;
  llvm::orc::ResourceTrackerSP tracker;
};

namespace {

struct Linker {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  llvm::orc::JITDylib* host = nullptr;
  std::atomic<std::uint64_t> next_library{0};
};

// Never destroyed: native code may run until the process ends, and LLVM's own statics go away in an order of
// theirs.
Linker* g_linker = nullptr;
std::mutex g_linker_mutex;

std::string Text(llvm::Error error) {
  return llvm::toString(std::move(error));
}

}  // namespace

std::string StartLinker(const JitHost& host) {
  std::lock_guard<std::mutex> lock(g_linker_mutex);
  if (g_linker != nullptr) {
    return "";
  }
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::orc::LLJITBuilder builder;
  builder.setLinkProcessSymbolsByDefault(false);
  // Generated code neither throws nor has static constructors: no platform, nothing registered with the
  // unwinder.
  builder.setPlatformSetUp(llvm::orc::setUpInactivePlatform);
  llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> jit = builder.create();
  if (!jit) {
    return Text(jit.takeError());
  }
  auto linker = std::make_unique<Linker>();
  linker->jit = std::move(*jit);
  llvm::orc::ExecutionSession& session = linker->jit->getExecutionSession();
  // Errors are returned to the caller; nothing is printed.
  session.setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });
  linker->host = &session.createBareJITDylib("host");
  llvm::orc::SymbolMap symbols;
  for (std::uint32_t i = 0; i < host.function_count; ++i) {
    symbols[linker->jit->mangleAndIntern(host.functions[i].name)] = {
        llvm::orc::ExecutorAddr::fromPtr(host.functions[i].address),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  }
  if (llvm::Error error = linker->host->define(llvm::orc::absoluteSymbols(std::move(symbols)))) {
    return Text(std::move(error));
  }
  g_linker = linker.release();
  return "";
}

std::string LoadObject(std::string_view object, LoadedObject** loaded, const NativeTable** table) {
  llvm::orc::LLJIT& jit = *g_linker->jit;
  llvm::orc::ExecutionSession& session = jit.getExecutionSession();
  auto result = std::make_unique<LoadedObject>();
  result->library = &session.createBareJITDylib("program" + std::to_string(g_linker->next_library++));
  result->library->addToLinkOrder(*g_linker->host);
  result->tracker = result->library->createResourceTracker();
  auto buffer =
      llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(object.data(), object.size()), "faultline");
  llvm::Error added = jit.addObjectFile(result->tracker, std::move(buffer));
  if (added) {
    std::string message = Text(std::move(added));
    UnloadObject(result.release());
    return message;
  }
  llvm::Expected<llvm::orc::ExecutorAddr> address = jit.lookup(*result->library, "faultline_program");
  if (!address) {
    std::string message = Text(address.takeError());
    UnloadObject(result.release());
    return message;
  }
  *table = address->toPtr<const NativeTable*>();
  *loaded = result.release();
  return "";
}

void UnloadObject(LoadedObject* loaded) {
  llvm::orc::ExecutionSession& session = g_linker->jit->getExecutionSession();
  llvm::consumeError(loaded->tracker->remove());
  loaded->tracker = nullptr;
  llvm::consumeError(session.removeJITDylib(*loaded->library));
  session.getSymbolStringPool()->clearDeadEntries();
  delete loaded;
}

}  // namespace faultline::jit
