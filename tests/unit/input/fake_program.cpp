// The tests' program.
#include "tests/unit/input/fake_program.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <charconv>

namespace faultline::runtime::testing {
namespace {

ir::SlotId SlotOf(const std::vector<ir::Slot>& slots, std::string_view name) {
  for (ir::SlotId i = 0; i < slots.size(); ++i) {
    if (slots[i].name == name) return i;
  }
  return ir::kNone;
}

ir::FieldPlan Field(std::string text, std::vector<ir::Slot>& slots) {
  ir::FieldPlan plan;
  plan.type = lang::TypeKind::kText;
  std::string path;
  if (const auto at = text.find('='); at != std::string::npos) {
    path = text.substr(at + 1);
    text.resize(at);
  }
  if (const auto at = text.find(':'); at != std::string::npos) {
    plan.type = lang::Type::Parse(text.substr(at + 1)).value();
    text.resize(at);
  }
  if (text.back() == '?') {
    plan.optional = true;
    text.pop_back();
  }
  plan.name = text;
  plan.others = text == "others";
  if (plan.others) {
    plan.type = lang::TypeKind::kMap;
  } else {
    if (path.empty()) path = text;
    for (std::size_t at; (at = path.find('.')) != std::string::npos; path.erase(0, at + 1)) {
      plan.path.push_back(path.substr(0, at));
    }
    plan.path.push_back(path);
  }
  plan.slot = static_cast<ir::SlotId>(slots.size());
  slots.push_back({plan.name, plan.type, false});
  return plan;
}

}  // namespace

ir::PatternId FakeProgram::AddPattern(const std::string& regex) {
  auto made = regex::Regex::Make(regex);
  REQUIRE(made.ok());
  ir::Pattern pattern;
  pattern.name = pattern.source = pattern.regex = regex;
  const std::vector<std::string>& names = made->group_names();
  pattern.captures.assign(names.begin() + 1, names.end());
  patterns_.push_back(*made);
  module_.patterns.push_back(pattern);
  return static_cast<ir::PatternId>(patterns_.size() - 1);
}

ir::FunctionId FakeProgram::AddFunction(Function function, bool stores) {
  functions_.push_back(std::move(function));
  ir::Function shell;
  shell.blocks.emplace_back();
  shell.blocks[0].result = stores ? ir::kNone : 0;
  module_.functions.push_back(shell);
  return static_cast<ir::FunctionId>(functions_.size() - 1);
}

ir::FunctionId FakeProgram::AddExtract(ir::PatternId pattern, const std::vector<ir::Slot>& slots) {
  std::vector<std::pair<std::size_t, ir::SlotId>> stores;
  const std::vector<std::string>& captures = module_.patterns[pattern].captures;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (const ir::SlotId slot = SlotOf(slots, captures[i]); slot != ir::kNone)
      stores.emplace_back(i + 1, slot);
  }
  const ir::SlotId time = SlotOf(slots, "time");
  return AddFunction(
      [stores, time](const Frame& frame, EvalContext&) {
        for (const auto& [capture, slot] : stores) {
          const CaptureSpan span = frame.captures[capture];
          if (span.begin < 0) continue;
          const std::string_view text = frame.subject.substr(static_cast<std::size_t>(span.begin),
                                                             static_cast<std::size_t>(span.end - span.begin));
          std::int64_t number = 0;
          if (slot == time &&
              std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) {
            frame.slots[slot] = Value::Integer(ValueKind::kTime, number);
          } else {
            frame.slots[slot] = Value::Text(text);
          }
        }
        return Value::Missing();
      },
      true);
}

ir::Wrapper& FakeProgram::AddLineWrapper(const std::string& name, const std::string& regex,
                                         const std::string& detect, const std::vector<std::string>& stream_by,
                                         const std::string& inside) {
  ir::Wrapper wrapper;
  wrapper.name = name;
  wrapper.inside = inside;
  const ir::PatternId pattern = AddPattern(regex);
  for (const std::string& capture : module_.patterns[pattern].captures) {
    if (!capture.empty() && capture != "unwrapped")
      wrapper.slots.push_back({capture, lang::TypeKind::kText, false});
  }
  wrapper.lines.push_back({pattern, AddExtract(pattern, wrapper.slots), ir::kNone});
  if (!detect.empty()) wrapper.detect.push_back(AddPattern(detect));
  for (const std::string& key : stream_by) wrapper.stream_by.push_back(SlotOf(wrapper.slots, key));
  wrapper.time = SlotOf(wrapper.slots, "time");
  module_.wrappers.push_back(wrapper);
  return module_.wrappers.back();
}

ir::Wrapper& FakeProgram::AddJsonWrapper(const std::string& name, const std::string& unwrapped,
                                         const std::string& detect, const std::vector<std::string>& fields,
                                         const std::vector<std::string>& stream_by) {
  ir::Wrapper wrapper;
  wrapper.name = name;
  wrapper.kind = ir::FormatKind::kJson;
  wrapper.unwrapped_path = {unwrapped};
  for (const std::string& field : fields) wrapper.fields.push_back(Field(field, wrapper.slots));
  if (!detect.empty()) wrapper.detect.push_back(AddPattern(detect));
  for (const std::string& key : stream_by) wrapper.stream_by.push_back(SlotOf(wrapper.slots, key));
  module_.wrappers.push_back(wrapper);
  return module_.wrappers.back();
}

void FakeProgram::SetRoles(ir::Format& format) {
  format.message = SlotOf(format.slots, "message");
  format.time = SlotOf(format.slots, "time");
  format.level = SlotOf(format.slots, "level");
}

ir::FormatId FakeProgram::AddFormat(const std::string& name, ir::FormatKind kind,
                                    const std::vector<std::string>& fields, std::uint32_t literal_bytes) {
  ir::Format format;
  format.name = name;
  format.kind = kind;
  format.literal_bytes = literal_bytes;
  for (const std::string& field : fields) format.fields.push_back(Field(field, format.slots));
  SetRoles(format);
  module_.formats.push_back(format);
  return static_cast<ir::FormatId>(module_.formats.size() - 1);
}

ir::FormatId FakeProgram::AddLineFormat(const std::string& name, const std::string& regex,
                                        std::uint32_t literal_bytes) {
  ir::Format format;
  format.name = name;
  format.kind = ir::FormatKind::kLine;
  format.literal_bytes = literal_bytes;
  const ir::PatternId pattern = AddPattern(regex);
  for (const std::string& capture : module_.patterns[pattern].captures) {
    if (!capture.empty()) format.slots.push_back({capture, lang::TypeKind::kText, false});
  }
  format.lines.push_back({pattern, AddExtract(pattern, format.slots), ir::kNone});
  SetRoles(format);
  module_.formats.push_back(format);
  return static_cast<ir::FormatId>(module_.formats.size() - 1);
}

bool FakeProgram::Match(ir::PatternId pattern, std::string_view text, std::span<CaptureSpan> captures,
                        Scratch&) const {
  std::vector<regex::Span> groups(captures.size());
  if (!regex::Search(patterns_[pattern], text, 0, regex::Anchor::kNone, groups, regex_scratch_)) return false;
  for (std::size_t i = 0; i < captures.size(); ++i) captures[i] = {groups[i].begin, groups[i].end};
  return true;
}

Value FakeProgram::Call(ir::FunctionId function, const Frame& frame, EvalContext& context, Scratch&) const {
  return functions_[function](frame, context);
}

}  // namespace faultline::runtime::testing
