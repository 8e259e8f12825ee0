// How phase 2 can be spread over several places: which rules share state, and by what their events are sent
// to the place that keeps it.
//
// A rule that is a pure function of one record (one stage, no key, nothing before, behind or around it) keeps
// no state: it is worked out again wherever a rule reads it, so it ties nobody together. All other rules that
// read or ask each other, or stand in the same scope, form a group. A group's events go by
//
//   source   none of its rules looks across sources: no key, or one that holds an instance of a scope
//   key      it is one rule, with a key that is made of the event alone
//   one      else: what belongs together cannot be told from one event
//
// Thread safety: immutable once built.
#ifndef FAULTLINE_RUNTIME_ENGINE_PARTITION_H_
#define FAULTLINE_RUNTIME_ENGINE_PARTITION_H_

#include "ir/ir.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <vector>

namespace faultline::runtime {

enum class Route : std::uint8_t { kSource, kKey, kOne };

class PartitionPlan {
 public:
  // Of an item that is for all groups.
  static constexpr std::uint32_t kEveryGroup = 0xffffffff;

  // O(rules + stages).
  explicit PartitionPlan(const EnginePlan& plan);

  bool is_pure(ir::RuleId rule) const { return pure_[rule]; }
  // Numbered from 0. A pure rule is a group of its own, for its findings.
  std::uint32_t GroupOf(ir::RuleId rule) const { return group_[rule]; }
  Route RouteOf(std::uint32_t group) const { return routes_[group]; }
  std::size_t groups() const { return routes_.size(); }

 private:
  std::vector<bool> pure_;
  std::vector<std::uint32_t> group_;
  std::vector<Route> routes_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_ENGINE_PARTITION_H_
