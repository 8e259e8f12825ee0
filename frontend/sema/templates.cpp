// Templates and regexes to regex trees.
#include "frontend/sema/templates.h"

#include "support/regex/syntax.h"

#include <algorithm>

namespace faultline::sema {

using regex::NodePtr;

namespace {

NodePtr RunOf(NodePtr node, bool greedy) {
  return regex::Repeat(std::move(node), 1, regex::kUnbounded, greedy);
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

ExprPtr ValueOf(BoundName& name) {
  return MakeBalanced(lang::Opcode::default_value, name.type, name.span, std::move(name.values));
}

// ---------------------------------------------------------------- entry points

std::optional<CompiledPattern> PatternCompiler::Compile(const ast::Expr& pattern) {
  Bound bound;
  NodePtr node = Source(pattern, Tail::kEnd, bound);
  return Finish(std::move(node), bound);
}

std::optional<CompiledPattern> PatternCompiler::CompileNamed(const Symbol& pattern) {
  Bound bound;
  NodePtr node = Pattern(pattern, Tail::kEnd, bound);
  return Finish(std::move(node), bound);
}

std::optional<CompiledPattern> PatternCompiler::Finish(NodePtr node, const Bound& bound) {
  if (failed_) return std::nullopt;
  CompiledPattern result;
  result.node = std::move(node);
  result.captures = std::move(captures_);
  for (BoundName& name : names_) name.optional = !bound.always.contains(name.name);
  result.names = std::move(names_);
  result.literal_bytes = literal_bytes_;
  result.unwrapped = unwrapped_;
  return result;
}

bool PatternCompiler::Spend(Span span) {
  if (++spent_ <= kMaxPatternNodes) return true;
  if (!failed_) context_.sink.Report(diag::pattern_too_large, span, kMaxPatternNodes);
  failed_ = true;
  return false;
}

// ---------------------------------------------------------------- names

// Group names of the regex are for readers: where a name cannot be one, or stands twice, the group has none.
std::string PatternCompiler::GroupName(std::uint32_t capture) const {
  const std::string& name = captures_[capture - 1];
  // A dotted name, or one that stood in backquotes: only a regex's own names are limited to letters and
  // digits.
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!std::all_of(name.begin(), name.end(), plain)) return "";
  for (std::uint32_t i = 0; i + 1 < capture; ++i) {
    if (captures_[i] == name) return "";
  }
  return name;
}

std::uint32_t PatternCompiler::NewCapture(const std::string& name) {
  captures_.push_back(name);
  return static_cast<std::uint32_t>(captures_.size());
}

void PatternCompiler::Bind(const std::string& name, const HoleType& type, std::uint32_t capture, Span span,
                           Bound& bound) {
  if (use_span_.IsValid()) span = use_span_;
  const std::string full = prefix_ + name;
  ExprPtr value = MakeCapture(capture, span);
  if (type.convert) value = type.convert(std::move(value));
  auto known =
      std::find_if(names_.begin(), names_.end(), [&](const BoundName& other) { return other.name == full; });
  if (bound.seen.contains(full)) {
    context_.sink.Report(diag::bound_twice, span, full)
        .Label(known == names_.end() ? span : known->span, "bound here already")
        .Help("give the second hole a name of its own and write `where " + full + " == " + full + "2`");
    failed_ = true;
    return;
  }
  bound.seen.insert(full);
  bound.always.insert(full);
  if (known == names_.end()) {
    BoundName bound_name{full, type.type, {}, false, use_span_.IsValid(), span};
    bound_name.values.push_back(std::move(value));
    names_.push_back(std::move(bound_name));
    return;
  }
  if (!(known->type == type.type)) {
    context_.sink.Report(diag::type_conflict, span, full, TypeName(type.type), TypeName(known->type))
        .Label(known->span, "bound as " + TypeName(known->type) + " here");
    failed_ = true;
    return;
  }
  known->values.push_back(std::move(value));
}

std::optional<std::string> PatternCompiler::NameOf(const ast::StringPart& part) {
  if (part.expr == nullptr) return "";
  if (part.expr->kind == ast::ExprKind::kName) return static_cast<const ast::NameExpr&>(*part.expr).name.text;
  return std::nullopt;
}

std::optional<HoleType> PatternCompiler::TypeOf(const ast::StringPart& part, const std::string& name) {
  if (part.type) return ResolveHole(context_, *file_, *part.type);
  if (options_.record_names && (name == "time" || name == "level")) {
    ast::TypeRef type;
    type.span = part.span;
    type.name.parts.push_back({name, part.span});
    type.name.span = part.span;
    return ResolveHole(context_, *file_, type);
  }
  return UntypedHole();
}

// ---------------------------------------------------------------- what may be absent, what takes all

bool PatternCompiler::IsNullable(const ast::StringParts& parts, std::size_t from) {
  for (std::size_t i = from; i < parts.size(); ++i) {
    if (!IsNullable(parts[i])) return false;
  }
  return true;
}

bool PatternCompiler::IsNullable(const ast::StringPart& part) {
  switch (part.kind) {
    case ast::StringPartKind::kText:
      return part.text.empty();
    case ast::StringPartKind::kLineStart:
      return true;
    case ast::StringPartKind::kLineEnd:
      return false;  // it holds the hole before it to the end of the line
    case ast::StringPartKind::kGroup:
      return part.optional ||
             std::any_of(part.alternatives.begin(), part.alternatives.end(),
                         [&](const ast::StringParts& parts) { return IsNullable(parts, 0); });
    case ast::StringPartKind::kHole: {
      if (!part.type) return false;
      const std::string name = part.type->name.Text();
      return name == "rest" || name == "unwrapped" || name == "until" || name == "balanced";
    }
  }
  return false;
}

bool PatternCompiler::IsOpen(const ast::StringPart& part) {
  if (part.kind != ast::StringPartKind::kHole) return false;
  if (!part.type) return !(options_.record_names && (NameOf(part) == "time" || NameOf(part) == "level"));
  const std::string name = part.type->name.Text();
  return name == "text" || name == "rest" || name == "unwrapped";
}

void PatternCompiler::CheckNeighbours(const ast::StringParts& parts, std::size_t i) {
  if (!IsOpen(parts[i])) return;
  for (std::size_t k = i + 1; k < parts.size(); ++k) {
    const ast::StringPart& next = parts[k];
    const bool bounded = next.kind == ast::StringPartKind::kHole && next.type &&
                         (next.type->name.Text() == "until" || next.type->name.Text() == "balanced");
    if (IsOpen(next) || bounded) {
      context_.sink.Report(diag::open_holes, next.span)
          .Label("nothing says where this hole begins")
          .Label(parts[i].span, "this hole takes any text")
          .Help("write the text that stands between them, or give one a type that ends, such as `:int`");
      failed_ = true;
      return;
    }
    if (next.kind != ast::StringPartKind::kGroup || !IsNullable(next)) return;
  }
}

PatternCompiler::Tail PatternCompiler::TailBehind(const ast::StringParts& parts, std::size_t i, Tail tail) {
  if (!IsNullable(parts, i + 1)) return Tail::kRequired;
  return i + 1 < parts.size() && tail == Tail::kEnd ? Tail::kOptional : tail;
}

// ---------------------------------------------------------------- sequences

NodePtr PatternCompiler::Source(const ast::Expr& pattern, Tail tail, Bound& bound) {
  if (pattern.kind == ast::ExprKind::kRegex) return Regex(static_cast<const ast::RegexExpr&>(pattern), bound);
  if (pattern.kind != ast::ExprKind::kString) {
    if (pattern.kind != ast::ExprKind::kError) context_.sink.Report(diag::not_a_pattern, pattern.span);
    failed_ = true;
    return regex::NoMatch();
  }
  const auto& text = static_cast<const ast::StringExpr&>(pattern);
  const bool outer = fold_;
  fold_ = text.ignore_case;
  NodePtr node = Sequence(text.parts, 0, tail, bound);
  fold_ = outer;
  return node;
}

NodePtr PatternCompiler::Sequence(const ast::StringParts& parts, std::size_t from, Tail tail, Bound& bound) {
  std::vector<NodePtr> nodes;
  for (std::size_t i = from; i < parts.size() && Spend(parts[i].span); ++i) {
    const ast::StringPart& part = parts[i];
    switch (part.kind) {
      case ast::StringPartKind::kText:
        Text(parts, i, nodes);
        break;
      case ast::StringPartKind::kLineStart:
        nodes.push_back(regex::Assert(regex::AssertKind::kBeginText));
        break;
      case ast::StringPartKind::kLineEnd:
        nodes.push_back(regex::Assert(regex::AssertKind::kEndText));
        break;
      case ast::StringPartKind::kGroup:
        nodes.push_back(Group(part, TailBehind(parts, i, tail), bound, false));
        break;
      case ast::StringPartKind::kHole: {
        bool consumed_rest = false;
        nodes.push_back(Hole(parts, i, tail, bound, consumed_rest));
        if (consumed_rest) return regex::Concat(std::move(nodes));
        break;
      }
    }
  }
  return regex::Concat(std::move(nodes));
}

void PatternCompiler::Text(const ast::StringParts& parts, std::size_t i, std::vector<NodePtr>& out) {
  const ast::StringPart& part = parts[i];
  std::string run;
  auto flush = [&] {
    if (run.empty()) return;
    if (group_depth_ == 0) literal_bytes_ += static_cast<std::uint32_t>(run.size());
    out.push_back(regex::Literal(run, fold_));
    run.clear();
  };
  auto is_exact = [&](std::size_t offset) {
    return std::binary_search(part.exact.begin(), part.exact.end(), static_cast<std::uint32_t>(offset));
  };
  const bool before_unwrapped = i + 1 < parts.size() && parts[i + 1].kind == ast::StringPartKind::kHole &&
                                parts[i + 1].type && parts[i + 1].type->name.Text() == "unwrapped";
  for (std::size_t k = 0; k < part.text.size();) {
    if (!IsBlank(part.text[k]) || is_exact(k)) {
      run += part.text[k++];
      continue;
    }
    flush();
    while (k < part.text.size() && IsBlank(part.text[k]) && !is_exact(k)) ++k;
    // Indentation of the inner text is its own, so the blank before it is exactly one.
    const bool exactly_one = before_unwrapped && k == part.text.size();
    out.push_back(exactly_one ? BlankNode() : RunOf(BlankNode(), true));
  }
  flush();
}

NodePtr PatternCompiler::Hole(const ast::StringParts& parts, std::size_t i, Tail tail, Bound& bound,
                              bool& consumed_rest) {
  const ast::StringPart& part = parts[i];
  const std::optional<std::string> name = NameOf(part);
  if (!name) {
    if (part.expr->kind != ast::ExprKind::kError) {
      context_.sink.Report(diag::expression_in_template, part.expr->span)
          .Help(
              "a hole in a template is `{name}`, `{name:type}` or `{:type}`; write conditions behind "
              "`where`");
    }
    failed_ = true;
    return regex::Empty();
  }
  std::optional<HoleType> type = TypeOf(part, *name);
  if (!type) {
    failed_ = true;
    return regex::Empty();
  }
  if (!name->empty() && !options_.binds) {
    context_.sink.Report(diag::hole_binds_nothing, part.span, *name)
        .Help("write `{:" + (part.type ? part.type->name.Text() : std::string("word")) +
              "}`, or bind the name in a `match` clause");
    failed_ = true;
    return regex::Empty();
  }
  CheckNeighbours(parts, i);
  const Tail behind = TailBehind(parts, i, tail);
  const std::uint32_t capture =
      name->empty() && type->shape != HoleShape::kUnwrapped
          ? 0
          : NewCapture(type->shape == HoleShape::kUnwrapped ? "unwrapped" : prefix_ + *name);
  NodePtr node;
  switch (type->shape) {
    case HoleShape::kFixed:
      node = type->node;
      break;
    case HoleShape::kUntyped:
      node = RunOf(NonBlankNode(), behind == Tail::kEnd || (behind == Tail::kOptional && tail != Tail::kEnd));
      break;
    case HoleShape::kText:
      node = RunOf(LineCharNode(), behind == Tail::kEnd || (behind == Tail::kOptional && tail != Tail::kEnd));
      break;
    case HoleShape::kUnwrapped:
      if (!options_.unwrapped) {
        context_.sink.Report(diag::unwrapped_misplaced, part.span)
            .Help("only a `wrapper` cuts lines; write `{name:rest}`");
        failed_ = true;
      }
      ++unwrapped_;
      [[fallthrough]];
    case HoleShape::kRest:
      if (behind == Tail::kRequired &&
          !(i + 2 == parts.size() && parts[i + 1].kind == ast::StringPartKind::kLineEnd)) {
        context_.sink.Report(diag::rest_not_last, part.span, part.type->name.Text())
            .Help("write `{" + *name + ":text}`, which ends where the text behind it begins");
        failed_ = true;
      }
      node = type->node;
      break;
    case HoleShape::kPattern: {
      const std::string outer = prefix_;
      if (!name->empty()) prefix_ += *name + ".";
      const Span outer_use = use_span_;
      if (!outer_use.IsValid()) use_span_ = part.span;
      node = Pattern(*type->pattern, behind, bound);
      use_span_ = outer_use;
      prefix_ = outer;
      break;
    }
  }
  if (capture != 0) node = regex::Capture(static_cast<int>(capture), GroupName(capture), node);
  if (!name->empty()) {
    if (type->shape == HoleShape::kPattern) *type = UntypedHole();
    if (type->shape != HoleShape::kUnwrapped) Bind(*name, *type, capture, part.span, bound);
  }
  const bool lazy = type->shape == HoleShape::kUntyped || type->shape == HoleShape::kText;
  if (lazy && !(part.type && part.type->name.Text() != "text") && behind == Tail::kOptional &&
      tail == Tail::kEnd) {
    consumed_rest = true;
    return regex::Concat({node, OptionalRest(parts, i + 1, type->shape, bound)});
  }
  return node;
}

// What stands behind an open hole when all of it may be absent: the first part that is there, or else the end
// of the run, so that the hole stops where something follows and takes all it can where nothing does.
NodePtr PatternCompiler::OptionalRest(const ast::StringParts& parts, std::size_t from, HoleShape shape,
                                      Bound& bound) {
  std::vector<NodePtr> ways;
  const Bound before = bound;
  for (std::size_t i = from; i < parts.size() && Spend(parts[i].span); ++i) {
    if (parts[i].kind != ast::StringPartKind::kGroup) continue;  // holes here were refused as neighbours
    Bound way = before;
    NodePtr first = Group(parts[i], TailBehind(parts, i, Tail::kEnd), way, true);
    ways.push_back(regex::Concat({first, Sequence(parts, i + 1, Tail::kEnd, way)}));
    bound.seen.insert(way.seen.begin(), way.seen.end());
  }
  NodePtr end = regex::Assert(regex::AssertKind::kEndText);
  if (shape == HoleShape::kUntyped) end = regex::Alternate({BlankNode(), end});
  ways.push_back(end);
  return regex::Alternate(std::move(ways));
}

NodePtr PatternCompiler::Group(const ast::StringPart& part, Tail tail, Bound& bound, bool required) {
  const std::uint32_t capture = part.capture ? NewCapture(prefix_ + part.capture->text) : 0;
  Bound inner = bound;
  ++group_depth_;
  NodePtr node = Alternatives(part.alternatives, tail, inner);
  --group_depth_;
  if (capture != 0) {
    node = regex::Capture(static_cast<int>(capture), GroupName(capture), node);
    if (options_.binds) {
      HoleType text = UntypedHole();
      Bind(part.capture->text, text, capture, part.capture->span, inner);
    } else {
      context_.sink.Report(diag::hole_binds_nothing, part.span, part.capture->text)
          .Help("write `{(…)}` without a name");
      failed_ = true;
    }
  }
  bound.seen = inner.seen;
  if (!part.optional || required) bound.always = inner.always;
  if (part.optional && !required) node = regex::Repeat(node, 0, 1);
  return node;
}

NodePtr PatternCompiler::Alternatives(const std::vector<ast::StringParts>& alternatives, Tail tail,
                                      Bound& bound) {
  std::vector<NodePtr> ways;
  std::set<std::string> seen = bound.seen;
  std::optional<std::set<std::string>> always;
  for (const ast::StringParts& parts : alternatives) {
    Bound way = bound;
    ways.push_back(Sequence(parts, 0, tail, way));
    seen.insert(way.seen.begin(), way.seen.end());
    if (!always) {
      always = way.always;
    } else {
      std::erase_if(*always, [&](const std::string& name) { return !way.always.contains(name); });
    }
  }
  bound.seen = std::move(seen);
  if (always) bound.always = std::move(*always);
  return regex::Alternate(std::move(ways));
}

// ---------------------------------------------------------------- named patterns and regexes

NodePtr PatternCompiler::Pattern(const Symbol& pattern, Tail tail, Bound& bound) {
  // What is wrong in a pattern, such as that it contains itself, was reported where it is declared.
  if (pattern.broken ||
      std::find(open_patterns_.begin(), open_patterns_.end(), &pattern) != open_patterns_.end()) {
    failed_ = true;
    return regex::NoMatch();
  }
  if (open_patterns_.size() >= kMaxPatternDepth) {
    if (!failed_) context_.sink.Report(diag::pattern_too_large, pattern.decl->name.span, kMaxPatternNodes);
    failed_ = true;
    return regex::NoMatch();
  }
  open_patterns_.push_back(&pattern);
  const FileScope* outer = file_;
  file_ = pattern.file;
  ++group_depth_;
  const auto& decl = static_cast<const ast::PatternDecl&>(*pattern.decl);
  std::vector<NodePtr> ways;
  std::set<std::string> seen = bound.seen;
  std::optional<std::set<std::string>> always;
  for (const ast::ExprPtr& alternative : decl.alternatives) {
    Bound way = bound;
    ways.push_back(Source(*alternative, tail, way));
    seen.insert(way.seen.begin(), way.seen.end());
    if (!always) {
      always = way.always;
    } else {
      std::erase_if(*always, [&](const std::string& name) { return !way.always.contains(name); });
    }
  }
  bound.seen = std::move(seen);
  if (always) bound.always = std::move(*always);
  --group_depth_;
  file_ = outer;
  open_patterns_.pop_back();
  return regex::Alternate(std::move(ways));
}

NodePtr PatternCompiler::Regex(const ast::RegexExpr& regex, Bound& bound) {
  const std::optional<regex::Flags> flags = regex::ParseFlags(regex.flags);
  if (!flags) {
    context_.sink.Report(diag::bad_regex, regex.span, "unknown flags `" + regex.flags + "`")
        .Help("flags are `i` (ignore the case of A to Z), `u` (Unicode), `s` (`.` takes a line end) and `m`");
    failed_ = true;
    return regex::NoMatch();
  }
  regex::Result<NodePtr> parsed = regex::Parse(regex.pattern, *flags);
  if (!parsed.ok()) {
    const regex::Error& error = parsed.error();
    Span place = regex.pattern_span;
    // Where \" was written the text is shorter than its span, and offsets do not fit.
    if (place.IsValid() && place.end - place.begin == regex.pattern.size()) {
      place.end = place.begin + std::max(error.end, error.begin);
      place.begin += error.begin;
      if (place.end == place.begin && error.begin < regex.pattern.size()) ++place.end;
    } else {
      place = regex.span;
    }
    Diagnostic& diagnostic = context_.sink.Report(diag::bad_regex, place, error.message);
    if (!error.hint.empty()) diagnostic.Help(error.hint);
    failed_ = true;
    return regex::NoMatch();
  }
  const std::vector<std::string> names = regex::CaptureNames(*parsed);
  std::vector<std::uint32_t> map(names.size(), 0);
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].empty() || !options_.binds) continue;
    map[i] = NewCapture(prefix_ + names[i]);
    Bind(names[i], UntypedHole(), map[i], regex.span, bound);
    bound.always.erase(prefix_ + names[i]);
  }
  // Names that stand outside every choice are bound by every match.
  std::vector<const regex::Node*> certain{parsed->get()};
  while (!certain.empty()) {
    const regex::Node* node = certain.back();
    certain.pop_back();
    const bool passes = node->kind() == regex::NodeKind::kConcat ||
                        node->kind() == regex::NodeKind::kCapture ||
                        (node->kind() == regex::NodeKind::kRepeat && node->min() > 0);
    if (!passes) continue;
    if (node->kind() == regex::NodeKind::kCapture && !node->name().empty())
      bound.always.insert(prefix_ + node->name());
    for (const NodePtr& child : node->children()) certain.push_back(child.get());
  }
  return Renumber(*parsed, map);
}

