// Fold: computes a value for a tree from the values of its children, bottom up and without recursion.
//
// Private to support/regex.
#pragma once

#include "support/regex/node.h"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace faultline::regex {

// Calls `value_of(node, values of its children)` for each node, children first; returns the root's value. A
// node that occurs twice in the tree is visited twice.
template <class T, class ValueOf>
T Fold(const NodePtr& root, ValueOf&& value_of) {
  struct Frame {
    const NodePtr* node;
    size_t next_child;
  };
  std::vector<Frame> frames = {{&root, 0}};
  std::vector<T> values;
  while (true) {
    Frame& frame = frames.back();
    const std::span<const NodePtr> children = (*frame.node)->children();
    if (frame.next_child < children.size()) {
      const NodePtr* child = &children[frame.next_child++];
      frames.push_back({child, 0});
      continue;
    }
    const size_t first = values.size() - children.size();
    T value = value_of(*frame.node, std::span<T>(values).subspan(first));
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(first), values.end());
    values.push_back(std::move(value));
    frames.pop_back();
    if (frames.empty()) return std::move(values[0]);
  }
}

}  // namespace faultline::regex
