// The quadratic reading: see model.h. Numbers in comments are those of docs/semantics.md.
#include "model.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <utility>

namespace faultline::oracle {
namespace {

// An event as a stage sees it: one of the log, or several that are one (6.5).
struct Item {
  std::size_t first = 0, last = 0;  // in the order of the run
  const LogEvent* begin = nullptr;
  const LogEvent* end = nullptr;  // whose fields it has
  std::vector<int> ids;

  int value() const { return end->value; }
};

class Model {
 public:
  Model(const RuleSpec& rule, const Log& log, int plant) : rule_(rule), log_(log.events), plant_(plant) {}

  std::vector<std::string> Run() {
    switch (rule_.shape) {
      case Shape::kSequence:
        Sequence();
        break;
      case Shape::kAll:
      case Shape::kAny:
        Set();
        break;
      case Shape::kAggregate:
        Aggregate();
        break;
      case Shape::kGraph:
        Graph();
        break;
    }
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  // ---- 2, 3, 4: order, keys, windows

  // 3.3: without its key nothing is an event of the rule.
  bool Counts(const LogEvent& event) const { return !rule_.keyed || event.key != kNoKey; }
  // 3.2
  bool Together(const LogEvent& a, const LogEvent& b) const {
    return rule_.keyed ? a.key == b.key : a.stream == b.stream;
  }
  // 2.1 to 2.3, 2.6
  bool After(const Item& b, const Item& a, int skew) const {
    if (a.end->source == b.begin->source) return b.first > a.last;
    return b.begin->time + (plant_ == 1 ? 1 : 0) > a.end->time - skew;
  }
  Item Single(std::size_t i) const { return {i, i, &log_[i], &log_[i], {log_[i].id}}; }

  // 4.1 to 4.3; `of` is the first stage's event.
  bool Inside(const Span& window, const Item& from, const Item& y, const Item& of) const {
    switch (window.unit) {
      case Unit::kNone:
      case Unit::kRun:
        return true;
      case Unit::kLines:
      case Unit::kRecords:
        return from.end->stream == y.begin->stream && y.begin->line > from.end->line &&
               y.begin->line - from.end->line <= window.amount;
      case Unit::kSeconds:
        return y.end->time <= from.end->time + window.amount - (plant_ == 2 ? 1 : 0);
      case Unit::kScope:
        return of.begin->scope != kNoScope && of.begin->scope == y.end->scope;
      case Unit::kSource:
        return of.begin->source == y.end->source;
    }
    return false;
  }
  static Span WaitWindow(const StageSpec& stage) { return stage.times > 1 ? Span() : stage.window; }

  // 6.5: the events of a stage.
  std::vector<Item> ItemsOf(const StageSpec& stage) const {
    std::vector<Item> items;
    if (stage.times == 1) {
      for (std::size_t i = 0; i < log_.size(); ++i) {
        if (log_[i].kind == stage.kind && Counts(log_[i])) items.push_back(Single(i));
      }
      return items;
    }
    std::map<std::pair<int, int>, std::vector<std::size_t>> rows;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const LogEvent& event = log_[i];
      if (event.kind != stage.kind || !Counts(event)) continue;
      std::vector<std::size_t>& row =
          rows[{rule_.keyed ? event.key : event.stream, stage.window.unit == Unit::kScope ? event.scope : 0}];
      row.push_back(i);
      const auto outside = [&](std::size_t x) {
        const LogEvent& old = log_[x];
        switch (stage.window.unit) {
          case Unit::kLines:
          case Unit::kRecords:
            return old.stream != event.stream || event.line - old.line > stage.window.amount;
          case Unit::kSeconds:
            return event.time - old.time > stage.window.amount;
          case Unit::kNone:
          case Unit::kScope:
          case Unit::kSource:
          case Unit::kRun:
            return false;
        }
        return false;
      };
      while (outside(row.front())) row.erase(row.begin());
      if (row.size() < static_cast<std::size_t>(stage.times)) continue;
      Item item = {row.front(), i, &log_[row.front()], &event, {}};
      for (const std::size_t x : row) item.ids.push_back(log_[x].id);
      items.push_back(std::move(item));
      row.clear();
    }
    return items;
  }

