// Blocks for tests: see make_block.h.
#include "tests/unit/frame/make_block.h"

#include "ir/builder.h"
#include "ir/interp/interp.h"

#include <algorithm>
#include <utility>

namespace faultline::runtime::testing {
namespace {

using ir::BlockPartKind;
const lang::Type kText(lang::TypeKind::kText);

PartText Part(BlockPartKind kind, std::vector<std::string> regexes, std::string list,
              std::vector<PartText> parts) {
  PartText part;
  part.kind = kind;
  part.regexes = std::move(regexes);
  part.list = std::move(list);
  part.parts = std::move(parts);
  return part;
}

std::vector<std::string> CapturesOf(const std::string& regex) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = regex.find("(?<", at)) != std::string::npos; ++at) {
    names.push_back(regex.substr(at + 3, regex.find('>', at) - at - 3));
  }
  return names;
}

class Maker {
 public:
  Maker(ir::Module* module, ir::Format* format) : module_(module), format_(format) {}

  // `kept` collects what one round of the repeat around holds.
  ir::BlockPart Make(const PartText& text, std::vector<ir::SlotId>* kept) {
    ir::BlockPart part;
    part.kind = text.kind;
    part.required = text.required;
    for (const std::string& regex : text.regexes) part.lines.push_back(MakeLine(regex, kept));
    std::vector<ir::SlotId> own;
    const bool round = text.kind == BlockPartKind::kRepeat && !text.list.empty();
    for (const PartText& inner : text.parts) part.parts.push_back(Make(inner, round ? &own : kept));
    if (text.list.empty()) return part;
    lang::Type element = kText;
    if (round) {
      part.element = own;
      std::vector<lang::RecordField> fields;
      for (const ir::SlotId slot : own)
        fields.push_back({format_->slots[slot].name, format_->slots[slot].type, false});
      element = lang::Type::Record(std::move(fields));
    }
    part.list = SlotOf(text.list, lang::Type::List(element));
    kept->push_back(part.list);
    return part;
  }

  ir::SlotId SlotOf(const std::string& name, const lang::Type& type) {
    for (ir::SlotId slot = 0; slot < format_->slots.size(); ++slot) {
      if (format_->slots[slot].name == name) return slot;
    }
    format_->slots.push_back({name, type, false});
    return static_cast<ir::SlotId>(format_->slots.size() - 1);
  }

 private:
  ir::Alternative MakeLine(std::string regex, std::vector<ir::SlotId>* kept) {
    ir::Pattern pattern;
    if (regex.starts_with("literal:")) {
      const std::size_t end = regex.find(':', 8);
      pattern.literals.push_back({regex.substr(8, end - 8), false});
      regex.erase(0, end + 1);
    }
    pattern.name = format_->name + "#" + std::to_string(module_->patterns.size());
    pattern.source = pattern.regex = regex;
    pattern.captures = CapturesOf(regex);
    ir::Alternative line;
    line.pattern = static_cast<ir::PatternId>(module_->patterns.size());
    if (!pattern.captures.empty()) {
      ir::FunctionBuilder extract(module_, pattern.name + ".extract");
      for (std::size_t c = 0; c < pattern.captures.size(); ++c) {
        const ir::SlotId slot = SlotOf(pattern.captures[c], kText);
        extract.Store(slot, extract.Capture(static_cast<std::uint32_t>(c + 1)));
        if (std::find(kept->begin(), kept->end(), slot) == kept->end()) kept->push_back(slot);
      }
      line.extract = extract.Finish();
    }
    module_->patterns.push_back(std::move(pattern));
    return line;
  }

  ir::Module* module_;
  ir::Format* format_;
};

}  // namespace

PartText Line(std::string regex) {
  return Part(BlockPartKind::kLine, {std::move(regex)}, "", {});
}
PartText LineOr(std::vector<std::string> regexes) {
  return Part(BlockPartKind::kLine, std::move(regexes), "", {});
}
PartText Optional(std::vector<PartText> parts) {
  return Part(BlockPartKind::kOptional, {}, "", std::move(parts));
}
PartText Repeat(std::string list, std::vector<PartText> parts) {
  return Part(BlockPartKind::kRepeat, {}, std::move(list), std::move(parts));
}
PartText Required(PartText repeat) {
  repeat.required = true;
  return repeat;
}
PartText AnyOrder(std::vector<PartText> parts) {
  return Part(BlockPartKind::kAnyOrder, {}, "", std::move(parts));
}
PartText OneOf(std::vector<PartText> parts) {
  return Part(BlockPartKind::kOneOf, {}, "", std::move(parts));
}
PartText Lines(std::string list, std::vector<std::string> until) {
  return Part(BlockPartKind::kText, std::move(until), std::move(list), {});
}
PartText Blank() {
  return Part(BlockPartKind::kBlank, {}, "", {});
}
PartText Skip(std::string regex) {
  return Part(BlockPartKind::kSkip, {std::move(regex)}, "", {});
}
PartText Until(std::string regex) {
  return Part(BlockPartKind::kUntil, {std::move(regex)}, "", {});
}

