// The most frequent values of a window.
//
// Exact while the window holds at most kExactDifferent different values and kMaxPanes entries (events of one
// value at one coordinate are one entry). Beyond that, Space-Saving: A. Metwally, D. Agrawal, A. El Abbadi,
// "Efficient computation of frequent and top-k elements in data streams" (ICDT 2005). The window is cut into
// 64 panes with kCounters counters each; a window that does not slide is one pane. Every event counts once in
// its pane: for its value, or, if all counters are taken, by taking over that of the rarest value. A value's
// count is the sum of its panes'. With N events in the window, a count is wrong by at most N / kCounters, and
// every value with more than that is among those counted; the far border is off by at most 1/64 of the
// window.
//
// All counts stand in one order by (count, then value), so an event costs O(log) of the number of counters.
#include "runtime/aggregate/owned_value.h"
#include "runtime/aggregate/pane_width.h"
#include "runtime/aggregate/ring_queue.h"
#include "support/value/value_compare.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace faultline::aggregate {
namespace {

constexpr std::size_t kExactDifferent = 4096;
constexpr std::size_t kCounters = 1024;
constexpr std::int64_t kPanesOfWindow = 64;
constexpr std::uint64_t kNodeBytes = 240;  // with its places in the table and in the order

struct Node {
  OwnedValue value;
  std::uint64_t count = 0;
  std::uint64_t place = 0;  // exact: of its last entry, counted from the first ever; 0: none
};

// More frequent first; of the same count the lesser value.
struct ByCount {
  bool operator()(const Node* a, const Node* b) const {
    if (a->count != b->count) return a->count > b->count;
    return CompareValues(a->value.get(), b->value.get()) < 0;
  }
};

// The counters of one pane: a heap with the rarest on top, of those the one that was changed first.
class Counters {
 public:
  struct Counter {
    Node* node = nullptr;
    std::uint64_t count = 0;
    std::uint64_t turn = 0;
  };

  // Null, or the node that gives its counter of `*freed` events to the new one.
  Node* Add(Node* node, std::uint64_t count, std::uint64_t* freed) {
    if (const auto found = places_.find(node); found != places_.end()) {
      heap_[found->second].count += count;
      heap_[found->second].turn = ++turns_;
      Sink(found->second);
      return nullptr;
    }
    if (heap_.size() < kCounters) {
      places_.emplace(node, heap_.size());
      heap_.push_back({node, count, ++turns_});
      Rise(heap_.size() - 1);
      return nullptr;
    }
    Node* old = heap_.front().node;
    *freed = heap_.front().count;
    places_.erase(old);
    heap_.front() = {node, *freed + count, ++turns_};
    places_.emplace(node, 0);
    Sink(0);
    return old;
  }
  const std::vector<Counter>& all() const { return heap_; }

 private:
  static bool Before(const Counter& a, const Counter& b) {
    return a.count != b.count ? a.count < b.count : a.turn < b.turn;
  }
  void Swap(std::size_t a, std::size_t b) {
    std::swap(heap_[a], heap_[b]);
    places_[heap_[a].node] = a;
    places_[heap_[b].node] = b;
  }
  void Rise(std::size_t i) {
    for (; i > 0 && Before(heap_[i], heap_[(i - 1) / 2]); i = (i - 1) / 2) Swap(i, (i - 1) / 2);
  }
  void Sink(std::size_t i) {
    while (true) {
      std::size_t least = i;
      for (std::size_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap_.size(); ++child) {
        if (Before(heap_[child], heap_[least])) least = child;
      }
      if (least == i) return;
      Swap(i, least);
      i = least;
    }
  }
  std::vector<Counter> heap_;
  std::unordered_map<Node*, std::size_t> places_;
  std::uint64_t turns_ = 0;
};

class Top : public Accumulator {
 public:
  Top(const Spec& spec, std::int64_t width) : spec_(spec), width_(width / kPanesOfWindow + 1) {}
  Top(const Top&) = delete;
  Top& operator=(const Top&) = delete;