  // ---- 6: sequences

  using Chain = std::vector<Item>;

  // Whether `y` continues the chain as stage `i`.
  bool Continues(const Chain& chain, std::size_t i, const Item& y) const {
    const StageSpec& stage = rule_.stages[i];
    const Item& before = chain[i - 1];
    if (!Together(*chain[0].end, *y.end) || !After(y, before, rule_.skew)) return false;
    if (!Inside(WaitWindow(stage), before, y, chain[0]) || !Inside(rule_.whole, chain[0], y, chain[0]))
      return false;
    return !stage.compares || y.value() > before.value();
  }
  // 6.4: something that ends the wait for stage `i` before `y` comes.
  bool Ended(const Chain& chain, std::size_t i, const Item& y) const {
    const char until = rule_.stages[i].until;
    if (until == '\0' || plant_ == 3) return false;
    for (std::size_t z = 0; z < y.last; ++z) {
      if (log_[z].kind != until || !Counts(log_[z])) continue;
      const Item item = Single(z);
      if (Together(*chain[0].end, *item.end) && After(item, chain[i - 1], rule_.skew)) return true;
    }
    return false;
  }

  void Sequence() {
    for (const StageSpec& stage : rule_.stages) items_.push_back(ItemsOf(stage));
    const std::size_t count = rule_.stages.size();
    if (rule_.stages.back().every) {
      for (const Item& last : items_.back()) {
        if (const auto chain = Latest(count - 1, last)) Decide(*chain, last);
      }
      return;
    }
    for (const Item& first : items_[0]) {
      Chain chain = {first};
      for (std::size_t i = 1; i < count; ++i) {
        const auto next = std::find_if(items_[i].begin(), items_[i].end(),
                                       [&](const Item& y) { return Continues(chain, i, y); });
        if (next == items_[i].end() || Ended(chain, i, *next)) break;
        chain.push_back(*next);
      }
      if (chain.size() == count) Decide(chain, chain.back());
    }
  }

  // 6.3: the latest chain of the stages before `i` that `y` continues, with it.
  std::optional<Chain> Latest(std::size_t i, const Item& y) const {
    if (i == 0) return Chain{y};
    for (auto x = items_[i - 1].rbegin(); x != items_[i - 1].rend(); ++x) {
      std::optional<Chain> chain = Latest(i - 1, *x);
      if (!chain || !Continues(*chain, i, y) || Ended(*chain, i, y)) continue;
      chain->push_back(y);
      return chain;
    }
    return std::nullopt;
  }

  // ---- 4.6: absence

  bool Refuted(const AbsenceSpec& absence, const std::vector<std::optional<Item>>& at, const Item& first,
               const Item& last) const {
    const auto bound = [&](int stage) { return stage < 0 ? nullptr : &at[static_cast<std::size_t>(stage)]; };
    const std::optional<Item>* after = bound(absence.after);
    const std::optional<Item>* before = bound(absence.before);
    if (plant_ == 5 && after != nullptr && before != nullptr) return false;
    if ((after != nullptr && !*after) || (before != nullptr && !*before)) return false;
    const bool set = rule_.shape != Shape::kSequence;
    if (set && after != nullptr && before != nullptr && After(**after, **before, 0)) std::swap(after, before);
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (log_[i].kind != absence.kind || !Counts(log_[i])) continue;
      const Item c = Single(i);
      if (absence.compares && c.value() <= first.value()) continue;
      if (after == nullptr && before == nullptr && absence.window.unit == Unit::kNone) {
        if (InDomain(c, first)) return true;
        continue;
      }
      if (!Together(*first.end, *c.end)) continue;
      if (before != nullptr && !After(**before, c, rule_.skew)) continue;
      if (after == nullptr && before != nullptr) {
        if (Inside(absence.window, c, **before, first)) return true;
        continue;
      }
      const Item& from = after != nullptr ? **after : last;
      if (After(c, from, rule_.skew) && Inside(absence.window, from, c, first)) return true;
    }
    return false;
  }
  // The nearest scope that a window of the rule names, else the stream; with a key the run.
  bool InDomain(const Item& c, const Item& first) const {
    if (rule_.keyed && c.end->key != first.end->key) return false;
    const bool scoped = rule_.whole.unit == Unit::kScope ||
                        std::any_of(rule_.stages.begin(), rule_.stages.end(),
                                    [](const StageSpec& stage) { return stage.window.unit == Unit::kScope; });
    if (scoped && first.begin->scope != kNoScope) return c.end->scope == first.begin->scope;
    return rule_.keyed || c.end->stream == first.end->stream;
  }

