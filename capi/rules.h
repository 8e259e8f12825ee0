// faultline_rules: compiled rules that compilers, runs and findings share.
//
// Immutable once made, but for texts that are worked out when they are first asked for (once, under a lock).
#ifndef FAULTLINE_CAPI_RULES_H_
#define FAULTLINE_CAPI_RULES_H_

#include "capi/faultline.h"
#include "ir/ir.h"
#include "runtime/engine/partition.h"
#include "tools/driver/compile.h"
#include "tools/driver/program.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace faultline::capi {

// A diagnostic as it is given out; owns its texts.
struct RenderedDiagnostic {
  faultline_level level = FAULTLINE_DIAGNOSTIC_ERROR;
  std::string code, name, message, hint, file, text, json;
  std::int64_t line = 0, column = 0, end_line = 0, end_column = 0;
};

class Rules {
 public:
  Rules(std::shared_ptr<const ir::Module> module, std::vector<RenderedDiagnostic> diagnostics)
      : module_(std::move(module)), diagnostics_(std::move(diagnostics)) {}

  // Null: they do not compile.
  const std::shared_ptr<const ir::Module>& module() const { return module_; }
  const std::vector<RenderedDiagnostic>& diagnostics() const { return diagnostics_; }
  // The module as text (ir/text.h): what a pack holds, and what tells rules from others.
  const std::string& Text() const;
  const std::string& Fingerprint() const;
  // How the rules' events are routed.
  const runtime::PartitionPlan& Partition() const;
  // What runs of the same engine share. `engine` is a faultline_engine, `options` what it stands for.
  driver::ProgramResult ProgramOf(std::int32_t engine, const driver::ProgramOptions& options) const;

 private:
  std::shared_ptr<const ir::Module> module_;
  std::vector<RenderedDiagnostic> diagnostics_;
  mutable std::once_flag printed_;
  mutable std::string text_, fingerprint_;
  mutable std::once_flag planned_;
  mutable std::unique_ptr<runtime::PartitionPlan> partition_;
  mutable std::mutex programs_mutex_;
  mutable std::map<std::int32_t, std::weak_ptr<const runtime::Program>> programs_;
};

}  // namespace faultline::capi

struct faultline_rules {
  std::shared_ptr<const faultline::capi::Rules> rules;
};

struct faultline_compiler {
  std::vector<faultline::driver::RuleFile> files;
  std::map<std::string, std::string> tables;
  std::vector<std::string> packs;  // stock ones, in the order in which they were added
};

struct faultline_bytes {
  std::string text;
};

#endif  // FAULTLINE_CAPI_RULES_H_
