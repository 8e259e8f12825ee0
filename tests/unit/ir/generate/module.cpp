// Growing modules: types first, then functions from the type that is wanted down to leaves.
#include "ir/builder.h"
#include "tests/unit/ir/generate.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace faultline::ir::testing {

using lang::Type;
using lang::TypeKind;

namespace {

Type FrameType() {
  return Type::Record(
      {{"file", TypeKind::kText, false}, {"line", TypeKind::kInt, true}, {"odd name", TypeKind::kAny, true}});
}

const std::vector<Type>& Types() {
  static const std::vector<Type> types = {TypeKind::kBool,
                                          TypeKind::kInt,
                                          TypeKind::kFloat,
                                          TypeKind::kText,
                                          TypeKind::kDuration,
                                          TypeKind::kBytes,
                                          TypeKind::kTime,
                                          TypeKind::kSemver,
                                          TypeKind::kGoVersion,
                                          TypeKind::kIp,
                                          TypeKind::kNetwork,
                                          TypeKind::kUuid,
                                          TypeKind::kLevel,
                                          TypeKind::kAny,
                                          TypeKind::kMap,
                                          FrameType(),
                                          Type::List(TypeKind::kText),
                                          Type::List(TypeKind::kInt),
                                          Type::List(TypeKind::kAny),
                                          Type::List(TypeKind::kDuration),
                                          Type::List(FrameType()),
                                          Type::List(Type::List(TypeKind::kText))};
  return types;
}

struct PatternSource {
  std::string regex;
  std::string flags;
  std::vector<std::string> captures;
};

const std::vector<PatternSource>& PatternSources() {
  static const std::vector<PatternSource> sources = {
      {"verifying (?P<module>[^ ]*)", "", {"module"}},
      {"panic: (?P<what>.+)", "", {"what"}},
      {"(?P<file>[A-Za-z.]+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?", "", {"file", "line", "column"}},
      {"(a)|(b)", "", {"", ""}},
      {"abc(?P<x>[0-9]*)", "i", {"x"}},
      {"^(?P<all>.*)$", "", {"all"}},
      {"k=(?P<v>\\w*)", "u", {"v"}},
      {"(?P<a>a*)(?P<b>b*)", "", {"a", "b"}},
      {"(?P<c>[^a])", "", {"c"}},
      {"\xc3\xa9", "iu", {}},
      {"(?:verifying|panic: boom|main)(?P<rest>.*)", "", {"rest"}},
  };
  return sources;
}

bool Unify(const lang::TypePattern& pattern, const Type& type, Type* variable) {
  switch (pattern.kind) {
    case lang::TypePattern::Kind::kType:
      return pattern.type == type;
    case lang::TypePattern::Kind::kVariable:
      *variable = type;
      return true;
    case lang::TypePattern::Kind::kListOfVariable:
      if (type.kind() != TypeKind::kList) return false;
      *variable = type.element();
      return true;
  }
  return false;
}

Type Instantiate(const lang::TypePattern& pattern, const Type& variable) {
  switch (pattern.kind) {
    case lang::TypePattern::Kind::kType:
      return pattern.type;
    case lang::TypePattern::Kind::kVariable:
      return variable;
    case lang::TypePattern::Kind::kListOfVariable:
      return Type::List(variable);
  }
  return Type();
}

// What a function may refer to.
struct Surroundings {
  const std::vector<Slot>* slots = nullptr;
  std::vector<SlotId> readable;
  const std::vector<Slot>* input = nullptr;
  PatternId pattern = kNone;
};

class Grower {
 public:
  Grower(Module* module, Random* random, const GenerateOptions& options, Surroundings surroundings,
         std::string name)
      : module_(*module),
        random_(*random),
        options_(options),
        around_(std::move(surroundings)),
        builder_(module, std::move(name)),
        budget_(static_cast<int>(random->Below(options.max_instructions) + 1)) {}

  ValueId Grow(const Type& type) { return Grow(type, options_.max_depth); }

  // An operation with grown operands; its result has the type of the return value's.
  ValueId GrowOperation(lang::Opcode opcode, const Type& variable, std::uint32_t depth) {
    std::vector<ValueId> arguments;
    for (const lang::TypePattern& parameter : lang::RowOf(opcode).parameters) {
      arguments.push_back(Grow(Instantiate(parameter, variable), depth));
    }
    --budget_;
    return Remember(builder_.Operation(opcode, std::move(arguments)));
  }

