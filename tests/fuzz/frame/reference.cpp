// The reference matcher: see reference.h.
#include "tests/fuzz/frame/reference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace faultline::runtime::testing {
namespace {

using ir::BlockPart;
using ir::BlockPartKind;
using Slots = std::map<ir::SlotId, std::string>;

struct BlockEnd {};  // the line at hand is none of the block's
struct CutAtLimit {};
struct NoMoreLines {};

// Where the match stands: a list of parts under way.
struct Place {
  Place* outer = nullptr;
  const std::vector<BlockPart>* list = nullptr;  // of a sequence or group
  const BlockPart* part = nullptr;               // it belongs to; null: the block
  std::size_t next = 0;                          // of a sequence: parts before it are done
  std::set<std::size_t> used;                    // of a group
  int base = 0, before = 0;
  bool started = false;  // took a line
};
struct BackTo {
  const Place* place;  // inside it its next round takes the line
};
struct Close {
  const Place* place;  // its list is over
};

class Evaluator {
 public:
  explicit Evaluator(const Program& program) : program_(program), scratch_(program.NewScratch()) {}

  std::optional<Slots> Match(const std::vector<ir::Alternative>& lines, const std::string& text,
                             const ir::Format& format) {
    for (const ir::Alternative& line : lines) {
      std::vector<CaptureSpan> captures(program_.module().patterns[line.pattern].captures.size() + 1);
      if (!program_.Match(line.pattern, text, captures, *scratch_)) continue;
      Slots stored;
      if (line.extract == ir::kNone) return stored;
      std::vector<Value> slots(format.slots.size());
      Arena arena;
      EvalContext context;
      context.arena = &arena;
      RecordContext record;
      runtime::Frame frame;
      frame.slots = slots.data();
      frame.subject = text;
      frame.captures = captures;
      frame.record = &record;
      program_.Call(line.extract, frame, context, *scratch_);
      for (ir::SlotId slot = 0; slot < slots.size(); ++slot) {
        if (!slots[slot].is_missing()) stored[slot] = slots[slot].AsText();
      }
      return stored;
    }
    return std::nullopt;
  }
  bool Fits(const std::vector<ir::Alternative>& lines, const std::string& text, const ir::Format& format) {
    return Match(lines, text, format).has_value();
  }

 private:
  const Program& program_;
  std::unique_ptr<Scratch> scratch_;
};

struct Row {
  std::int64_t record = 0;
  std::string text;
  int indent = 0;
  bool blank = false;
};

bool IsListWide(const BlockPart& part) {
  return part.kind == BlockPartKind::kSkip || part.kind == BlockPartKind::kUntil;
}

bool Nullable(const BlockPart& part) {
  switch (part.kind) {
    case BlockPartKind::kLine:
    case BlockPartKind::kBlank:
      return false;
    case BlockPartKind::kRepeat:
      return !part.required;
    case BlockPartKind::kOneOf:
      return std::any_of(part.parts.begin(), part.parts.end(), [](const BlockPart& choice) {
        if (IsListWide(choice)) return false;
        if (choice.kind != BlockPartKind::kOptional) return Nullable(choice);
        return std::all_of(choice.parts.begin(), choice.parts.end(), Nullable);
      });
    default:
      return true;
  }
}

bool IsSequence(const Place& place) {
  return place.part == nullptr || place.part->kind == BlockPartKind::kOptional ||
         place.part->kind == BlockPartKind::kRepeat;
}

// One block: `rows` begin with its first line.
class BlockMatch {
 public:
  BlockMatch(Evaluator* evaluator, const ir::Format& format, const std::vector<Row>& rows, std::size_t count)
      : evaluator_(evaluator), format_(format), rows_(rows), count_(count) {}

  void Run() {
    Place root;
    root.list = &format_.parts;
    try {
      Sequence(&root, &values_);
    } catch (BlockEnd) {
    } catch (NoMoreLines) {
    } catch (CutAtLimit) {
      truncated = true;
    } catch (const Close&) {
    }
  }

