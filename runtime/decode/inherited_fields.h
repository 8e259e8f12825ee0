// Fields of wrappers for lines that the wrapper does not fit: such a line belongs to a stream, and has the
// fields of that stream's latest line that fitted.
//
// Only fields that some rule names are kept, so that a program without such rules pays nothing. What is kept
// is bounded; a value beyond the bound is missing where it would be inherited, and is counted.
#ifndef FAULTLINE_RUNTIME_DECODE_INHERITED_FIELDS_H_
#define FAULTLINE_RUNTIME_DECODE_INHERITED_FIELDS_H_

#include "ir/ir.h"
#include "runtime/correlate/snapshot.h"
#include "runtime/decode/record.h"
#include "support/value/value.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace faultline::runtime {

class InheritedFields {
 public:
  explicit InheritedFields(const ir::Module& module);

  // Whether there is anything to keep. If not, the rest need not be called.
  bool any() const { return any_; }

  // What the wrappers down to layer `depth`, outermost first, said about a line of the stream that fitted.
  void Keep(std::size_t depth, std::uint32_t stream, std::span<const WrapperValues> values);

  // The kept fields of this one wrapper as its frame, in the arena; null if nothing is known of it.
  const Value* Recall(std::size_t depth, std::uint32_t stream, std::uint32_t wrapper, Arena& arena) const;

  // Those of all layers down to `depth`, outermost first, for a line that waited for its end; at most
  // `out.size()`. Returns how many.
  std::size_t RecallAll(std::size_t depth, std::uint32_t stream, std::span<WrapperValues> out,
                        Arena& arena) const;

  std::int64_t refused() const { return refused_; }

  void Save(snapshot::Writer* writer) const;
  bool Load(snapshot::Reader* reader);

 private:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;  // of all texts and lists together

  struct Row {
    std::uint32_t wrapper = 0;
    ir::SlotId slot = 0;
    Value value;                   // of a textual one only the kind
    std::string text;              // what a textual value says
    std::unique_ptr<Arena> items;  // what a list or a map points to
  };

  void Set(Row& row, const Value& value);
  const Value* Fill(const std::vector<Row>& rows, std::uint32_t wrapper, Arena& arena) const;

  const ir::Module& module_;
  std::vector<std::vector<ir::SlotId>> named_;  // by wrapper: the fields that rules name
  std::map<std::pair<std::size_t, std::uint32_t>, std::vector<Row>> kept_;  // by depth and stream
  bool any_ = false;
  std::size_t bytes_ = 0;
  std::int64_t refused_ = 0;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_DECODE_INHERITED_FIELDS_H_
