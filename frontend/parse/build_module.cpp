// Declarations: what stands at the outermost level of a file.
#include "frontend/parse/builder.h"

#include <utility>

namespace faultline::parse {

Span Builder::SpanOf(const antlr4::Token* token) const {
  const std::size_t index = std::min(token->getTokenIndex(), tokens_.size());
  if (index >= tokens_.size()) {
    const auto end = static_cast<std::uint32_t>(text_.size());
    return {file_, end, end};
  }
  return {file_, tokens_[index].begin, tokens_[index].end};
}

Span Builder::SpanOf(const antlr4::ParserRuleContext* context) const {
  if (context->start == nullptr) return {file_, 0, 0};
  const Span start = SpanOf(context->start);
  if (context->stop == nullptr) return start;
  const Span stop = SpanOf(context->stop);
  return {file_, start.begin, std::max(start.end, stop.end)};
}

ast::Name Builder::NameOf(antlr4::ParserRuleContext* name) {
  const Span span = SpanOf(name);
  std::string_view text = TextOf(span);
  if (text.size() >= 2 && text.front() == '`') {
    text = text.substr(1, text.size() - 2);
    if (text.empty())
      reports_.Precise(diag::unexpected_text, span, "a name between the backquotes", "nothing");
  }
  return {std::string(text), span};
}

ast::Path Builder::PathOf(P::PathContext* path) {
  ast::Path out;
  out.span = SpanOf(path);
  for (P::NameContext* name : path->name()) out.parts.push_back(NameOf(name));
  return out;
}

std::string Builder::TakeDoc(const antlr4::ParserRuleContext* context) {
  const auto found = docs_.find(SpanOf(context).begin);
  if (found == docs_.end()) return {};
  std::string doc = std::move(found->second);
  docs_.erase(found);
  return doc;
}

ast::Module Builder::Module(P::FileContext* file) {
  ast::Module module;
  module.file = file_;
  module.span = {file_, 0, static_cast<std::uint32_t>(text_.size())};
  for (P::ItemContext* item : file->item()) {
    if (Broken(item) || Broken(item->declaration())) {
      TakeDoc(item);
      module.decls.push_back(std::make_unique<ast::ErrorDecl>(SpanOf(item)));
      continue;
    }
    Declaration(item->declaration(), module);
  }
  if (const auto found = skipped_.find(file); found != skipped_.end()) {
    for (const Span span : found->second) {
      docs_.erase(span.begin);
      module.decls.push_back(std::make_unique<ast::ErrorDecl>(span));
    }
  }
  return module;
}

ast::Module Builder::Inline(P::InlineClausesContext* clauses) {
  ast::Module module;
  module.file = file_;
  module.span = {file_, 0, static_cast<std::uint32_t>(text_.size())};
  auto rule = std::make_unique<ast::RuleDecl>(module.span);
  rule->name = {"inline", {file_, 0, 0}};
  rule->clauses = Clauses(clauses, clauses->clauseLine(), ast::RuleForm::kRule);
  module.decls.push_back(std::move(rule));
  return module;
}

ast::ExprPtr Builder::InlineExpression(P::InlineExpressionContext* expression) {
  if (Broken(expression) || Broken(expression->expression())) return Error(SpanOf(expression));
  return Expression(expression->expression());
}

void Builder::Declaration(P::DeclarationContext* context, ast::Module& module) {
  const Span span = SpanOf(context);
  const Span keyword = SpanOf(context->start);
  if (auto* header = dynamic_cast<P::ModuleHeaderContext*>(context)) {
    if (module.name) {
      reports_.Precise(diag::misplaced_header, keyword, "module", "only once in a file")
          .Label(module.name->span, "the module is named here");
      return;
    }
    if (!module.decls.empty() || !module.uses.empty()) {
      reports_.Precise(diag::misplaced_header, keyword, "module", "before all declarations")
          .Label(module.decls.empty() ? module.uses.front().span : module.decls.front()->span,
                 "this stands before it");
    }
    module.name = PathOf(header->path());
    module.doc = TakeDoc(context);
    return;
  }
  if (auto* header = dynamic_cast<P::LanguageHeaderContext*>(context)) {
    if (module.language || !module.decls.empty() || !module.uses.empty()) {
      reports_.Precise(diag::misplaced_header, keyword, "language", "once, at the top of the file");
    }
    const ast::ExprPtr number = Number(SpanOf(header->NUMBER()), false);
    if (number->kind == ast::ExprKind::kInt) {
      module.language = static_cast<const ast::IntExpr&>(*number).value;
    } else if (number->kind != ast::ExprKind::kError) {
      reports_.Precise(diag::unexpected_text, number->span,
                       "the number of a language version, as in `language 1`",
                       "`" + std::string(TextOf(number->span)) + "`");
    }
    return;
  }
  if (auto* use = dynamic_cast<P::UseDeclarationContext*>(context)) {
    ast::Use out;
    out.module = PathOf(use->path());
    if (use->name() != nullptr) out.alias = NameOf(use->name());
    out.span = span;
    module.uses.push_back(std::move(out));
    return;
  }
  const std::string doc = TakeDoc(context);
  ast::DeclPtr decl;
  if (auto* pattern = dynamic_cast<P::PatternDeclarationContext*>(context)) {
    decl = Pattern(pattern);
  } else if (auto* format = dynamic_cast<P::FormatDeclarationContext*>(context)) {
    decl = Format(format);
  } else if (auto* wrapper = dynamic_cast<P::WrapperDeclarationContext*>(context)) {
    decl = Wrapper(wrapper);
  } else if (auto* rule = dynamic_cast<P::RuleDeclarationContext*>(context)) {
    decl = Rule(rule);
  } else if (auto* scope = dynamic_cast<P::ScopeDeclarationContext*>(context)) {
    decl = Scope(scope);
  } else if (auto* part = dynamic_cast<P::PartDeclarationContext*>(context)) {
    decl = PartDeclaration(part);
  } else if (auto* table = dynamic_cast<P::TableDeclarationContext*>(context)) {
    decl = Table(table);
  } else if (auto* param = dynamic_cast<P::ParamDeclarationContext*>(context)) {
    decl = Param(param);
  } else if (auto* changed = dynamic_cast<P::OverrideDeclarationContext*>(context)) {
    decl = Override(changed);
  } else if (auto* disabled = dynamic_cast<P::DisableDeclarationContext*>(context)) {
    decl = Disable(disabled);
  } else if (auto* allowed = dynamic_cast<P::AllowDeclarationContext*>(context)) {
    decl = Allow(allowed);
  } else if (auto* pack = dynamic_cast<P::PackDeclarationContext*>(context)) {
    decl = Pack(pack);
  } else {
    decl = std::make_unique<ast::ErrorDecl>(span);
  }
  if (!doc.empty()) decl->doc = decl->doc.empty() ? doc : doc + "\n" + decl->doc;
  module.decls.push_back(std::move(decl));
}

ast::Name Builder::DeclName(P::DeclNameContext* context) {
  ast::Path path = PathOf(context->path());
  if (path.parts.size() > 1) {
    reports_.Precise(diag::dotted_declaration, path.span, path.Text())
        .Help("write `" + path.parts.back().text + "`; the name of the module comes before it by itself");
  }
  return std::move(path.parts.back());
}

ast::DeclPtr Builder::Pattern(P::PatternDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::PatternDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  for (P::PatternItemContext* item : context->patternItem()) decl->alternatives.push_back(PatternItem(item));
  return decl;
}

ast::ExprPtr Builder::PatternItem(P::PatternItemContext* context) {
  if (context->string() != nullptr) return String(context->string());
  return Regex(context->REGEX());
}

ast::FormatKind Builder::Kind(P::FormatKindContext* context, std::vector<ast::ExprPtr>& lines,
                              std::optional<std::string>* each, Span* each_span) {
  if (context->PLAIN() != nullptr) return ast::FormatKind::kPlain;
  if (context->LOGFMT() != nullptr) return ast::FormatKind::kLogfmt;
  if (context->JSON() != nullptr) {
    if (P::StringContext* path = context->string()) {
      if (each == nullptr) {
        reports_.Precise(diag::misplaced_option, SpanOf(context->EACH()), "each", "a wrapper")
            .Help("a `format` takes it: `format NAME = json each \"…\" { … }`");
      } else {
        *each = Plain(path);
        *each_span = SpanOf(path);
      }
    }
    return ast::FormatKind::kJson;
  }
  if (context->BLOCK() != nullptr) return ast::FormatKind::kBlock;
  for (P::PatternItemContext* item : context->patternItem()) lines.push_back(PatternItem(item));
  return ast::FormatKind::kLine;
}

ast::DeclPtr Builder::Format(P::FormatDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::FormatDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  decl->format = Kind(context->formatKind(), decl->lines, &decl->each, &decl->each_span);
  const bool block = decl->format == ast::FormatKind::kBlock;
  if (block) decl->parts = Parts(context->formatKind()->partBlock());
  for (P::DeclOptionContext* option : context->declOption()) {
    const Span keyword = SpanOf(option->start);
    if (option->MISSING() != nullptr) {
      if (decl->missing_text) reports_.Precise(diag::repeated_part, keyword, "missing");
      decl->missing_text = Plain(option->string());
      continue;
    }
    if (option->LIMIT() != nullptr || (option->BY() != nullptr && option->STREAM() == nullptr)) {
      if (!block) {
        reports_.Precise(diag::misplaced_option, keyword, TextOf(keyword), "this format")
            .Help("a format of several lines takes it: `format NAME = block { … }`");
      } else if (option->LIMIT() != nullptr) {
        if (decl->limit) reports_.Precise(diag::repeated_part, keyword, "limit");
        decl->limit = Count(option->NUMBER(), "the limit of a block");
      } else {
        if (!decl->block_by.empty()) reports_.Precise(diag::repeated_part, keyword, "by");
        for (P::NameContext* name : option->name()) decl->block_by.push_back(NameOf(name));
      }
      continue;
    }
    reports_.Precise(diag::misplaced_option, keyword, TextOf(keyword), "a format")
        .Help("a `wrapper` takes it");
  }
  if (context->fieldBlock() != nullptr) decl->fields = Fields(context->fieldBlock());
  return decl;
}

ast::DeclPtr Builder::Wrapper(P::WrapperDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::WrapperDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  decl->format = Kind(context->formatKind(), decl->lines, nullptr, nullptr);
  if (decl->format == ast::FormatKind::kPlain || decl->format == ast::FormatKind::kLogfmt ||
      decl->format == ast::FormatKind::kBlock) {
    const Span keyword = SpanOf(context->formatKind()->start);
    reports_.Precise(diag::misplaced_option, keyword, TextOf(keyword), "a wrapper")
        .Help("a wrapper is `line \"…{:unwrapped}\"` or `json { NAME: unwrapped from \"…\" }`");
  }
  for (P::DeclOptionContext* option : context->declOption()) {
    const Span keyword = SpanOf(option->start);
    if (option->DETECT() != nullptr) {
      for (P::PatternItemContext* item : option->patternItem()) decl->detect.push_back(PatternItem(item));
    } else if (option->INSIDE() != nullptr) {
      if (decl->inside) reports_.Precise(diag::repeated_part, keyword, "inside");
      decl->inside = PathOf(option->path());
    } else if (option->STREAM() != nullptr) {
      if (!decl->stream_by.empty()) reports_.Precise(diag::repeated_part, keyword, "stream by");
      for (P::NameContext* name : option->name()) decl->stream_by.push_back(NameOf(name));
    } else {
      reports_.Precise(diag::misplaced_option, keyword, TextOf(keyword), "a wrapper")
          .Help("a `format` takes it");
    }
  }
  if (context->fieldBlock() != nullptr) decl->fields = Fields(context->fieldBlock());
  return decl;
}

std::vector<ast::FieldDecl> Builder::Fields(P::FieldBlockContext* context) {
  std::vector<ast::FieldDecl> fields;
  for (P::FieldEntryContext* entry : context->fieldEntry()) {
    if (Broken(entry) || Broken(entry->field())) continue;
    fields.push_back(Field(entry->field()));
  }
  return fields;
}

ast::FieldDecl Builder::Field(P::FieldContext* context) {
  ast::FieldDecl field;
  field.span = SpanOf(context);
  field.name = NameOf(context->name());
  field.optional = context->QUESTION() != nullptr;
  if (context->typeRef() != nullptr) field.type = Type(context->typeRef());
  if (context->string() != nullptr) {
    field.source = Plain(context->string());
    field.source_span = SpanOf(context->string());
  }
  if (context->expression() != nullptr) field.value = Expression(context->expression());
  if (P::MappingContext* mapping = context->mapping()) {
    for (P::MapEntryContext* entry : mapping->mapEntry()) {
      if (Broken(entry) || Broken(entry->mapPair())) continue;
      P::MapPairContext* pair = entry->mapPair();
      ast::MapEntry out;
      out.key_span = SpanOf(pair->mapKey());
      if (pair->mapKey()->string() != nullptr) {
        out.key = Plain(pair->mapKey()->string()).value_or("");
      } else if (pair->mapKey()->name() != nullptr) {
        out.key = NameOf(pair->mapKey()->name()).text;
      } else {
        out.key = std::string(TextOf(out.key_span));
      }
      out.value = Expression(pair->expression());
      field.map.push_back(std::move(out));
    }
  }
  // The bare word `others` takes what no other field names.
  field.others = field.name.text == "others" && TextOf(field.span) == "others";
  return field;
}

ast::DeclPtr Builder::Rule(P::RuleDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::RuleDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  decl->form = context->EVENT() != nullptr   ? ast::RuleForm::kEvent
               : context->GRAPH() != nullptr ? ast::RuleForm::kGraph
               : context->SCORE() != nullptr ? ast::RuleForm::kScore
                                             : ast::RuleForm::kRule;
  decl->is_event = decl->form == ast::RuleForm::kEvent;
  decl->clauses = Clauses(context->clauseBlock(), context->clauseBlock()->clauseLine(), decl->form);
  return decl;
}

}  // namespace faultline::parse
