// Graphs of events: see event_graph.h.
#include "runtime/correlate/event_graph.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <utility>

namespace faultline::runtime {
namespace {

constexpr std::uint32_t kUnseen = 0xffffffff;

// Strongly connected components: the number of each node's. Tarjan's algorithm, with its own stack.
std::vector<std::uint32_t> Components(const std::vector<std::vector<std::uint32_t>>& next) {
  const std::size_t count = next.size();
  std::vector<std::uint32_t> index(count, kUnseen), low(count, 0), component(count, kUnseen), open;
  std::uint32_t visited = 0, components = 0;
  struct Frame {
    std::uint32_t node;
    std::size_t edge;
  };
  std::vector<Frame> stack;
  for (std::uint32_t root = 0; root < count; ++root) {
    if (index[root] != kUnseen) continue;
    stack.push_back({root, 0});
    while (!stack.empty()) {
      const std::uint32_t node = stack.back().node;
      if (stack.back().edge == 0 && index[node] == kUnseen) {
        index[node] = low[node] = visited++;
        open.push_back(node);
      }
      if (stack.back().edge < next[node].size()) {
        const std::uint32_t to = next[node][stack.back().edge++];
        if (index[to] == kUnseen) {
          stack.push_back({to, 0});
        } else if (component[to] == kUnseen) {
          low[node] = std::min(low[node], index[to]);
        }
        continue;
      }
      if (low[node] == index[node]) {
        for (;;) {
          const std::uint32_t member = open.back();
          open.pop_back();
          component[member] = components;
          if (member == node) break;
        }
        ++components;
      }
      stack.pop_back();
      if (!stack.empty()) low[stack.back().node] = std::min(low[stack.back().node], low[node]);
    }
  }
  return component;
}

// Johnson's search for the circuits through one node among those that come after it.
class CircuitSearch {
 public:
  CircuitSearch(const std::vector<std::vector<std::uint32_t>>& next,
                const std::vector<std::uint32_t>& component, std::size_t max_cycles, std::size_t max_steps)
      : next_(next), component_(component), max_cycles_(max_cycles), steps_left_(max_steps) {
    blocked_.resize(next.size());
    waits_for_.resize(next.size());
  }

  void From(std::uint32_t start) {
    for (std::uint32_t node : touched_) {
      blocked_[node] = false;
      waits_for_[node].clear();
    }
    touched_.clear();
    struct Frame {
      std::uint32_t node;
      std::size_t edge = 0;
      bool closed = false;  // some circuit goes through it
    };
    std::vector<Frame> path;
    const auto enter = [&](std::uint32_t node) {
      path.push_back({node});
      blocked_[node] = true;
      touched_.push_back(node);
    };
    enter(start);
    while (!path.empty() && !done()) {
      Frame& at = path.back();
      if (at.edge < next_[at.node].size()) {
        --steps_left_;
        const std::uint32_t to = next_[at.node][at.edge++];
        if (to < start || component_[to] != component_[start]) continue;
        if (to == start) {
          std::vector<std::uint32_t> cycle;
          for (const Frame& frame : path) cycle.push_back(frame.node);
          cycles_.push_back(std::move(cycle));
          at.closed = true;
        } else if (!blocked_[to]) {
          enter(to);
        }
        continue;
      }
      const std::uint32_t node = at.node;
      const bool closed = at.closed;
      if (closed) {
        Unblock(node);
      } else {
        for (std::uint32_t to : next_[node]) {
          if (to >= start && component_[to] == component_[start]) waits_for_[to].push_back(node);
          touched_.push_back(to);
        }
      }
      path.pop_back();
      if (!path.empty()) path.back().closed |= closed;
    }
  }

  bool done() const { return cycles_.size() >= max_cycles_ || steps_left_ == 0; }
  std::vector<std::vector<std::uint32_t>>& cycles() { return cycles_; }

 private:
  void Unblock(std::uint32_t first) {
    std::vector<std::uint32_t> free = {first};
    while (!free.empty()) {
      const std::uint32_t node = free.back();
      free.pop_back();
      if (!blocked_[node]) continue;
      blocked_[node] = false;
      free.insert(free.end(), waits_for_[node].begin(), waits_for_[node].end());
      waits_for_[node].clear();
    }
  }