  const Type& TypeOf(ValueId value) const { return builder_.TypeOf(value); }
  void Store(SlotId slot, ValueId value) { builder_.Store(slot, value); }
  FunctionId Finish(ValueId value) { return builder_.Finish(value); }
  FunctionId Finish() { return builder_.Finish(); }

 private:
  ValueId Remember(ValueId value) {
    known_.push_back(value);
    return value;
  }

  ValueId Known(const Type& type) {
    if (known_.empty()) return kNone;
    const auto size = static_cast<std::uint32_t>(known_.size());
    const std::uint32_t start = random_.Below(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      const ValueId value = known_[(start + i) % size];
      if (TypeOf(value) == type) return value;
    }
    return kNone;
  }

  ValueId Grow(const Type& type, std::uint32_t depth) {
    if (random_.OneIn(5)) {
      if (const ValueId known = Known(type); known != kNone) return known;
    }
    if (depth == 0 || budget_ <= 0 || random_.OneIn(8)) return Leaf(type);
    switch (random_.Below(5)) {
      case 0:
        return Loop(type, depth - 1);
      case 1:
        return Structure(type, depth - 1);
      default:
        return AnyOperation(type, depth - 1);
    }
  }

  ValueId Leaf(const Type& type) {
    switch (random_.Below(5)) {
      case 0:
      case 1:
        for (SlotId slot : around_.readable) {
          if ((*around_.slots)[slot].type == type) return Remember(builder_.Slot(slot, type));
        }
        break;
      case 2:
        if (around_.input != nullptr) {
          for (SlotId slot = 0; slot < around_.input->size(); ++slot) {
            if ((*around_.input)[slot].type == type) return Remember(builder_.Input(slot, type));
          }
        }
        break;
      case 3:
        if (type == Type(TypeKind::kText) && around_.pattern != kNone) {
          const auto groups = static_cast<std::uint32_t>(module_.patterns[around_.pattern].captures.size());
          return Remember(builder_.Capture(random_.Below(groups + 1)));
        }
        break;
      default: {
        static const std::vector<Builtin> builtins = {
            Builtin::kLogFile, Builtin::kLogLine, Builtin::kLogColumn, Builtin::kText,
            Builtin::kRawText, Builtin::kTime,    Builtin::kNow,       Builtin::kStream};
        const Builtin builtin = random_.Pick(builtins);
        if (BuiltinType(builtin) == type) return Remember(builder_.BuiltinValue(builtin));
        break;
      }
    }
    Arena arena;
    return Remember(builder_.Constant(BoundaryValue(random_, type, arena), type));
  }

  ValueId AnyOperation(const Type& type, std::uint32_t depth) {
    const std::vector<lang::OverloadRow>& rows = lang::Overloads();
    const auto size = static_cast<std::uint32_t>(rows.size());
    const std::uint32_t start = random_.Below(size);
    // Rows that give T give every type; skipped mostly, lest they crowd out the others.
    const bool generic = random_.OneIn(6);
    for (std::uint32_t i = 0; i < size; ++i) {
      const lang::OverloadRow& row = rows[(start + i) % size];
      if (!generic && row.result.kind == lang::TypePattern::Kind::kVariable) continue;
      Type variable = random_.Pick(Types());
      if (Unify(row.result, type, &variable)) return GrowOperation(row.opcode, variable, depth);
    }
    return Leaf(type);
  }

  // Records, lists, fields of records, matches.
  ValueId Structure(const Type& type, std::uint32_t depth) {
    --budget_;
    if (type.kind() == TypeKind::kRecord) {
      std::vector<ValueId> fields;
      for (const lang::RecordField& field : type.fields()) fields.push_back(Grow(field.type, depth));
      return Remember(builder_.MakeRecord(type, std::move(fields)));
    }
    if (type.kind() == TypeKind::kList) {
      std::vector<ValueId> items(random_.Below(4));
      for (ValueId& item : items) item = Grow(type.element(), depth);
      return Remember(builder_.MakeList(type.element(), std::move(items)));
    }
    if (type.kind() == TypeKind::kBool && !module_.patterns.empty()) {
      const PatternId pattern = random_.Below(static_cast<std::uint32_t>(module_.patterns.size()));
      return Remember(builder_.MatchPattern(pattern, Grow(TypeKind::kText, depth)));
    }
    const std::vector<lang::RecordField> fields = FrameType().fields();
    for (std::uint32_t i = 0; i < fields.size(); ++i) {
      if (fields[i].type == type) return Remember(builder_.Field(Grow(FrameType(), depth), i));
    }
    return AnyOperation(type, depth);
  }

