// Block formats written by hand, and texts framed by them: what the tests and the fuzzer of the framer share.
#ifndef FAULTLINE_TESTS_UNIT_FRAME_MAKE_BLOCK_H_
#define FAULTLINE_TESTS_UNIT_FRAME_MAKE_BLOCK_H_

#include "ir/ir.h"
#include "runtime/frame/framer.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime::testing {

// A part; named captures of its regexes become text slots of the format.
struct PartText {
  ir::BlockPartKind kind = ir::BlockPartKind::kLine;
  std::vector<std::string> regexes = {};
  std::string list = {};
  std::vector<PartText> parts = {};
  bool required = false;
};
PartText Line(std::string regex);
PartText LineOr(std::vector<std::string> regexes);
PartText Optional(std::vector<PartText> parts);
PartText Repeat(std::string list, std::vector<PartText> parts);  // "": not kept
PartText Required(PartText repeat);
PartText AnyOrder(std::vector<PartText> parts);
PartText OneOf(std::vector<PartText> parts);
PartText Lines(std::string list, std::vector<std::string> until);
PartText Blank();
PartText Skip(std::string regex);
PartText Until(std::string regex);

// Adds a block format. A regex may begin with "literal:…:" to give the pattern a literal.
ir::FormatId AddBlock(ir::Module* module, const std::string& name, const std::vector<PartText>& parts,
                      const std::vector<std::string>& by = {});

// One line of a stream.
struct LineText {
  std::uint32_t stream = 0;
  std::string text;
};
std::vector<LineText> LinesOf(std::string_view text);

// Records of lines, as RecordStream would make them without a wrapper; all streams are of input 0.
class Records {
 public:
  explicit Records(std::vector<LineText> lines);
  const std::vector<RecordView>& views() const { return views_; }
  const std::vector<Position>& points() const { return points_; }

 private:
  std::vector<LineText> lines_;
  std::vector<RecordView> views_;
  std::vector<Position> points_;
};

// "name 2-5 id=1 stack=[{f=main.main},{f=x}]", with "truncated" behind the lines if it is.
std::string Describe(const ir::Module& module, const BlockEvent& event);
std::string DescribeValue(const Value& value, const lang::Type& type);

struct Framed {
  std::vector<std::string> blocks;  // described, in the order in which they were given out
  std::vector<BlockEvent> events;
  std::vector<FramerCounts> counts;
  std::size_t most_bytes = 0, most_open = 0;

  std::string Text() const;  // one block a line
};

// Frames all records. With `cut` the framer is saved and loaded anew before that record.
Framed Frame(const Program& program, const Records& records, const FramerLimits& limits = {},
             std::size_t cut = SIZE_MAX);
Framed Frame(const std::shared_ptr<const ir::Module>& module, std::string_view text,
             const FramerLimits& limits = {});

}  // namespace faultline::runtime::testing

#endif  // FAULTLINE_TESTS_UNIT_FRAME_MAKE_BLOCK_H_
