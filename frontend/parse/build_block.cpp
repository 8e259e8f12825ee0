// Blocks: what several lines are made of.
#include "frontend/parse/builder.h"

#include <utility>

namespace faultline::parse {

std::vector<ast::BlockPart> Builder::Parts(P::PartBlockContext* block) {
  std::vector<ast::BlockPart> parts;
  for (P::PartLineContext* line : block->partLine()) {
    if (Broken(line) || Broken(line->blockPart())) continue;  // reported
    parts.push_back(Part(line->blockPart()));
  }
  if (parts.empty() && block->partLine().empty() && !skipped_.contains(block)) {
    reports_.Precise(diag::unexpected_text, SpanOf(block), "the lines of the block", "`{}`")
        .Help("write its templates, each on a line of its own");
  }
  return parts;
}

ast::BlockPart Builder::LinePart(const std::vector<P::PatternItemContext*>& patterns) {
  ast::BlockPart part;
  for (P::PatternItemContext* pattern : patterns) part.lines.push_back(PatternItem(pattern));
  if (!part.lines.empty()) part.span = Join(part.lines.front()->span, part.lines.back()->span);
  return part;
}

ast::BlockPart Builder::Part(P::BlockPartContext* context) {
  ast::BlockPart part;
  if (auto* line = dynamic_cast<P::LinePartContext*>(context)) {
    part = LinePart(line->patternItem());
  } else if (auto* optional = dynamic_cast<P::OptionalPartContext*>(context)) {
    part.kind = ast::BlockPartKind::kOptional;
    if (optional->partBlock() != nullptr) {
      part.parts = Parts(optional->partBlock());
    } else if (optional->blockPart() != nullptr) {
      part.parts.push_back(Part(optional->blockPart()));
    } else {
      // `optional "…" "…"` are two lines, `optional "…" or "…"` are two forms of one.
      bool more = false;
      for (antlr4::tree::ParseTree* child : optional->children) {
        auto* pattern = dynamic_cast<P::PatternItemContext*>(child);
        if (pattern == nullptr) {
          more = !part.parts.empty();  // `or`
          continue;
        }
        ast::BlockPart one = LinePart({pattern});
        if (more) {
          ast::BlockPart& last = part.parts.back();
          last.span = Join(last.span, one.span);
          last.lines.push_back(std::move(one.lines.front()));
        } else {
          part.parts.push_back(std::move(one));
        }
        more = false;
      }
    }
  } else if (auto* repeat = dynamic_cast<P::RepeatPartContext*>(context)) {
    part.kind = ast::BlockPartKind::kRepeat;
    part.required = repeat->REQUIRED() != nullptr;
    if (repeat->name() != nullptr) part.name = NameOf(repeat->name());
    if (repeat->path() != nullptr) {
      part.part = PathOf(repeat->path());
    } else if (repeat->partBlock() != nullptr) {
      part.parts = Parts(repeat->partBlock());
    } else {
      part.parts.push_back(LinePart(repeat->patternItem()));
    }
  } else if (auto* any = dynamic_cast<P::AnyOrderPartContext*>(context)) {
    part.kind = ast::BlockPartKind::kAnyOrder;
    part.parts = Parts(any->partBlock());
  } else if (auto* one = dynamic_cast<P::OneOfPartContext*>(context)) {
    part.kind = ast::BlockPartKind::kOneOf;
    part.parts = Parts(one->partBlock());
  } else if (auto* text = dynamic_cast<P::TextPartContext*>(context)) {
    part = LinePart(text->patternItem());
    part.kind = ast::BlockPartKind::kText;
    part.name = NameOf(text->name());
  } else if (dynamic_cast<P::BlankPartContext*>(context) != nullptr) {
    part.kind = ast::BlockPartKind::kBlank;
  } else if (auto* skip = dynamic_cast<P::SkipPartContext*>(context)) {
    part = LinePart(skip->patternItem());
    part.kind = ast::BlockPartKind::kSkip;
  } else if (auto* until = dynamic_cast<P::UntilPartContext*>(context)) {
    part = LinePart(until->patternItem());
    part.kind = ast::BlockPartKind::kUntil;
  } else if (auto* named = dynamic_cast<P::NamedPartContext*>(context)) {
    part.kind = ast::BlockPartKind::kPart;
    part.part = PathOf(named->path());
  }
  part.span = SpanOf(context);
  return part;
}

}  // namespace faultline::parse