// Unnamed groups are dropped, named ones get their number in the whole. Recursion is bounded by
// regex::kMaxNesting.
NodePtr PatternCompiler::Renumber(const NodePtr& node, std::span<const std::uint32_t> map) {
  Spend({});
  switch (node->kind()) {
    case regex::NodeKind::kNoMatch:
    case regex::NodeKind::kEmpty:
    case regex::NodeKind::kLiteral:
    case regex::NodeKind::kClass:
    case regex::NodeKind::kAnyChar:
    case regex::NodeKind::kAnyByte:
    case regex::NodeKind::kAssert:
      return node;
    case regex::NodeKind::kConcat:
    case regex::NodeKind::kAlternate: {
      std::vector<NodePtr> parts;
      for (const NodePtr& child : node->children()) parts.push_back(Renumber(child, map));
      return node->kind() == regex::NodeKind::kConcat ? regex::Concat(std::move(parts))
                                                      : regex::Alternate(std::move(parts));
    }
    case regex::NodeKind::kRepeat:
      return regex::Repeat(Renumber(node->child(), map), node->min(), node->max(), node->greedy());
    case regex::NodeKind::kCapture: {
      const std::uint32_t index = map[static_cast<std::size_t>(node->index())];
      NodePtr child = Renumber(node->child(), map);
      return index == 0 ? child : regex::Capture(static_cast<int>(index), GroupName(index), child);
    }
  }
  return node;
}

}  // namespace faultline::sema
