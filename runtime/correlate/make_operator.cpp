// Which operator a rule is.
#include "runtime/correlate/aggregate_operator.h"
#include "runtime/correlate/graph_operator.h"
#include "runtime/correlate/scope_operator.h"
#include "runtime/correlate/sequence_operator.h"
#include "runtime/correlate/set_operator.h"

namespace faultline::runtime {

std::unique_ptr<Operator> MakeOperator(Services* services, ir::RuleId rule) {
  switch (services->rule(rule).shape) {
    case ir::RuleShape::kSequence:
      return std::make_unique<SequenceOperator>(services, rule);
    case ir::RuleShape::kAll:
    case ir::RuleShape::kAny:
      return std::make_unique<SetOperator>(services, rule);
    case ir::RuleShape::kScope:
      return std::make_unique<ScopeOperator>(services, rule);
    case ir::RuleShape::kAggregate:
      return std::make_unique<AggregateOperator>(services, rule);
    case ir::RuleShape::kGraph:
      return std::make_unique<GraphOperator>(services, rule);
  }
  return nullptr;
}

}  // namespace faultline::runtime
