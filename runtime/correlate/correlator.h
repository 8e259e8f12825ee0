// Phase 2: from the matches of stages, in order, to findings. Drives the operators of all rules
// (operator.h) over the records of one or several sources, and gives out what they decide.
//
// Findings decided at one position are given out by first line, then rule name. Sources may be read one after
// the other or side by side; the caller calls Record in the order of docs/semantics.md, 2.3.
//
// Records that no stage is called for, in which no window ends and that nobody waits for, cost a few
// comparisons and no allocation. Else O(log n) in what waits for each thing that is done.
//
// Blocks (runtime/frame) come in between records, and stand where their last lines stand.
//
// Thread safety: none.
#ifndef FAULTLINE_RUNTIME_CORRELATE_CORRELATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_CORRELATOR_H_

#include "runtime/correlate/services.h"
#include "runtime/engine/block_scanner.h"
#include "runtime/engine/partition.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace faultline::runtime {

// The blocks that have begun and not ended. A window that one of them may stand in is not over before it is.
class OpenBlocks {
 public:
  virtual ~OpenBlocks() = default;
  // Where the oldest of the stream, or of the run, began; null: there is none.
  virtual const Position* OldestIn(std::uint32_t input, std::uint32_t stream) const = 0;
  virtual const Position* Oldest() const = 0;
};

// A record as far as phase 2 needs it.
struct FarRecord {
  RecordView record;                                    // context, end_line, stream, stream_line
  std::int64_t source_records = 0, stream_records = 0;  // up to it
  std::int64_t first_log_line = 0;                      // of the stream
  std::int64_t watermark = INT64_MIN;                   // of the stream, before it
  Value stream_time;                                    // its own, or the last one of its stream
  bool again = false;                                   // the same record as in the call before
  std::span<const StageHit> hits;                       // evaluated, lazy stages included
};

class Correlator : private Services {
 public:
  // `decided` receives the matches of rules (not of events) in order. What it is given is its own.
  using Decided = std::function<void(ir::RuleId, Match)>;

  Correlator(const EnginePlan& plan, StageEvaluator* evaluator, const CorrelatorLimits& limits,
             int context_lines, Decided decided);
  ~Correlator() override;

  // Without it no stage may read blocks.
  void set_open_blocks(const OpenBlocks* blocks) { open_blocks_ = blocks; }

  // `input` numbers the sources of the run, each once.
  void BeginSource(std::uint32_t input, const std::string& role);
  // The records of a source come in order; `hits` are those of this record, `scan` holds their candidates.
  void Record(std::uint32_t input, RecordBlock* block, std::uint32_t index, std::span<const StageHit> hits,
              const ScanResult& scan, const LineLookup& lines);
  // A record that phase 1 looked at elsewhere; `lines` of Record are not needed, since hits say what they
  // show. Those of one record that come one behind the other stand at one position.
  void Far(std::uint32_t input, FarRecord* far);
  // Decisions and blocks from here on are for this group's rules only (engine/partition.h), until it is
  // kEveryGroup again. Without a plan there are no groups.
  void set_partition(const PartitionPlan* partition) { partition_ = partition; }
  void set_group(std::uint32_t group) { group_ = group; }
  // Number in the run of a source's stream.
  std::uint32_t StreamNumber(std::uint32_t input, std::uint32_t stream) {
    return StreamOf(&sources_[input], input, stream)->number;
  }
  std::uint64_t order() const { return order_; }
  // The position that Record will give the next record of the source.
  Position PositionOf(std::uint32_t input, const RecordView& record);
  // A block of the format has ended; `block` holds the format's frame and says where it stands. Comes before
  // the record by which that is known.
  void Block(ir::FormatId format, const std::shared_ptr<const Match>& block, const LineLookup& lines);
  // What waits in the source's streams is decided or dropped. Interrupted: the source was not read to its
  // end, so that absence is not known.
  void EndSource(std::uint32_t input, bool interrupted);
  void EndRun(bool interrupted);

  // Live. Nothing comes from the source: the clock moves the time of its streams on, to at most `time`.
  void Advance(std::uint32_t input, std::int64_t time);
  // Nothing has come for long: its scopes end.
  void EndIdleScopes(std::uint32_t input);
  // Largest time of the source's streams so far; INT64_MIN: none.
  std::int64_t TimeOf(std::uint32_t input) const;

  // All state, between two records. Load: on a new correlator of the same plan; false: it makes no sense, and
  // the correlator is of no more use.
  void Save(snapshot::Writer* writer);
  bool Load(snapshot::Reader* reader);

