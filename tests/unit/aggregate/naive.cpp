// The definition: see naive.h.
#include "naive.h"

#include "support/value/value_compare.h"

#include <algorithm>
#include <cmath>

namespace faultline::aggregate {
namespace {

std::int64_t Floor(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(std::floor(static_cast<long double>(a) / static_cast<long double>(b)));
}

long double Number(const Value& value) {
  return value.kind == ValueKind::kFloat ? static_cast<long double>(value.real)
                                         : static_cast<long double>(value.integer);
}

}  // namespace

void Naive::Add(std::int64_t at, const Sample& sample) {
  now_ = std::max(now_, at);
  events_.push_back({now_, sample});
}

std::vector<const NaiveEvent*> Naive::Inside(std::int64_t at) {
  now_ = std::max(now_, at);
  const std::int64_t to = now_ - spec_.before;
  const std::int64_t base = spec_.unit == ir::WindowUnit::kTime ? 0 : 1;
  std::vector<const NaiveEvent*> inside;
  std::int64_t last = 0;
  for (const NaiveEvent& event : events_) {
    if (event.at > to) continue;
    switch (spec_.form) {
      case ir::AggregateForm::kWhole:
        break;
      case ir::AggregateForm::kSliding:
      case ir::AggregateForm::kHistory:
        if (event.at < to - spec_.width) continue;
        break;
      case ir::AggregateForm::kTumbling:
        if (Floor(event.at - base, spec_.width) != Floor(to - base, spec_.width)) continue;
        break;
      case ir::AggregateForm::kSession:
        if (!inside.empty() && event.at - last > spec_.width) inside.clear();
        break;
    }
    last = event.at;
    inside.push_back(&event);
  }
  if (spec_.form == ir::AggregateForm::kSession && !inside.empty() && to - last > spec_.width) inside.clear();
  return inside;
}

Value Naive::Result(std::int64_t at, Arena* arena) {
  const std::vector<const NaiveEvent*> inside = Inside(at);
  std::vector<Value> values;
  for (const NaiveEvent* event : inside) values.push_back(event->sample.value);
  const auto count = static_cast<long double>(values.size());
  long double sum = 0;
  switch (spec_.kind) {
    case ir::AggregateKind::kCount:
      return Value::Int(static_cast<std::int64_t>(values.size()));
    case ir::AggregateKind::kRate: {
      const bool fixed = spec_.unit == ir::WindowUnit::kTime && spec_.form != ir::AggregateForm::kWhole &&
                         spec_.form != ir::AggregateForm::kSession;
      std::int64_t span = fixed ? spec_.width : 0;
      if (!fixed) {
        std::int64_t first = INT64_MAX, last = INT64_MIN;
        for (const NaiveEvent* event : inside) {
          first = std::min(first, event->sample.time);
          last = std::max(last, event->sample.time);
        }
        span = inside.empty() ? 0 : last - first;
      }
      if (span <= 0) return Value::Missing();
      return Value::Float(static_cast<double>(values.size()) * 1e9 / static_cast<double>(span));
    }
    case ir::AggregateKind::kDistinct:
      std::sort(values.begin(), values.end(), ValueLess());
      values.erase(std::unique(values.begin(), values.end(), ValueEqual()), values.end());
      return Value::Int(static_cast<std::int64_t>(values.size()));
    case ir::AggregateKind::kSum:
    case ir::AggregateKind::kMean: {
      const bool mean = spec_.kind == ir::AggregateKind::kMean;
      if (mean && values.empty()) return Value::Missing();
      if (spec_.argument == ValueKind::kFloat) {
        for (const Value& value : values) sum += Number(value);
        return Value::Float(mean ? static_cast<double>(sum) / static_cast<double>(count)
                                 : static_cast<double>(sum));
      }
      std::int64_t whole = 0;
      for (const Value& value : values) {
        if (__builtin_add_overflow(whole, value.integer, &whole)) return Value::Missing();
      }
      if (!mean) return Value::Integer(spec_.result, whole);
      if (spec_.result == ValueKind::kFloat) {
        return Value::Float(static_cast<double>(whole) / static_cast<double>(count));
      }
      return Value::Integer(spec_.result, whole / static_cast<std::int64_t>(values.size()));
    }
    case ir::AggregateKind::kStddev: {
      if (values.empty()) return Value::Missing();
      for (const Value& value : values) sum += Number(value);
      long double squares = 0;
      for (const Value& value : values) {
        squares += (Number(value) - sum / count) * (Number(value) - sum / count);
      }
      const auto deviation = static_cast<double>(std::sqrt(squares / count));
      if (spec_.result == ValueKind::kFloat) return Value::Float(deviation);
      return Value::Integer(spec_.result, std::llround(deviation));
    }
    case ir::AggregateKind::kMin:
    case ir::AggregateKind::kMax:
      if (values.empty()) return Value::Missing();
      return spec_.kind == ir::AggregateKind::kMin
                 ? *std::min_element(values.begin(), values.end(), ValueLess())
                 : *std::max_element(values.begin(), values.end(), ValueLess());
    case ir::AggregateKind::kPercentile: {
      if (values.empty() || values.size() < spec_.least) return Value::Missing();
      std::sort(values.begin(), values.end(), ValueLess());
      const auto rank = static_cast<std::size_t>(
          std::ceil(static_cast<long double>(spec_.parameter) * count / 100 - 1e-9L));
      return values[std::max<std::size_t>(rank, 1) - 1];
    }
    case ir::AggregateKind::kTop: {
      std::sort(values.begin(), values.end(), ValueLess());
      std::vector<std::pair<std::int64_t, Value>> counts;
      for (const Value& value : values) {
        if (counts.empty() || !ValuesEqual(counts.back().second, value)) counts.emplace_back(0, value);
        ++counts.back().first;
      }
      std::stable_sort(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      if (counts.size() > static_cast<std::size_t>(spec_.parameter)) {
        counts.resize(static_cast<std::size_t>(spec_.parameter));
      }
      Value* items = arena->AllocateValues(counts.size());
      for (std::size_t i = 0; i < counts.size(); ++i) {
        Value* fields = arena->AllocateValues(2);
        fields[0] = counts[i].second;
        fields[1] = Value::Int(counts[i].first);
        items[i] = Value::Items(ValueKind::kRecord, fields, 2);
      }
      return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(counts.size()));
    }
    case ir::AggregateKind::kFirst:
      return values.empty() ? Value::Missing() : values.front();
    case ir::AggregateKind::kLast:
      return values.empty() ? Value::Missing() : values.back();
    case ir::AggregateKind::kList: {
      const std::size_t skip = values.size() > kMaxListed ? values.size() - kMaxListed : 0;
      Value* items = arena->AllocateValues(values.size() - skip);
      std::copy(values.begin() + static_cast<std::ptrdiff_t>(skip), values.end(), items);
      return Value::Items(ValueKind::kList, items, static_cast<std::uint32_t>(values.size() - skip));
    }
  }
  return Value::Missing();
}

}  // namespace faultline::aggregate
