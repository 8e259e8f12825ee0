// A `graph`: its edges as events give them, one graph for each instance of its scope, and the answers to
// other rules' questions (docs/semantics.md, section 11).
//
// An edge's two ends stand where other rules have the parts of their key. Bounded to kMaxEdges edges in all
// graphs of the rule; further ones are dropped and counted. A graph of a scope or of a source goes when the
// next one of its kind ends, since rules that ask are decided at that end.
#ifndef FAULTLINE_RUNTIME_CORRELATE_GRAPH_OPERATOR_H_
#define FAULTLINE_RUNTIME_CORRELATE_GRAPH_OPERATOR_H_

#include "runtime/correlate/event_graph.h"
#include "runtime/correlate/operator.h"
#include "runtime/correlate/services.h"

#include <cstdint>
#include <map>
#include <vector>

namespace faultline::runtime {

class GraphOperator : public Operator {
 public:
  static constexpr std::size_t kMaxEdges = 1000000;

  GraphOperator(Services* services, ir::RuleId rule);

  void OnStage(const Event& event) override;
  void OnScopeEnd(const std::shared_ptr<ScopeInstance>& instance) override;
  void OnEndOfSource(std::uint32_t input) override;
  Value Ask(const ir::GraphQuery& query, const Value& from, const Value& to, const Match& match,
            Arena* arena) override;
  void Save(snapshot::Writer* writer) const override;
  bool Load(snapshot::Reader* reader) override;

 private:
  // Which graph: the scope's instance, the source, or the only one. -1: none.
  std::int64_t GraphOf(const Event& event) const;
  std::int64_t GraphOf(const Match& match) const;
  void Retire(std::int64_t graph);

  Services* services_;
  ir::RuleId rule_id_;
  const ir::Rule& rule_;
  std::map<std::int64_t, EventGraph> graphs_;
  std::vector<std::int64_t> ended_;
  std::size_t edges_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_GRAPH_OPERATOR_H_
