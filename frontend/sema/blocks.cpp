// Blocks: parts resolved, names bound, each line compiled.
#include "frontend/sema/blocks.h"

#include "frontend/sema/holes.h"
#include "frontend/sema/lints.h"
#include "frontend/sema/templates.h"
#include "support/regex/analysis.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace faultline::sema {

namespace {

class BlockChecker {
 public:
  BlockChecker(Context& context, std::string name, const std::vector<ast::Name>& by)
      : context_(context), name_(std::move(name)), by_(by) {}

  CheckedBlock Check(const FileScope& file, const std::vector<ast::BlockPart>& parts, Span span);
  // Only what can be wrong with a part by itself.
  bool CheckPartAlone(const Symbol& part);

 private:
  // Where names are bound: the block, or one round of a repeat that is kept as a list.
  struct Level {
    std::string prefix;  // of the slots' names: "stack."
    std::map<std::string, std::uint32_t, std::less<>> names;
    std::vector<std::uint32_t> order;
    bool root = false;
  };
  // Bindings on one way through the parts.
  struct Bound {
    std::set<std::uint32_t> seen;    // perhaps
    std::set<std::uint32_t> always;  // for sure
  };

  void Sequence(const FileScope& file, const std::vector<ast::BlockPart>& parts, Level& level, Bound& bound,
                std::vector<BlockPart>& out);
  void Named(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
             std::vector<BlockPart>& out);
  void One(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
           std::vector<BlockPart>& out);
  void Branches(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                std::vector<BlockPart>& out);
  void Repeat(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound, BlockPart& out);
  void Lines(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound, BlockPart& out);
  void Marks(const FileScope& file, const ast::BlockPart& part, BlockPart& out);
  const Symbol* FindPart(const FileScope& file, const ast::Path& path);
  std::uint32_t Bind(Level& level, const BoundName& name, Bound& bound);
  std::uint32_t BindList(Level& level, const ast::Name& name, lang::Type type, Bound& bound);
  std::uint32_t AddPattern(const ast::Expr& line, CompiledPattern& compiled);
  bool IsKey(std::string_view name) const;
  bool Spend(Span span);
  void CheckHead(const std::vector<ast::BlockPart>& parts, Span span);
  void CheckKeys();

