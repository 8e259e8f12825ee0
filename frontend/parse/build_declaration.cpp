// Declarations that hold settings and data: parts, tables, parameters, overrides, packs.
#include "frontend/parse/builder.h"

#include <utility>

namespace faultline::parse {

ast::DeclPtr Builder::Scope(P::ScopeDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::RuleDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  decl->form = ast::RuleForm::kScope;
  for (P::NameContext* name : context->name()) decl->scope_by.push_back(NameOf(name));
  decl->clauses = Clauses(context->clauseBlock(), context->clauseBlock()->clauseLine(), decl->form);
  return decl;
}

ast::DeclPtr Builder::PartDeclaration(P::PartDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::PartDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  decl->parts = Parts(context->partBlock());
  return decl;
}

ast::DeclPtr Builder::Table(P::TableDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::TableDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  for (P::ColumnContext* column : context->column()) {
    ast::TableColumn& out = decl->columns.emplace_back();
    out.name = NameOf(column->name());
    if (column->typeRef() != nullptr) out.type = Type(column->typeRef());
  }
  if (context->string() != nullptr) {
    decl->from = Plain(context->string());
    decl->from_span = SpanOf(context->string());
    return decl;
  }
  for (P::TableLineContext* line : context->tableBlock()->tableLine()) {
    if (Broken(line) || Broken(line->tableRow())) continue;
    std::vector<ast::ExprPtr>& row = decl->rows.emplace_back();
    for (P::ExpressionContext* cell : line->tableRow()->expression()) row.push_back(Expression(cell));
    if (row.size() != decl->columns.size()) {
      reports_
          .Precise(diag::uneven_row, SpanOf(line->tableRow()), static_cast<std::int64_t>(row.size()),
                   static_cast<std::int64_t>(decl->columns.size()))
          .Label(decl->name.span, "the columns are named here");
      decl->rows.pop_back();
    }
  }
  return decl;
}

ast::DeclPtr Builder::Param(P::ParamDeclarationContext* context) {
  if (Broken(context->declName())) return std::make_unique<ast::ErrorDecl>(SpanOf(context));
  auto decl = std::make_unique<ast::ParamDecl>(SpanOf(context));
  decl->name = DeclName(context->declName());
  if (context->typeRef() != nullptr) decl->type = Type(context->typeRef());
  decl->value = Operand(context->operand(0));
  if (context->BETWEEN() != nullptr) {
    decl->low = Operand(context->operand(1));
    decl->high = Operand(context->operand(2));
  }
  if (context->string() != nullptr) decl->doc = Plain(context->string()).value_or("");
  return decl;
}

ast::DeclPtr Builder::Override(P::OverrideDeclarationContext* context) {
  auto decl = std::make_unique<ast::OverrideDecl>(SpanOf(context));
  decl->target = PathOf(context->path());
  decl->name = {decl->target.Text(), decl->target.span};
  for (P::OverrideLineContext* line : context->overrideBlock()->overrideLine()) {
    if (Broken(line) || Broken(line->overrideEntry())) continue;
    P::OverrideEntryContext* entry = line->overrideEntry();
    ast::OverrideEntry& out = decl->entries.emplace_back();
    out.span = SpanOf(entry);
    out.assigned = entry->ASSIGN() != nullptr;
    if (out.assigned) {
      out.name = NameOf(entry->name());
      out.value = Expression(entry->expression());
    } else {
      const Span keyword = SpanOf(entry->start);
      out.name = {std::string(TextOf(keyword)), keyword};
      out.value = entry->SEVERITY() != nullptr ? std::make_unique<ast::NameExpr>(NameOf(entry->name()))
                                               : Expression(entry->expression());
    }
  }
  return decl;
}

ast::DeclPtr Builder::Disable(P::DisableDeclarationContext* context) {
  auto decl = std::make_unique<ast::DisableDecl>(SpanOf(context));
  decl->target = PathOf(context->path());
  Reason(context->string(), context->UNTIL(), *decl);
  return decl;
}

ast::DeclPtr Builder::Allow(P::AllowDeclarationContext* context) {
  auto decl = std::make_unique<ast::DisableDecl>(SpanOf(context));
  decl->target = PathOf(context->path());
  decl->condition = Expression(context->expression());
  Reason(context->string(), context->UNTIL(), *decl);
  return decl;
}

// ["reason"] [until "2027-01-01"]
void Builder::Reason(const std::vector<P::StringContext*>& strings, antlr4::tree::TerminalNode* until,
                     ast::DisableDecl& decl) {
  decl.name = {decl.target.Text(), decl.target.span};
  if (until != nullptr && !strings.empty()) {
    decl.until = Plain(strings.back());
    decl.until_span = SpanOf(strings.back());
  }
  if (strings.size() > (until == nullptr ? 0U : 1U)) decl.reason = Plain(strings.front());
}

ast::DeclPtr Builder::Pack(P::PackDeclarationContext* context) {
  auto decl = std::make_unique<ast::PackDecl>(SpanOf(context));
  const ast::Path path = PathOf(context->path());
  decl->name = {path.Text(), path.span};
  bool version = false;
  for (P::PackLineContext* line : context->packBlock()->packLine()) {
    if (Broken(line) || Broken(line->packEntry())) continue;
    P::PackEntryContext* entry = line->packEntry();
    if (entry->VERSION() != nullptr) {
      if (std::exchange(version, true))
        reports_.Precise(diag::repeated_part, SpanOf(entry->VERSION()), "version");
      decl->version = Plain(entry->string()).value_or("");
    }
    for (P::PackNeedContext* need : entry->packNeed()) {
      ast::PackNeed& out = decl->needs.emplace_back();
      out.name = PathOf(need->path());
      out.version = Plain(need->string()).value_or("");
      out.span = SpanOf(need);
    }
  }
  return decl;
}

}  // namespace faultline::parse
