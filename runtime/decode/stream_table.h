// The streams of a source: the source itself, and what wrappers with `stream by` tell apart inside it,
// nested. Bounded: when there are too many, further ones share one stream.
#ifndef FAULTLINE_RUNTIME_DECODE_STREAM_TABLE_H_
#define FAULTLINE_RUNTIME_DECODE_STREAM_TABLE_H_

#include "ir/ir.h"
#include "runtime/correlate/snapshot.h"
#include "support/value/value.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <unordered_map>

namespace faultline::runtime {

class StreamTable {
 public:
  explicit StreamTable(std::size_t limit);

  // The stream inside `parent` that the wrapper's slots name; `parent` itself if the wrapper names none.
  // Becomes the parent's last child.
  std::uint32_t Child(std::uint32_t parent, const ir::Wrapper& wrapper, std::span<const Value> slots);
  // Where a line belongs that the wrapper does not fit.
  std::uint32_t LastChild(std::uint32_t parent) const { return streams_[parent].last_child; }

  // Missing for the source itself. The text lives as long as the table.
  Value NameOf(std::uint32_t stream) const;
  std::int64_t& lines(std::uint32_t stream) { return streams_[stream].lines; }
  Value Time(std::uint32_t stream) const { return streams_[stream].time; }
  void SetTime(std::uint32_t stream, Value time) { streams_[stream].time = time; }
  std::int64_t refused() const { return refused_; }
  std::size_t size() const { return streams_.size(); }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  struct Stream {
    std::string name;
    std::uint32_t last_child = 0;
    std::int64_t lines = 0;
    Value time;  // of its last line that had one; no text, so it needs no arena
  };

  std::size_t limit_;
  std::deque<Stream> streams_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::int64_t refused_ = 0;
  std::string key_;
  std::string name_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_STREAM_TABLE_H_
