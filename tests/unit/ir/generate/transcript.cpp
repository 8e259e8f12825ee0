// Running all there is and writing down what came out. Texts and frames are derived from the seed, the place
// in the module and the names of slots, never from indices, so that a pass that renumbers gets the same ones.
#include "ir/text.h"
#include "ir/uses.h"
#include "support/value/hash.h"
#include "tests/unit/ir/generate.h"

#include <fmt/format.h>
#include <iterator>

namespace faultline::ir::testing {

namespace {

class Reporter {
 public:
  Reporter(const runtime::Program& program, std::uint64_t seed)
      : program_(program), module_(program.module()), seed_(seed), scratch_(program.NewScratch()) {
    context_.arena = &arena_;
    context_.now = 1'767'323'045'000'000'000;  // 2026-01-02T03:04:05Z
    context_.zone_offset = 3600;
  }

  std::string Run(int rounds) {
    for (round_ = 0; round_ < rounds; ++round_) {
      for (const Format& format : module_.formats) FrameOf(format);
      for (const Wrapper& wrapper : module_.wrappers) {
        std::vector<Value> slots = Slots(wrapper.slots, wrapper.name);
        Alternatives(wrapper.lines, wrapper.name, &slots);
        Write(wrapper.name, wrapper.slots, slots);
      }
      for (const Rule& rule : module_.rules) RunRule(rule);
    }
    return std::move(out_);
  }

 private:
  Random RandomFor(std::string_view place) const {
    return Random(HashText(place, seed_ + static_cast<std::uint64_t>(round_) * 7919));
  }

  std::string TextFor(const std::string& place) {
    Random random = RandomFor(place + ".text");
    return SubjectText(random);
  }

  // Half of the slots missing, the others some value of their type.
  std::vector<Value> Slots(const std::vector<Slot>& slots, const std::string& place) {
    std::vector<Value> values;
    for (const Slot& slot : slots) {
      Random random = RandomFor(place + "." + slot.name);
      values.push_back(random.OneIn(2) ? Value::Missing() : BoundaryValue(random, slot.type, arena_));
    }
    return values;
  }

  runtime::RecordContext Record(const std::string& place) {
    Random random = RandomFor(place + ".record");
    runtime::RecordContext record;
    record.file = "build.log";
    record.line = random.Below(3);
    record.column = random.Below(2);
    record.text = arena_.Copy(SubjectText(random));
    record.raw = arena_.Copy(SubjectText(random));
    record.time = BoundaryValue(random, lang::TypeKind::kTime, arena_);
    record.stream = BoundaryValue(random, lang::TypeKind::kText, arena_);
    return record;
  }

  Value Call(FunctionId function, const runtime::Frame& frame) {
    return function == kNone ? Value::Missing() : program_.Call(function, frame, context_, *scratch_);
  }

  void Line(std::string_view place, std::string_view what, std::string_view result) {
    fmt::format_to(std::back_inserter(out_), "{} {}: {}\n", place, what, result);
  }

  void Write(const std::string& place, const std::vector<Slot>& slots, const std::vector<Value>& values) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (!slots[i].hidden) Line(place, slots[i].name, PrintValue(values[i]));
    }
  }