  using Services::counts;
  using Services::history;
  using Services::pending;
  using Services::pending_bytes;
  using Services::set_history;
  using Services::set_shapes;
  using Services::set_tracer;

 private:
  // Something that was found at a position, on its way to the stages that read it.
  struct Offer {
    StageId stage = 0;
    std::shared_ptr<const Match> match;
    Position position;
  };
  struct DueTimer {
    std::uint64_t number = 0;
    std::uint32_t what = 0;
    Timer timer;
    friend bool operator<(const DueTimer& a, const DueTimer& b) {
      return std::tie(a.number, a.what) < std::tie(b.number, b.what);
    }
  };
  // What there is to do for a rule at a position.
  struct Work {
    std::vector<DueTimer> timers;  // some may be cancelled by the time
    std::vector<std::shared_ptr<ScopeInstance>> scope_ends;
    std::vector<StageHit> hits;
    std::vector<Offer> offers;
    std::int64_t ended_input = -1;  // OnEndOfSource is to be called
    bool ended_run = false;         // OnEndOfRun
  };
  struct Source {
    std::string role;
    std::vector<Stream*> streams;  // by number in the source; null: none yet
    std::int64_t records = 0;
  };
  struct EndedScope {
    std::shared_ptr<ScopeInstance> instance;
    Match found;
  };

  struct Moved {
    std::array<std::int64_t, 4> nows;  // by clock
    std::array<std::int64_t, 4> held;  // the same for rules that read blocks
    bool any_due = false;
  };
  // An absence that a watermark may have decided before such an event comes: it is looked at then, to be
  // counted.
  static bool MayComeLate(const StagePlan& stage) {
    return stage.lazy && stage.stage->kind == ir::StageKind::kWithout &&
           stage.stage->window == ir::WindowUnit::kTime;
  }
  Moved WhatIsOver(std::uint32_t input, std::uint32_t local, const Stream& stream) const;
  void AddOver(const Stream& stream, const Moved& moved);
  bool IsOfGroup(ir::RuleId rule) const {
    return partition_->is_pure(rule) || partition_->GroupOf(rule) == group_;
  }
  // Whether what `id` found goes to `rule`; to itself: whether it is a finding here.
  bool IsForGroup(ir::RuleId id, ir::RuleId to) const {
    if (partition_ == nullptr || group_ == PartitionPlan::kEveryGroup || !partition_->is_pure(id))
      return true;
    return id == to ? partition_->GroupOf(id) == group_ : IsOfGroup(to);
  }

  Stream* StreamOf(Source* source, std::uint32_t input, std::uint32_t stream);
  void AddDue(const Timers& timers, std::int64_t now, Clock clock, std::int64_t of);
  void AddAll(const Timers& timers, Clock clock, std::int64_t of);
  void DoAgenda();
  void DoRule(ir::RuleId rule, Work* work);
  void DoTimers(ir::RuleId rule, Work* work);
  void DoEvents(Work* work);
  void GiveStage(const StageHit& hit, const Offer* offer);
  bool MakeKey(ir::RuleId rule, Event* event);
  void EndScopes();
  void GiveOut();
  void Settle();
  void BeginEnd(bool interrupted);

  void EndScope(std::shared_ptr<ScopeInstance> instance, Match found) override;
  std::vector<std::uint32_t> StreamsOf(std::uint32_t input) const override;
  void Decide(ir::RuleId rule, Match match) override;
  void OnTimerAtEnd(const Timer& timer) override;

  Decided decided_callback_;
  const OpenBlocks* open_blocks_ = nullptr;
  const PartitionPlan* partition_ = nullptr;
  std::uint32_t group_ = PartitionPlan::kEveryGroup;
  std::vector<StageId> late_stages_;  // absences in time that no literal calls
  std::vector<Source> sources_;
  std::uint64_t order_ = 0;
  std::uint32_t next_stream_ = 0;

  const RecordView* record_ = nullptr;  // at hand; null at an end
  Position record_position_;
  std::map<ir::RuleId, Work> agenda_;
  std::vector<EndedScope> ended_scopes_;
  bool at_end_ = false;        // of a source or of the run
  bool events_first_ = false;  // what is found at an end belongs to the windows that end
  struct DecidedMatch {
    ir::RuleId rule;
    Match match;
  };
  std::vector<DecidedMatch> decided_;
  std::vector<Value> frame_;
  std::vector<StageHit> evaluated_;
  std::vector<AlternateId> alternates_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_CORRELATOR_H_