  // ---- 7: joins

  std::string Joined(const JoinSpec& join, const Item& first, const Item& last) const {
    std::string best = "-1";
    for (std::size_t i = 0; i < log_.size(); ++i) {
      if (log_[i].kind != join.kind || !Counts(log_[i])) continue;
      const Item e = Single(i);
      if (rule_.keyed && e.end->key != first.end->key) continue;
      if (join.reach == Reach::kStream && e.end->stream != last.end->stream) continue;
      if (join.reach == Reach::kSource && e.end->source != last.end->source) continue;
      if (join.compares && e.value() < first.value()) continue;
      if (join.next) {
        if (!After(e, last, 0) || !Inside(join.window, last, e, first)) continue;
        return std::to_string(e.end->id);
      }
      if (After(last, e, 0)) best = std::to_string(e.end->id);
    }
    return best;
  }

  void Decide(const Chain& chain, const Item& last) {
    std::vector<std::optional<Item>> at(chain.begin(), chain.end());
    for (const AbsenceSpec& absence : rule_.absences) {
      if (Refuted(absence, at, chain[0], last)) return;
    }
    std::string report;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      report += (i == 0 ? "" : "-") + std::to_string(chain[i].end->id);
      if (rule_.stages[i].times == 1) continue;
      report += "(" + std::to_string(chain[i].ids.size()) + ":";
      for (std::size_t n = 0; n < chain[i].ids.size(); ++n) {
        report += (n == 0 ? "" : "+") + std::to_string(chain[i].ids[n]);
      }
      report += ")";
    }
    for (const JoinSpec& join : rule_.joins) report += "/" + Joined(join, chain[0], last);
    found_.push_back(report);
  }

  // ---- 6.6: sets

