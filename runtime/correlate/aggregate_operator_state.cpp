// The groups of rules over aggregates as bytes and back: runtime/aggregate writes through an interface of its
// own, which is joined with snapshots here.
#include "runtime/correlate/aggregate_operator.h"
#include "runtime/correlate/match_state.h"

#include <utility>

namespace faultline::runtime {
namespace {

class ToSnapshot final : public aggregate::StateWriter {
 public:
  explicit ToSnapshot(snapshot::Writer* writer) : writer_(writer) {}
  void Unsigned(std::uint64_t number) override { writer_->Unsigned(number); }
  void Signed(std::int64_t number) override { writer_->Signed(number); }
  void Float(double number) override { writer_->Float(number); }
  void Put(const Value& value) override { writer_->Put(value); }

 private:
  snapshot::Writer* writer_;
};

class FromSnapshot final : public aggregate::StateReader {
 public:
  explicit FromSnapshot(snapshot::Reader* reader) : reader_(reader) {}
  std::uint64_t Unsigned() override { return reader_->Unsigned(); }
  std::int64_t Signed() override { return reader_->Signed(); }
  double Float() override { return reader_->Float(); }
  Value Get(Arena* arena) override { return reader_->Get(arena); }
  std::size_t Count() override { return reader_->Count(); }
  bool ok() const override { return reader_->ok(); }
  void Fail() override { reader_->Fail(); }

 private:
  snapshot::Reader* reader_;
};

}  // namespace

void AggregateOperator::SaveCell(const Cell& cell, snapshot::Writer* writer) const {
  writer->Bool(cell.window != nullptr);
  if (cell.window == nullptr) return;
  ToSnapshot to(writer);
  cell.window->Save(&to);
  writer->Bool(cell.timer.has_value());
  if (cell.timer) PutTimer(*cell.timer, writer);
  writer->Unsigned(cell.dropped);
}

bool AggregateOperator::LoadCell(std::uint32_t index, snapshot::Reader* reader, Cell* cell) {
  if (!reader->Bool()) return reader->ok();
  cell->window = std::make_unique<aggregate::WindowAggregate>(specs_[index]);
  FromSnapshot from(reader);
  if (!cell->window->Load(&from)) reader->Fail();
  if (reader->Bool()) cell->timer = GetTimer(reader);
  cell->dropped = reader->Unsigned();
  return reader->ok();
}

void AggregateOperator::Save(snapshot::Writer* writer) const {
  MatchOperator::Save(writer);
  writer->Unsigned(seen_.size());
  for (const std::uint64_t order : seen_) writer->Unsigned(order);
  writer->Unsigned(by_number_.size());
  for (const auto& [number, group] : by_number_) {
    writer->Unsigned(number);
    writer->Unsigned(group->partition);
    writer->Unsigned(group->key);
    for (const Cell& cell : group->cells) SaveCell(cell, writer);
    writer->Unsigned(group->divided.size());
    for (const auto& [key, cell] : group->divided) {
      writer->Unsigned(key.first);
      writer->Signed(key.second);
      SaveCell(cell, writer);
    }
    writer->Unsigned(group->serials.size());
    for (const auto& [serial, key] : group->serials) {
      writer->Unsigned(serial);
      writer->Unsigned(key.first);
      writer->Signed(key.second);
    }
    writer->Unsigned(group->next_serial);
    writer->Unsigned(group->ends.size());
    for (const Timer& timer : group->ends) PutTimer(timer, writer);
    writer->Bool(group->armed);
    writer->Unsigned(group->in_a_row);
    writer->Bool(group->last != nullptr);
    if (group->last != nullptr) SaveInstance(*group->last, {}, writer);
    writer->Unsigned(group->bytes);
  }
}

bool AggregateOperator::Load(snapshot::Reader* reader) {
  if (!MatchOperator::Load(reader)) return false;
  if (reader->Unsigned() != seen_.size()) return false;
  for (std::uint64_t& order : seen_) order = reader->Unsigned();
  const std::size_t aggregates = rule_.aggregates.size();
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    auto owned = std::make_unique<Group>();
    Group* group = owned.get();
    group->number = reader->Unsigned();
    group->partition = reader->Unsigned();
    group->key = reader->Unsigned();
    group->cells.resize(aggregates);
    for (std::uint32_t i = 0; i < aggregates; ++i) {
      if (!LoadCell(i, reader, &group->cells[i])) return false;
    }
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      CellKey key;
      key.first = GetSmall(reader);
      key.second = reader->Signed();
      if (key.first >= aggregates || !LoadCell(key.first, reader, &group->divided[key])) return false;
    }
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      const std::uint32_t serial = GetSmall(reader);
      CellKey key;
      key.first = GetSmall(reader);
      key.second = reader->Signed();
      if (!group->divided.contains(key)) return false;
      group->serials.emplace(serial, key);
    }
    group->next_serial = GetSmall(reader);
    for (std::size_t rest = reader->Count(); rest > 0 && reader->ok(); --rest) {
      group->ends.push_back(GetTimer(reader));
    }
    group->armed = reader->Bool();
    group->in_a_row = GetSmall(reader);
    if (reader->Bool() && (group->last = LoadInstance({}, reader)) == nullptr) return false;
    group->bytes = reader->Unsigned();
    Recount(group);
    by_number_.emplace(group->number, group);
    if (!groups_.emplace(group->partition, std::move(owned)).second) reader->Fail();
  }
  return reader->ok();
}

}  // namespace faultline::runtime
