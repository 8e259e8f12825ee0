// Phase 2 of records whose phase 1 was elsewhere (splitter.h): items in, calls of a correlator out.
//
// Sources have the numbers that their splitters gave them, which are unique among all that are fed to one
// run; in the run they have others. It also stands for the blocks that are open there, so that windows which
// they may stand in stay open here.
//
// Memory: one entry for each record since the oldest open block began, which framing bounds. Thread safety:
// none.
#ifndef FAULTLINE_RUNTIME_ENGINE_FAR_FEED_H_
#define FAULTLINE_RUNTIME_ENGINE_FAR_FEED_H_

#include "runtime/correlate/correlator.h"
#include "runtime/engine/far_item.h"
#include "runtime/engine/partition.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace faultline::runtime {

class FarFeed : public OpenBlocks {
 public:
  // What the engine does about sources.
  struct Host {
    std::function<std::uint32_t(const std::string& role)> begin;
    std::function<void(std::uint32_t input, const FarItem& end)> end;
  };
  // `local`: blocks that are framed here. All must outlive it.
  FarFeed(const EnginePlan& plan, Correlator* correlator, const OpenBlocks* local, Host host);

  // Empty, or why it makes no sense here; then nothing was done.
  std::string Take(std::string_view item);
  // The sources that did not end, for the end of the run.
  void EndAll(bool interrupted);

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

  const Position* OldestIn(std::uint32_t input, std::uint32_t stream) const override;
  const Position* Oldest() const override;

 private:
  struct Source {
    std::uint32_t input = 0;  // in the run
    std::string path;
    std::int64_t first_record = 0;                 // of the oldest open block; 0: none
    Position oldest;                               // its time
    std::map<std::uint32_t, Position> held;        // the oldest of each stream
    std::map<std::int64_t, std::uint64_t> orders;  // by record, from the oldest block on
  };

  void TakeRecord(Source* source, FarItem* item);
  void TakeBlock(Source* source, FarItem* item);
  void KeepOpen(Source* source, const FarClock& clock);
  void Place(Source* source, Position* position);

  const EnginePlan& plan_;
  Correlator* correlator_;
  const OpenBlocks* local_;
  Host host_;
  PartitionPlan partition_;
  std::map<std::uint32_t, Source> sources_;
  std::map<std::uint32_t, std::uint32_t> numbers_;  // of the run -> of splitters
  // The record that came last, and the order in which it was left.
  std::uint32_t last_source_ = 0;
  std::int64_t last_record_ = 0;
  std::uint64_t last_order_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_FAR_FEED_H_
