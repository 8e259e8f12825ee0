// Blocks: records of several lines, and the parts that they are made of.
//
// Holes become fields. A `repeat` with a name is a list of records whose fields are the holes of its round;
// holes of a `repeat` without one are those of its last round. A name is bound once on every way through a
// block, so that it means one value; branches may bind the same name with one type. The names behind `by` are
// the exception: any line may say them, since they tell whose line it is.
#ifndef FAULTLINE_FRONTEND_SEMA_BLOCKS_H_
#define FAULTLINE_FRONTEND_SEMA_BLOCKS_H_

#include "frontend/sema/context.h"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::sema {

// Parts inside one another, as ir::kMaxBlockDepth; parts of one block with all that it names.
inline constexpr std::uint32_t kMaxBlockDepth = 16;
inline constexpr std::uint32_t kMaxBlockParts = 1000;

struct CheckedBlock {
  std::vector<BlockPart> parts;
  std::vector<Binding> bindings;  // fields of list elements are hidden
  std::vector<std::uint32_t> by;
  std::uint32_t truncated = kNoIndex;
  std::uint32_t literal_bytes = 0;  // of the first line
  bool ok = true;
};

// `name` names its patterns.
CheckedBlock CheckBlock(Context& context, const FileScope& file, const std::string& name,
                        const std::vector<ast::BlockPart>& parts, const std::vector<ast::Name>& by,
                        Span span);

// match block {…}: the index of the format that it becomes. Its `ok` is false where something was reported.
std::uint32_t AddBlockFormat(Context& context, const FileScope& file, const std::string& name,
                             const std::vector<ast::BlockPart>& parts, Span span);

// Each `part` on its own, so that a mistake in it is found even where no block uses it, and once where many
// do: those get Symbol::broken.
void CheckParts(Context& context);

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_BLOCKS_H_
