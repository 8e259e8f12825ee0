// What the engine works out once for a module: which pattern belongs to which stage of which rule, which
// stages are looked at on every candidate and which only while a match waits for them, who reads whom.
//
// Every way in which a stage can match is an Alternate, numbered in the order rule, stage, alternative, so
// that a sorted list of numbers is the work to do on a record, in the order in which it is to be done.
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_ENGINE_PLAN_H_
#define FAULTLINE_RUNTIME_ENGINE_PLAN_H_

#include "ir/ir.h"
#include "runtime/engine/field_gate.h"
#include "runtime/match/prefilter.h"
#include "support/value/value.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace faultline::runtime {

using StageId = std::uint32_t;      // number of a stage among all stages of all rules
using AlternateId = std::uint32_t;  // number of an alternative among all

struct Alternate {
  StageId stage = 0;
  ir::PatternId pattern = ir::kNone;      // kNone: any record of the stage's input
  const ir::Alternative* plan = nullptr;  // null: the stage has no alternatives
};

// What the run says about itself: job, branch, commit … (Provided kContext).
using RunContext = std::vector<std::pair<std::string, std::string>>;

struct StagePlan {
  ir::RuleId rule = 0;
  std::uint32_t index = 0;  // in the rule
  const ir::Stage* stage = nullptr;
  std::vector<ir::SlotId> stores;   // Stage::stores, then each_slot where there is one
  AlternateId first = 0, last = 0;  // its alternates [first, last)
  // Looked at only while something waits for it (Services::AddWaiter). Others always: first stages, parts,
  // and what must be remembered: an absence that looks back, an as-of join's events, repetitions.
  bool lazy = false;
  // Some alternate has no literal to search for: it is a candidate on every record.
  bool everywhere = false;
  bool reads_rule = false;   // kRule: events come from the matcher, not from records
  bool reads_block = false;  // of a block format: events come from the framer
  // What the record's field must be, where the condition says so.
  std::optional<FieldGate> gate;
};

struct RulePlan {
  StageId first_stage = 0;
  std::vector<std::uint32_t> positive;                // indices of `match`, `then` and part stages, in order
  std::vector<StageId> readers;                       // stages of other rules that read this one
  std::vector<std::pair<ir::SlotId, Value>> context;  // slots that hold the run's context
  // Scopes whose current instance a match keeps: those that the rule names, or a rule that reads it;
  // ascending.
  std::vector<ir::RuleId> scopes;
  bool reads_blocks = false;  // itself, or by a rule that it reads
  bool keeps_text = false;    // report, fix or at look at the record's text or bytes
};

class EnginePlan {
 public:
  // `module` must outlive the plan.
  explicit EnginePlan(const ir::Module& module, RunContext context = {});
  EnginePlan(const EnginePlan&) = delete;
  EnginePlan& operator=(const EnginePlan&) = delete;

  const ir::Module& module() const { return *module_; }
  const std::vector<Alternate>& alternates() const { return alternates_; }
  const std::vector<StagePlan>& stages() const { return stages_; }
  const std::vector<RulePlan>& rules() const { return rules_; }
  const Prefilter& prefilter() const { return prefilter_; }

  // Alternates that the literal calls for.
  std::span<const AlternateId> AlternatesOf(LiteralId literal) const {
    return {called_.data() + called_starts_[literal], called_.data() + called_starts_[literal + 1]};
  }
  // Block formats whose first line the literal calls for: those that some stage reads.
  std::span<const ir::FormatId> HeadsOf(LiteralId literal) const {
    return {heads_.data() + head_starts_[literal], heads_.data() + head_starts_[literal + 1]};
  }
  // Block formats that may begin on any record, since no literal is required; ascending.
  const std::vector<ir::FormatId>& heads_everywhere() const { return heads_everywhere_; }
  // Some stage reads a block format.
  bool reads_blocks() const { return reads_blocks_; }
  // Stages that read the format, by format; only for block formats.
  const std::vector<StageId>& BlockReaders(ir::FormatId format) const { return block_readers_[format]; }

  // Alternates of stages that are not lazy and are candidates on every record of their format whose field
  // passes their gate, by format.
  const std::vector<FieldIndex>& fields() const { return fields_; }
  bool has_fields() const { return !traces_.empty(); }
  // What a record must hold for one of fields() to find something, each once.
  const std::vector<FieldTrace>& traces() const { return traces_; }

  // Alternates of stages that are not lazy, have no gate and are candidates on every record; ascending.
  const std::vector<AlternateId>& everywhere() const { return everywhere_; }

  // Some format computes its message, so that texts can hold literals that stand nowhere in the bytes: every
  // record is resolved and its text searched again.
  bool computed_text() const { return computed_text_; }
  // Times are looked at (windows, order between inputs): every record is resolved, since one without a time
  // has that of the record before it.
  bool needs_times() const { return needs_times_; }
  // Some rule looks at more than one record, so that what it finds depends on their order.
  bool order_matters() const { return order_matters_; }
  // Some rule looks at several inputs at once: they are read side by side, in the order of their times.
  bool side_by_side() const { return side_by_side_; }

  // For `explain`: how the stage's candidates are found: "literal `checksum mismatch`", "every record: no
  // literal".
  std::string DescribeStage(ir::RuleId rule, std::uint32_t stage) const;

 private:
  void AddNeeds(const ir::Rule& rule);
  void AddScopes();
  void AddBlocks();

  const ir::Module* module_;
  RunContext context_;  // what RulePlan::context points to
  std::vector<Alternate> alternates_;
  std::vector<StagePlan> stages_;
  std::vector<RulePlan> rules_;
  std::vector<ir::PatternId> searched_;  // patterns that some stage needs
  Prefilter prefilter_;
  std::vector<std::uint32_t> called_starts_;
  std::vector<AlternateId> called_;
  std::vector<AlternateId> everywhere_;
  std::vector<FieldIndex> fields_;
  std::vector<FieldTrace> traces_;
  std::vector<std::uint32_t> head_starts_;
  std::vector<ir::FormatId> heads_, heads_everywhere_;
  std::vector<std::vector<StageId>> block_readers_;  // by format
  bool reads_blocks_ = false;
  bool computed_text_ = false;
  bool needs_times_ = false;
  bool order_matters_ = false;
  bool side_by_side_ = false;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_PLAN_H_