  void Add(std::int64_t at, const Sample& sample) override { AddCount(at, sample.value, 1); }
  void Evict(std::int64_t from) override {
    while (!entries_.empty() && entries_.front().at < from) {
      const Entry entry = entries_.front();
      entries_.pop_front();
      ++popped_;
      Change(entry.node, -static_cast<std::int64_t>(entry.count));
    }
    while (!panes_.empty() && panes_.front().last < from) {
      for (const Counters::Counter& counter : panes_.front().counters->all()) {
        Change(counter.node, -static_cast<std::int64_t>(counter.count));
      }
      counters_ -= panes_.front().counters->all().size();
      panes_.pop_front();
    }
    if (panes_.empty()) exact_ = true;
  }
  void Clear() override {
    order_.clear();
    nodes_.clear();
    entries_.clear();
    panes_.clear();
    popped_ = kept_ = counters_ = 0;
    exact_ = true;
  }
  Value Result(Arena* arena) const override {
    const std::size_t count = std::min(static_cast<std::size_t>(spec_.parameter), order_.size());
    Value* items = arena->AllocateValues(count);
    std::size_t i = 0;
    for (auto it = order_.begin(); i < count; ++it, ++i) {
      Value* fields = arena->AllocateValues(2);
      fields[0] = arena->DeepCopy((*it)->value.get());
      fields[1] = Value::Int(static_cast<std::int64_t>((*it)->count));
      items[i] = Value::Items(ValueKind::kRecord, fields, 2);
    }
    return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(count));
  }
  std::uint64_t bytes() const override {
    constexpr std::uint64_t kCounterBytes = 80;
    return sizeof(*this) + entries_.bytes() + nodes_.size() * kNodeBytes + kept_ + counters_ * kCounterBytes;
  }

  void Save(StateWriter* writer) const override {
    writer->Unsigned(exact_ ? 1 : 0);
    writer->Unsigned(exact_ ? entries_.size() : panes_.size());
    if (exact_) {
      for (std::size_t i = 0; i < entries_.size(); ++i) {
        writer->Signed(entries_[i].at);
        entries_[i].node->value.Save(writer);
        writer->Unsigned(entries_[i].count);
      }
      return;
    }
    for (std::size_t i = 0; i < panes_.size(); ++i) {
      // In the order of their turns, so that the same counters give way afterwards.
      std::vector<Counters::Counter> counters = panes_[i].counters->all();
      std::sort(counters.begin(), counters.end(),
                [](const auto& a, const auto& b) { return a.turn < b.turn; });
      writer->Signed(panes_[i].last);
      writer->Unsigned(counters.size());
      for (const Counters::Counter& counter : counters) {
        counter.node->value.Save(writer);
        writer->Unsigned(counter.count);
      }
    }
  }
  bool Load(StateReader* reader) override {
    Clear();
    exact_ = reader->Unsigned() != 0;
    std::int64_t last = INT64_MIN;
    const auto read = [&](std::int64_t at) {
      Arena arena;
      const Value value = reader->Get(&arena);
      const std::uint64_t count = reader->Unsigned();
      if (at < last || value.is_missing() || count == 0 || count > INT64_MAX / kMaxPanes) reader->Fail();
      last = std::max(last, at);
      if (reader->ok()) AddCount(at, value, count);
    };
    for (std::size_t i = reader->Count(); i > 0 && reader->ok(); --i) {
      const std::int64_t at = reader->Signed();
      if (exact_) {
        read(at);
        continue;
      }
      for (std::size_t counters = reader->Count(); counters > 0 && reader->ok(); --counters) read(at);
    }
    if (!reader->ok()) Clear();
    return reader->ok();
  }

