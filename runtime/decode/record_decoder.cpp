// Choosing a record's format and filling the format's frame.
//
// A JSON or logfmt line is parsed at most once for all formats that are asked about it: the parsed form is
// kept until another record comes.
#include "runtime/decode/record_decoder.h"

#include "runtime/decode/fields.h"
#include "runtime/decode/json.h"
#include "runtime/decode/logfmt.h"
#include "support/lang/lang.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::runtime {
namespace {

std::string_view WholeOf(const RecordView& record) {
  return record.whole.data() != nullptr ? record.whole : record.context.text;
}

const TextMap& WholeMapOf(const RecordView& record) {
  return record.whole.data() != nullptr ? record.whole_map : record.map;
}

}  // namespace

class RecordDecoder::Impl {
 public:
  Impl(const Program& program, ir::FormatId forced)
      : program_(program), module_(program.module()), scratch_(program.NewScratch()), forced_(forced) {
    std::size_t captures = 1;
    for (const ir::Pattern& pattern : module_.patterns)
      captures = std::max(captures, pattern.captures.size() + 1);
    captures_.resize(captures);
    for (ir::FormatId id = 0; id < module_.formats.size(); ++id) {
      if (forced_ != ir::kNone && id != forced_) continue;
      if (module_.formats[id].kind == ir::FormatKind::kPlain) {
        if (plain_ == ir::kNone) plain_ = id;
      } else {
        order_.push_back(id);
      }
    }
    std::stable_sort(order_.begin(), order_.end(), [this](ir::FormatId a, ir::FormatId b) {
      return module_.formats[a].literal_bytes > module_.formats[b].literal_bytes;
    });
  }

  bool Fits(ir::FormatId id, const RecordView& record, EvalContext& context) {
    const ir::Format& format = module_.formats[id];
    switch (format.kind) {
      case ir::FormatKind::kPlain:
        return true;
      case ir::FormatKind::kBlock:  // of several records: made by the framer
        return false;
      case ir::FormatKind::kJson:
        if (!FindRecords(format, record)) return false;
        return std::any_of(records_.begin(), records_.end(),
                           [&](JsonDocument::NodeId node) { return HasRequired(format, node); });
      case ir::FormatKind::kLogfmt:
        return ReadLogfmt(record) && HasRequired(format);
      case ir::FormatKind::kLine:
        slots_.assign(format.slots.size(), Value::Missing());
        return MatchLine(format, record, slots_, context);
    }
    return false;
  }

  void Resolve(RecordView& record, EvalContext& context) {
    if (record.format != ir::kNone) return;
    level_ = Value::Missing();
    record.format = plain_;
    for (const ir::FormatId id : order_) {
      if (Fits(id, record, context)) {
        record.format = id;
        break;
      }
    }
    record.resolved = true;
    if (record.format == ir::kNone || record.format == plain_) return;
    const ir::Format& format = module_.formats[record.format];
    std::vector<Value> slots(format.slots.size());
    // Of several records in one document the first that is complete speaks for the line.
    const std::size_t count = Count(record.format, record, context);
    bool loaded = false;
    for (std::size_t i = 0; i < count && !loaded; ++i)
      loaded = Load(record.format, record, i, slots, context);
    if (!loaded) return;
    if (record.whole.data() == nullptr) {
      record.whole = record.context.text;
      record.whole_map = record.map;
    }
    if (format.time != ir::kNone && slots[format.time].kind == ValueKind::kTime) {
      record.context.time = slots[format.time];
    }
    if (format.level != ir::kNone) {
      level_ = slots[format.level];
      if (level_.kind == ValueKind::kText)
        level_ = FitText(level_.AsText(), lang::Type(lang::TypeKind::kLevel));
    }
    if (format.message != ir::kNone && slots[format.message].kind == ValueKind::kText) {
      SetText(format, slots[format.message].AsText(), record, context);
    }
  }

  std::size_t Count(ir::FormatId id, const RecordView& record, EvalContext& context) {
    const ir::Format& format = module_.formats[id];
    if (!Fits(id, record, context)) return 0;
    return format.kind == ir::FormatKind::kJson ? records_.size() : 1;
  }

