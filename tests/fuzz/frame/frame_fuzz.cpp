// A part tree and lines out of bytes: the framer must find the blocks that the reference finds, and the same
// when it is saved and loaded in the middle.
#include "ir/interp/interp.h"
#include "tests/fuzz/decode/check.h"
#include "tests/fuzz/frame/reference.h"
#include "tests/unit/frame/make_block.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace faultline::runtime::testing {
namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ == size_; }
  std::size_t Below(std::size_t limit) { return at_ < size_ ? data_[at_++] % limit : 0; }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

// Lines are blanks, a letter, a digit and perhaps a writer: "  b3 k1". Patterns ask for some of these.
class TreeMaker {
 public:
  TreeMaker(Bytes* bytes, std::string prefix, bool keyed)
      : bytes_(bytes), prefix_(std::move(prefix)), keyed_(keyed) {}

  std::vector<PartText> Block() {
    std::vector<PartText> parts = {Line(Pattern(true))};
    for (std::size_t n = bytes_->Below(5); n > 0; --n) parts.push_back(Part(0));
    return parts;
  }

 private:
  std::string Pattern(bool head = false) {
    static constexpr const char* kLetters[] = {"a", "b", "c", "d", "e", "[ab]", "[bcd]", "[a-f]"};
    static constexpr const char* kIndents[] = {"", "^", "^ *", "^ +", "^  +"};
    std::string regex = kIndents[bytes_->Below(5)];
    const std::string letters = kLetters[bytes_->Below(head ? 5 : 8)];
    if (bytes_->Below(4) == 0) return regex + letters;
    regex += "(?<" + prefix_ + std::to_string(names_++) + ">" + letters + "\\d)";
    if (bytes_->Below(3) == 0)
      regex += " k(?<k" + (keyed_ ? std::string() : std::to_string(names_++)) + ">\\d)";
    return regex;
  }

  std::vector<PartText> Parts(int depth) {
    std::vector<PartText> parts;
    for (std::size_t n = 1 + bytes_->Below(3); n > 0; --n) parts.push_back(Part(depth + 1));
    return parts;
  }

  // Every capture has a name of its own, but the writer's.
  PartText Part(int depth) {
    const std::size_t kind = bytes_->Below(depth < 4 ? 12 : 6);
    switch (kind) {
      case 0:
      case 1:
      case 2:
        return Line(Pattern());
      case 3:
        return Blank();
      case 4: {
        std::vector<std::string> until;
        if (bytes_->Below(2) == 0) until.push_back(Pattern());
        return Lines(bytes_->Below(3) == 0 ? "" : prefix_ + "text" + std::to_string(lists_++), until);
      }
      case 5:
        return bytes_->Below(2) == 0 ? Skip(Pattern()) : Until(Pattern());
      case 6:
      case 7:
        return Optional(Parts(depth));
      case 8:
      case 9: {
        const std::string list = bytes_->Below(4) == 0 ? "" : prefix_ + "list" + std::to_string(lists_++);
        PartText repeat = Repeat(list, Parts(depth));
        return bytes_->Below(4) == 0 ? Required(std::move(repeat)) : repeat;
      }
      case 10:
        return AnyOrder(Parts(depth));
      default:
        return OneOf(Parts(depth));
    }
  }

  Bytes* bytes_;
  std::string prefix_;
  bool keyed_;
  std::size_t names_ = 0, lists_ = 0;
};

void PrintParts(const ir::Module& module, const std::vector<ir::BlockPart>& parts, int depth) {
  static constexpr const char* kKinds[] = {"line", "optional", "repeat", "any order", "one of",
                                           "text", "blank",    "skip",   "until"};
  for (const ir::BlockPart& part : parts) {
    std::fprintf(stderr, "%*s%s", 2 * depth, "", kKinds[static_cast<std::size_t>(part.kind)]);
    if (part.required) std::fprintf(stderr, " required");
    if (part.list != ir::kNone) std::fprintf(stderr, " kept in %d", static_cast<int>(part.list));
    for (const ir::Alternative& line : part.lines) {
      std::fprintf(stderr, " %s", module.patterns[line.pattern].regex.c_str());
    }
    std::fprintf(stderr, "\n");
    PrintParts(module, part.parts, depth + 1);
  }
}

std::vector<LineText> MakeLines(Bytes* bytes) {
  std::vector<LineText> lines;
  while (!bytes->empty() && lines.size() < 200) {
    const std::size_t shape = bytes->Below(64);
    LineText line;
    line.stream = shape % 16 == 15 ? 1 : 0;
    if (shape % 8 == 7) {
      line.text = std::string(bytes->Below(4), ' ');
    } else {
      line.text = std::string(shape / 16 % 4, ' ');
      line.text.push_back(static_cast<char>('a' + bytes->Below(6)));
      line.text += std::to_string(lines.size() % 10);
      if (shape % 4 == 1) line.text += " k" + std::to_string(bytes->Below(3));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

void Check(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  auto module = std::make_shared<ir::Module>();
  for (std::size_t n = 1 + bytes.Below(2), i = 0; i < n; ++i) {
    const std::string prefix(1, static_cast<char>('v' + i));
    std::vector<std::string> by;
    if (bytes.Below(3) == 0) by.push_back("k");
    const std::size_t limit = bytes.Below(8);
    TreeMaker maker(&bytes, prefix, !by.empty());
    const ir::FormatId format = AddBlock(module.get(), prefix, maker.Block(), by);
    if (limit < 2) module->formats[format].limit_lines = static_cast<std::int64_t>(3 + limit * 5);
  }
  const auto program = ir::MakeInterpreter(module);
  const Records records(MakeLines(&bytes));

  const ReferenceResult expected = FrameByReference(*program, records);
  const auto compare = [&](std::size_t cut) {
    Framed framed = Frame(*program, records, {}, cut);
    std::vector<std::pair<std::int64_t, std::string>> blocks;
    for (std::size_t i = 0; i < framed.events.size(); ++i) {
      blocks.emplace_back(framed.events[i].first.record, framed.blocks[i]);
    }
    FUZZ_CHECK(framed.blocks.size() == framed.events.size());
    std::sort(blocks.begin(), blocks.end());
    std::vector<std::string> texts;
    for (auto& [record, text] : blocks) texts.push_back(std::move(text));
    if (texts != expected.blocks) {
      for (const RecordView& view : records.views()) {
        std::fprintf(stderr, "%3d:%d|%s\n", static_cast<int>(view.record), static_cast<int>(view.stream),
                     std::string(view.context.text).c_str());
      }
      for (const std::string& text : expected.blocks) std::fprintf(stderr, "expected %s\n", text.c_str());
      for (const std::string& text : texts) std::fprintf(stderr, "found    %s\n", text.c_str());
      for (const ir::Format& format : module->formats) {
        std::fprintf(stderr, "block, limit %d%s\n", static_cast<int>(format.limit_lines),
                     format.block_by.empty() ? "" : ", by k");
        PrintParts(*module, format.parts, 1);
      }
    }
    FUZZ_CHECK(texts == expected.blocks);
    FUZZ_CHECK(framed.counts == expected.counts);
  };
  compare(SIZE_MAX);
  compare(records.views().size() / 2);
}

}  // namespace faultline::runtime::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  faultline::runtime::testing::Check(data, size);
  return 0;
}