  std::size_t complete = 0;  // rows up to here are a block; 0: none
  std::size_t seen = 0;
  bool truncated = false;
  std::string Text() const {
    std::string text;
    for (ir::SlotId slot = 0; slot < format_.slots.size(); ++slot) {
      if (const auto it = values_.find(slot); it != values_.end()) {
        text += " " + format_.slots[slot].name + "=" + it->second;
      }
    }
    return text;
  }

 private:
  // ---- does a part fit, as the first to take the line?

  bool Fits(const std::vector<ir::Alternative>& lines) {
    return evaluator_->Fits(lines, rows_[seen].text, format_);
  }
  bool HasListWide(const std::vector<BlockPart>& list, BlockPartKind kind) {
    return std::any_of(list.begin(), list.end(),
                       [&](const BlockPart& part) { return part.kind == kind && Fits(part.lines); });
  }
  bool First(const BlockPart& part) {
    const Row& row = rows_[seen];
    switch (part.kind) {
      case BlockPartKind::kLine:
        return !row.blank && Fits(part.lines);
      case BlockPartKind::kBlank:
        return row.blank;
      case BlockPartKind::kText:
        return !row.blank && !Fits(part.lines);
      case BlockPartKind::kOptional:
      case BlockPartKind::kRepeat:
        return FirstOf(part.parts);
      case BlockPartKind::kAnyOrder:
        return !HasListWide(part.parts, BlockPartKind::kUntil) &&
               std::any_of(part.parts.begin(), part.parts.end(),
                           [this](const BlockPart& p) { return First(p); });
      case BlockPartKind::kOneOf:
        return std::any_of(part.parts.begin(), part.parts.end(),
                           [this](const BlockPart& p) { return First(p); });
      default:
        return false;
    }
  }
  bool FirstOf(const std::vector<BlockPart>& list) {
    if (HasListWide(list, BlockPartKind::kUntil)) return false;
    return FirstFrom(list, 0) == 1;
  }
  // 1: a part from `from` on fits; 0: none, and all may be left out; -1: none.
  int FirstFrom(const std::vector<BlockPart>& list, std::size_t from) {
    for (std::size_t i = from; i < list.size(); ++i) {
      if (IsListWide(list[i])) continue;
      if (First(list[i])) return 1;
      if (!Nullable(list[i])) return -1;
    }
    return 0;
  }

  // ---- places

  static bool RestMayBeEmpty(const Place& place, bool blank_too) {
    if (!IsSequence(place)) return true;
    for (std::size_t i = place.next; i < place.list->size(); ++i) {
      const BlockPart& part = (*place.list)[i];
      if (IsListWide(part) || Nullable(part) || (blank_too && part.kind == BlockPartKind::kBlank)) continue;
      return false;
    }
    return true;
  }
  bool SomethingTakes(const Place* place) {
    for (; place != nullptr; place = place->outer) {
      if (place->part != nullptr && place->part->kind == BlockPartKind::kText) {
        if (First(*place->part)) return true;
      } else if (!IsSequence(*place)) {
        for (std::size_t i = 0; i < place->list->size(); ++i) {
          if (!place->used.contains(i) && First((*place->list)[i])) return true;
        }
      } else {
        const int first = FirstFrom(*place->list, place->next);
        if (first != 0) return first == 1;
        if (place->part != nullptr && place->part->kind == BlockPartKind::kRepeat && FirstOf(*place->list)) {
          return true;
        }
      }
    }
    return false;
  }
  bool IsPassed(const Place* innermost) {
    const int indent = rows_[seen].indent;
    for (const Place* place = innermost; place != nullptr; place = place->outer) {
      if (place->part == nullptr || place->part->kind != BlockPartKind::kAnyOrder) continue;
      if (indent >= std::max(place->base, place->before + 1)) return true;
    }
    if (!IsSequence(*innermost) || indent <= last_indent_) return false;
    for (std::size_t i = innermost->next; i < innermost->list->size(); ++i) {
      const BlockPart& part = (*innermost->list)[i];
      if (IsListWide(part)) continue;
      if (part.kind == BlockPartKind::kAnyOrder) return true;
      if (!Nullable(part)) return false;
    }
    return false;
  }