  bool Load(ir::FormatId id, const RecordView& record, std::size_t index, std::span<Value> slots,
            EvalContext& context) {
    const ir::Format& format = module_.formats[id];
    std::fill(slots.begin(), slots.end(), Value::Missing());
    switch (format.kind) {
      case ir::FormatKind::kPlain:
        return index == 0;
      case ir::FormatKind::kBlock:
        return false;
      case ir::FormatKind::kJson:
        if (!FindRecords(format, record) || index >= records_.size() ||
            !HasRequired(format, records_[index])) {
          return false;
        }
        LoadJson(format, records_[index], slots, record, context);
        break;
      case ir::FormatKind::kLogfmt:
        if (index != 0 || !ReadLogfmt(record) || !HasRequired(format)) return false;
        LoadLogfmt(format, slots, record, context);
        break;
      case ir::FormatKind::kLine:
        if (index != 0 || !MatchLine(format, record, slots, context)) return false;
        break;
    }
    if (format.derive != ir::kNone) {
      Frame frame;
      frame.slots = slots.data();
      frame.record = &record.context;
      program_.Call(format.derive, frame, context, *scratch_);
    }
    return true;
  }

  std::size_t KeptCount(ir::FormatId id, const RecordView& record, EvalContext& context) {
    KeepFrames(id, record, context);
    return frames_fit_.size();
  }

  std::span<const Value> KeptFrame(ir::FormatId id, const RecordView& record, std::size_t index,
                                   EvalContext& context) {
    KeepFrames(id, record, context);
    if (index >= frames_fit_.size() || !frames_fit_[index]) return {};
    return std::span(frames_).subspan(index * frame_size_, frame_size_);
  }

  Value level() const { return level_; }

 private:
  // Fills frames_ with all records of the format.
  void KeepFrames(ir::FormatId id, const RecordView& record, EvalContext& context) {
    const bool kept = record.serial != 0 && record.serial == frames_serial_ && id == frames_format_ &&
                      context.arena == frames_arena_;
    if (kept) return;
    frames_serial_ = record.serial;
    frames_format_ = id;
    frames_arena_ = context.arena;
    const std::size_t slots = module_.formats[id].slots.size();
    frame_size_ = std::max<std::size_t>(slots, 1);  // a frame that fits is never empty
    frames_fit_.assign(Count(id, record, context), false);
    frames_.assign(frames_fit_.size() * frame_size_, Value::Missing());
    for (std::size_t i = 0; i < frames_fit_.size(); ++i) {
      frames_fit_[i] = Load(id, record, i, std::span(frames_).subspan(i * frame_size_, slots), context);
    }
  }

  // ---- JSON

  bool ReadJson(const RecordView& record) {
    if (record.serial != 0 && record.serial == json_serial_) return json_ok_;
    json_serial_ = record.serial;
    const std::string_view text = WholeOf(record);
    const std::size_t first = text.find_first_not_of(" \t");
    json_ok_ = first != std::string_view::npos && (text[first] == '{' || text[first] == '[') &&
               document_.Parse(text, first) &&
               text.find_first_not_of(" \t\r\n", document_.position()) == std::string_view::npos;
    return json_ok_;
  }

  bool FindRecords(const ir::Format& format, const RecordView& record) {
    records_.clear();
    if (!ReadJson(record)) return false;
    if (format.each.empty()) {
      if (document_.node(0).kind != JsonKind::kObject) return false;
      records_.push_back(0);
    } else {
      document_.Find(0, format.each, true, records_);
      std::erase_if(records_, [this](JsonDocument::NodeId node) {
        return document_.node(node).kind != JsonKind::kObject;
      });
    }
    return !records_.empty();
  }

  bool HasRequired(const ir::Format& format, JsonDocument::NodeId node) {
    for (const ir::FieldPlan& field : format.fields) {
      if (field.optional || field.others || field.path.empty()) continue;
      nodes_.clear();
      document_.Find(node, field.path, false, nodes_);
      if (nodes_.empty() || document_.node(nodes_[0]).kind == JsonKind::kNull) return false;
    }
    return true;
  }

  void LoadJson(const ir::Format& format, JsonDocument::NodeId node, std::span<Value> slots,
                const RecordView& record, EvalContext& context) {
    for (const ir::FieldPlan& field : format.fields) {
      if (field.slot == ir::kNone) continue;
      Value value;
      if (field.others) {
        value = OthersOfJson(format, node, context);
      } else if (!field.path.empty()) {
        value = JsonFieldValue(document_, node, field, *context.arena);
      } else {
        continue;  // defined by `=`
      }
      Store(format, field, value, slots, record, context);
    }
  }

