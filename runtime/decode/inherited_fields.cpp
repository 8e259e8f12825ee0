// Kept fields. Most lines repeat the value of the line before, which costs a comparison.
#include "runtime/decode/inherited_fields.h"

#include "support/value/kinds.h"

#include <algorithm>

namespace faultline::runtime {
InheritedFields::InheritedFields(const ir::Module& module) : module_(module), named_(module.wrappers.size()) {
  for (const ir::Rule& rule : module.rules) {
    for (const ir::Stage& stage : rule.stages) {
      for (const ir::WrapperField& row : stage.wrapped) {
        std::vector<ir::SlotId>& fields = named_[row.wrapper];
        if (std::find(fields.begin(), fields.end(), row.field) == fields.end()) fields.push_back(row.field);
        any_ = true;
      }
    }
  }
}

void InheritedFields::Set(Row& row, const Value& value) {
  const bool same_text = HoldsText(value.kind) && row.value.kind == value.kind && row.text == value.AsText();
  if (same_text) return;
  bytes_ -= row.text.size() + (row.items ? row.items->bytes_used() : 0);
  row.text = std::string();  // gives its memory back, which clear() does not
  row.items.reset();
  row.value = value;
  if (HoldsText(value.kind)) {
    row.text = value.AsText();
  } else if (HoldsItems(value.kind)) {
    row.items = std::make_unique<Arena>();
    row.value = row.items->DeepCopy(value);
  }
  const std::size_t bytes = row.text.size() + (row.items ? row.items->bytes_used() : 0);
  if (bytes_ + bytes > kMaxBytes) {
    ++refused_;
    row.value = Value::Missing();
    row.text = std::string();
    row.items.reset();
    return;
  }
  bytes_ += bytes;
}

void InheritedFields::Keep(std::size_t depth, std::uint32_t stream, std::span<const WrapperValues> values) {
  std::vector<Row>* rows = nullptr;
  std::size_t used = 0;
  for (const WrapperValues& layer : values) {
    for (const ir::SlotId slot : named_[layer.wrapper]) {
      if (rows == nullptr) rows = &kept_[{depth, stream}];
      if (used == rows->size()) rows->emplace_back();
      Row& row = (*rows)[used++];
      row.wrapper = layer.wrapper;
      row.slot = slot;
      Set(row, layer.slots[slot]);
    }
  }
  // A layer that said something before and says nothing now.
  for (std::size_t i = used; rows != nullptr && i < rows->size(); ++i) Set((*rows)[i], Value::Missing());
}

const Value* InheritedFields::Fill(const std::vector<Row>& rows, std::uint32_t wrapper, Arena& arena) const {
  Value* slots = nullptr;
  for (const Row& row : rows) {
    if (row.wrapper != wrapper) continue;
    if (slots == nullptr) {
      const std::size_t size = module_.wrappers[wrapper].slots.size();
      slots = arena.AllocateValues(size);
      std::fill_n(slots, size, Value::Missing());
    }
    slots[row.slot] = HoldsText(row.value.kind) ? Value::Textual(row.value.kind, arena.Copy(row.text))
                                                : arena.DeepCopy(row.value);
  }
  return slots;
}

const Value* InheritedFields::Recall(std::size_t depth, std::uint32_t stream, std::uint32_t wrapper,
                                     Arena& arena) const {
  const auto found = kept_.find({depth, stream});
  return found == kept_.end() ? nullptr : Fill(found->second, wrapper, arena);
}

std::size_t InheritedFields::RecallAll(std::size_t depth, std::uint32_t stream, std::span<WrapperValues> out,
                                       Arena& arena) const {
  const auto found = kept_.find({depth, stream});
  if (found == kept_.end()) return 0;
  std::size_t count = 0;
  for (const Row& row : found->second) {
    const bool taken = std::any_of(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(count),
                                   [&](const WrapperValues& layer) { return layer.wrapper == row.wrapper; });
    if (taken || count == out.size()) continue;
    out[count++] = {row.wrapper, Fill(found->second, row.wrapper, arena)};
  }
  return count;
}

void InheritedFields::Save(snapshot::Writer* writer) const {
  writer->Unsigned(kept_.size());
  for (const auto& [place, rows] : kept_) {
    writer->Unsigned(place.first);
    writer->Unsigned(place.second);
    writer->Unsigned(rows.size());
    for (const Row& row : rows) {
      writer->Unsigned(row.wrapper);
      writer->Unsigned(row.slot);
      writer->Put(HoldsText(row.value.kind) ? Value::Textual(row.value.kind, row.text) : row.value);
    }
  }
  writer->Signed(refused_);
}

bool InheritedFields::Load(snapshot::Reader* reader) {
  kept_.clear();
  bytes_ = 0;
  Arena arena;
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const auto depth = static_cast<std::size_t>(reader->Unsigned());
    const auto stream = static_cast<std::uint32_t>(reader->Unsigned());
    std::vector<Row>& rows = kept_[{depth, stream}];
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      Row& row = rows.emplace_back();
      row.wrapper = static_cast<std::uint32_t>(reader->Unsigned());
      row.slot = static_cast<ir::SlotId>(reader->Unsigned());
      if (row.wrapper >= module_.wrappers.size() || row.slot >= module_.wrappers[row.wrapper].slots.size()) {
        reader->Fail();
        break;
      }
      Set(row, reader->Get(&arena));
    }
  }
  refused_ = reader->Signed();
  if (!reader->ok()) kept_.clear();
  return reader->ok();
}

}  // namespace faultline::runtime