  Context& context_;
  std::string name_;
  const std::vector<ast::Name>& by_;
  CheckedBlock out_;
  Level root_;
  std::vector<const Symbol*> open_parts_;
  std::set<std::uint32_t> lists_;  // slots of `repeat` and `lines`: a list of nothing is empty, never missing
  std::uint32_t spent_ = 0;
  std::uint32_t depth_ = 0;
  std::uint32_t patterns_ = 0;
};

bool BlockChecker::IsKey(std::string_view name) const {
  return std::any_of(by_.begin(), by_.end(), [&](const ast::Name& key) { return key.text == name; });
}

bool BlockChecker::Spend(Span span) {
  if (++spent_ <= kMaxBlockParts) return true;
  if (spent_ == kMaxBlockParts + 1) {
    context_.sink.Report(diag::block_too_large, span, std::int64_t{kMaxBlockParts})
        .Help("repeat a part instead of naming it many times");
  }
  out_.ok = false;
  return false;
}

// ---------------------------------------------------------------- names

std::uint32_t BlockChecker::Bind(Level& level, const BoundName& name, Bound& bound) {
  const bool key = IsKey(name.name);
  Level& home = key ? root_ : level;
  const auto found = home.names.find(name.name);
  if (found == home.names.end()) {
    Binding binding;
    binding.name = home.prefix + name.name;
    binding.type = name.type;
    binding.optional = true;
    binding.hidden = !home.root;
    binding.span = name.span;
    const auto slot = static_cast<std::uint32_t>(out_.bindings.size());
    out_.bindings.push_back(std::move(binding));
    home.names.emplace(name.name, slot);
    home.order.push_back(slot);
    return slot;
  }
  const std::uint32_t slot = found->second;
  const Binding& known = out_.bindings[slot];
  if (!key && bound.seen.contains(slot)) {
    context_.sink.Report(diag::bound_in_two_lines, name.span, name.name)
        .Label("bound again here")
        .Label(known.span, "bound here")
        .Help("give it another name, or write `{:" + TypeName(name.type) + "}` if it need not be kept");
    out_.ok = false;
    return kNoIndex;
  }
  if (!(known.type == name.type) &&
      !(name.type.kind() == lang::TypeKind::kText && TextConversion(known.type))) {
    context_.sink.Report(diag::type_conflict, name.span, name.name, TypeName(name.type), TypeName(known.type))
        .Label(known.span, "bound as " + TypeName(known.type) + " here")
        .Help("give both holes the same type");
    out_.ok = false;
    return kNoIndex;
  }
  return slot;
}

// Two lists of one name would be one list, and which of the two lines it holds would not be said.
std::uint32_t BlockChecker::BindList(Level& level, const ast::Name& name, lang::Type type, Bound& bound) {
  if (const auto found = level.names.find(name.text); found != level.names.end()) {
    context_.sink.Report(diag::bound_in_two_lines, name.span, name.text)
        .Label("bound again here")
        .Label(out_.bindings[found->second].span, "bound here")
        .Help("give each list a name of its own");
    out_.ok = false;
    return kNoIndex;
  }
  Binding binding;
  binding.name = level.prefix + name.text;
  binding.type = std::move(type);
  binding.hidden = !level.root;
  binding.span = name.span;
  const auto slot = static_cast<std::uint32_t>(out_.bindings.size());
  out_.bindings.push_back(std::move(binding));
  level.names.emplace(name.text, slot);
  level.order.push_back(slot);
  bound.seen.insert(slot);
  lists_.insert(slot);
  return slot;
}

// ---------------------------------------------------------------- lines

std::uint32_t BlockChecker::AddPattern(const ast::Expr& line, CompiledPattern& compiled) {
  Pattern pattern;
  pattern.name = name_ + "#" + std::to_string(++patterns_);
  pattern.source = context_.sources.TextOf(line.span);
  pattern.node = compiled.node;
  pattern.captures = std::move(compiled.captures);
  pattern.span = line.span;
  context_.out.patterns.push_back(std::move(pattern));
  return static_cast<std::uint32_t>(context_.out.patterns.size() - 1);
}

void BlockChecker::Lines(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                         BlockPart& out) {
  std::vector<Bound> ways;
  bool first = true;
  for (const ast::ExprPtr& line : part.lines) {
    TemplateOptions options;
    options.record_names = true;
    std::optional<CompiledPattern> compiled = PatternCompiler(context_, file, options).Compile(*line);
    if (!compiled) {
      out_.ok = false;
      continue;
    }
    if (out_.parts.empty() && &level == &root_ && depth_ == 1) {
      const std::uint32_t bytes = compiled->literal_bytes;
      out_.literal_bytes = first ? bytes : std::min(out_.literal_bytes, bytes);
      first = false;
    }
    Bound way = bound;
    Alternative alternative;
    for (BoundName& name : compiled->names) {
      const std::uint32_t slot = Bind(level, name, bound);
      if (slot == kNoIndex) continue;
      way.seen.insert(slot);
      if (!name.optional) way.always.insert(slot);
      const lang::Type& wanted = out_.bindings[slot].type;
      ExprPtr value = ValueOf(name);
      if (!(value->type == wanted)) value = TextConversion(wanted)(std::move(value));
      alternative.stores.push_back({slot, std::move(value)});
    }
    alternative.pattern = AddPattern(*line, *compiled);
    out.lines.push_back(std::move(alternative));
    ways.push_back(std::move(way));
  }
  if (ways.empty()) return;
  bound.always = ways[0].always;
  for (const Bound& way : ways) {
    bound.seen.insert(way.seen.begin(), way.seen.end());
    std::erase_if(bound.always, [&](std::uint32_t slot) { return !way.always.contains(slot); });
  }
}

// Lines that end something or are passed over. They are looked at, not taken, so they give no fields.
void BlockChecker::Marks(const FileScope& file, const ast::BlockPart& part, BlockPart& out) {
  const std::string_view word = part.kind == ast::BlockPartKind::kSkip ? "skip" : "until";
  for (const ast::ExprPtr& line : part.lines) {
    std::optional<CompiledPattern> compiled = PatternCompiler(context_, file).Compile(*line);
    if (!compiled) {
      out_.ok = false;
      continue;
    }
    if (!compiled->names.empty()) {
      context_.sink.Report(diag::mark_binds, compiled->names[0].span, word)
          .Help("write `{:type}` for a hole without a name");
      out_.ok = false;
      continue;
    }
    Alternative alternative;
    alternative.pattern = AddPattern(*line, *compiled);
    out.lines.push_back(std::move(alternative));
  }
}

// ---------------------------------------------------------------- parts

const Symbol* BlockChecker::FindPart(const FileScope& file, const ast::Path& path) {
  const std::string name = path.Text();
  const Symbol* symbol = context_.names.Find(file, path);
  if (symbol == nullptr) {
    if (context_.names.ModuleIsBroken(file, path)) return nullptr;
    Diagnostic& diagnostic = context_.sink.Report(diag::unknown_part, path.span, name);
    if (const std::string module = context_.names.ModuleToUse(path); !module.empty()) {
      diagnostic.Help("write `use " + module + "` at the head of the file");
      return nullptr;
    }
    HelpWithNearest(diagnostic, path.span, name, context_.names.Visible(file, std::array{SymbolKind::kPart}));
    return nullptr;
  }
  if (symbol->kind != SymbolKind::kPart) {
    Diagnostic& diagnostic =
        context_.sink.Report(diag::wrong_kind, path.span, name, SymbolKindName(symbol->kind), "a part");
    if (symbol->kind == SymbolKind::kPattern)
      diagnostic.Help("a line that is all of it: `\"{^}{x:" + name + "}{$}\"`");
    return nullptr;
  }
  if (symbol->broken) return nullptr;
  if (std::find(open_parts_.begin(), open_parts_.end(), symbol) == open_parts_.end()) return symbol;
  std::string way;
  bool inside = false;
  for (const Symbol* open : open_parts_) {
    inside = inside || open == symbol;
    if (inside) way += open->decl->name.text + " -> ";
  }
  context_.sink.Report(diag::part_cycle, path.span, symbol->decl->name.text, way + symbol->decl->name.text)
      .Label("this closes the circle")
      .Label(symbol->decl->name.span, "it begins here")
      .Help(
          "lines inside lines are told apart by their indentation: `repeat outer { \"…\"; repeat inner "
          "\"…\" }`");
  return nullptr;
}

void BlockChecker::Named(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                         std::vector<BlockPart>& out) {
  const Symbol* symbol = part.part ? FindPart(file, *part.part) : nullptr;
  if (symbol == nullptr) {
    out_.ok = false;
    return;
  }
  open_parts_.push_back(symbol);
  Sequence(*symbol->file, static_cast<const ast::PartDecl&>(*symbol->decl).parts, level, bound, out);
  open_parts_.pop_back();
}

void BlockChecker::Sequence(const FileScope& file, const std::vector<ast::BlockPart>& parts, Level& level,
                            Bound& bound, std::vector<BlockPart>& out) {
  const std::uint32_t outer = depth_;
  if (&out == &out_.parts) depth_ = 1;
  for (const ast::BlockPart& part : parts) {
    if (!Spend(part.span)) break;
    if (part.kind == ast::BlockPartKind::kPart) {
      Named(file, part, level, bound, out);
    } else {
      One(file, part, level, bound, out);
    }
  }
  depth_ = outer;
}

void BlockChecker::One(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                       std::vector<BlockPart>& out) {
  BlockPart result;
  const bool nests = part.kind == ast::BlockPartKind::kOptional || part.kind == ast::BlockPartKind::kRepeat ||
                     part.kind == ast::BlockPartKind::kAnyOrder || part.kind == ast::BlockPartKind::kOneOf;
  if (nests && depth_ == kMaxBlockDepth) {
    context_.sink.Report(diag::nested_too_deep, part.span, std::int64_t{kMaxBlockDepth});
    out_.ok = false;
    return;
  }
  switch (part.kind) {
    case ast::BlockPartKind::kLine:
      Lines(file, part, level, bound, result);
      if (result.lines.empty()) return;
      break;
    case ast::BlockPartKind::kOptional: {
      result.kind = BlockPartKind::kOptional;
      Bound inner = bound;
      ++depth_;
      Sequence(file, part.parts, level, inner, result.parts);
      --depth_;
      bound.seen = std::move(inner.seen);
      if (result.parts.empty()) return;
      break;
    }
    case ast::BlockPartKind::kRepeat:
      result.kind = BlockPartKind::kRepeat;
      result.required = part.required;
      Repeat(file, part, level, bound, result);
      if (result.parts.empty()) return;
      break;
    case ast::BlockPartKind::kAnyOrder:
      result.kind = BlockPartKind::kAnyOrder;
      Branches(file, part, level, bound, result.parts);
      if (result.parts.empty()) return;
      break;
    case ast::BlockPartKind::kOneOf:
      result.kind = BlockPartKind::kOneOf;
      Branches(file, part, level, bound, result.parts);
      if (result.parts.empty()) return;
      break;
    case ast::BlockPartKind::kText:
      result.kind = BlockPartKind::kText;
      Marks(file, part, result);
      if (part.name) {
        result.list = BindList(level, *part.name, lang::Type::List(lang::TypeKind::kText), bound);
      }
      break;
    case ast::BlockPartKind::kBlank:
      result.kind = BlockPartKind::kBlank;
      break;
    case ast::BlockPartKind::kSkip:
    case ast::BlockPartKind::kUntil:
      result.kind = part.kind == ast::BlockPartKind::kSkip ? BlockPartKind::kSkip : BlockPartKind::kUntil;
      Marks(file, part, result);
      if (result.lines.empty()) return;
      break;
    case ast::BlockPartKind::kPart:
      return;  // Named
  }
  out.push_back(std::move(result));
}

// `any order` and `one of`: a part that is named stands for all its lines, as one.
void BlockChecker::Branches(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                            std::vector<BlockPart>& out) {
  const bool choice = part.kind == ast::BlockPartKind::kOneOf;
  std::optional<std::set<std::uint32_t>> always;
  std::set<std::uint32_t> seen = bound.seen;
  ++depth_;
  for (const ast::BlockPart& branch : part.parts) {
    if (!Spend(branch.span)) break;
    Bound inner = bound;
    if (!choice) inner.seen = seen;
    std::vector<BlockPart> made;
    if (branch.kind == ast::BlockPartKind::kPart) {
      ++depth_;
      Named(file, branch, level, inner, made);
      --depth_;
    } else {
      One(file, branch, level, inner, made);
    }
    seen.insert(inner.seen.begin(), inner.seen.end());
    if (made.size() == 1) {
      out.push_back(std::move(made[0]));
    } else if (made.size() > 1) {
      // As a choice it is all of its parts; in any order it may be absent.
      BlockPart group;
      group.kind = BlockPartKind::kOptional;
      group.parts = std::move(made);
      out.push_back(std::move(group));
    }
    if (!always) {
      always = inner.always;
    } else {
      std::erase_if(*always, [&](std::uint32_t slot) { return !inner.always.contains(slot); });
    }
  }
  --depth_;
  bound.seen = std::move(seen);
  if (choice && always) bound.always = std::move(*always);
}

void BlockChecker::Repeat(const FileScope& file, const ast::BlockPart& part, Level& level, Bound& bound,
                          BlockPart& out) {
  ++depth_;
  Level round;
  Bound inner;
  const bool kept = part.name.has_value();
  if (kept) {
    round.prefix = level.prefix + part.name->text + ".";
  } else {
    inner = bound;
  }
  Level& home = kept ? round : level;
  if (part.part) {
    Named(file, part, home, inner, out.parts);
  } else {
    Sequence(file, part.parts, home, inner, out.parts);
  }
  --depth_;
  if (!kept) {
    if (part.required) {
      bound = std::move(inner);
    } else {
      bound.seen = std::move(inner.seen);
    }
    return;
  }
  std::vector<lang::RecordField> fields;
  for (const std::uint32_t slot : round.order) {
    Binding& binding = out_.bindings[slot];
    binding.optional = !inner.always.contains(slot) && !lists_.contains(slot);
    lang::RecordField field;
    field.name = binding.name.substr(round.prefix.size());
    field.type = binding.type;
    field.optional = binding.optional;
    fields.push_back(std::move(field));
    out.element.push_back(slot);
  }
  out.list = BindList(level, *part.name, lang::Type::List(lang::Type::Record(std::move(fields))), bound);
  if (out.list == kNoIndex) out.element.clear();
}

// ---------------------------------------------------------------- the block

void BlockChecker::CheckHead(const std::vector<ast::BlockPart>& parts, Span span) {
  if (!out_.ok) return;
  if (!out_.parts.empty() && out_.parts[0].kind == BlockPartKind::kLine) return;
  context_.sink.Report(diag::block_without_head, parts.empty() ? span : parts[0].span)
      .Help("write the template of its first line first; several forms of it are joined by `or`");
  out_.ok = false;
}

void BlockChecker::CheckKeys() {
  for (const ast::Name& name : by_) {
    const auto found = root_.names.find(name.text);
    if (found == root_.names.end()) {
      if (!out_.ok) continue;
      std::vector<std::string> known;
      for (const auto& [other, slot] : root_.names) known.push_back(other);
      HelpWithNearest(context_.sink.Report(diag::unknown_field, name.span, "the block", name.text), name.span,
                      name.text, known);
      out_.ok = false;
      continue;
    }
    out_.by.push_back(found->second);
    if (!out_.ok || out_.parts.empty()) continue;
    const bool in_head =
        std::all_of(out_.parts[0].lines.begin(), out_.parts[0].lines.end(), [&](const Alternative& line) {
          return std::any_of(line.stores.begin(), line.stores.end(),
                             [&](const Store& store) { return store.binding == found->second; });
        });
    if (in_head) continue;
    context_.sink.Report(diag::key_not_in_head, name.span, name.text)
        .Label(context_.out.patterns[out_.parts[0].lines[0].pattern].span, "the first line")
        .Help(
            "a block belongs to the writer of its first line, so every form of that line has to say who "
            "wrote it");
    out_.ok = false;
  }
}

CheckedBlock BlockChecker::Check(const FileScope& file, const std::vector<ast::BlockPart>& parts, Span span) {
  root_.root = true;
  Bound bound;
  Sequence(file, parts, root_, bound, out_.parts);
  CheckHead(parts, span);
  CheckKeys();
  for (const std::uint32_t slot : root_.order) {
    out_.bindings[slot].optional = !bound.always.contains(slot) && !lists_.contains(slot);
  }
  Binding truncated;
  truncated.name = "truncated";
  truncated.type = lang::TypeKind::kBool;
  truncated.hidden = root_.names.contains("truncated");  // a hole has its name
  truncated.span = span;
  out_.truncated = static_cast<std::uint32_t>(out_.bindings.size());
  out_.bindings.push_back(std::move(truncated));
  return std::move(out_);
}

bool BlockChecker::CheckPartAlone(const Symbol& part) {
  const std::size_t errors = context_.sink.error_count();
  Level level;
  Bound bound;
  std::vector<BlockPart> parts;
  open_parts_.push_back(&part);
  depth_ = 1;
  Sequence(*part.file, static_cast<const ast::PartDecl&>(*part.decl).parts, level, bound, parts);
  return out_.ok && context_.sink.error_count() == errors;
}

// ---------------------------------------------------------------- lints

// Lines with which a part may begin; nothing where it may begin in other ways.
std::vector<const Alternative*> FirstLines(const BlockPart& part) {
  std::vector<const Alternative*> result;
  switch (part.kind) {
    case BlockPartKind::kLine:
      for (const Alternative& line : part.lines) result.push_back(&line);
      return result;
    case BlockPartKind::kOptional:
    case BlockPartKind::kRepeat:
      for (const BlockPart& inner : part.parts) {
        if (inner.kind == BlockPartKind::kSkip || inner.kind == BlockPartKind::kUntil) continue;
        return inner.kind == BlockPartKind::kLine ? FirstLines(inner) : result;
      }
      return result;
    case BlockPartKind::kOneOf:
      for (const BlockPart& inner : part.parts) {
        const std::vector<const Alternative*> lines = FirstLines(inner);
        if (lines.empty()) return {};
        result.insert(result.end(), lines.begin(), lines.end());
      }
      return result;
    case BlockPartKind::kAnyOrder:
    case BlockPartKind::kText:
    case BlockPartKind::kBlank:
    case BlockPartKind::kSkip:
    case BlockPartKind::kUntil:
      return result;
  }
  return result;
}

class BlockLinter {
 public:
  explicit BlockLinter(Context& context) : context_(context) {}