  void Count() {
    if (static_cast<std::int64_t>(seen) >= format_.limit_lines) throw CutAtLimit();
    ++seen;
  }

  // Makes a line that something takes the one at hand.
  void Peek(Place* place) {
    for (;;) {
      if (seen >= count_) throw NoMoreLines();
      std::vector<Place*> places;  // outermost first
      for (Place* p = place; p != nullptr; p = p->outer) {
        if (p->started) places.insert(places.begin(), p);  // a list that the line begins was asked by First
      }
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i]->list == nullptr || !HasListWide(*places[i]->list, BlockPartKind::kUntil)) continue;
        if (i == 0) throw BlockEnd();
        for (std::size_t k = i; k < places.size(); ++k) {
          if (!RestMayBeEmpty(*places[k], true)) throw BlockEnd();
        }
        throw Close{places[i]};
      }
      const bool skipped = std::any_of(places.begin(), places.end(), [this](Place* p) {
        return p->list != nullptr && HasListWide(*p->list, BlockPartKind::kSkip);
      });
      if (!skipped && SomethingTakes(place)) return;
      if (!skipped && !IsPassed(place)) throw BlockEnd();
      Count();
    }
  }

  void Taken(Place* place) {
    const Row& row = rows_[seen];
    Count();
    for (Place* p = place; p != nullptr; p = p->outer) {
      if (!p->started) p->base = row.indent;
      p->started = true;
    }
    if (!row.blank) last_indent_ = row.indent;
    if (row.blank) return;
    for (const Place* p = place; p != nullptr; p = p->outer) {
      if (!RestMayBeEmpty(*p, true)) return;
    }
    complete = seen;
  }

  // ---- taking

  void Sequence(Place* place, Slots* values) {
    for (std::size_t i = 0; i < place->list->size(); ++i) {
      const BlockPart& part = (*place->list)[i];
      if (IsListWide(part)) continue;
      place->next = i;
      if (seen > 0) Peek(place);  // the first line is known to fit
      if (!First(part)) {
        if (!Nullable(part)) throw BlockEnd();
        continue;
      }
      place->next = i + 1;
      Take(part, place, values);
    }
    place->next = place->list->size();
  }

  void Take(const BlockPart& part, Place* place, Slots* values) {
    switch (part.kind) {
      case BlockPartKind::kLine: {
        const Slots stored = *evaluator_->Match(part.lines, rows_[seen].text, format_);
        for (const auto& [slot, value] : stored) {
          const auto& by = format_.block_by;
          if (seen > 0 && std::find(by.begin(), by.end(), slot) != by.end()) continue;
          (*values)[slot] = value;
        }
        if (seen == 0) head_ = *values;
        Taken(place);
        return;
      }
      case BlockPartKind::kBlank:
        Taken(place);
        return;
      case BlockPartKind::kOneOf:
        for (const BlockPart& choice : part.parts) {
          if (IsListWide(choice) || !First(choice)) continue;
          Take(choice, place, values);
          return;
        }
        return;
      case BlockPartKind::kOptional: {
        Place own;
        own.outer = place;
        own.list = &part.parts;
        own.part = &part;
        try {
          Sequence(&own, values);
        } catch (const Close& close) {
          if (close.place != &own) throw;
        }
        return;
      }
      case BlockPartKind::kAnyOrder: {
        Place own;
        own.outer = place;
        own.list = &part.parts;
        own.part = &part;
        own.before = last_indent_;
        try {
          for (;;) {
            if (own.started) Peek(&own);
            std::size_t i = 0;
            while (i < part.parts.size() && (own.used.contains(i) || !First(part.parts[i]))) ++i;
            if (i == part.parts.size()) return;
            own.used.insert(i);
            Take(part.parts[i], &own, values);
          }
        } catch (const Close& close) {
          if (close.place != &own) throw;
        }
        return;
      }
      case BlockPartKind::kText: {
        Place own;
        own.outer = place;
        own.part = &part;
        std::vector<std::string>& lines = lists_[part.list];
        while (true) {
          if (own.started) Peek(&own);
          if (!First(part)) return;
          lines.push_back(rows_[seen].text);
          Taken(&own);
        }
      }
      case BlockPartKind::kRepeat:
        Rounds(part, place, values);
        return;
      default:
        return;
    }
  }

  void Rounds(const BlockPart& part, Place* place, Slots* values) {
    Place own;
    own.outer = place;
    own.list = &part.parts;
    own.part = &part;
    bool forced = false;
    for (;;) {
      try {
        if (own.started && !forced) Peek(&own);
        if (!FirstOf(part.parts)) return;
        if (!forced) PreferOuter(own.started ? &own : place, place);
        forced = false;
        own.started = false;
        own.next = 0;
        Round(part, &own, values);
      } catch (const BackTo& back) {
        if (back.place != &own) throw;
        forced = true;
      } catch (const Close& close) {
        if (close.place != &own) throw;
        return;
      }
    }
  }

  // A repeat around this one whose round began no less indented than the line, and that it could begin anew.
  void PreferOuter(const Place* innermost, const Place* outside) {
    const Place* best = nullptr;
    bool reachable = true;
    bool is_outside = false;
    for (const Place* p = innermost; p != nullptr; p = p->outer) {
      if (p == outside) is_outside = true;
      if (!p->started) continue;
      reachable = reachable && RestMayBeEmpty(*p, false);
      if (!reachable) break;
      if (is_outside && p->part != nullptr && p->part->kind == BlockPartKind::kRepeat &&
          rows_[seen].indent <= p->base && FirstOf(*p->list)) {
        best = p;
      }
    }
    if (best != nullptr) throw BackTo{best};
  }

  void Round(const BlockPart& part, Place* own, Slots* values) {
    if (part.list == ir::kNone) {
      Sequence(own, values);
      return;
    }
    Slots fields;
    std::map<ir::SlotId, std::vector<std::string>> outer_lists;
    outer_lists.swap(lists_);
    const auto close = [&] {
      PutLists(part.parts, &fields);
      lists_ = std::move(outer_lists);
      std::string text;
      for (const ir::SlotId slot : part.element) {
        const auto& by = format_.block_by;
        std::string value = "?";
        if (std::find(by.begin(), by.end(), slot) != by.end()) {
          if (head_.contains(slot)) value = head_.at(slot);
        } else if (fields.contains(slot)) {
          value = fields.at(slot);
        }
        text += (text.empty() ? "" : " ") + format_.slots[slot].name + "=" + value;
      }
      lists_[part.list].push_back("{" + text + "}");
    };
    // What a round stores outside of its fields goes to the list around it.
    try {
      Sequence(own, &fields);
    } catch (...) {
      close();
      throw;
    }
    close();
    static_cast<void>(values);
  }

  // All lists of the parts, but those inside kept repeats.
  void PutLists(const std::vector<BlockPart>& parts, Slots* values) {
    for (const BlockPart& part : parts) {
      if (part.list != ir::kNone) {
        std::string text;
        for (const std::string& item : lists_[part.list]) text += (text.empty() ? "" : ",") + item;
        (*values)[part.list] = "[" + text + "]";
      }
      if (part.kind != BlockPartKind::kRepeat || part.list == ir::kNone) PutLists(part.parts, values);
    }
  }

 public:
  void Finish() { PutLists(format_.parts, &values_); }

 private:
  Evaluator* evaluator_;
  const ir::Format& format_;
  const std::vector<Row>& rows_;
  std::size_t count_;
  int last_indent_ = 0;
  Slots values_, head_;
  std::map<ir::SlotId, std::vector<std::string>> lists_;
};

