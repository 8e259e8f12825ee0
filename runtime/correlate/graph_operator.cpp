// Graphs as operators: see graph_operator.h.
#include "runtime/correlate/graph_operator.h"

#include <algorithm>
#include <memory>

namespace faultline::runtime {
namespace {

Value ListOf(const std::vector<std::string_view>& texts, Arena* arena) {
  Value* items = arena->AllocateValues(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) items[i] = Value::Text(arena->Copy(texts[i]));
  return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(texts.size()));
}

}  // namespace

GraphOperator::GraphOperator(Services* services, ir::RuleId rule)
    : services_(services), rule_id_(rule), rule_(services->rule(rule)) {
  const ir::Window& window = rule_.window;
  if (window.unit == ir::WindowUnit::kScope && window.scope != ir::kRunScope &&
      window.scope != ir::kSourceScope) {
    services->WatchScope(window.scope, rule);
  }
}

std::int64_t GraphOperator::GraphOf(const Event& event) const {
  const ir::Window& window = rule_.window;
  if (window.unit != ir::WindowUnit::kScope || window.scope == ir::kRunScope) return 0;
  if (window.scope == ir::kSourceScope) return event.position.input;
  const std::shared_ptr<ScopeInstance> instance = services_->ScopeOf(window.scope, event);
  return instance == nullptr ? -1 : instance->number;
}

std::int64_t GraphOperator::GraphOf(const Match& match) const {
  const ir::Window& window = rule_.window;
  if (window.unit != ir::WindowUnit::kScope || window.scope == ir::kRunScope) return 0;
  if (window.scope == ir::kSourceScope) return match.begin.input;
  for (const std::shared_ptr<ScopeInstance>& instance : match.scopes) {
    if (instance != nullptr && instance->scope == window.scope) return instance->number;
  }
  return -1;
}

void GraphOperator::OnStage(const Event& event) {
  if (event.key.kind != ValueKind::kList || event.key.size != 2) return;
  const Value& from = event.key.items[0];
  const Value& to = event.key.items[1];
  const std::int64_t which = GraphOf(event);
  if (from.kind != ValueKind::kText || to.kind != ValueKind::kText || which < 0) return;
  EventGraph& graph = graphs_[which];
  const std::size_t before = graph.edges();
  if (!graph.Add(from.AsText(), to.AsText(), before + (kMaxEdges - std::min(edges_, kMaxEdges)))) {
    ++services_->counts(rule_id_).dropped;
  }
  edges_ += graph.edges() - before;
}

void GraphOperator::Retire(std::int64_t graph) {
  for (std::int64_t old : ended_) {
    const auto it = graphs_.find(old);
    if (it == graphs_.end()) continue;
    edges_ -= it->second.edges();
    graphs_.erase(it);
  }
  ended_ = {graph};
}

void GraphOperator::OnScopeEnd(const std::shared_ptr<ScopeInstance>& instance) {
  Retire(instance->number);
}

void GraphOperator::OnEndOfSource(std::uint32_t input) {
  if (rule_.window.unit == ir::WindowUnit::kScope && rule_.window.scope == ir::kSourceScope) Retire(input);
}

Value GraphOperator::Ask(const ir::GraphQuery& query, const Value& from, const Value& to, const Match& match,
                         Arena* arena) {
  const auto it = graphs_.find(GraphOf(match));
  const bool nodes = from.kind == ValueKind::kText && to.kind == ValueKind::kText;
  switch (query.kind) {
    case ir::GraphQueryKind::kReaches:
      if (!nodes) return Value::Missing();
      return Value::Bool(it != graphs_.end() && it->second.Reaches(from.AsText(), to.AsText()));
    case ir::GraphQueryKind::kPath: {
      if (!nodes || it == graphs_.end()) return Value::Missing();
      const std::vector<std::string_view> path = it->second.Path(from.AsText(), to.AsText());
      return path.empty() ? Value::Missing() : ListOf(path, arena);
    }
    case ir::GraphQueryKind::kCycles: {
      const std::vector<std::vector<std::string_view>> cycles =
          it == graphs_.end() ? std::vector<std::vector<std::string_view>>() : it->second.Cycles();
      Value* items = arena->AllocateValues(cycles.size());
      for (std::size_t i = 0; i < cycles.size(); ++i) items[i] = ListOf(cycles[i], arena);
      return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(cycles.size()));
    }
  }
  return Value::Missing();
}

void GraphOperator::Save(snapshot::Writer* writer) const {
  writer->Unsigned(graphs_.size());
  for (const auto& [number, graph] : graphs_) {
    writer->Signed(number);
    graph.Save(writer);
  }
  writer->Unsigned(ended_.size());
  for (std::int64_t number : ended_) writer->Signed(number);
}

bool GraphOperator::Load(snapshot::Reader* reader) {
  const std::size_t graphs = reader->Count();
  for (std::size_t i = 0; i < graphs && reader->ok(); ++i) {
    EventGraph& graph = graphs_[reader->Signed()];
    if (!graph.Load(reader)) return false;
    edges_ += graph.edges();
  }
  const std::size_t ended = reader->Count();
  for (std::size_t i = 0; i < ended; ++i) ended_.push_back(reader->Signed());
  return reader->ok();
}

}  // namespace faultline::runtime
