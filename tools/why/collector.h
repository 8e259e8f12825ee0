// Listens to a run and keeps what is worth telling about one rule and those it reads.
//
//   Collector collector(program, sources, question, context);
//   options.tracer = &collector; options.threads = 1;
//   Engine engine(program, options);
//   collector.Attach(engine.plan());
//   engine.AddSink(&collector);
//   … RunAll, Finish …
//   Story story = collector.Take();
//
// Every stage of these rules is tried on every record, also on those where no literal calls for it: that is
// how a near miss is seen. O(stages) for a record. Memory is bounded: hits, matches and beats each have a
// largest number, after which they are counted only; of matches those that came furthest stay.
//
// Thread safety: the engine's thread only.
#ifndef FAULTLINE_TOOLS_WHY_COLLECTOR_H_
#define FAULTLINE_TOOLS_WHY_COLLECTOR_H_

#include "runtime/decode/record_decoder.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/evaluator.h"
#include "runtime/finding/sink.h"
#include "runtime/why/fit.h"
#include "runtime/why/tracer.h"
#include "tools/why/conditions.h"
#include "tools/why/story.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace faultline::explain {

class Collector final : public why::Tracer, public runtime::FindingSink {
 public:
  // All must outlive the collector.
  Collector(std::shared_ptr<const runtime::Program> program, const SourceSet& sources,
            const Question& question, const runtime::EngineOptions& options);
  ~Collector() override;

  // Before the first input. `plan` is the engine's.
  void Attach(const runtime::EnginePlan& plan);
  // The story so far; the collector is of no more use.
  Story Take();

  void OnBlock(std::uint32_t input, const runtime::RecordBlock& block) override;
  void OnTried(const why::Tried& tried) override;
  void OnArrival(ir::RuleId rule, const runtime::Event& event, why::Arrival arrival) override;
  void OnMoment(const why::Moment& moment) override;
  void OnFramed(ir::FormatId format, why::Framed what, std::uint32_t input, std::int64_t line,
                std::int64_t at) override;
  void OnHidden(ir::RuleId rule, const runtime::Match& match, why::Hidden why, std::uint32_t which) override;

  void OnFinding(const runtime::FindingPtr& finding) override;
  void OnDiagnoses(const std::vector<runtime::Diagnosis>& diagnoses) override;
  void OnEnd(const runtime::RunSummary& summary) override;

 private:
  static constexpr std::size_t kMaxRules = 50, kMaxHits = 2000, kMaxBeats = 40, kMaxPassed = 12;
  static constexpr std::size_t kMaxOpen = 20000, kMaxKept = 20, kMaxFindings = 20, kMaxHere = 8;
  static constexpr std::int64_t kMaxGuards = 2000;  // failed conditions of a stage that are taken apart

  struct Kept {
    RuleStory story;
    std::unordered_map<std::uint64_t, MatchStory> open;  // by number
    std::uint64_t formed = 0;  // a gathering that is complete: what follows is made of it
    bool decided = false;      // by its number; its finding follows
  };

  void AddRule(ir::RuleId rule);
  Kept* Find(ir::RuleId rule);
  bool IsHere(const Spot& spot) const;
  Spot SpotOf(const runtime::RecordContext& record, std::int64_t end_line) const;
  Spot SpotOf(const runtime::Event& event) const;
  Spot SpotOf(const runtime::Point& point) const;
  Spot SpotOf(const runtime::Match& match) const;
  std::string KeyText(const Value& key) const;
  void SayKey(const ir::Rule& rule, const Value& key, MatchStory* match) const;
  void Probe(const runtime::RecordView& record);
  void ProbeHead(const runtime::RecordView& record, const ir::Stage& stage, bool here, StageStory* told);
  void SayNeeds(ir::FormatId format, const runtime::RecordView& record, Attempt* attempt);
  void Consider(StageStory* stage, Attempt attempt, bool here);
  Attempt AttemptOf(const why::Tried& tried, const runtime::StagePlan& plan, const ir::Rule& rule);
  void SayUntil(const runtime::Timer& timer, const MatchStory& match, Beat* beat) const;
  void End(Kept* kept, MatchStory match);
  const std::string& FileOf(std::uint32_t input) const;

  std::shared_ptr<const runtime::Program> program_;
  const ir::Module& module_;
  ConditionReader conditions_;
  why::PatternFitter fitter_;
  runtime::EvalContext context_;
  ir::FormatId forced_ = ir::kNone;
  runtime::RecordDecoder decoder_;
  const runtime::EnginePlan* plan_ = nullptr;
  std::unique_ptr<runtime::StageEvaluator> evaluator_;
  Story story_;
  std::vector<std::unique_ptr<Kept>> rules_;
  std::vector<Kept*> by_rule_;

  bool probing_ = false;
  Arena arena_;
  std::vector<runtime::StageHit> hits_;
  std::vector<runtime::AlternateId> alternates_;
  std::vector<std::string> files_;       // by input
  std::map<std::uint64_t, Spot> spots_;  // by position in the run; bounded
};

}  // namespace faultline::explain

#endif  // FAULTLINE_TOOLS_WHY_COLLECTOR_H_
