// Graphs: ways, cycles, bounds and snapshots, against answers worked out by brute force.
#include "runtime/correlate/event_graph.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace faultline::runtime {
namespace {

constexpr std::size_t kPlenty = 1000000;
using Texts = std::vector<std::string>;

Texts Copy(const std::vector<std::string_view>& nodes) {
  return {nodes.begin(), nodes.end()};
}

// All simple ways from `at` to `to`, by trying every one.
void Ways(const std::set<std::pair<int, int>>& edges, int to, std::vector<int>* way,
          std::vector<std::vector<int>>* all) {
  if (way->back() == to) {
    all->push_back(*way);
    return;
  }
  for (const auto& [a, b] : edges) {
    if (a != way->back() || std::find(way->begin(), way->end(), b) != way->end()) continue;
    way->push_back(b);
    Ways(edges, to, way, all);
    way->pop_back();
  }
}

std::string Name(int node) {
  return std::string(1, static_cast<char>('a' + node));
}

TEST_CASE("graph: the shortest way, of several the first by text") {
  EventGraph graph;
  for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{{"main", "b"},
                                                                                 {"main", "a"},
                                                                                 {"a", "x"},
                                                                                 {"b", "x"},
                                                                                 {"x", "y"},
                                                                                 {"main", "long"},
                                                                                 {"long", "b"}}) {
    CHECK(graph.Add(from, to, kPlenty));
  }
  CHECK(Copy(graph.Path("main", "y")) == Texts{"main", "a", "x", "y"});
  CHECK(Copy(graph.Path("main", "main")) == Texts{"main"});
  CHECK(graph.Path("y", "main").empty());
  CHECK(graph.Path("main", "nowhere").empty());
  CHECK(graph.Reaches("main", "y"));
  CHECK_FALSE(graph.Reaches("y", "main"));
  CHECK(graph.Cycles().empty());
}

TEST_CASE("graph: random ones against every simple way and circuit") {
  std::mt19937 random(11);
  int ways = 0, circuits = 0;
  for (int round = 0; round < 400; ++round) {
    const int nodes = 1 + static_cast<int>(random() % 6);
    const int count = static_cast<int>(random() % 12);
    std::set<std::pair<int, int>> edges;
    EventGraph graph;
    for (int i = 0; i < count; ++i) {
      const int a = static_cast<int>(random() % static_cast<unsigned>(nodes));
      const int b = static_cast<int>(random() % static_cast<unsigned>(nodes));
      edges.emplace(a, b);
      CHECK(graph.Add(Name(a), Name(b), kPlenty));
    }
    CHECK(graph.edges() == edges.size());
    std::set<int> known;
    for (const auto& [a, b] : edges) {
      known.insert(a);
      known.insert(b);
    }
    for (int from : known) {
      for (int to : known) {
        std::vector<std::vector<int>> all;
        std::vector<int> way = {from};
        Ways(edges, to, &way, &all);
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
          return a.size() != b.size() ? a.size() < b.size() : a < b;
        });
        Texts expected;
        if (!all.empty()) {
          for (int node : all.front()) expected.push_back(Name(node));
          ++ways;
        }
        CHECK(Copy(graph.Path(Name(from), Name(to))) == expected);
        CHECK(graph.Reaches(Name(from), Name(to)) == !all.empty());
      }
    }
    std::set<Texts> expected;
    for (const auto& [last, first] :
         edges) {  // a circuit is a way from its least node to one with an edge back
      std::vector<std::vector<int>> all;
      std::vector<int> way = {first};
      Ways(edges, last, &way, &all);
      for (const std::vector<int>& circuit : all) {
        if (*std::min_element(circuit.begin(), circuit.end()) != first) continue;
        Texts texts;
        for (int node : circuit) texts.push_back(Name(node));
        expected.insert(texts);
      }
    }
    std::vector<Texts> found;
    for (const auto& cycle : graph.Cycles()) found.push_back(Copy(cycle));
    CHECK(found == std::vector<Texts>(expected.begin(), expected.end()));
    circuits += static_cast<int>(expected.size());
  }
  CHECK(ways > 1000);
  CHECK(circuits > 300);
}

TEST_CASE("graph: bounds") {
  EventGraph graph;
  CHECK(graph.Add("a", "b", 1));
  CHECK(graph.Add("a", "b", 1));  // known
  CHECK_FALSE(graph.Add("b", "a", 1));
  CHECK(graph.edges() == 1);
  EventGraph complete;  // with more circuits than anybody wants
  for (int a = 0; a < 20; ++a) {
    for (int b = 0; b < 20; ++b) {
      if (a != b) CHECK(complete.Add(Name(a), Name(b), kPlenty));
    }
  }
  CHECK(complete.Cycles().size() == EventGraph::kMaxCycles);
  EventGraph chain;  // long enough to break a recursion
  for (int i = 0; i < 200000; ++i) chain.Add(std::to_string(i), std::to_string(i + 1), kPlenty);
  chain.Add("200000", "0", kPlenty);
  CHECK(chain.Path("0", "200000").size() == 200001);
  REQUIRE(chain.Cycles().size() == 1);
  CHECK(chain.Cycles()[0].size() == 200001);
}

TEST_CASE("graph: a snapshot reads back, a damaged one is refused") {
  EventGraph graph;
  graph.Add("a", "b", kPlenty);
  graph.Add("b", "c", kPlenty);
  graph.Add("c", "a", kPlenty);
  snapshot::Writer writer;
  graph.Save(&writer);
  EventGraph again;
  snapshot::Reader reader(writer.bytes());
  REQUIRE(again.Load(&reader));
  CHECK(again.edges() == 3);
  CHECK(again.bytes() == graph.bytes());
  CHECK(Copy(again.Path("a", "c")) == Texts{"a", "b", "c"});
  CHECK(again.Cycles().size() == 1);
  for (std::size_t cut = 0; cut < writer.bytes().size(); ++cut) {
    EventGraph broken;
    snapshot::Reader part(std::string_view(writer.bytes()).substr(0, cut));
    CHECK_FALSE(broken.Load(&part));
  }
}

}  // namespace
}  // namespace faultline::runtime