  ValueId Loop(const Type& type, std::uint32_t depth) {
    static const std::vector<Type> lists = {Type::List(TypeKind::kText), Type::List(TypeKind::kInt),
                                            Type::List(FrameType()), Type::List(Type::List(TypeKind::kText))};
    LoopKind kind = random_.OneIn(2) ? LoopKind::kFirst : LoopKind::kLast;
    Type list = Type::List(type);
    Type body = TypeKind::kBool;
    if (type.kind() == TypeKind::kBool && !random_.OneIn(4)) {
      kind = random_.OneIn(2) ? LoopKind::kAny : LoopKind::kAll;
      list = random_.Pick(lists);
    } else if (type.kind() == TypeKind::kInt && !random_.OneIn(4)) {
      kind = LoopKind::kCount;
      list = random_.Pick(lists);
    } else if (type.kind() == TypeKind::kList && !random_.OneIn(4)) {
      kind = random_.OneIn(2) ? LoopKind::kFilter : LoopKind::kMap;
      list = kind == LoopKind::kFilter ? type : random_.Pick(lists);
      if (kind == LoopKind::kMap) body = type.element();
    }
    --budget_;
    const ValueId over = Grow(list, depth);
    const std::size_t outside = known_.size();
    Remember(builder_.BeginLoop(kind, over));
    const ValueId result = Grow(body, depth);
    known_.resize(outside);
    return Remember(builder_.EndLoop(result));
  }

  Module& module_;
  Random& random_;
  const GenerateOptions& options_;
  Surroundings around_;
  FunctionBuilder builder_;
  std::vector<ValueId> known_;  // computed and in scope
  int budget_;
};

class ModuleGenerator {
 public:
  ModuleGenerator(std::uint64_t seed, const GenerateOptions& options)
      : seed_(seed), random_(seed), options_(options) {}

  Module Run() {
    module_.name = fmt::format("generated.{}", seed_);
    for (std::uint32_t i = 0; i < options_.patterns; ++i) {
      const PatternSource& source = random_.Pick(PatternSources());
      Pattern pattern;
      pattern.name = fmt::format("generated#{}", i);
      pattern.source = random_.OneIn(2) ? source.regex : "";
      pattern.regex = source.regex;
      pattern.flags = source.flags;
      pattern.captures = source.captures;
      module_.patterns.push_back(std::move(pattern));
    }
    for (std::uint32_t i = 0; i < options_.formats; ++i) AddFormat(i);
    AddWrapper();
    for (std::uint32_t i = 0; i < options_.rules; ++i) AddRule(i);
    return std::move(module_);
  }

 private:
  static std::vector<SlotId> All(const std::vector<Slot>& slots) {
    std::vector<SlotId> all(slots.size());
    for (SlotId slot = 0; slot < slots.size(); ++slot) all[slot] = slot;
    return all;
  }

  std::vector<SlotId> Some(const std::vector<Slot>& slots) {
    std::vector<SlotId> some;
    for (SlotId slot = 0; slot < slots.size(); ++slot) {
      if (random_.OneIn(3)) some.push_back(slot);
    }
    return some;
  }

  std::vector<Slot> MakeSlots() {
    std::vector<Slot> slots;
    for (const Type& type : Types())
      slots.push_back({fmt::format("s{}", slots.size()), type, random_.OneIn(3)});
    return slots;
  }

  PatternId AnyPattern() { return random_.Below(static_cast<std::uint32_t>(module_.patterns.size())); }

  Grower Begin(const Surroundings& around, const std::string& name) {
    return Grower(&module_, &random_, options_, around, name);
  }

  // Stores into some of the slots.
  FunctionId Stores(const Surroundings& around, const std::vector<SlotId>& targets, const std::string& name) {
    Grower grower = Begin(around, name);
    for (SlotId slot : targets) {
      if (random_.OneIn(3)) grower.Store(slot, grower.Grow((*around.slots)[slot].type));
    }
    return grower.Finish();
  }

  FunctionId Returns(const Surroundings& around, const Type& type, const std::string& name) {
    Grower grower = Begin(around, name);
    return grower.Finish(grower.Grow(type));
  }

  std::vector<Alternative> Alternatives(const std::vector<Slot>& slots, const std::vector<SlotId>& stores,
                                        const std::string& name) {
    std::vector<Alternative> alternatives(random_.Below(3) + 1);
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      Alternative& alternative = alternatives[i];
      alternative.pattern = AnyPattern();
      const Surroundings around{&slots, stores, nullptr, alternative.pattern};
      alternative.extract = Stores(around, stores, fmt::format("{}.extract.{}", name, i));
      if (random_.OneIn(3)) {
        alternative.guard = Returns(around, TypeKind::kBool, fmt::format("{}.guard.{}", name, i));
      }
    }
    return alternatives;
  }

