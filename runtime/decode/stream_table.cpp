// Streams by key. The key is the parent's number and the parts with a separator that text hardly holds; names
// are for people.
#include "runtime/decode/stream_table.h"

#include <algorithm>

namespace faultline::runtime {
namespace {

constexpr char kSeparator = '\x1F';
constexpr std::size_t kMaxPart = 1024;  // bytes of one part that count

void AppendPart(const Value& value, std::string& key) {
  switch (value.kind) {
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kUuid:
      key.append(value.AsText().substr(0, kMaxPart));
      return;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel:
      key.append(std::to_string(value.integer));
      return;
    case ValueKind::kMissing:
    case ValueKind::kFloat:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return;  // nothing that tells streams apart
  }
}

}  // namespace

StreamTable::StreamTable(std::size_t limit) : limit_(std::max<std::size_t>(limit, 2)) {
  streams_.emplace_back();
}

std::uint32_t StreamTable::Child(std::uint32_t parent, const ir::Wrapper& wrapper,
                                 std::span<const Value> slots) {
  if (wrapper.stream_by.empty()) return parent;
  key_ = std::to_string(parent);
  name_ = streams_[parent].name;
  for (const ir::SlotId slot : wrapper.stream_by) {
    key_.push_back(kSeparator);
    const std::size_t begin = key_.size();
    AppendPart(slots[slot], key_);
    if (key_.size() == begin) continue;
    if (!name_.empty()) name_.push_back(' ');
    name_.append(key_, begin);
  }
  auto found = index_.find(key_);
  if (found == index_.end()) {
    if (streams_.size() >= limit_) {
      ++refused_;
      const auto shared = static_cast<std::uint32_t>(streams_.size() - 1);
      streams_[parent].last_child = shared;
      return shared;
    }
    const auto id = static_cast<std::uint32_t>(streams_.size());
    streams_.push_back({name_, id, 0, Value::Missing()});
    found = index_.emplace(key_, id).first;
  }
  streams_[parent].last_child = found->second;
  return found->second;
}

Value StreamTable::NameOf(std::uint32_t stream) const {
  if (streams_[stream].name.empty()) return Value::Missing();  // the source, or nothing told it apart
  return Value::Text(streams_[stream].name);
}

void StreamTable::Save(snapshot::Writer* writer) const {
  writer->Unsigned(streams_.size());
  for (const Stream& stream : streams_) {
    writer->Text(stream.name);
    writer->Unsigned(stream.last_child);
    writer->Signed(stream.lines);
    writer->Put(stream.time);
  }
  writer->Unsigned(index_.size());
  for (const auto& [key, stream] : index_) {
    writer->Text(key);
    writer->Unsigned(stream);
  }
  writer->Signed(refused_);
}

bool StreamTable::Load(snapshot::Reader* reader) {
  streams_.clear();
  index_.clear();
  Arena none;  // times point nowhere
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    Stream stream;
    stream.name = reader->Text();
    stream.last_child = static_cast<std::uint32_t>(reader->Unsigned());
    stream.lines = reader->Signed();
    stream.time = reader->Get(&none);
    if (stream.time.kind != ValueKind::kTime && !stream.time.is_missing()) reader->Fail();
    streams_.push_back(std::move(stream));
  }
  for (std::size_t n = reader->Count(); n > 0 && reader->ok(); --n) {
    const std::string_view key = reader->Text();
    const std::uint64_t stream = reader->Unsigned();
    if (stream >= streams_.size()) reader->Fail();
    index_.emplace(key, static_cast<std::uint32_t>(stream));
  }
  refused_ = reader->Signed();
  for (const Stream& stream : streams_) {
    if (stream.last_child >= streams_.size()) reader->Fail();
  }
  if (streams_.empty() || streams_.size() > limit_) reader->Fail();
  if (!reader->ok()) {
    streams_.clear();
    streams_.emplace_back();
    index_.clear();
  }
  return reader->ok();
}

}  // namespace faultline::runtime