// Lines of one writer, or of a stream where there is no key.
void FrameRows(Evaluator* evaluator, const ir::Format& format, const std::vector<Row>& rows,
               FramerCounts* counts, std::vector<std::tuple<std::int64_t, std::string>>* blocks) {
  std::vector<std::size_t> heads;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (evaluator->Fits(format.parts[0].lines, rows[i].text, format)) heads.push_back(i);
  }
  heads.push_back(rows.size());
  for (std::size_t h = 0; h + 1 < heads.size(); ++h) {
    const std::vector<Row> own(rows.begin() + static_cast<std::ptrdiff_t>(heads[h]),
                               rows.begin() + static_cast<std::ptrdiff_t>(heads[h + 1]));
    BlockMatch all(evaluator, format, own, own.size());
    all.Run();
    if (all.complete == 0) {
      ++counts->broken;
      continue;
    }
    ++counts->blocks;
    if (all.truncated) ++counts->truncated;
    BlockMatch values(evaluator, format, own, all.complete);
    values.Run();
    values.Finish();
    blocks->emplace_back(own[0].record, format.name + " " + std::to_string(own[0].record) + "-" +
                                            std::to_string(own[all.complete - 1].record) +
                                            (all.truncated ? " truncated" : "") + values.Text());
  }
}

}  // namespace

