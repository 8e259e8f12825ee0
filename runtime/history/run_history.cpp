#include "runtime/history/run_history.h"

#include "runtime/report/escape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <tuple>

namespace faultline::history {
namespace {

// The order in which the store gives samples, so that a second look at a log sees what the first did.
auto OrderOf(const Sample& sample) {
  return std::tie(sample.time, sample.kind, sample.integer, sample.real, sample.text);
}

void PutPart(std::string* out, const Value& part) {
  const Sample sample = Sample::Of(0, part);
  switch (sample.kind) {
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion: {
      *out += '"';
      const bool utf8 = runtime::IsUtf8(sample.text);
      for (const char c : sample.text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
          std::array<char, 8> escaped{};
          std::snprintf(escaped.data(), escaped.size(), "\\u%04x", byte);
          *out += escaped.data();
          continue;
        }
        if (c == '"' || c == '\\') *out += '\\';
        *out += c;
      }
      *out += '"';
      return;
    }
    case ValueKind::kFloat: {
      std::array<char, 40> digits{};
      out->append(digits.data(),
                  std::to_chars(digits.data(), digits.data() + digits.size(), sample.real).ptr);
      return;
    }
    case ValueKind::kMissing:
      *out += "null";
      return;
    default:
      *out += std::to_string(sample.integer);
  }
}

}  // namespace

std::string KeyText(const Value& key) {
  if (key.is_missing()) return {};
  std::string text = "[";
  if (key.kind == ValueKind::kList) {
    for (std::uint32_t i = 0; i < key.size; ++i) {
      if (i > 0) text += ',';
      PutPart(&text, key.items[i]);
    }
  } else {
    PutPart(&text, key);
  }
  return text + "]";
}

std::string RunHistory::BranchOf(std::string_view series, const std::string& key) {
  Scope scope = scope_;
  std::vector<Sample> any;
  const auto has_some = [&] {
    error_ = store_->Read(scope, series, key, INT64_MIN, INT64_MAX, &any, 1);
    return !error_ && !any.empty();
  };
  if (main_branches_.empty() || has_some() || error_) return scope_.branch;
  for (const std::string& branch : main_branches_) {
    scope.branch = branch;
    if (has_some()) return branch;
    if (error_) break;
  }
  return scope_.branch;
}

RunHistory::Loaded* RunHistory::Load(std::string_view series, const std::string& key, std::int64_t from) {
  Loaded& loaded = loaded_[{std::string(series), key}];
  if (store_ == nullptr || error_ || loaded.from <= from) return &loaded;
  std::vector<Sample> samples;
  const std::int64_t until = loaded.from == INT64_MAX ? INT64_MAX : loaded.from - 1;
  Scope scope = scope_;
  if (loaded.from == INT64_MAX) loaded.branch = BranchOf(series, key);
  scope.branch = loaded.branch;
  if (error_) return &loaded;
  error_ = store_->Read(scope, series, key, from, until, &samples);
  loaded.from = from;
  const std::size_t room = kMaxLoaded - std::min(kMaxLoaded, loaded_count_);
  if (samples.size() > room)
    samples.erase(samples.begin(), samples.end() - static_cast<std::ptrdiff_t>(room));
  loaded_count_ += samples.size();
  std::vector<Known> merged;
  merged.reserve(samples.size() + loaded.samples.size());
  for (Sample& sample : samples) {
    // What this run has appended already is not seen twice.
    const auto copy = std::find_if(loaded.samples.begin(), loaded.samples.end(),
                                   [&](const Known& known) { return known.ours && known.sample == sample; });
    if (copy == loaded.samples.end()) merged.push_back({std::move(sample), false});
  }
  std::move(loaded.samples.begin(), loaded.samples.end(), std::back_inserter(merged));
  std::stable_sort(merged.begin(), merged.end(),
                   [](const Known& a, const Known& b) { return OrderOf(a.sample) < OrderOf(b.sample); });
  loaded.samples = std::move(merged);
  return &loaded;
}

void RunHistory::Read(std::string_view series, const Value& key, std::int64_t from, std::int64_t to,
                      const Each& each) {
  if (from > to) return;
  const Loaded* loaded = Load(series, KeyText(key), from);
  auto at = std::lower_bound(loaded->samples.begin(), loaded->samples.end(), from,
                             [](const Known& known, std::int64_t time) { return known.sample.time < time; });
  for (; at != loaded->samples.end() && at->sample.time <= to; ++at) {
    // An earlier run's event at the very time of the one at hand is its copy.
    if (!at->ours && at->sample.time == to) continue;
    each(at->sample.time, at->sample.value());
  }
}

void RunHistory::Append(std::string_view series, const Value& key, std::int64_t time, const Value& value) {
  if (pending_.size() >= kMaxPending) {
    ++dropped_;
    return;
  }
  const std::string key_text = KeyText(key);
  const Sample sample = Sample::Of(time, value);
  Loaded& loaded = *Load(series, key_text, time);
  const auto before = [](const Known& known, const Sample& s) { return OrderOf(known.sample) < OrderOf(s); };
  auto at = std::lower_bound(loaded.samples.begin(), loaded.samples.end(), sample, before);
  while (at != loaded.samples.end() && at->ours && at->sample == sample) ++at;
  if (at != loaded.samples.end() && at->sample == sample) {
    at->ours = true;  // its copy of an earlier run
  } else {
    loaded.samples.insert(at, {sample, true});
  }
  pending_.push_back({std::string(series), key_text, sample});
}

std::optional<Error> RunHistory::Commit(std::int64_t now, const Limits& limits) {
  if (store_ == nullptr || pending_.empty()) return std::nullopt;
  // By series and key, so that the store finds each once.
  std::stable_sort(pending_.begin(), pending_.end(), [](const Entry& a, const Entry& b) {
    return a.series != b.series ? a.series < b.series : a.key < b.key;
  });
  if (auto error = store_->Append(scope_, pending_)) return error;
  pending_.clear();
  // What was written is in the store; a run that goes on for long does not keep it here as well.
  std::size_t kept = 0;
  for (const auto& [name, loaded] : loaded_) kept += loaded.samples.size();
  if (kept > kMaxPending) {
    loaded_.clear();
    loaded_count_ = 0;
  }
  return store_->PruneIfDue(now, limits);
}

}  // namespace faultline::history