  void Set() {
    const std::size_t need =
        rule_.shape == Shape::kAny ? static_cast<std::size_t>(rule_.need) : rule_.stages.size();
    std::map<std::pair<int, int>, std::vector<std::optional<Item>>> gathered;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const LogEvent& event = log_[i];
      for (std::size_t part = 0; part < rule_.stages.size(); ++part) {
        if (event.kind != rule_.stages[part].kind || !Counts(event)) continue;
        const bool scoped = rule_.whole.unit == Unit::kScope;
        if (scoped && event.scope == kNoScope) continue;
        std::vector<std::optional<Item>>& parts =
            gathered[{rule_.keyed ? event.key : event.stream, scoped ? event.scope : 0}];
        parts.resize(rule_.stages.size());
        const Item last = Single(i);
        parts[part] = last;
        std::size_t there = 0;
        for (std::optional<Item>& other : parts) {
          if (other && !Near(*other, last)) other.reset();
          if (other) ++there;
        }
        if (there < need) continue;
        DecideSet(parts, last);
        if (plant_ != 6) std::fill(parts.begin(), parts.end(), std::nullopt);
      }
    }
  }
  bool Near(const Item& part, const Item& last) const {
    switch (rule_.whole.unit) {
      case Unit::kLines:
      case Unit::kRecords:
        return part.end->stream == last.end->stream && last.end->line - part.end->line <= rule_.whole.amount;
      case Unit::kSeconds:
        return last.end->time - part.end->time <= rule_.whole.amount;
      case Unit::kNone:
      case Unit::kScope:
      case Unit::kSource:
      case Unit::kRun:
        return true;
    }
    return false;
  }
  void DecideSet(const std::vector<std::optional<Item>>& parts, const Item& last) {
    const Item* first = nullptr;
    for (const std::optional<Item>& part : parts) {
      if (part && (first == nullptr || part->first < first->first)) first = &*part;
    }
    for (const AbsenceSpec& absence : rule_.absences) {
      if (Refuted(absence, parts, *first, last)) return;
    }
    std::string report;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      report += (i == 0 ? "" : "-") + std::to_string(parts[i] ? parts[i]->end->id : -1);
    }
    found_.push_back(report);
  }

  // ---- 9: aggregates

  // What the aggregate covers at an event, in order; nothing: unknown.
  std::optional<std::vector<const LogEvent*>> Covered(std::size_t at) const {
    const LogEvent& now = log_[at];
    std::vector<const LogEvent*> covered;
    const bool run =
        rule_.form == Form::kWhole && (rule_.over.unit == Unit::kNone || rule_.over.unit == Unit::kRun);
    if (rule_.over.unit == Unit::kScope && now.scope == kNoScope) return std::nullopt;
    for (std::size_t i = 0; i <= at; ++i) {
      const LogEvent& e = log_[i];
      if (e.kind != rule_.stages[0].kind || !Counts(e)) continue;
      if (rule_.keyed && e.key != now.key) continue;
      const bool counted = rule_.over.unit == Unit::kLines || rule_.over.unit == Unit::kRecords;
      // Without a key: of the stream; windows of lines and records are the stream's in any case.
      if ((counted || (!rule_.keyed && !run && rule_.over.unit == Unit::kSeconds)) && e.stream != now.stream)
        continue;
      if (rule_.over.unit == Unit::kScope && e.scope != now.scope) continue;
      if (rule_.over.unit == Unit::kSource && e.source != now.source) continue;
      const std::int64_t mine = counted ? e.line : e.time, its = counted ? now.line : now.time;
      const std::int64_t zero = counted ? 1 : 0;  // lines are counted from 1
      switch (rule_.form) {
        case Form::kWhole:
          break;
        case Form::kSliding:
          if (its - mine > rule_.over.amount) continue;
          break;
        case Form::kTumbling:
          if ((its - zero) / rule_.over.amount != (mine - zero) / rule_.over.amount) continue;
          break;
        case Form::kSession:
          if (!covered.empty() && mine - covered.back()->time > rule_.over.amount - (plant_ == 4 ? 1 : 0))
            covered.clear();
          break;
      }
      covered.push_back(&e);
    }
    return covered;
  }

  // The result as text, and whether it is at least what the rule asks for; nothing: missing.
  std::optional<std::pair<std::string, bool>> ResultOf(const std::vector<const LogEvent*>& covered) const {
    std::vector<int> values;
    for (const LogEvent* event : covered) values.push_back(event->value);
    std::int64_t result = 0;
    switch (rule_.measure) {
      case Measure::kCount:
        result = static_cast<std::int64_t>(values.size());
        break;
      case Measure::kSum:
        for (const int value : values) result += value;
        break;
      case Measure::kDistinct:
        result = static_cast<std::int64_t>(std::set<int>(values.begin(), values.end()).size());
        break;
      case Measure::kMax:
      case Measure::kMin:
      case Measure::kLast:
      case Measure::kMedian: {
        if (values.empty()) return std::nullopt;
        result = values.back();
        std::sort(values.begin(), values.end());
        if (rule_.measure == Measure::kMax) result = values.back();
        if (rule_.measure == Measure::kMin) result = values.front();
        // 9.5: the nearest rank
        if (rule_.measure == Measure::kMedian) result = values[(values.size() + 1) / 2 - 1];
        break;
      }
    }
    return std::pair(std::to_string(result), result >= rule_.least);
  }

  // 12.2, 9.3: whether nothing of the key is left in any window just before the event.
  bool IsNew(std::size_t at) const {
    const LogEvent& now = log_[at];
    const bool counted = rule_.over.unit == Unit::kLines || rule_.over.unit == Unit::kRecords;
    for (std::size_t i = 0; i < at; ++i) {
      const LogEvent& e = log_[i];
      if (e.kind != rule_.stages[0].kind || !Counts(e)) continue;
      if (rule_.keyed ? e.key != now.key : IsOfStream() && e.stream != now.stream) continue;
      std::int64_t its = now.time;
      if (counted && !GoesOn(e.source, at)) continue;  // windows of lines end with their stream
      if (counted) {                                   // how far the event's own stream has come by now
        its = 0;
        for (std::size_t j = 0; j <= at; ++j) {
          if (log_[j].stream == e.stream) its = log_[j].line;
        }
      }
      const std::int64_t mine = counted ? e.line : e.time, zero = counted ? 1 : 0;
      switch (rule_.form) {
        case Form::kWhole:
          if (rule_.over.unit == Unit::kSource  ? GoesOn(e.source, at)
              : rule_.over.unit == Unit::kScope ? e.scope != kNoScope && GoesOn(e.source, at) && IsOpen(e, at)
                                                : true) {
            return false;
          }
          break;
        case Form::kSliding:
        case Form::kSession:
          if (its - mine <= rule_.over.amount) return false;
          break;
        case Form::kTumbling:
          if ((its - zero) / rule_.over.amount == (mine - zero) / rule_.over.amount) return false;
          break;
      }
    }
    return true;
  }
  // Whether the state of a rule without a key is that of a stream.
  bool IsOfStream() const { return rule_.over.unit != Unit::kRun && rule_.over.unit != Unit::kSource; }
  // Whether the source has events from here on.
  bool GoesOn(int source, std::size_t at) const {
    return std::any_of(log_.begin() + static_cast<std::ptrdiff_t>(at), log_.end(),
                       [&](const LogEvent& event) { return event.source == source; });
  }
  // Whether the scope that the event stands in is still open when the one at `at` comes.
  bool IsOpen(const LogEvent& event, std::size_t at) const {
    int scope = kNoScope;
    for (std::size_t j = 0; j < at; ++j) {
      if (log_[j].stream == event.stream) scope = log_[j].scope;
    }
    return scope == event.scope;
  }

  void Aggregate() {
    if (rule_.form == Form::kWhole && rule_.over.unit == Unit::kNone) {
      std::map<int, std::size_t> last;  // by key
      for (std::size_t i = 0; i < log_.size(); ++i) {
        if (log_[i].kind == rule_.stages[0].kind && Counts(log_[i])) last[log_[i].key] = i;
      }
      for (const auto& [key, at] : last) {
        const auto result = ResultOf(*Covered(at));
        if (result && result->second) found_.push_back(std::to_string(log_[at].id) + ":" + result->first);
      }
      return;
    }
    struct State {
      bool armed = true;
      int row = 0;
    };
    std::map<int, State> states;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      const LogEvent& event = log_[i];
      if (event.kind != rule_.stages[0].kind || !Counts(event)) continue;
      State& state = states[rule_.keyed ? event.key : IsOfStream() ? event.stream : 0];
      // A row that has begun waits for its next decision.
      if (IsNew(i) && !(state.row > 0 && state.row < rule_.in_a_row)) state = State();
      const auto covered = Covered(i);
      const auto result = covered ? ResultOf(*covered) : std::nullopt;
      if (!result) continue;
      if (!result->second) {
        state = State();
        continue;
      }
      ++state.row;
      if (!state.armed || state.row < rule_.in_a_row) continue;
      state.armed = false;
      found_.push_back(std::to_string(event.id) + ":" + result->first);
    }
  }

  // ---- 11: graphs

  void Graph() {
    std::map<int, std::set<int>> edges;
    for (const LogEvent& event : log_) {
      if (event.kind == 'g' && event.key != kNoKey) edges[event.key].insert(event.value);
    }
    for (const LogEvent& event : log_) {
      if (event.kind != rule_.stages[0].kind || event.key == kNoKey) continue;
      std::map<int, int> steps = {{event.key, 1}};
      std::queue<int> next({event.key});
      while (!next.empty()) {
        const int node = next.front();
        next.pop();
        for (const int to : edges[node]) {
          if (steps.emplace(to, steps[node] + 1).second) next.push(to);
        }
      }
      const auto reached = steps.find(event.value);
      if (reached == steps.end()) continue;
      found_.push_back(std::to_string(event.id) + ":" + std::to_string(reached->second));
    }
  }

  const RuleSpec& rule_;
  const std::vector<LogEvent>& log_;
  const int plant_;
  std::vector<std::vector<Item>> items_;  // by stage
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Expected(const RuleSpec& rule, const Log& log, int plant) {
  return Model(rule, log, plant).Run();
}

}  // namespace faultline::oracle
