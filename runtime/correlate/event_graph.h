// A directed graph whose nodes are texts, grown edge by edge, and the three questions rules ask of it
// (docs/semantics.md, 11.1).
//
// Nodes are interned; an edge counts once. Bounded: at most `max_edges` edges, further ones are refused.
// Nothing here recurses. Thread safety: none.
//
// Cycles: Donald B. Johnson, "Finding all the elementary circuits of a directed graph", SIAM Journal on
// Computing 4 (1975), inside strongly connected components by Robert Tarjan's algorithm, both with stacks of
// their own.
#ifndef FAULTLINE_RUNTIME_CORRELATE_EVENT_GRAPH_H_
#define FAULTLINE_RUNTIME_CORRELATE_EVENT_GRAPH_H_

#include "runtime/correlate/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace faultline::runtime {

class EventGraph {
 public:
  static constexpr std::size_t kMaxCycles = 1000;  // given out by Cycles; there may be exponentially many
  static constexpr std::size_t kMaxCycleSteps = 1000000;  // edges looked at by Cycles

  // False: the bound is reached and the edge is not in the graph. O(length of the texts) expected.
  bool Add(std::string_view from, std::string_view to, std::size_t max_edges);

  // Whether a way leads from one node to the other; every node of the graph reaches itself. O(edges).
  bool Reaches(std::string_view from, std::string_view to) const;
  // The nodes of the shortest way, both ends included; of several the first by the bytes of its nodes. Empty:
  // there is none. O(edges).
  std::vector<std::string_view> Path(std::string_view from, std::string_view to) const;
  // Elementary cycles, each once: its nodes in order, the least by its bytes first. Ordered by their nodes.
  // The first kMaxCycles, or those found in kMaxCycleSteps.
  std::vector<std::vector<std::string_view>> Cycles() const;

  std::size_t edges() const { return edges_; }
  std::size_t bytes() const { return bytes_; }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  using Node = std::uint32_t;

  Node Intern(std::string_view text);
  const Node* Find(std::string_view text) const;

  std::unordered_map<std::string, Node> nodes_;
  std::vector<const std::string*> texts_;  // by node: key of nodes_
  std::vector<std::vector<Node>> next_;
  std::unordered_set<std::uint64_t> known_;  // edges, from * 2^32 + to
  std::size_t edges_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_CORRELATE_EVENT_GRAPH_H_
