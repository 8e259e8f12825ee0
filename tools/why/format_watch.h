// Which formats that rules read no line of the input has: a rule over such a format says nothing, and its
// author wants to know why (`run -v`).
//
// A tracer that works out formats of records until each that is wanted has been seen. Costs a decoding of
// each record until then; nothing after.
//
// Thread safety: the engine's thread only.
#ifndef FAULTLINE_TOOLS_WHY_FORMAT_WATCH_H_
#define FAULTLINE_TOOLS_WHY_FORMAT_WATCH_H_

#include "runtime/decode/record_decoder.h"
#include "runtime/engine/engine.h"
#include "runtime/why/tracer.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace faultline::explain {

class FormatWatch final : public why::Tracer {
 public:
  // Of the rules in `rules`, and what they read. `program` must outlive the watch.
  FormatWatch(const runtime::Program& program, const runtime::EngineOptions& options,
              const std::vector<ir::RuleId>& rules);

  void OnBlock(std::uint32_t input, const runtime::RecordBlock& block) override;
  void OnFramed(ir::FormatId format, why::Framed what, std::uint32_t input, std::int64_t line,
                std::int64_t at) override;

  // A sentence for each format that was not seen: "no line is read as app.web, which app.r reads".
  std::vector<std::string> Sentences() const;

 private:
  struct Wanted {
    bool wanted = false, seen = false;
    std::vector<std::string> rules;
  };
  void Want(ir::RuleId rule, const std::string& by, std::vector<bool>* visited);

  const ir::Module& module_;
  runtime::RecordDecoder decoder_;
  runtime::EvalContext context_;
  Arena arena_;
  std::vector<Wanted> formats_;
  std::size_t left_ = 0;  // formats of single records that have not been seen
};

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_FORMAT_WATCH_H_