 private:
  struct Entry {
    std::int64_t at = 0;
    Node* node = nullptr;
    std::uint64_t count = 0;
  };
  struct Pane {
    std::int64_t number = 0;
    std::int64_t last = 0;
    std::unique_ptr<Counters> counters;
  };

  Node* Find(const Value& value) {
    if (const auto found = nodes_.find(value); found != nodes_.end()) return found->second.get();
    auto node = std::make_unique<Node>();
    node->value = OwnedValue(value);
    kept_ += node->value.bytes();
    Node* result = node.get();
    nodes_.emplace(result->value.get(), std::move(node));
    return result;
  }
  // A node whose count comes to nothing goes.
  void Change(Node* node, std::int64_t by) {
    if (node->count > 0) {
      auto place = order_.extract(node);
      node->count += static_cast<std::uint64_t>(by);
      if (node->count > 0) {
        order_.insert(std::move(place));
        return;
      }
      kept_ -= node->value.bytes();
      const auto found = nodes_.find(node->value.get());
      const std::unique_ptr<Node> last = std::move(found->second);  // the key points into it
      nodes_.erase(found);
      return;
    }
    node->count += static_cast<std::uint64_t>(by);
    order_.insert(node);
  }
  void AddCount(std::int64_t at, const Value& value, std::uint64_t count) {
    Node* node = Find(value);
    if (exact_) {
      Change(node, static_cast<std::int64_t>(count));
      const std::uint64_t place = node->place;
      if (place > popped_ && entries_[static_cast<std::size_t>(place - popped_ - 1)].at == at) {
        entries_[static_cast<std::size_t>(place - popped_ - 1)].count += count;
        return;
      }
      entries_.push_back({at, node, count});
      node->place = popped_ + entries_.size();
      if (entries_.size() > kMaxPanes || nodes_.size() > kExactDifferent || kept_ > kMaxKeptBytes)
        MakePanes();
      return;
    }
    AddToPane(at, node, count);
    while (kept_ > 2 * kMaxKeptBytes && panes_.size() > 1) Evict(panes_.front().last + 1);
  }
  void AddToPane(std::int64_t at, Node* node, std::uint64_t count) {
    const std::int64_t number = PaneWidth::FloorDivide(at, width_);
    if (panes_.empty() || panes_.back().number != number) {
      panes_.push_back({number, at, std::make_unique<Counters>()});
    }
    panes_.back().last = at;
    Change(node, static_cast<std::int64_t>(count));
    std::uint64_t freed = 0;
    const std::size_t before = panes_.back().counters->all().size();
    Node* old = panes_.back().counters->Add(node, count, &freed);
    counters_ += panes_.back().counters->all().size() - before;
    if (old == nullptr) return;
    Change(node, static_cast<std::int64_t>(freed));
    Change(old, -static_cast<std::int64_t>(freed));
  }
  // From exact to panes: the events are counted again.
  void MakePanes() {
    exact_ = false;
    const RingQueue<Entry> entries = std::move(entries_);
    entries_.clear();
    popped_ = 0;
    order_.clear();
    auto nodes = std::move(nodes_);
    nodes_.clear();
    kept_ = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      AddToPane(entries[i].at, Find(entries[i].node->value.get()), entries[i].count);
    }
  }

  const Spec& spec_;
  std::int64_t width_;  // of a pane
  bool exact_ = true;
  std::unordered_map<Value, std::unique_ptr<Node>, ValueHash, ValueEqual> nodes_;
  std::set<Node*, ByCount> order_;
  RingQueue<Entry> entries_;
  std::uint64_t popped_ = 0;
  RingQueue<Pane> panes_;
  std::uint64_t kept_ = 0;      // bytes of values
  std::uint64_t counters_ = 0;  // of all panes
};

}  // namespace

std::unique_ptr<Accumulator> MakeTop(const Spec& spec, std::int64_t width) {
  return std::make_unique<Top>(spec, width);
}

}  // namespace faultline::aggregate
