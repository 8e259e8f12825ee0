// Stages: what is looked for, and what is said about it behind it.
#include "frontend/parse/builder.h"
#include "support/lang/lang.h"

#include <algorithm>
#include <utility>

namespace faultline::parse {

namespace {

using P = grammar::FaultlineParser;

ast::StageKind KindOf(P::StageClauseContext* context) {
  if (context->MATCH() != nullptr) return ast::StageKind::kMatch;
  if (context->THEN() != nullptr) return ast::StageKind::kThen;
  if (context->WITHOUT() != nullptr) return ast::StageKind::kWithout;
  if (context->FROM() != nullptr) return ast::StageKind::kFrom;
  if (context->UNTIL() != nullptr) return ast::StageKind::kUntil;
  if (context->ENTER() != nullptr) return ast::StageKind::kEnter;
  if (context->PAUSE() != nullptr) return ast::StageKind::kPause;
  return ast::StageKind::kClose;
}

// Whether a stage may go without a source: it then takes any event of the rule's `from`.
bool MayBeEmpty(ast::StageKind kind) {
  switch (kind) {
    case ast::StageKind::kMatch:
    case ast::StageKind::kThen:
    case ast::StageKind::kWithout:
    case ast::StageKind::kUntil:
    case ast::StageKind::kPart:
    case ast::StageKind::kLatest:
    case ast::StageKind::kNext:
    case ast::StageKind::kEntry:
      return true;
    case ast::StageKind::kFrom:
    case ast::StageKind::kEnter:
    case ast::StageKind::kPause:
    case ast::StageKind::kClose:
    case ast::StageKind::kEdge:
      return false;
  }
  return false;
}

// The path that an expression of names and dots is: a.b.c
std::optional<ast::Path> PathIn(const ast::Expr& expr) {
  ast::Path path;
  path.span = expr.span;
  const ast::Expr* at = &expr;
  while (at->kind == ast::ExprKind::kMember) {
    const auto& member = static_cast<const ast::MemberExpr&>(*at);
    path.parts.push_back(member.name);
    at = member.base.get();
  }
  if (at->kind != ast::ExprKind::kName) return {};
  path.parts.push_back(static_cast<const ast::NameExpr&>(*at).name);
  std::reverse(path.parts.begin(), path.parts.end());
  return path;
}

}  // namespace

ast::ClausePtr Builder::Stage(P::StageClauseContext* context) {
  auto stage = std::make_unique<ast::StageClause>(SpanOf(context), KindOf(context));
  stage->keyword = SpanOf(context->start);
  if (context->EVERY() != nullptr) {
    stage->every = true;
    if (stage->stage != ast::StageKind::kMatch && stage->stage != ast::StageKind::kThen) {
      reports_
          .Precise(diag::misplaced_option, SpanOf(context->EVERY()), "every",
                   "`" + std::string(TextOf(stage->keyword)) + "`")
          .Help("`match every` and `then every` give one finding for each event that fits");
    }
  }
  Body(context->stageBody(), *stage);
  return stage;
}

void Builder::Body(P::StageBodyContext* context, ast::StageClause& stage) {
  Sources(context->stageSource(), stage);
  Tails(context->stageTail(), stage);
  if (!stage.alternatives.empty()) return;
  const bool allowed = MayBeEmpty(stage.stage);
  if (allowed && !stage.conditions.empty()) return;
  const std::string word(TextOf(stage.keyword));
  Diagnostic& report = reports_.Precise(diag::empty_stage, stage.keyword, word);
  if (allowed) {
    report.Help(
        "write a text or the name of an event behind it; `where …` alone takes any event of the rule's "
        "`from`");
  } else {
    report.Help("write a text or the name of an event behind it");
  }
}

void Builder::Sources(const std::vector<P::StageSourceContext*>& sources, ast::StageClause& stage) {
  for (P::StageSourceContext* source : sources) {
    ast::StageSource out;
    out.span = SpanOf(source);
    if (source->partBlock() != nullptr) {
      out.block = Parts(source->partBlock());
      if (stage.target != ast::MatchTarget::kText) reports_.Precise(diag::mixed_targets, out.span);
    } else if (source->patternItem() != nullptr) {
      out.pattern = PatternItem(source->patternItem());
      if (source->path() != nullptr) {
        // `raw "…"` or `FIELD "…"`: the target holds for all alternatives.
        const ast::Path path = PathOf(source->path());
        out.span = out.pattern->span;
        if (stage.alternatives.empty()) {
          stage.target = path.Text() == "raw" && TextOf(path.span) == "raw" ? ast::MatchTarget::kRaw
                                                                            : ast::MatchTarget::kField;
          if (stage.target == ast::MatchTarget::kField) stage.field = path;
        } else {
          const bool same = stage.target == ast::MatchTarget::kRaw
                                ? path.Text() == "raw"
                                : stage.field.has_value() && stage.field->Text() == path.Text();
          Diagnostic& report = reports_.Precise(diag::mixed_targets, path.span);
          report.Help(same ? "name it once, before the first alternative"
                           : "make an `event` for each text, and join their names by `or`");
        }
      }
    } else {
      out.name = PathOf(source->path());
    }
    stage.alternatives.push_back(std::move(out));
  }
}

void Builder::Tails(const std::vector<P::StageTailContext*>& tails, ast::StageClause& stage) {
  const auto once = [&](bool again, Span where, std::string_view word) {
    if (again) reports_.Precise(diag::repeated_part, where, word);
  };
  const auto set_alias = [&](std::optional<ast::Name> name) {
    if (!name) return;
    once(stage.alias.has_value(), name->span, "as");
    stage.alias = std::move(name);
  };
  const auto only = [&](bool fits, Span where, std::string_view help) {
    if (fits) return;
    std::string owner = "`" + std::string(TextOf(stage.keyword)) + "`";
    if (stage.stage == ast::StageKind::kPart || stage.stage == ast::StageKind::kEntry) owner = "this part";
    reports_.Precise(diag::misplaced_option, where, TextOf(where), owner).Help(std::string(help));
  };
  const auto set_between = [&](Span keyword, ast::Name after, ast::Name before) {
    only(stage.stage == ast::StageKind::kWithout, keyword,
         "it says where something is absent: `without X between a and b`");
    once(stage.after.has_value() || stage.before.has_value(), keyword, "between");
    stage.after = std::move(after);
    stage.before = std::move(before);
  };
  for (P::StageTailContext* tail : tails) {
    const Span keyword = SpanOf(tail->start);
    if (auto* alias = dynamic_cast<P::AliasTailContext*>(tail)) {
      set_alias(NameOf(alias->name()));
    } else if (auto* where = dynamic_cast<P::WhereTailContext*>(tail)) {
      Trailing trailing;
      trailing.stop = where->expression()->stop;
      trailing_ = &trailing;
      ast::ExprPtr condition = Expression(where->expression());
      trailing_ = nullptr;
      if (trailing.after)
        set_between(trailing.keyword, std::move(*trailing.after), std::move(*trailing.role));
      else if (trailing.role) {
        once(stage.role.has_value(), trailing.keyword, "in");
        stage.role = std::move(trailing.role);
      }
      set_alias(TakeAlias(condition, AliasRule::kNoType));
      stage.conditions.push_back(std::move(condition));
    } else if (auto* within = dynamic_cast<P::WindowTailContext*>(tail)) {
      once(stage.window.has_value(), keyword, "within");
      std::optional<ast::Name> name;
      stage.window = Window(within->window(), SpanOf(tail), &name);
      set_alias(std::move(name));
    } else if (auto* each = dynamic_cast<P::EachTailContext*>(tail)) {
      once(stage.each != nullptr, keyword, "each");
      stage.each = Operand(each->operand());
      stage.each_alias = TakeAlias(stage.each, AliasRule::kAny);
    } else if (auto* role = dynamic_cast<P::RoleTailContext*>(tail)) {
      once(stage.role.has_value(), keyword, "in");
      stage.role = NameOf(role->name());
    } else if (auto* by = dynamic_cast<P::ByTailContext*>(tail)) {
      once(!stage.keys.empty(), keyword, "by");
      for (P::OperandContext* key : by->operand()) stage.keys.push_back(Operand(key));
      set_alias(TakeAlias(stage.keys.back(), AliasRule::kNoType));
    } else if (auto* times = dynamic_cast<P::TimesTailContext*>(tail)) {
      once(stage.repetition && stage.repetition->count != 1, keyword, "times");
      if (!stage.repetition) stage.repetition.emplace();
      stage.repetition->count = times->TWICE() != nullptr ? 2 : Count(times->NUMBER(), "the number of times");
      stage.repetition->span = SpanOf(tail);
    } else if (auto* row = dynamic_cast<P::RowTailContext*>(tail)) {
      CheckRow(row->name());
      once(stage.repetition && stage.repetition->in_a_row, keyword, "in a row");
      if (!stage.repetition) stage.repetition.emplace();
      stage.repetition->span =
          stage.repetition->span.file == kNoFile ? SpanOf(tail) : Join(stage.repetition->span, SpanOf(tail));
      stage.repetition->in_a_row = true;
    } else if (auto* between = dynamic_cast<P::BetweenTailContext*>(tail)) {
      set_between(keyword, NameOf(between->name(0)), NameOf(between->name(1)));
    } else if (auto* named = dynamic_cast<P::NameTailContext*>(tail)) {
      const bool across = named->ACROSS() != nullptr;
      const bool join = stage.stage == ast::StageKind::kLatest || stage.stage == ast::StageKind::kNext;
      if (across) {
        only(join, keyword, "it stands behind `with NAME = latest …`: `across source`, `across run`");
      } else {
        only(stage.stage == ast::StageKind::kWithout, keyword,
             "it says where something is absent: `without X before a`");
      }
      std::optional<ast::Name>& slot = across                       ? stage.across
                                       : named->BEFORE() != nullptr ? stage.before
                                                                    : stage.after;
      once(slot.has_value(), keyword, TextOf(keyword));
      slot = NameOf(named->name());
    }
  }
}

// `in a row`: the grammar takes any word before `row`.
void Builder::CheckRow(P::NameContext* article) {
  const Span span = SpanOf(article);
  if (TextOf(span) == "a") return;
  reports_.Precise(diag::unexpected_text, span, "`a row`", "`" + std::string(TextOf(span)) + "`")
      .Replace(span, "a");
}

// A whole number above zero; 1 where it is none, which is reported.
std::int64_t Builder::Count(antlr4::tree::TerminalNode* number, std::string_view what) {
  const Span span = SpanOf(number);
  const ast::ExprPtr value = Number(span, false);
  if (value->kind == ast::ExprKind::kError) return 1;
  if (value->kind == ast::ExprKind::kInt && static_cast<const ast::IntExpr&>(*value).value > 0)
    return static_cast<const ast::IntExpr&>(*value).value;
  reports_.Precise(diag::malformed_count, span, what, TextOf(span));
  return 1;
}

ast::Repetition Builder::Repeated(P::RepetitionContext* context) {
  ast::Repetition out;
  out.span = SpanOf(context);
  out.count = context->TWICE() != nullptr ? 2 : Count(context->NUMBER(), "the number of times");
  out.in_a_row = context->ROW() != nullptr;
  if (out.in_a_row) CheckRow(context->name());
  return out;
}

// `span` is that of the window with its keyword. Behind a scope or a duration `as` names the stage: then
// `alias` takes the name, if it is not null.
ast::Window Builder::Window(P::WindowContext* context, Span span, std::optional<ast::Name>* alias) {
  ast::Window window;
  window.span = span;
  window.amount = Operand(context->operand());
  if (context->LINES() != nullptr || context->LINE() != nullptr) {
    window.unit = ast::WindowUnit::kLines;
    return window;
  }
  if (context->RECORDS() != nullptr) {
    window.unit = ast::WindowUnit::kRecords;
    return window;
  }
  if (alias != nullptr) {
    *alias = TakeAlias(window.amount, AliasRule::kAny);
    if (*alias) window.span.end = window.amount->span.end;
  }
  if (window.amount->kind == ast::ExprKind::kInt) return window;
  window.unit = ast::WindowUnit::kTime;
  if (std::optional<ast::Path> scope = PathIn(*window.amount)) {
    window.unit = ast::WindowUnit::kScope;
    window.scope = std::move(scope);
    window.amount = nullptr;
  }
  return window;
}

ast::ClausePtr Builder::With(P::WithClauseContext* context) {
  const Span span = SpanOf(context);
  auto holder = std::make_unique<ast::StageHolderClause>(ast::ClauseKind::kWith, span);
  const bool latest = context->LATEST() != nullptr;
  holder->stage =
      std::make_unique<ast::StageClause>(span, latest ? ast::StageKind::kLatest : ast::StageKind::kNext);
  holder->stage->keyword = SpanOf(latest ? context->LATEST() : context->NEXT());
  Body(context->stageBody(), *holder->stage);
  TakeName(context->name(), *holder->stage);
  return holder;
}

// The name before `=`.
void Builder::TakeName(P::NameContext* name, ast::StageClause& stage) {
  ast::Name written = NameOf(name);
  if (stage.alias) {
    reports_.Precise(diag::repeated_part, stage.alias->span, "as")
        .Label(written.span, "it is called so here");
  }
  stage.alias = std::move(written);
}

ast::ClausePtr Builder::Set(P::SetClauseContext* context) {
  auto set = std::make_unique<ast::SetClause>(SpanOf(context));
  if (context->ANY() != nullptr) set->need = Count(context->NUMBER(), "the number of parts");
  if (context->window() != nullptr) {
    set->window =
        Window(context->window(), Join(SpanOf(context->WITHIN()), SpanOf(context->window())), nullptr);
  }
  P::SetBlockContext* block = context->setBlock();
  for (P::SetLineContext* line : block->setLine()) {
    if (Broken(line) || Broken(line->setPart())) {
      set->parts.push_back(std::make_unique<ast::ErrorClause>(SpanOf(line)));
      continue;
    }
    P::SetPartContext* part = line->setPart();
    auto stage = std::make_unique<ast::StageClause>(SpanOf(part), ast::StageKind::kPart);
    stage->keyword = SpanOf(part->name());
    Body(part->stageBody(), *stage);
    TakeName(part->name(), *stage);
    set->parts.push_back(std::move(stage));
  }
  if (const auto found = skipped_.find(block); found != skipped_.end()) {
    for (const Span span : found->second) set->parts.push_back(std::make_unique<ast::ErrorClause>(span));
  }
  return set;
}

ast::ClausePtr Builder::Entry(P::EntryClauseContext* context) {
  const Span span = SpanOf(context);
  auto holder = std::make_unique<ast::StageHolderClause>(ast::ClauseKind::kEntry, span);
  holder->stage = std::make_unique<ast::StageClause>(span, ast::StageKind::kEntry);
  const Span number = SpanOf(context->NUMBER());
  holder->stage->keyword = number;
  holder->stage->weight = Number(number, context->MINUS() != nullptr);
  if (context->MINUS() != nullptr) holder->stage->weight->span = Join(SpanOf(context->MINUS()), number);
  Body(context->stageBody(), *holder->stage);
  return holder;
}

ast::ClausePtr Builder::Edge(P::EdgeClauseContext* context) {
  const Span span = SpanOf(context);
  auto holder = std::make_unique<ast::StageHolderClause>(ast::ClauseKind::kEdge, span);
  holder->stage = std::make_unique<ast::StageClause>(span, ast::StageKind::kEdge);
  ast::StageClause& stage = *holder->stage;
  stage.keyword = SpanOf(context->EDGE());
  Sources(context->stageSource(), stage);
  stage.edge_from = Operand(context->operand(0));
  stage.edge_to = Operand(context->operand(1));
  std::optional<ast::Name> alias = TakeAlias(stage.edge_to, AliasRule::kNoType);
  Tails(context->stageTail(), stage);
  if (alias && !stage.alias) stage.alias = std::move(alias);
  return holder;
}

// `match login where user == "x" as a`: behind a condition `as` could also be a cast. A plain word that is no
// type of the language names the stage; a cast to a named pattern stands in brackets there.
std::optional<ast::Name> Builder::TakeAlias(ast::ExprPtr& condition, AliasRule rule) {
  std::vector<ast::Expr*> spine;  // the nodes that end where the condition ends
  ast::ExprPtr* slot = &condition;
  const std::uint32_t end = condition->span.end;
  while ((*slot)->span.end == end) {
    switch ((*slot)->kind) {
      case ast::ExprKind::kCast: {
        auto& cast = static_cast<ast::CastExpr&>(**slot);
        if (cast.type.name.parts.size() != 1 || !cast.type.arguments.empty() || cast.type.span.end != end)
          return {};
        ast::Name name = cast.type.name.parts.front();
        const bool is_type =
            lang::HoleTypeByName(name.text) != nullptr || lang::Type::Parse(name.text).has_value();
        if (is_type && rule == AliasRule::kNoType) return {};
        ast::ExprPtr value = std::move(cast.value);
        for (ast::Expr* node : spine) node->span.end = value->span.end;
        *slot = std::move(value);
        return name;
      }
      case ast::ExprKind::kBinary:
        spine.push_back(slot->get());
        slot = &static_cast<ast::BinaryExpr&>(**slot).right;
        break;
      case ast::ExprKind::kUnary:
        spine.push_back(slot->get());
        slot = &static_cast<ast::UnaryExpr&>(**slot).operand;
        break;
      case ast::ExprKind::kIn:
        spine.push_back(slot->get());
        slot = &static_cast<ast::InExpr&>(**slot).right;
        break;
      case ast::ExprKind::kBetween:
        spine.push_back(slot->get());
        slot = &static_cast<ast::BetweenExpr&>(**slot).high;
        break;
      case ast::ExprKind::kDefault:
        spine.push_back(slot->get());
        slot = &static_cast<ast::DefaultExpr&>(**slot).fallback;
        break;
      case ast::ExprKind::kConditional:
        spine.push_back(slot->get());
        slot = &static_cast<ast::ConditionalExpr&>(**slot).else_value;
        break;
      case ast::ExprKind::kError:
      case ast::ExprKind::kBool:
      case ast::ExprKind::kInt:
      case ast::ExprKind::kFloat:
      case ast::ExprKind::kPercent:
      case ast::ExprKind::kDuration:
      case ast::ExprKind::kSize:
      case ast::ExprKind::kString:
      case ast::ExprKind::kRegex:
      case ast::ExprKind::kName:
      case ast::ExprKind::kMember:
      case ast::ExprKind::kIndex:
      case ast::ExprKind::kCall:
      case ast::ExprKind::kPresence:
      case ast::ExprKind::kList:
      case ast::ExprKind::kLambda:
      case ast::ExprKind::kWindow:
        return {};
    }
  }
  return {};
}

}  // namespace faultline::parse