ReferenceResult FrameByReference(const Program& program, const Records& records) {
  ReferenceResult result;
  Evaluator evaluator(program);
  std::vector<std::tuple<std::int64_t, std::string>> blocks;
  for (const ir::Format& format : program.module().formats) {
    result.counts.emplace_back();
    // What tells the writer: every pattern that stores the whole key, in written order.
    std::vector<ir::Alternative> key_lines;
    const auto collect = [&](const auto& self, const std::vector<BlockPart>& parts) -> void {
      for (const BlockPart& part : parts) {
        for (const ir::Alternative& line : part.lines) key_lines.push_back(line);
        self(self, part.parts);
      }
    };
    collect(collect, format.parts);
    std::map<std::uint32_t, std::map<std::string, std::vector<Row>>> writers;  // by stream
    std::map<std::uint32_t, std::string> current;
    for (std::size_t i = 0; i < records.views().size(); ++i) {
      const RecordView& view = records.views()[i];
      const BlockLine line = MakeBlockLine(view);
      const Row row{view.record, std::string(line.text), line.indent, line.blank};
      std::string& writer = current[view.stream];
      if (!format.block_by.empty()) {
        const auto key_of = [&](const Slots& stored) {
          std::string key;
          for (const ir::SlotId slot : format.block_by)
            key += stored.contains(slot) ? "=" + stored.at(slot) : "?";
          return key;
        };
        if (const auto head = evaluator.Match(format.parts[0].lines, row.text, format)) {
          writer = key_of(*head);
        } else {
          for (const ir::Alternative& alternative : key_lines) {
            const auto stored = evaluator.Match({alternative}, row.text, format);
            if (!stored || !std::all_of(format.block_by.begin(), format.block_by.end(),
                                        [&](ir::SlotId slot) { return stored->contains(slot); })) {
              continue;
            }
            writer = key_of(*stored);
            break;
          }
        }
      }
      writers[view.stream][writer].push_back(row);
    }
    for (const auto& [stream, by_writer] : writers) {
      for (const auto& [writer, rows] : by_writer) {
        FrameRows(&evaluator, format, rows, &result.counts.back(), &blocks);
      }
    }
  }
  std::sort(blocks.begin(), blocks.end());
  for (auto& [record, text] : blocks) result.blocks.push_back(std::move(text));
  return result;
}

}  // namespace faultline::runtime::testing