  Value OthersOfJson(const ir::Format& format, JsonDocument::NodeId node, EvalContext& context) {
    const Value all = document_.ToValue(node, *context.arena);
    if (all.kind != ValueKind::kMap) return Value::Missing();
    Value* items = context.arena->AllocateValues(2 * std::size_t{all.size});
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < all.size; ++i) {
      if (IsNamed(format, all.items[2 * i].AsText())) continue;
      items[2 * kept] = all.items[2 * i];
      items[2 * kept + 1] = all.items[2 * i + 1];
      ++kept;
    }
    return Value::Items(ValueKind::kMap, items, kept);
  }

  static bool IsNamed(const ir::Format& format, std::string_view key) {
    return std::any_of(format.fields.begin(), format.fields.end(), [key](const ir::FieldPlan& field) {
      if (field.others || field.path.empty()) return false;
      const std::string_view first = field.path[0];
      return first == key || (first.size() == key.size() + 2 && first.substr(0, key.size()) == key &&
                              first.substr(key.size()) == "[]");
    });
  }

  // ---- logfmt

  bool ReadLogfmt(const RecordView& record) {
    if (record.serial != 0 && record.serial == logfmt_serial_) return logfmt_ok_;
    logfmt_serial_ = record.serial;
    const std::string_view text = WholeOf(record);
    logfmt_ok_ =
        text.find('=') != std::string_view::npos && ParseLogfmt(text, pairs_) && LooksLikeLogfmt(pairs_);
    return logfmt_ok_;
  }

  const LogfmtPair* FindPair(std::string_view key) const {
    for (auto it = pairs_.rbegin(); it != pairs_.rend(); ++it) {
      if (it->key == key) return &*it;
    }
    return nullptr;
  }

  bool HasRequired(const ir::Format& format) const {
    return std::all_of(format.fields.begin(), format.fields.end(), [this](const ir::FieldPlan& field) {
      return field.optional || field.others || field.path.empty() || FindPair(field.path[0]) != nullptr;
    });
  }

  static std::string_view TextOf(const LogfmtPair& pair, Arena& arena) {
    if (!pair.has_value) return "true";
    if (!pair.escaped) return pair.value;
    std::string out;
    UnescapeGo(pair.value, out);
    return arena.Copy(out);
  }

  void LoadLogfmt(const ir::Format& format, std::span<Value> slots, const RecordView& record,
                  EvalContext& context) {
    for (const ir::FieldPlan& field : format.fields) {
      if (field.slot == ir::kNone) continue;
      Value value;
      if (field.others) {
        value = OthersOfLogfmt(format, context);
      } else if (!field.path.empty()) {
        if (const LogfmtPair* pair = FindPair(field.path[0])) {
          const std::string_view text = TextOf(*pair, *context.arena);
          value = field.convert != ir::kNone ? Value::Text(text) : FitText(text, field.type);
        }
      } else {
        continue;
      }
      Store(format, field, value, slots, record, context);
    }
  }

  Value OthersOfLogfmt(const ir::Format& format, EvalContext& context) {
    Value* items = context.arena->AllocateValues(2 * pairs_.size());
    std::uint32_t kept = 0;
    for (const LogfmtPair& pair : pairs_) {
      if (IsNamed(format, pair.key) || FindPair(pair.key) != &pair) continue;
      items[2 * kept] = Value::Text(pair.key);
      items[2 * kept + 1] = Value::Text(TextOf(pair, *context.arena));
      ++kept;
    }
    return Value::Items(ValueKind::kMap, items, kept);
  }

  // ---- lines

  bool MatchLine(const ir::Format& format, const RecordView& record, std::span<Value> slots,
                 EvalContext& context) {
    const std::string_view text = WholeOf(record);
    for (const ir::Alternative& line : format.lines) {
      const std::size_t count = module_.patterns[line.pattern].captures.size() + 1;
      const std::span<CaptureSpan> captures(captures_.data(), count);
      if (!program_.Match(line.pattern, text, captures, *scratch_)) continue;
      std::fill(slots.begin(), slots.end(), Value::Missing());
      Frame frame;
      frame.slots = slots.data();
      frame.subject = text;
      frame.captures = captures;
      frame.record = &record.context;
      if (line.extract != ir::kNone) program_.Call(line.extract, frame, context, *scratch_);
      if (line.guard != ir::kNone && !program_.Call(line.guard, frame, context, *scratch_).is_true())
        continue;
      if (format.has_missing_text) {
        for (Value& slot : slots) {
          if (slot.kind == ValueKind::kText && slot.AsText() == format.missing_text) slot = Value::Missing();
        }
      }
      return true;
    }
    return false;
  }

  // ---- all of them

  void Store(const ir::Format& format, const ir::FieldPlan& field, Value value, std::span<Value> slots,
             const RecordView& record, EvalContext& context) {
    if (format.has_missing_text && value.kind == ValueKind::kText && value.AsText() == format.missing_text) {
      value = Value::Missing();
    }
    StoreField(program_, *scratch_, field, value, slots, record.context, context);
  }

  // Makes `message` the record's text and finds out where it stands.
  void SetText(const ir::Format& format, std::string_view message, RecordView& record, EvalContext& context) {
    const std::string_view whole = WholeOf(record);
    const TextMap whole_map = WholeMapOf(record);
    TextMap map;
    if (message.data() >= whole.data() && message.data() + message.size() <= whole.data() + whole.size()) {
      const auto shift = static_cast<std::uint32_t>(message.data() - whole.data());
      if (whole_map.runs.empty()) {
        map.begin = whole_map.begin + shift;
        map.computed = whole_map.computed;
      } else {
        const OffsetRun run{0, shift};
        map.runs =
            KeepRuns(Compose(std::span(&run, 1), whole_map.runs, static_cast<std::uint32_t>(message.size())),
                     *context.arena);
      }
    } else if (!MapEscaped(format, message, whole_map, context, map)) {
      map.begin = whole_map.ToRaw(0);
      map.computed = true;
    }
    record.context.text = message;
    record.map = map;
  }

  // A JSON string with escapes: every escape is a run.
  bool MapEscaped(const ir::Format& format, std::string_view message, const TextMap& whole_map,
                  EvalContext& context, TextMap& map) {
    if (format.kind != ir::FormatKind::kJson || records_.empty()) return false;
    for (const ir::FieldPlan& field : format.fields) {
      if (field.slot != format.message || field.path.empty()) continue;
      for (const JsonDocument::NodeId root : records_) {
        nodes_.clear();
        document_.Find(root, field.path, false, nodes_);
        if (nodes_.empty() || !document_.node(nodes_[0]).escaped) continue;
        std::vector<OffsetRun> runs;
        if (document_.String(nodes_[0], *context.arena, runs) != message) continue;
        if (whole_map.runs.empty()) {
          for (OffsetRun& run : runs) run.raw += whole_map.begin;
        } else {
          runs = Compose(runs, whole_map.runs, static_cast<std::uint32_t>(message.size()));
        }
        map.runs = KeepRuns(runs, *context.arena);
        return true;
      }
    }
    return false;
  }

  const Program& program_;
  const ir::Module& module_;
  std::unique_ptr<Scratch> scratch_;
  ir::FormatId forced_;
  ir::FormatId plain_ = ir::kNone;
  std::vector<ir::FormatId> order_;  // all but plain ones, most specific first
  std::vector<CaptureSpan> captures_;
  std::vector<Value> slots_;
  Value level_;

  // Of one record in one format, one frame behind the other: see KeptFrame.
  std::uint64_t frames_serial_ = 0;
  ir::FormatId frames_format_ = ir::kNone;
  const Arena* frames_arena_ = nullptr;
  std::size_t frame_size_ = 1;
  std::vector<Value> frames_;
  std::vector<bool> frames_fit_;

  JsonDocument document_;
  std::uint64_t json_serial_ = 0;
  bool json_ok_ = false;
  std::vector<JsonDocument::NodeId> records_;  // of the format that was looked at last
  std::vector<JsonDocument::NodeId> nodes_;
  std::vector<LogfmtPair> pairs_;
  std::uint64_t logfmt_serial_ = 0;
  bool logfmt_ok_ = false;
};

