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

  // A list of values of any types, as keys are.
  ValueId GrowKey(std::uint32_t parts) {
    std::vector<ValueId> items(parts);
    for (ValueId& item : items) item = Grow(random_.Pick(Types()), 1);
    return builder_.MakeList(TypeKind::kAny, std::move(items));
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

  FunctionId MakesKey(const Surroundings& around, std::uint32_t parts, const std::string& name) {
    Grower grower = Begin(around, name);
    return grower.Finish(grower.GrowKey(parts));
  }

  static SlotId Fresh(std::vector<Slot>* slots, const Type& type, bool hidden) {
    slots->push_back({fmt::format("s{}", slots->size()), type, hidden});
    return static_cast<SlotId>(slots->size() - 1);
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
    static const std::vector<FormatKind> kinds = {FormatKind::kJson, FormatKind::kLogfmt, FormatKind::kLine,
                                                  FormatKind::kBlock};
    format.kind = random_.Pick(kinds);
    format.slots = MakeSlots();
    for (Slot& slot : format.slots) slot.hidden = false;
    if (format.kind == FormatKind::kLine) {
      format.lines = Alternatives(format.slots, All(format.slots), format.name);
      format.literal_bytes = random_.Below(20);
    } else if (format.kind == FormatKind::kBlock) {
      AddBlock(&format);
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

  static SlotId Find(const std::vector<Slot>& slots, const Type& type) {
    for (SlotId slot = 0; slot < slots.size(); ++slot) {
      if (slots[slot].type == type) return slot;
    }
    return kNone;
  }

  void AddBlock(Format* format) {
    BlockPart head;
    head.lines = PartLines(*format);
    format->parts.push_back(std::move(head));
    for (std::uint32_t i = 0; i < random_.Below(3); ++i) format->parts.push_back(MakePart(*format, 3));
    if (random_.OneIn(2)) format->block_by = {Find(format->slots, TypeKind::kText)};
    if (random_.OneIn(2)) format->limit_lines = random_.Below(1000) + 1;
    if (random_.OneIn(2)) format->truncated = Find(format->slots, TypeKind::kBool);
    for (Slot& slot : format->slots) slot.hidden = random_.OneIn(3);
  }

  std::vector<Alternative> PartLines(const Format& format) {
    return Alternatives(format.slots, All(format.slots), fmt::format("{}.part{}", format.name, parts_++));
  }

  BlockPart MakePart(const Format& format, std::uint32_t depth) {
    BlockPart part;
    part.kind = static_cast<BlockPartKind>(random_.Below(9));
    switch (part.kind) {
      case BlockPartKind::kRepeat:
        part.required = random_.OneIn(3);
        if (random_.OneIn(2)) {
          const Type frame = FrameType();  // a range loop does not keep what its range is a part of
          part.list = Find(format.slots, Type::List(frame));
          for (const lang::RecordField& field : frame.fields()) {
            part.element.push_back(Find(format.slots, field.type));
          }
        }
        [[fallthrough]];
      case BlockPartKind::kOptional:
      case BlockPartKind::kAnyOrder:
      case BlockPartKind::kOneOf:
        if (depth == 0) return BlockPart{BlockPartKind::kBlank, {}, kNone, {}, {}, false};
        for (std::uint32_t i = 0; i < 1 + random_.Below(2); ++i) {
          part.parts.push_back(MakePart(format, depth - 1));
        }
        break;
      case BlockPartKind::kText:
        if (random_.OneIn(2)) part.list = Find(format.slots, Type::List(TypeKind::kText));
        if (random_.OneIn(2)) part.lines = PartLines(format);
        break;
      case BlockPartKind::kLine:
      case BlockPartKind::kSkip:
      case BlockPartKind::kUntil:
        part.lines = PartLines(format);
        break;
      case BlockPartKind::kBlank:
        break;
    }
    return part;
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
    AddShape(&rule, number);
    AddFilled(&rule);
    AddSteps(&rule);
    AddConsequences(&rule);
    AddFinish(&rule);
    const Surroundings all{&rule.slots, All(rule.slots)};
    rule.report = Returns(all, TypeKind::kText, rule.name + ".report");
    if (random_.OneIn(2)) rule.fix = Returns(all, TypeKind::kText, rule.name + ".fix");
    if (random_.OneIn(2)) rule.at = Returns(all, TypeKind::kText, rule.name + ".at");
    rule.identity = Some(rule.slots);
    module_.rules.push_back(std::move(rule));
  }

  // Rules that stand before and have the shape, or any shape but a graph's.
  std::vector<RuleId> Earlier(bool (*fits)(RuleShape)) const {
    std::vector<RuleId> found;
    for (RuleId id = 0; id < module_.rules.size(); ++id) {
      if (fits(module_.rules[id].shape)) found.push_back(id);
    }
    return found;
  }

  RuleId SomeScope() {
    std::vector<RuleId> scopes = Earlier([](RuleShape shape) { return shape == RuleShape::kScope; });
    scopes.push_back(kSourceScope);
    scopes.push_back(kRunScope);
    return random_.Pick(scopes);
  }

  Window SomeWindow() {
    Window window;
    window.unit = static_cast<WindowUnit>(random_.Below(5));
    if (window.unit == WindowUnit::kScope) {
      window.scope = SomeScope();
    } else if (window.unit != WindowUnit::kNoWindow) {
      window.amount = random_.Below(1000) + 1;
    }
    return window;
  }

  void AddShape(Rule* rule, std::uint32_t number) {
    rule->shape = random_.OneIn(2) ? RuleShape::kSequence : static_cast<RuleShape>(random_.Below(6));
    using Kinds = std::vector<StageKind>;
    static const Kinds helpers = {StageKind::kWithout, StageKind::kLatest, StageKind::kNext,
                                  StageKind::kFeed};
    Kinds kinds;
    const auto add = [&](const Kinds& from, std::uint32_t count) {
      for (std::uint32_t i = 0; i < count; ++i) kinds.push_back(random_.Pick(from));
    };
    switch (rule->shape) {
      case RuleShape::kSequence:
        kinds = {StageKind::kMatch};
        add({StageKind::kThen, StageKind::kWithout, StageKind::kUntil}, random_.Below(3));
        if (random_.OneIn(2)) add(helpers, 1);
        break;
      case RuleShape::kAll:
      case RuleShape::kAny:
        add({StageKind::kPart}, 1 + random_.Below(2));
        add(helpers, random_.Below(2));
        if (rule->shape == RuleShape::kAny) rule->need = 1;
        break;
      case RuleShape::kAggregate:
        add({StageKind::kMatch, StageKind::kEntry}, 1 + random_.Below(2));
        add(helpers, random_.Below(2));
        break;
      case RuleShape::kScope:
        kinds = {StageKind::kEnter};
        add({StageKind::kClose, StageKind::kPause}, random_.Below(2));
        break;
      case RuleShape::kGraph:
        kinds = {StageKind::kEdge};
        break;
    }
    const bool lone = rule->shape == RuleShape::kScope || rule->shape == RuleShape::kGraph;
    const std::uint32_t key = lone || random_.OneIn(2) ? 0 : 1 + random_.Below(2);
    std::set<SlotId> stored;
    for (std::uint32_t i = 0; i < kinds.size(); ++i) AddStage(rule, number, i, kinds[i], key, &stored);
    if (!lone && rule->shape != RuleShape::kAggregate && random_.OneIn(3)) rule->window = SomeWindow();
    if (random_.OneIn(4)) rule->skew = random_.Below(5000);
    if (key > 0 && random_.OneIn(2)) rule->key.assign(key, Find(rule->slots, TypeKind::kText));
    for (std::uint32_t i = 0; rule->shape == RuleShape::kSequence && i < kinds.size(); ++i) {
      if (kinds[i] == StageKind::kThen || kinds[i] == StageKind::kMatch) every_ = i;
    }
    if (rule->shape == RuleShape::kSequence && random_.OneIn(4)) rule->stages[every_].every = true;
  }

  void AddStage(Rule* rule, std::uint32_t rule_number, std::uint32_t number, StageKind kind,
                std::uint32_t key, std::set<SlotId>* stored) {
    Stage stage;
    stage.kind = kind;
    const std::string name = fmt::format("{}.stage{}", rule->name, number);
    const bool join_kind = kind == StageKind::kLatest || kind == StageKind::kNext;
    if (number > 0) {
      const Window window = SomeWindow();
      stage.window = window.unit;
      stage.amount = window.amount;
      stage.scope = window.scope;
    }
    if (random_.OneIn(5)) {
      stage.count = 2 + random_.Below(3);
      stage.in_a_row = random_.OneIn(2);
      stage.count_slot = Fresh(&rule->slots, TypeKind::kInt, random_.OneIn(2));
    }
    stage.stores = Some(rule->slots);
    std::erase(stage.stores, stage.count_slot);
    if (random_.OneIn(4)) stage.role = "server";
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
        if (const auto rules = Earlier([](RuleShape shape) { return shape != RuleShape::kGraph; });
            rule_number > 0 && !rules.empty()) {
          stage.input = StageInput::kRule;
          stage.rule = random_.Pick(rules);
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
    if (random_.OneIn(5)) {
      const Type element = random_.Pick(Types());
      stage.each = Returns({&rule->slots, stage.stores}, Type::List(element), name + ".each");
      stage.each_slot = Fresh(&rule->slots, element, random_.OneIn(2));
    }
    stage.alternatives = Alternatives(rule->slots, stage.stores, name);
    if (key > 0) stage.key = MakesKey({&rule->slots, stage.stores}, key, name + ".key");
    if (random_.OneIn(2)) {
      stage.guard = Returns({&rule->slots, stage.stores}, TypeKind::kBool, name + ".guard");
    }
    stored->insert(stage.stores.begin(), stage.stores.end());
    if (number > 0 && random_.OneIn(2)) {
      const std::vector<SlotId> earlier(stored->begin(), stored->end());
      stage.join = Returns({&rule->slots, earlier}, TypeKind::kBool, name + ".join");
    }
    const Surroundings before{&rule->slots, {stored->begin(), stored->end()}};
    if (join_kind && random_.OneIn(2)) {
      stage.index_own = MakesKey({&rule->slots, stage.stores}, 1, name + ".index_own");
      stage.index_other = MakesKey(before, 1, name + ".index_other");
    }
    if (join_kind) stage.reach = static_cast<Reach>(random_.Below(3));
    if (kind == StageKind::kWithout || kind == StageKind::kUntil) {
      if (random_.OneIn(2)) stage.after = 0;
    }
    if (kind == StageKind::kWithout && stage.after == kNone && random_.OneIn(3)) stage.before = 0;
    if (random_.OneIn(3)) stage.alias = fmt::format("alias{}", number);
    rule->stages.push_back(std::move(stage));
  }

  // Slots that the engine fills. Made behind the stages, so that none of them stores there.
  void AddFilled(Rule* rule) {
    const auto fresh = [&](const Type& type) { return Fresh(&rule->slots, type, random_.OneIn(2)); };
    const auto stages = static_cast<std::uint32_t>(rule->stages.size());
    for (std::uint32_t i = 0; i < random_.Below(3); ++i) {
      Provided provided;
      provided.kind = static_cast<ProvidedKind>(random_.Below(6));
      provided.stage = random_.Below(stages);
      switch (provided.kind) {
        case ProvidedKind::kContext:
          provided.name = "job";
          provided.slot = fresh(TypeKind::kText);
          break;
        case ProvidedKind::kScopeField:
          provided.scope = SomeScope();
          if (provided.scope >= module_.rules.size()) continue;
          provided.field =
              random_.Below(static_cast<std::uint32_t>(module_.rules[provided.scope].slots.size()));
          provided.slot = fresh(module_.rules[provided.scope].slots[provided.field].type);
          provided.at_close = random_.OneIn(2);
          break;
        case ProvidedKind::kScopeInstance:
          provided.scope = SomeScope();
          provided.slot = fresh(TypeKind::kInt);
          break;
        case ProvidedKind::kElapsed:
          provided.slot = fresh(TypeKind::kDuration);
          break;
        case ProvidedKind::kNovel:
          provided.slot = fresh(TypeKind::kBool);
          break;
        case ProvidedKind::kCollected: {
          const Stage& stage = rule->stages[provided.stage];
          if (stage.count < 2 || stage.stores.empty()) continue;
          provided.field = stage.stores[random_.Below(static_cast<std::uint32_t>(stage.stores.size()))];
          provided.slot = fresh(Type::List(rule->slots[provided.field].type));
          break;
        }
      }
      rule->provided.push_back(std::move(provided));
    }
    const Surroundings all{&rule->slots, All(rule->slots)};
    if (rule->shape == RuleShape::kAggregate) {
      for (std::uint32_t i = 0; i < 1 + random_.Below(3); ++i) AddAggregate(rule, i, all);
      rule->when = Returns(all, TypeKind::kBool, rule->name + ".when");
      rule->when_count = 1 + random_.Below(3);
    }
    const auto graphs = Earlier([](RuleShape shape) { return shape == RuleShape::kGraph; });
    if (graphs.empty()) return;
    GraphQuery query;
    query.kind = static_cast<GraphQueryKind>(random_.Below(3));
    query.graph = random_.Pick(graphs);
    const Type path = Type::List(TypeKind::kText);
    query.slot = fresh(query.kind == GraphQueryKind::kReaches ? Type(TypeKind::kBool)
                       : query.kind == GraphQueryKind::kPath  ? path
                                                              : Type::List(path));
    if (query.kind != GraphQueryKind::kCycles) {
      query.from = Returns(all, TypeKind::kText, rule->name + ".from");
      query.to = Returns(all, TypeKind::kText, rule->name + ".to");
    }
    rule->graph_queries.push_back(query);
  }

  void AddAggregate(Rule* rule, std::uint32_t number, const Surroundings& all) {
    Aggregate aggregate;
    aggregate.kind = static_cast<AggregateKind>(random_.Below(13));
    aggregate.form = static_cast<AggregateForm>(random_.Below(5));
    if (random_.OneIn(3)) aggregate.stage = 0;
    static const std::vector<Type> numbers = {TypeKind::kInt, TypeKind::kFloat, TypeKind::kDuration,
                                              TypeKind::kBytes};
    Type of = random_.Pick(numbers);
    Type result = of;
    switch (aggregate.kind) {
      case AggregateKind::kCount:
      case AggregateKind::kRate:
        of = random_.OneIn(2) ? Type() : Type(TypeKind::kBool);
        result = aggregate.kind == AggregateKind::kCount ? TypeKind::kInt : TypeKind::kFloat;
        break;
      case AggregateKind::kDistinct:
        result = TypeKind::kInt;
        break;
      case AggregateKind::kSum:
      case AggregateKind::kMin:
      case AggregateKind::kMax:
      case AggregateKind::kFirst:
      case AggregateKind::kLast:
        break;
      case AggregateKind::kMean:
      case AggregateKind::kStddev:
        if (random_.OneIn(2)) result = TypeKind::kFloat;
        break;
      case AggregateKind::kPercentile:
        aggregate.parameter = 99.9;
        break;
      case AggregateKind::kTop:
        aggregate.parameter = 3;
        result = Type::List(Type::Record({{"value", of, false}, {"count", TypeKind::kInt, false}}));
        break;
      case AggregateKind::kList:
        result = Type::List(of);
        break;
    }
    if (!of.is_error()) {
      aggregate.argument = Returns(all, of, fmt::format("{}.aggregate{}", rule->name, number));
    }
    aggregate.slot = Fresh(&rule->slots, result, random_.OneIn(2));
    aggregate.window = {WindowUnit::kTime, 1 + random_.Below(1000), kNone};
    switch (aggregate.form) {
      case AggregateForm::kWhole:
        aggregate.window = {};
        if (random_.OneIn(2)) aggregate.window = {WindowUnit::kScope, 0, SomeScope()};
        break;
      case AggregateForm::kSliding:
      case AggregateForm::kTumbling:
        aggregate.window.unit = static_cast<WindowUnit>(1 + random_.Below(3));
        if (random_.OneIn(3)) aggregate.before = random_.Below(100);
        break;
      case AggregateForm::kSession:
        break;
      case AggregateForm::kHistory:
        aggregate.series = fmt::format("{}.{}", rule->name, number);
        break;
    }
    rule->aggregates.push_back(std::move(aggregate));
  }

  void AddSteps(Rule* rule) {
    const Surroundings all{&rule->slots, All(rule->slots)};
    const auto code = [&] {
      const std::string name = fmt::format("{}.step{}", rule->name, rule->steps.size());
      if (random_.OneIn(4)) {
        rule->steps.push_back({StepKind::kRun, Stores(all, All(rule->slots), name), 0});
      } else if (random_.OneIn(3)) {
        rule->steps.push_back({StepKind::kCondition, Returns(all, TypeKind::kBool, name), 0});
      }
    };
    code();
    for (std::uint32_t i = 0; i < rule->stages.size(); ++i) {
      const StageKind kind = rule->stages[i].kind;
      if (kind != StageKind::kLatest && kind != StageKind::kNext) continue;
      rule->steps.push_back({StepKind::kJoin, kNone, i});
      code();
    }
    for (std::uint32_t i = 0; i < rule->graph_queries.size(); ++i) {
      rule->steps.push_back({StepKind::kGraph, kNone, i});
    }
  }

  void AddConsequences(Rule* rule) {
    const Surroundings all{&rule->slots, All(rule->slots)};
    const auto some = [&](const Type& type, std::string_view name) {
      return random_.OneIn(2) ? kNone : Returns(all, type, fmt::format("{}.{}", rule->name, name));
    };
    const auto others =
        Earlier([](RuleShape shape) { return shape != RuleShape::kGraph && shape != RuleShape::kScope; });
    if (!others.empty() && random_.OneIn(2)) {
      Explains explains;
      explains.rule = random_.Pick(others);
      explains.window = SomeWindow();
      Surroundings both = all;
      both.input = &module_.rules[explains.rule].slots;
      explains.condition = Returns(both, TypeKind::kBool, rule->name + ".explains");
      explains.confidence = some(TypeKind::kFloat, "sure");
      rule->explains.push_back(explains);
    }
    for (std::uint32_t i = 0; i < random_.Below(3); ++i) {
      rule->confidence.push_back(
          {i == 0 ? 0.5 : -0.125, some(TypeKind::kBool, "counts"), i == 0 ? "why" : ""});
    }
    if (random_.OneIn(3)) rule->needs.push_back({"the server's log", some(TypeKind::kBool, "needs")});
    if (random_.OneIn(3))
      rule->allows.push_back({some(TypeKind::kBool, "allow"), "known \"flake\"", INT64_MAX});
    if (random_.OneIn(3)) rule->allows.push_back({kNone, "", 1'767'323'045'000'000'000});
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
  std::uint32_t parts_ = 0;  // of blocks, for names
  std::uint32_t every_ = 0;
};

}  // namespace

Module GenerateModule(std::uint64_t seed, const GenerateOptions& options) {
  return ModuleGenerator(seed, options).Run();
}

}  // namespace faultline::ir::testing
