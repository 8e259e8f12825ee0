// Windows: see window_aggregate.h.
#include "runtime/aggregate/window_aggregate.h"

#include "runtime/aggregate/pane_width.h"

#include <algorithm>
#include <utility>

namespace faultline::aggregate {
namespace {

std::int64_t Minus(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_sub_overflow(a, b, &result) ? (b > 0 ? INT64_MIN : INT64_MAX) : result;
}
std::int64_t Plus(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? (b > 0 ? INT64_MAX : INT64_MIN) : result;
}

bool Slides(const Spec& spec) {
  return spec.form == ir::AggregateForm::kSliding || spec.form == ir::AggregateForm::kHistory;
}

}  // namespace

Value Fitting(const Spec& spec, const Value& value) {
  if (value.is_missing() || spec.argument == ValueKind::kMissing || value.kind == spec.argument) return value;
  if (spec.argument == ValueKind::kFloat && value.kind == ValueKind::kInt) {
    return Value::Float(static_cast<double>(value.integer));
  }
  return Value::Missing();
}

WindowAggregate::WindowAggregate(const Spec& spec)
    : spec_(spec), inside_(MakeAccumulator(spec, Slides(spec) ? spec.width : 0)) {
  if (spec.before > 0) delayed_ = std::make_unique<RingQueue<Delayed>>();
}

// Lines and records are counted from 1, so that the first multiple holds as many as the others.
std::int64_t WindowAggregate::Bucket(std::int64_t at) const {
  const std::int64_t from = spec_.unit == ir::WindowUnit::kTime ? at : Minus(at, 1);
  return PaneWidth::FloorDivide(from, std::max<std::int64_t>(spec_.width, 1));
}

void WindowAggregate::PopDelayed() {
  delayed_bytes_ -= delayed_->front().value.bytes();
  delayed_->pop_front();
}

void WindowAggregate::Enter(std::int64_t at, const Sample& sample) {
  MoveWindow(at);
  inside_->Add(Slides(spec_) ? at : 0, sample);
  entered_ = at;
}

// What is inside at `to`, before events of `to` come in.
void WindowAggregate::MoveWindow(std::int64_t to) {
  if (entered_ == INT64_MIN) return;
  switch (spec_.form) {
    case ir::AggregateForm::kWhole:
      return;
    case ir::AggregateForm::kSliding:
    case ir::AggregateForm::kHistory:
      inside_->Evict(Minus(to, spec_.width));
      return;
    case ir::AggregateForm::kTumbling:
      if (Bucket(entered_) == Bucket(to)) return;
      break;
    case ir::AggregateForm::kSession:
      if (Minus(to, entered_) <= spec_.width) return;
      break;
  }
  inside_->Clear();
  entered_ = INT64_MIN;
}

void WindowAggregate::MoveTo(std::int64_t at) {
  now_ = std::max(now_, at);
  const std::int64_t to = Minus(now_, spec_.before);
  while (delayed_ && !delayed_->empty() && delayed_->front().at <= to) {
    const Delayed& event = delayed_->front();
    Enter(event.at, {event.value.get(), event.time, event.timed});
    PopDelayed();
  }
  MoveWindow(to);
}

void WindowAggregate::Add(std::int64_t at, const Sample& sample) {
  if (spec_.form == ir::AggregateForm::kWhole) at = 0;
  now_ = std::max(now_, at);
  last_ = now_;
  if (!delayed_) {
    Enter(now_, sample);
    return;
  }
  MoveTo(now_);
  delayed_->push_back({now_, sample.time, sample.timed, OwnedValue(sample.value)});
  delayed_bytes_ += delayed_->back().value.bytes();
  while (delayed_->size() > kMaxDelayed || (delayed_bytes_ > kMaxKeptBytes && delayed_->size() > 1)) {
    PopDelayed();
    ++dropped_;
  }
}

Value WindowAggregate::Result(std::int64_t at, Arena* arena) {
  MoveTo(spec_.form == ir::AggregateForm::kWhole ? 0 : at);
  return inside_->Result(arena);
}

std::optional<std::int64_t> WindowAggregate::Expiry() const {
  if (last_ == INT64_MIN) return std::nullopt;
  switch (spec_.form) {
    case ir::AggregateForm::kWhole:
      return INT64_MAX;
    case ir::AggregateForm::kSliding:
    case ir::AggregateForm::kHistory:
    case ir::AggregateForm::kSession:
      return Plus(Plus(last_, spec_.width), spec_.before);
    case ir::AggregateForm::kTumbling: {
      const std::int64_t past = Minus(last_, spec_.unit == ir::WindowUnit::kTime ? 0 : 1) -
                                Bucket(last_) * std::max<std::int64_t>(spec_.width, 1);
      return Plus(Plus(last_, spec_.width - 1 - past), spec_.before);
    }
  }
  return std::nullopt;
}

std::uint64_t WindowAggregate::bytes() const {
  return sizeof(*this) + inside_->bytes() + (delayed_ ? delayed_->bytes() + delayed_bytes_ : 0);
}

void WindowAggregate::Save(StateWriter* writer) const {
  writer->Signed(now_);
  writer->Signed(last_);
  writer->Signed(entered_);
  writer->Unsigned(dropped_);
  inside_->Save(writer);
  if (!delayed_) return;
  writer->Unsigned(delayed_->size());
  for (std::size_t i = 0; i < delayed_->size(); ++i) {
    const Delayed& event = (*delayed_)[i];
    writer->Signed(event.at);
    writer->Signed(event.time);
    writer->Unsigned(event.timed ? 1 : 0);
    event.value.Save(writer);
  }
}

bool WindowAggregate::Load(StateReader* reader) {
  now_ = reader->Signed();
  last_ = reader->Signed();
  entered_ = reader->Signed();
  dropped_ = reader->Unsigned();
  if (last_ > now_ || entered_ > now_) reader->Fail();
  if (!inside_->Load(reader) || !delayed_) return reader->ok();
  for (std::size_t i = reader->Count(); i > 0 && reader->ok(); --i) {
    Delayed event;
    event.at = reader->Signed();
    event.time = reader->Signed();
    event.timed = reader->Unsigned() != 0;
    event.value = OwnedValue::Load(reader);
    if (event.at > now_ || (!delayed_->empty() && event.at < delayed_->back().at)) reader->Fail();
    delayed_bytes_ += event.value.bytes();
    delayed_->push_back(std::move(event));
  }
  return reader->ok();
}

}  // namespace faultline::aggregate
