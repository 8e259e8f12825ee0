// What an operator does where its kind of rule has nothing to do: see operator.h.
#include "runtime/correlate/operator.h"

namespace faultline::runtime {

void Operator::OnTimer(std::uint64_t, std::uint32_t) {}
void Operator::OnScopeEnd(const std::shared_ptr<ScopeInstance>&) {}
void Operator::OnEndOfSource(std::uint32_t) {}
void Operator::OnEndOfRun() {}
void Operator::OnIdle(std::uint32_t) {}
void Operator::OnEvict(std::uint64_t) {}
Value Operator::Ask(const ir::GraphQuery&, const Value&, const Value&, const Match&, Arena*) {
  return Value::Missing();
}
std::shared_ptr<ScopeInstance> Operator::Current(std::uint32_t) {
  return nullptr;
}
void Operator::Save(snapshot::Writer*) const {}
bool Operator::Load(snapshot::Reader*) {
  return true;
}

}  // namespace faultline::runtime
