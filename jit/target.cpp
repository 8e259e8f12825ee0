// Passes and machine code for the CPU at hand.
//
// Optimisation 0 runs no pass and selects instructions with FastISel; 1 runs the passes of O1 and then
// FastISel, since instruction selection is most of the cost; 2 is O2 in both. Floating point is strict: no
// contraction, no reassociation, so that results are those of the C functions.
#include "jit/codegen.h"

#include <algorithm>
#include <llvm/Analysis/CGSCCPassManager.h>
#include <llvm/Analysis/LoopAnalysisManager.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/SubtargetFeature.h>

namespace faultline::jit {
namespace {

std::string Features() {
  std::vector<std::string> names;
  for (const auto& feature : llvm::sys::getHostCPUFeatures()) {
    names.push_back(std::string(1, feature.second ? '+' : '-').append(feature.first().str()));
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) {
    text.append(text.empty() ? "" : ",").append(name);
  }
  return text;
}

std::unique_ptr<llvm::TargetMachine> MakeTarget(std::uint32_t optimisation, std::string* error) {
  std::string triple = llvm::sys::getProcessTriple();
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, *error);
  if (target == nullptr) {
    return nullptr;
  }
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.EnableFastISel = optimisation == 0;
  constexpr llvm::CodeGenOptLevel kLevels[] = {llvm::CodeGenOptLevel::None, llvm::CodeGenOptLevel::Less,
                                               llvm::CodeGenOptLevel::Default};
  llvm::CodeGenOptLevel level = kLevels[optimisation];
  std::unique_ptr<llvm::TargetMachine> machine(
      target->createTargetMachine(triple, llvm::sys::getHostCPUName(), Features(), options, llvm::Reloc::PIC_,
                                  llvm::CodeModel::Small, level, /*JIT=*/true));
  if (machine == nullptr) {
    *error = "no code generator for " + triple;
  }
  return machine;
}

void Optimise(llvm::Module& module, llvm::TargetMachine& machine, const CompileRequest& request) {
  if (request.optimisation == 0) {
    return;
  }
  llvm::PassInstrumentationCallbacks callbacks;
  if (request.cancelled != nullptr) {
    // Once cancelled, every pass that may be left out is.
    callbacks.registerShouldRunOptionalPassCallback(
        [&request](llvm::StringRef, const llvm::Any&) { return request.cancelled(request.cookie) == 0; });
  }
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, llvm::PipelineTuningOptions(), std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  if (request.optimisation > 1) {
    builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
    return;
  }
  // The names are LLVM's own; a pipeline that it does not know would be a mistake here, found by every test.
  llvm::ModulePassManager passes;
  llvm::cantFail(builder.parsePassPipeline(passes, "function(sroa,early-cse,simplifycfg,instsimplify)"));
  passes.run(module, modules);
}

}  // namespace

std::string Describe() {
  std::string text = "LLVM " LLVM_VERSION_STRING;
  for (const std::string& part :
       {llvm::sys::getProcessTriple(), llvm::sys::getHostCPUName().str(), Features()}) {
    text.append("; ").append(part);
  }
  return text;
}

std::string EmitModule(std::unique_ptr<llvm::Module> module, const CompileRequest& request,
                       std::string* output) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine = MakeTarget(request.optimisation, &error);
  if (machine == nullptr) {
    return error;
  }
  module->setTargetTriple(machine->getTargetTriple().str());
  module->setDataLayout(machine->createDataLayout());
  if (request.verify != 0) {
    llvm::raw_string_ostream stream(error);
    if (llvm::verifyModule(*module, &stream)) {
      return "generated code is malformed: " + error;
    }
  }
  Optimise(*module, *machine, request);
  if (request.cancelled != nullptr && request.cancelled(request.cookie) != 0) {
    return "cancelled";
  }
  if (request.output == Output::kLlvm) {
    llvm::raw_string_ostream stream(*output);
    module->print(stream, nullptr);
    return "";
  }
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  auto type = request.output == Output::kObject ? llvm::CodeGenFileType::ObjectFile
                                                : llvm::CodeGenFileType::AssemblyFile;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type, /*DisableVerify=*/true)) {
    return "no object files for this target";
  }
  passes.run(*module);
  output->assign(bytes.data(), bytes.size());
  return "";
}

}  // namespace faultline::jit
