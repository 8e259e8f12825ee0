#include "tests/differential/compare.h"

#include "ir/equal.h"
#include "ir/interp/interp.h"
#include "ir/text.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

namespace faultline::differential {
namespace {

using ir::testing::Random;

// What a function reads: types by index.
struct Reads {
  std::vector<lang::Type> slots;
  std::vector<lang::Type> inputs;
};

void Note(std::vector<lang::Type>* types, std::uint32_t index, const lang::Type& type) {
  if (types->size() <= index) {
    types->resize(index + 1);
  }
  (*types)[index] = type;
}

Reads ReadsOf(const ir::Function& function) {
  Reads reads;
  for (const ir::Instruction& i : function.instructions) {
    switch (i.kind) {
      case ir::InstructionKind::kSlot:
        Note(&reads.slots, i.index, i.type);
        break;
      case ir::InstructionKind::kInput:
        Note(&reads.inputs, i.index, i.type);
        break;
      case ir::InstructionKind::kStore:
        if (reads.slots.size() <= i.index) {
          reads.slots.resize(i.index + 1);
        }
        break;
      case ir::InstructionKind::kConstant:
      case ir::InstructionKind::kCapture:
      case ir::InstructionKind::kOperation:
      case ir::InstructionKind::kField:
      case ir::InstructionKind::kLoop:
      case ir::InstructionKind::kElement:
      case ir::InstructionKind::kMakeList:
      case ir::InstructionKind::kMakeRecord:
      case ir::InstructionKind::kBuiltin:
      case ir::InstructionKind::kMatchPattern:
        break;
    }
  }
  return reads;
}

std::string Show(const Value& value) {
  return value.is_missing() ? "missing" : ir::PrintValue(value);
}

class Pair {
 public:
  Pair(const std::shared_ptr<const ir::Module>& module, const jit::JitOptions& options)
      : module_(*module), reference_(ir::MakeInterpreter(module)) {
    jit::NativeResult made = jit::MakeNativeProgram(module, options);
    if (made.program == nullptr) {
      throw std::runtime_error("no native program: " + made.error);
    }
    native_ = std::move(made.program);
    reference_scratch_ = reference_->NewScratch();
    native_scratch_ = native_->NewScratch();
    counts_.modules = 1;
  }

  // `slots` is copied for each side.
  void Run(ir::FunctionId id, runtime::Frame frame, const std::vector<Value>& slots) {
    Arena reference_arena;
    Arena native_arena;
    runtime::EvalContext reference_context{&reference_arena, 1'767'323'045'000'000'000, 3600};
    runtime::EvalContext native_context{&native_arena, 1'767'323'045'000'000'000, 3600};
    std::vector<Value> reference_slots = slots;
    std::vector<Value> native_slots = slots;
    frame.slots = reference_slots.data();
    Value wanted = reference_->Call(id, frame, reference_context, *reference_scratch_);
    frame.slots = native_slots.data();
    Value got = native_->Call(id, frame, native_context, *native_scratch_);
    ++counts_.evaluations;
    counts_.missing_results += wanted.is_missing() ? 1 : 0;
    std::string where;
    if (!ir::SameValue(wanted, got)) {
      where = "result: interpreter " + Show(wanted) + ", native " + Show(got);
    }
    for (std::size_t slot = 0; slot < slots.size() && where.empty(); ++slot) {
      if (!ir::SameValue(reference_slots[slot], native_slots[slot])) {
        where = "slot " + std::to_string(slot) + ": interpreter " + Show(reference_slots[slot]) +
                ", native " + Show(native_slots[slot]);
      }
    }
    if (!where.empty() && ++counts_.differences <= 3) {
      std::string text = module_.functions[id].name;
      for (const Value& slot : slots) {
        text.append(" ").append(Show(slot));
      }
      counts_.first_differences += text + "\n  " + where + "\n" + ir::PrintFunction(module_, id) + "\n";
    }
  }

  // Every pattern over a few texts, captures included.
  void Match(Random& random) {
    for (ir::PatternId id = 0; id < module_.patterns.size(); ++id) {
      std::string text = ir::testing::SubjectText(random);
      std::vector<runtime::CaptureSpan> wanted(module_.patterns[id].captures.size() + 1);
      std::vector<runtime::CaptureSpan> got(wanted.size());
      bool found = reference_->Match(id, text, wanted, *reference_scratch_);
      bool native = native_->Match(id, text, got, *native_scratch_);
      ++counts_.evaluations;
      if (found != native || (found && wanted != got)) {
        ++counts_.differences;
        counts_.first_differences +=
            "pattern " + module_.patterns[id].regex + " on " + ir::Quote(text) + "\n";
      }
    }
  }

  Counts& counts() { return counts_; }