  // Depth is bounded by kMaxBlockDepth.
  void Lint(const std::vector<BlockPart>& parts, bool choice) {
    std::vector<const BlockPart*> before;
    for (const BlockPart& part : parts) {
      if (part.kind == BlockPartKind::kOneOf || part.kind == BlockPartKind::kAnyOrder) {
        Lint(part.parts, true);
      } else {
        Lint(part.parts, false);
      }
      if (part.kind == BlockPartKind::kSkip || part.kind == BlockPartKind::kUntil) continue;
      Against(before, part, choice);
      before.push_back(&part);
    }
  }

 private:
  void Against(const std::vector<const BlockPart*>& before, const BlockPart& part, bool choice) {
    const std::vector<const Alternative*> lines = FirstLines(part);
    if (lines.empty()) return;
    const Span span = context_.out.patterns[lines[0]->pattern].span;
    for (std::size_t i = before.size(); i-- > 0;) {
      const BlockPart& earlier = *before[i];
      if (!choice && earlier.kind == BlockPartKind::kText && earlier.lines.empty()) {
        context_.lints.Report(diag::unreachable_part, span)
            .Help(
                "say where the text ends: `lines NAME until \"…\"`, or write `blank` if an empty line "
                "ends it");
        return;
      }
      const bool takes_all = choice || earlier.kind == BlockPartKind::kRepeat;
      if (takes_all && Covers(FirstLines(earlier), lines)) {
        const Span other = context_.out.patterns[FirstLines(earlier)[0]->pattern].span;
        if (!choice && part.kind == BlockPartKind::kRepeat) {
          context_.lints.Report(diag::repeats_overlap, span)
              .Label(other, "this repeat takes them all")
              .Help("tell them apart by more of their text, or keep one of them");
        } else {
          context_.lints.Report(diag::unreachable_part, span)
              .Label(other, "what it could take is taken here")
              .Help("write the narrower part first, or more of the text of the wider one");
        }
        return;
      }
      // Behind a line that has to be there, what stood before it takes nothing any more.
      if (!choice && (earlier.kind == BlockPartKind::kLine || earlier.kind == BlockPartKind::kOneOf ||
                      earlier.kind == BlockPartKind::kBlank))
        return;
    }
  }