  void Alternatives(const std::vector<Alternative>& alternatives, const std::string& place,
                    std::vector<Value>* slots) {
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      const Alternative& alternative = alternatives[i];
      const std::string here = fmt::format("{}.{}", place, i);
      const std::string_view text = arena_.Copy(TextFor(here));
      std::vector<runtime::CaptureSpan> captures;
      if (alternative.pattern != kNone) {
        captures.resize(module_.patterns[alternative.pattern].captures.size() + 1);
        const bool found = program_.Match(alternative.pattern, text, captures, *scratch_);
        const bool exists = program_.Match(alternative.pattern, text, {}, *scratch_);
        std::string spans = fmt::format("{} {} in {}", found, exists, Quote(text));
        for (const runtime::CaptureSpan& span : captures) {
          fmt::format_to(std::back_inserter(spans), " {}..{}", span.begin, span.end);
        }
        Line(here, "match", spans);
        if (!found) continue;
      }
      const runtime::RecordContext record = Record(here);
      const runtime::Frame frame{slots->data(), nullptr, text, captures, &record};
      Call(alternative.extract, frame);
      if (alternative.guard != kNone) Line(here, "guard", PrintValue(Call(alternative.guard, frame)));
    }
  }

  // A record of the format.
  std::vector<Value> FrameOf(const Format& format) {
    std::vector<Value> slots = Slots(format.slots, format.name);
    const runtime::RecordContext record = Record(format.name);
    Alternatives(format.lines, format.name, &slots);
    std::uint32_t number = 0;
    ForEachPart(format.parts, [&](const BlockPart& part) {
      Alternatives(part.lines, fmt::format("{}.part{}", format.name, number++), &slots);
    });
    const runtime::Frame frame{slots.data(), nullptr, {}, {}, &record};
    for (const FieldPlan& field : format.fields) {
      if (field.convert == kNone) continue;
      slots[field.slot] = Value::Text(arena_.Copy(TextFor(format.name + field.name)));
      Random random = RandomFor(format.name + field.name);
      if (random.OneIn(2)) slots[field.slot] = BoundaryValue(random, lang::TypeKind::kText, arena_);
      slots[field.slot] = Call(field.convert, frame);
    }
    Call(format.derive, frame);
    for (SlotId slot : {format.message, format.time, format.level}) {
      if (slot != kNone) Line(format.name, format.slots[slot].name, PrintValue(slots[slot]));
    }
    return slots;
  }

  void RunRule(const Rule& rule) {
    std::vector<Value> slots = Slots(rule.slots, rule.name);
    const runtime::RecordContext record = Record(rule.name);
    const runtime::Frame frame{slots.data(), nullptr, {}, {}, &record};
    for (std::size_t i = 0; i < rule.stages.size(); ++i) {
      const Stage& stage = rule.stages[i];
      const std::string here = fmt::format("{}.stage{}", rule.name, i);
      if (stage.load != kNone) {
        std::vector<Value> input;  // stays empty for a stage that does not say what it reads
        if (stage.rule != kNone) {
          input = Slots(module_.rules[stage.rule].slots, module_.rules[stage.rule].name);
        } else if (stage.format != kNone) {
          input = FrameOf(module_.formats[stage.format]);
        }
        runtime::Frame load = frame;
        load.input = input.data();
        Call(stage.load, load);
      }
      Alternatives(stage.alternatives, here, &slots);
      for (const auto& [what, function] :
           {std::pair{"each", stage.each}, std::pair{"guard", stage.guard}, std::pair{"key", stage.key},
            std::pair{"join", stage.join}, std::pair{"index_own", stage.index_own},
            std::pair{"index_other", stage.index_other}}) {
        if (function != kNone) Line(here, what, PrintValue(Call(function, frame)));
      }
    }
    RunPlan(rule, frame);
    Call(rule.finish, frame);
    for (const auto& [what, function] :
         {std::pair{"report", rule.report}, std::pair{"fix", rule.fix}, std::pair{"at", rule.at}}) {
      if (function != kNone) Line(rule.name, what, PrintValue(Call(function, frame)));
    }
    Write(rule.name, rule.slots, slots);
  }

  void RunPlan(const Rule& rule, const runtime::Frame& frame) {
    std::uint32_t number = 0;
    const auto show = [&](std::string_view what, FunctionId function, const runtime::Frame& in) {
      ++number;
      if (function != kNone)
        Line(fmt::format("{}.{}", rule.name, number), what, PrintValue(Call(function, in)));
    };
    for (const Aggregate& aggregate : rule.aggregates) show("argument", aggregate.argument, frame);
    for (const Step& step : rule.steps) {
      if (step.kind == StepKind::kRun) {
        Call(step.function, frame);
      } else {
        show("condition", step.function, frame);
      }
    }
    for (const GraphQuery& query : rule.graph_queries) {
      show("from", query.from, frame);
      show("to", query.to, frame);
    }
    show("when", rule.when, frame);
    for (const Explains& explains : rule.explains) {
      const Rule& other = module_.rules[explains.rule];
      const std::vector<Value> input = Slots(other.slots, other.name);
      runtime::Frame both = frame;
      both.input = input.data();
      show("explains", explains.condition, both);
      show("sure", explains.confidence, frame);
    }
    for (const ConfidenceTerm& term : rule.confidence) show("confidence", term.when, frame);
    for (const ir::Need& need : rule.needs) show("needs", need.when, frame);
    for (const Allow& allow : rule.allows) show("allow", allow.when, frame);
  }

  const runtime::Program& program_;
  const Module& module_;
  std::uint64_t seed_;
  int round_ = 0;
  std::unique_ptr<runtime::Scratch> scratch_;
  Arena arena_;
  runtime::EvalContext context_;
  std::string out_;
};

}  // namespace

std::string Transcript(const runtime::Program& program, std::uint64_t seed, int rounds) {
  return Reporter(program, seed).Run(rounds);
}

}  // namespace faultline::ir::testing