  // A slot of the type; made where there is none.
  static SlotId SlotFor(std::vector<Slot>* slots, const Type& type) {
    for (SlotId slot = 0; slot < slots->size(); ++slot) {
      if ((*slots)[slot].type == type && !(*slots)[slot].hidden) return slot;
    }
    slots->push_back({fmt::format("s{}", slots->size()), type, false});
    return static_cast<SlotId>(slots->size() - 1);
  }

  void AddFormat(std::uint32_t number) {
    Format format;
    format.name = fmt::format("generated.format{}", number);
    static const std::vector<FormatKind> kinds = {FormatKind::kJson, FormatKind::kLogfmt, FormatKind::kLine};
    format.kind = random_.Pick(kinds);
    format.slots = MakeSlots();
    for (Slot& slot : format.slots) slot.hidden = false;
    if (format.kind == FormatKind::kLine) {
      format.lines = Alternatives(format.slots, All(format.slots), format.name);
      format.literal_bytes = random_.Below(20);
    } else {
      if (random_.OneIn(3)) format.each = {"items", "a.b"};
      for (SlotId slot = 0; slot < format.slots.size(); ++slot) AddField(&format, slot);
    }
    if (random_.OneIn(2)) {
      format.derive = Stores({&format.slots, All(format.slots)}, All(format.slots), format.name + ".derive");
    }
    format.has_missing_text = random_.OneIn(3);
    if (format.has_missing_text) format.missing_text = random_.OneIn(2) ? "-" : "";
    const auto find = [&](TypeKind kind) {
      for (SlotId slot = 0; slot < format.slots.size(); ++slot) {
        if (format.slots[slot].type == Type(kind)) return slot;
      }
      return kNone;
    };
    format.message = find(TypeKind::kText);
    if (random_.OneIn(2)) format.time = find(TypeKind::kTime);
    if (random_.OneIn(2)) format.level = find(TypeKind::kLevel);
    module_.formats.push_back(std::move(format));
  }

  void AddField(Format* format, SlotId slot) {
    FieldPlan field;
    field.name = format->slots[slot].name;
    field.type = format->slots[slot].type;
    field.optional = random_.OneIn(2);
    field.others = field.type.kind() == TypeKind::kMap;
    if (!field.others) field.path = {field.name, "x.y", "odd \"key\""};
    field.slot = slot;
    if (random_.OneIn(2)) {
      // A conversion reads what the decoder found, which is text.
      FunctionBuilder builder(&module_, fmt::format("{}.convert.{}", format->name, field.name));
      const ValueId raw = builder.Slot(slot, TypeKind::kText);
      for (const lang::OverloadRow& row : lang::Overloads()) {
        if (field.convert != kNone || row.parameters.size() != 1) continue;
        if (row.result.kind != lang::TypePattern::Kind::kType || row.result.type != field.type) continue;
        if (row.parameters[0].type != Type(TypeKind::kText)) continue;
        field.convert = builder.Finish(builder.Operation(row.opcode, {raw}));
      }
    }
    format->fields.push_back(std::move(field));
  }

  void AddWrapper() {
    Pattern pattern;
    pattern.name = "generated.wrapper#1";
    pattern.regex = "^(?P<time>[0-9:]+) (?P<unwrapped>.*)$";
    pattern.captures = {"time", "unwrapped"};
    module_.patterns.push_back(std::move(pattern));
    Wrapper wrapper;
    wrapper.name = "generated.wrapper";
    wrapper.slots = {{"time", TypeKind::kTime, false}, {"stream", TypeKind::kText, false}};
    Alternative line;
    line.pattern = static_cast<PatternId>(module_.patterns.size() - 1);
    line.extract =
        Stores({&wrapper.slots, {0, 1}, nullptr, line.pattern}, {0, 1}, "generated.wrapper.extract");
    wrapper.lines = {line};
    wrapper.detect = {line.pattern};
    wrapper.inside = random_.OneIn(2) ? "generated.outer" : "";
    wrapper.stream_by = {1};
    wrapper.time = 0;
    module_.wrappers.push_back(std::move(wrapper));
  }