  const std::vector<std::vector<std::uint32_t>>& next_;
  const std::vector<std::uint32_t>& component_;
  std::size_t max_cycles_;
  std::size_t steps_left_;
  std::vector<bool> blocked_;
  std::vector<std::vector<std::uint32_t>> waits_for_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::vector<std::uint32_t>> cycles_;
};

}  // namespace

EventGraph::Node EventGraph::Intern(std::string_view text) {
  const auto [it, added] = nodes_.try_emplace(std::string(text), static_cast<Node>(texts_.size()));
  if (added) {
    texts_.push_back(&it->first);
    next_.emplace_back();
    bytes_ += text.size() + 96;
  }
  return it->second;
}

const EventGraph::Node* EventGraph::Find(std::string_view text) const {
  const auto it = nodes_.find(std::string(text));
  return it == nodes_.end() ? nullptr : &it->second;
}

bool EventGraph::Add(std::string_view from, std::string_view to, std::size_t max_edges) {
  const Node* a = Find(from);
  const Node* b = Find(to);
  if (a != nullptr && b != nullptr && known_.contains((std::uint64_t{*a} << 32) | *b)) return true;
  if (edges_ >= max_edges) return false;
  const Node source = Intern(from), target = Intern(to);
  known_.insert((std::uint64_t{source} << 32) | target);
  next_[source].push_back(target);
  ++edges_;
  bytes_ += 48;
  return true;
}

bool EventGraph::Reaches(std::string_view from, std::string_view to) const {
  return !Path(from, to).empty();
}

std::vector<std::string_view> EventGraph::Path(std::string_view from, std::string_view to) const {
  const Node* start = Find(from);
  const Node* target = Find(to);
  if (start == nullptr || target == nullptr) return {};
  // Distances to the target, against the edges; then from the start always to the least node that is one
  // nearer.
  std::vector<std::vector<Node>> before(next_.size());
  for (Node node = 0; node < next_.size(); ++node) {
    for (Node other : next_[node]) before[other].push_back(node);
  }
  std::vector<std::uint32_t> distance(next_.size(), kUnseen);
  std::deque<Node> queue = {*target};
  distance[*target] = 0;
  while (!queue.empty() && distance[*start] == kUnseen) {
    const Node node = queue.front();
    queue.pop_front();
    for (Node other : before[node]) {
      if (distance[other] != kUnseen) continue;
      distance[other] = distance[node] + 1;
      queue.push_back(other);
    }
  }
  if (distance[*start] == kUnseen) return {};
  std::vector<std::string_view> path = {*texts_[*start]};
  for (Node node = *start; node != *target;) {
    Node best = kUnseen;
    for (Node other : next_[node]) {
      if (distance[other] == kUnseen || distance[other] + 1 != distance[node]) continue;
      if (best == kUnseen || *texts_[other] < *texts_[best]) best = other;
    }
    node = best;
    path.push_back(*texts_[node]);
  }
  return path;
}

std::vector<std::vector<std::string_view>> EventGraph::Cycles() const {
  // Numbered by text, so that "least" is a comparison of numbers.
  std::vector<Node> order(texts_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](Node a, Node b) { return *texts_[a] < *texts_[b]; });
  std::vector<Node> rank(order.size());
  for (Node i = 0; i < order.size(); ++i) rank[order[i]] = i;
  std::vector<std::vector<Node>> next(order.size());
  for (Node node = 0; node < next_.size(); ++node) {
    for (Node other : next_[node]) next[rank[node]].push_back(rank[other]);
  }
  for (auto& nodes : next) std::sort(nodes.begin(), nodes.end());

  const std::vector<std::uint32_t> component = Components(next);
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t c : component) {
    if (c >= sizes.size()) sizes.resize(c + 1, 0);
    ++sizes[c];
  }
  CircuitSearch search(next, component, kMaxCycles, kMaxCycleSteps);
  for (Node start = 0; start < next.size() && !search.done(); ++start) {
    const bool loop = std::binary_search(next[start].begin(), next[start].end(), start);
    if (sizes[component[start]] > 1 || loop) search.From(start);
  }
  std::sort(search.cycles().begin(), search.cycles().end());
  std::vector<std::vector<std::string_view>> cycles;
  for (const std::vector<Node>& cycle : search.cycles()) {
    std::vector<std::string_view>& texts = cycles.emplace_back();
    for (Node node : cycle) texts.push_back(*texts_[order[node]]);
  }
  return cycles;
}

void EventGraph::Save(snapshot::Writer* writer) const {
  writer->Unsigned(texts_.size());
  for (const std::string* text : texts_) writer->Text(*text);
  for (const std::vector<Node>& nodes : next_) {
    writer->Unsigned(nodes.size());
    for (Node node : nodes) writer->Unsigned(node);
  }
}

bool EventGraph::Load(snapshot::Reader* reader) {
  const std::size_t count = reader->Count();
  for (std::size_t i = 0; i < count; ++i) {
    if (Intern(reader->Text()) != i) return false;
  }
  for (std::size_t i = 0; i < count && reader->ok(); ++i) {
    const std::size_t edges = reader->Count();
    for (std::size_t e = 0; e < edges; ++e) {
      const std::uint64_t to = reader->Unsigned();
      if (!reader->ok() || to >= count) return false;
      if (!known_.insert((std::uint64_t{i} << 32) | to).second) return false;
      next_[i].push_back(static_cast<Node>(to));
      ++edges_;
      bytes_ += 48;
    }
  }
  return reader->ok();
}

}  // namespace faultline::runtime