ir::FormatId AddBlock(ir::Module* module, const std::string& name, const std::vector<PartText>& parts,
                      const std::vector<std::string>& by) {
  ir::Format format;
  format.name = name;
  format.kind = ir::FormatKind::kBlock;
  Maker maker(module, &format);
  std::vector<ir::SlotId> all;
  for (const PartText& part : parts) format.parts.push_back(maker.Make(part, &all));
  for (const std::string& key : by) format.block_by.push_back(maker.SlotOf(key, kText));
  module->formats.push_back(std::move(format));
  return static_cast<ir::FormatId>(module->formats.size() - 1);
}

std::vector<LineText> LinesOf(std::string_view text) {
  std::vector<LineText> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back({0, std::string(text.substr(0, end))});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Records::Records(std::vector<LineText> lines) : lines_(std::move(lines)) {
  std::vector<std::int64_t> in_stream;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const LineText& line = lines_[i];
    if (in_stream.size() <= line.stream) in_stream.resize(line.stream + 1);
    RecordView view;
    view.context.file = "build.log";
    view.context.line = view.end_line = view.record = static_cast<std::int64_t>(i + 1);
    view.context.text = view.context.raw = line.text;
    view.stream = line.stream;
    view.stream_line = ++in_stream[line.stream];
    view.offset = offset;
    offset += line.text.size() + 1;
    views_.push_back(view);
    Position point;
    point.order = static_cast<std::uint64_t>(view.record);
    point.record = view.record;
    point.stream = line.stream;
    point.stream_line = point.stream_record = view.stream_line;
    points_.push_back(point);
  }
}

std::string DescribeValue(const Value& value, const lang::Type& type) {
  switch (value.kind) {
    case ValueKind::kMissing:
      return "?";
    case ValueKind::kText:
      return std::string(value.AsText());
    case ValueKind::kBool:
      return value.integer != 0 ? "true" : "false";
    case ValueKind::kList: {
      std::string text = "[";
      for (std::uint32_t i = 0; i < value.size; ++i) {
        text += (i == 0 ? "" : ",") + DescribeValue(value.items[i], type.element());
      }
      return text + "]";
    }
    case ValueKind::kRecord: {
      std::string text = "{";
      for (std::uint32_t i = 0; i < value.size; ++i) {
        const lang::RecordField& field = type.fields()[i];
        text += (i == 0 ? "" : " ") + field.name + "=" + DescribeValue(value.items[i], field.type);
      }
      return text + "}";
    }
    default:
      return "#" + std::to_string(value.integer);
  }
}

std::string Describe(const ir::Module& module, const BlockEvent& event) {
  const ir::Format& format = module.formats[event.format];
  std::string text =
      format.name + " " + std::to_string(event.first.record) + "-" + std::to_string(event.last.record);
  if (event.truncated) text += " truncated";
  // Slots of rounds are empty outside of them.
  for (ir::SlotId slot = 0; slot < format.slots.size(); ++slot) {
    if (event.slots[slot].is_missing()) continue;
    text += " " + format.slots[slot].name + "=" + DescribeValue(event.slots[slot], format.slots[slot].type);
  }
  return text;
}

std::string Framed::Text() const {
  std::string text;
  for (const std::string& block : blocks) text += block + "\n";
  return text;
}

Framed Frame(const Program& program, const Records& records, const FramerLimits& limits, std::size_t cut) {
  Framed framed;
  const ir::Module& module = program.module();
  auto framer = std::make_unique<Framer>(program, EvalContext{}, limits);
  for (std::size_t i = 0; i < records.views().size(); ++i) {
    if (i == cut) {
      snapshot::Writer writer;
      framer->Save(&writer);
      const std::size_t bytes = framer->bytes();
      framer = std::make_unique<Framer>(program, EvalContext{}, limits);
      snapshot::Reader reader(writer.bytes());
      if (!framer->Load(&reader) || framer->bytes() != bytes) framed.blocks.push_back("not loaded");
    }
    framer->Offer(0, records.views()[i], records.points()[i], framer->formats(), &framed.events);
    framed.most_bytes = std::max(framed.most_bytes, framer->bytes());
    framed.most_open = std::max(framed.most_open, framer->open_blocks());
  }
  framer->EndSource(0, &framed.events);
  for (const BlockEvent& event : framed.events) framed.blocks.push_back(Describe(module, event));
  framed.counts = framer->counts();
  if (framer->open_blocks() != 0 || framer->bytes() != 0) framed.blocks.push_back("something is left");
  return framed;
}

Framed Frame(const std::shared_ptr<const ir::Module>& module, std::string_view text,
             const FramerLimits& limits) {
  const auto program = ir::MakeInterpreter(module);
  const Records records(LinesOf(text));
  Framed framed = Frame(*program, records, limits);
  framed.events.clear();  // they refer to the records and the program
  return framed;
}

}  // namespace faultline::runtime::testing