 private:
  const ir::Module& module_;
  std::unique_ptr<runtime::Program> reference_;
  std::unique_ptr<runtime::Program> native_;
  std::unique_ptr<runtime::Scratch> reference_scratch_;
  std::unique_ptr<runtime::Scratch> native_scratch_;
  Counts counts_;
};

std::vector<Value> Draw(Random& random, const std::vector<lang::Type>& types, Arena& arena) {
  std::vector<Value> values;
  for (const lang::Type& type : types) {
    bool missing = type.is_error() || random.OneIn(4);
    values.push_back(missing ? Value::Missing() : ir::testing::BoundaryValue(random, type, arena));
  }
  return values;
}

std::vector<Value> Choices(const lang::Type& type) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  switch (type.kind()) {
    case lang::TypeKind::kBool:
      return {Value::Missing(), Value::Bool(false), Value::Bool(true)};
    case lang::TypeKind::kInt:
      return {Value::Missing(), Value::Int(kMin), Value::Int(-1), Value::Int(0), Value::Int(kMax)};
    case lang::TypeKind::kFloat:
      return {Value::Missing(), Value::Float(-0.0), Value::Float(1.5), Value::Float(1e308)};
    case lang::TypeKind::kDuration:
      return {Value::Missing(), Value::Integer(ValueKind::kDuration, 1),
              Value::Integer(ValueKind::kDuration, kMax)};
    case lang::TypeKind::kText:
      return {Value::Missing(), Value::Text(""), Value::Text("ab")};
    default:
      return {Value::Missing()};
  }
}

}  // namespace

void Counts::Add(const Counts& other) {
  modules += other.modules;
  functions += other.functions;
  evaluations += other.evaluations;
  missing_results += other.missing_results;
  differences += other.differences;
  if (first_differences.size() < 4000) {
    first_differences += other.first_differences;
  }
}

std::string Counts::Text() const {
  return std::to_string(modules) + " modules, " + std::to_string(functions) + " functions, " +
         std::to_string(evaluations) + " evaluations, " + std::to_string(missing_results) +
         " with missing results, " + std::to_string(differences) + " differences";
}

jit::JitOptions Options(int optimisation) {
  jit::JitOptions options;
  options.optimisation = optimisation;
  options.require_native = true;
  options.verify = true;
  options.use_cache = false;
  options.plugin_directory = FAULTLINE_PLUGIN_DIRECTORY;
  return options;
}

Counts CompareFunctions(const std::shared_ptr<const ir::Module>& module, const jit::JitOptions& options,
                        std::uint64_t seed, int rounds) {
  Pair pair(module, options);
  Random random(seed);
  for (int round = 0; round < rounds; ++round) {
    pair.Match(random);
    for (ir::FunctionId id = 0; id < module->functions.size(); ++id) {
      Arena arena;
      Reads reads = ReadsOf(module->functions[id]);
      std::vector<Value> slots = Draw(random, reads.slots, arena);
      std::vector<Value> inputs = Draw(random, reads.inputs, arena);
      std::string subject = ir::testing::SubjectText(random);
      // Spans as a match would leave them, unset ones, and some that no match leaves.
      std::vector<runtime::CaptureSpan> captures(random.Below(5));
      for (runtime::CaptureSpan& span : captures) {
        auto size = static_cast<std::uint32_t>(subject.size());
        span.begin = static_cast<std::int32_t>(random.Below(size + 2)) - 1;
        span.end = span.begin + static_cast<std::int32_t>(random.Below(size + 2)) - 1;
      }
      runtime::RecordContext record;
      record.file = "build.log";
      record.line = random.Below(3);
      record.column = random.Below(2);
      record.text = subject;
      record.raw = subject;
      record.time = ir::testing::BoundaryValue(random, lang::TypeKind::kTime, arena);
      record.stream = ir::testing::BoundaryValue(random, lang::TypeKind::kText, arena);
      runtime::Frame frame;
      frame.input = inputs.empty() || random.OneIn(8) ? nullptr : inputs.data();
      frame.subject = subject;
      frame.captures = captures;
      frame.record = random.OneIn(8) ? nullptr : &record;
      pair.Run(id, frame, slots);
    }
  }
  pair.counts().functions = module->functions.size();
  return pair.counts();
}

Counts CompareExhaustively(const std::shared_ptr<const ir::Module>& module, const jit::JitOptions& options) {
  Pair pair(module, options);
  for (ir::FunctionId id = 0; id < module->functions.size(); ++id) {
    std::vector<lang::Type> types = ReadsOf(module->functions[id]).slots;
    std::vector<std::vector<Value>> choices;
    std::size_t total = 1;
    for (const lang::Type& type : types) {
      choices.push_back(Choices(type));
      total *= choices.back().size();
    }
    for (std::size_t n = 0; n < total; ++n) {
      std::vector<Value> slots;
      std::size_t rest = n;
      for (const std::vector<Value>& choice : choices) {
        slots.push_back(choice[rest % choice.size()]);
        rest /= choice.size();
      }
      pair.Run(id, {}, slots);
    }
  }
  pair.counts().functions = module->functions.size();
  return pair.counts();
}

}  // namespace faultline::differential