  void AddRule(std::uint32_t number) {
    Rule rule;
    rule.name = fmt::format("generated.rule{}", number);
    rule.is_event = random_.OneIn(4);
    rule.severity = static_cast<lang::Severity>(random_.Below(4));
    rule.status = static_cast<RuleStatus>(random_.Below(3));
    if (random_.OneIn(2)) rule.doc = "Why \"this\" happens.\n\tAnd what to do: \xe2\x82\xac.";
    if (rule.status == RuleStatus::kDeprecated) rule.deprecated = "use another";
    if (random_.OneIn(2)) rule.tags = {"go", "build"};
    if (random_.OneIn(2)) rule.see = {"https://go.dev/ref/mod"};
    rule.slots = MakeSlots();
    std::set<SlotId> stored;
    for (std::uint32_t i = 0; i < 1 + random_.Below(3); ++i) AddStage(&rule, number, i, &stored);
    AddFinish(&rule);
    const Surroundings all{&rule.slots, All(rule.slots)};
    rule.report = Returns(all, TypeKind::kText, rule.name + ".report");
    if (random_.OneIn(2)) rule.fix = Returns(all, TypeKind::kText, rule.name + ".fix");
    if (random_.OneIn(2)) rule.at = Returns(all, TypeKind::kText, rule.name + ".at");
    rule.identity = Some(rule.slots);
    module_.rules.push_back(std::move(rule));
  }

  void AddStage(Rule* rule, std::uint32_t rule_number, std::uint32_t number, std::set<SlotId>* stored) {
    Stage stage;
    const std::string name = fmt::format("{}.stage{}", rule->name, number);
    if (number > 0) {
      stage.kind = random_.OneIn(2) ? StageKind::kThen : StageKind::kWithout;
      stage.window = static_cast<WindowUnit>(random_.Below(4));
      if (stage.window != WindowUnit::kNoWindow) stage.amount = random_.Below(1000);
    }
    stage.stores = Some(rule->slots);
    const std::vector<Slot>* input = nullptr;
    switch (random_.Below(6)) {
      case 0:
        stage.input = StageInput::kRaw;
        break;
      case 1:
        stage.input = StageInput::kFormat;
        stage.format = random_.Below(static_cast<std::uint32_t>(module_.formats.size()));
        input = &module_.formats[stage.format].slots;
        break;
      case 2:
        stage.input = StageInput::kField;
        stage.format = random_.Below(static_cast<std::uint32_t>(module_.formats.size()));
        stage.field = "s3";
        input = &module_.formats[stage.format].slots;
        break;
      case 3:
        if (rule_number > 0) {
          stage.input = StageInput::kRule;
          stage.rule = random_.Below(rule_number);
          input = &module_.rules[stage.rule].slots;
        }
        break;
      default:
        break;
    }
    if (input != nullptr) {
      stage.load = Stores({&rule->slots, stage.stores, input}, stage.stores, name + ".load");
    }
    for (SlotId slot : stage.stores) {
      if (stage.input == StageInput::kRule || rule->slots[slot].type != Type(TypeKind::kText)) continue;
      if (random_.OneIn(2)) stage.wrapped.push_back({slot, 0, 1});
    }
    stage.alternatives = Alternatives(rule->slots, stage.stores, name);
    if (random_.OneIn(2)) {
      stage.guard = Returns({&rule->slots, stage.stores}, TypeKind::kBool, name + ".guard");
    }
    stored->insert(stage.stores.begin(), stage.stores.end());
    if (number > 0 && random_.OneIn(2)) {
      const std::vector<SlotId> earlier(stored->begin(), stored->end());
      stage.join = Returns({&rule->slots, earlier}, TypeKind::kBool, name + ".join");
    }
    if (random_.OneIn(3)) stage.alias = fmt::format("alias{}", number);
    rule->stages.push_back(std::move(stage));
  }

  // A share of all opcodes, each over operands that are nearly leaves.
  void AddFinish(Rule* rule) {
    const auto& rows = lang::Overloads();
    const std::uint64_t share = std::uint64_t{4} * options_.rules;
    const std::uint64_t mine = (seed_ % 4) * options_.rules + module_.rules.size();
    const Surroundings around{&rule->slots, All(rule->slots)};
    Grower grower = Begin(around, rule->name + ".finish");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i % share != mine) continue;
      const ValueId value = grower.GrowOperation(rows[i].opcode, random_.Pick(Types()), 1);
      grower.Store(SlotFor(&rule->slots, grower.TypeOf(value)), value);
    }
    rule->finish = grower.Finish();
  }

  std::uint64_t seed_;
  Random random_;
  const GenerateOptions& options_;
  Module module_;
};

}  // namespace

Module GenerateModule(std::uint64_t seed, const GenerateOptions& options) {
  return ModuleGenerator(seed, options).Run();
}

}  // namespace faultline::ir::testing