  bool Covers(const std::vector<const Alternative*>& wide, const std::vector<const Alternative*>& narrow) {
    if (wide.empty()) return false;
    return std::all_of(narrow.begin(), narrow.end(), [&](const Alternative* one) {
      return std::any_of(wide.begin(), wide.end(), [&](const Alternative* other) {
        regex::RelationOptions options;
        options.max_states = 2000;
        return regex::Implies(context_.out.patterns[one->pattern].node,
                              context_.out.patterns[other->pattern].node, options)
                   .answer == regex::Answer::kYes;
      });
    });
  }

  Context& context_;
};

}  // namespace

CheckedBlock CheckBlock(Context& context, const FileScope& file, const std::string& name,
                        const std::vector<ast::BlockPart>& parts, const std::vector<ast::Name>& by,
                        Span span) {
  CheckedBlock block = BlockChecker(context, name, by).Check(file, parts, span);
  if (block.ok && LintsModule(context, file.module->name)) BlockLinter(context).Lint(block.parts, false);
  return block;
}

std::uint32_t AddBlockFormat(Context& context, const FileScope& file, const std::string& name,
                             const std::vector<ast::BlockPart>& parts, Span span) {
  static const std::vector<ast::Name> kNoKey;
  CheckedBlock block = CheckBlock(context, file, name, parts, kNoKey, span);
  Format format;
  format.name = name;
  format.kind = FormatKind::kBlock;
  format.ok = block.ok;
  format.parts = std::move(block.parts);
  format.bindings = std::move(block.bindings);
  format.truncated = block.truncated;
  format.literal_bytes = block.literal_bytes;
  format.span = span;
  context.out.formats.push_back(std::move(format));
  return static_cast<std::uint32_t>(context.out.formats.size() - 1);
}

void CheckParts(Context& context) {
  static const std::vector<ast::Name> kNoKey;
  for (Symbol* symbol : context.names.symbols()) {
    if (symbol->kind != SymbolKind::kPart) continue;
    const std::size_t patterns = context.out.patterns.size();
    const bool ok = BlockChecker(context, symbol->QualifiedName(), kNoKey).CheckPartAlone(*symbol);
    symbol->broken = !ok || context.IsBroken(symbol->decl->span);
    context.out.patterns.erase(context.out.patterns.begin() + static_cast<std::ptrdiff_t>(patterns),
                               context.out.patterns.end());
  }
}

}  // namespace faultline::sema