RecordDecoder::RecordDecoder(const Program& program, ir::FormatId forced)
    : impl_(std::make_unique<Impl>(program, forced)) {}
RecordDecoder::~RecordDecoder() = default;

void RecordDecoder::Resolve(RecordView& record, EvalContext& context) {
  impl_->Resolve(record, context);
}
Value RecordDecoder::level() const {
  return impl_->level();
}
bool RecordDecoder::Fits(ir::FormatId format, const RecordView& record, EvalContext& context) {
  return impl_->Fits(format, record, context);
}
std::size_t RecordDecoder::Count(ir::FormatId format, const RecordView& record, EvalContext& context) {
  return impl_->Count(format, record, context);
}
bool RecordDecoder::Load(ir::FormatId format, const RecordView& record, std::size_t index,
                         std::span<Value> slots, EvalContext& context) {
  return impl_->Load(format, record, index, slots, context);
}
std::size_t RecordDecoder::KeptCount(ir::FormatId format, const RecordView& record, EvalContext& context) {
  return impl_->KeptCount(format, record, context);
}
std::span<const Value> RecordDecoder::KeptFrame(ir::FormatId format, const RecordView& record,
                                                std::size_t index, EvalContext& context) {
  return impl_->KeptFrame(format, record, index, context);
}

}  // namespace faultline::runtime
