// Parse tree to syntax tree. Reads literals, escapes and test texts, and reports the mistakes that the
// grammar lets pass so that they get one clear message (FaultlineParser.g4).
//
// Internal to frontend/parse. build_module.cpp: declarations; build_clause.cpp: clauses of rules;
// build_stage.cpp: stages; build_block.cpp: blocks; build_test.cpp: tests; build_declaration.cpp: tables,
// parameters and the like; build_expression.cpp: expressions and literals; build_string.cpp: strings and test
// texts.
#ifndef FAULTLINE_FRONTEND_PARSE_BUILDER_H_
#define FAULTLINE_FRONTEND_PARSE_BUILDER_H_

#include "FaultlineParser.h"
#include "antlr4-runtime.h"
#include "frontend/ast/ast.h"
#include "frontend/parse/layout.h"
#include "frontend/parse/recovery.h"
#include "frontend/parse/reports.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::parse {

// Text of /// lines by the offset of what they document.
using Docs = std::unordered_map<std::uint32_t, std::string>;

class Builder {
 public:
  using P = grammar::FaultlineParser;

  Builder(std::string_view text, FileId file, const std::vector<LayoutToken>& tokens,
          const Recovery::Skipped& skipped, Docs docs, Reports& reports)
      : text_(text),
        file_(file),
        tokens_(tokens),
        skipped_(skipped),
        docs_(std::move(docs)),
        reports_(reports) {}

  ast::Module Module(P::FileContext* file);
  ast::Module Inline(P::InlineClausesContext* clauses);
  ast::ExprPtr InlineExpression(P::InlineExpressionContext* expression);
  // Offsets of documented things that were taken; the rest documents nothing.
  const Docs& unused_docs() const { return docs_; }

 private:
  // ---- places
  Span SpanOf(const antlr4::Token* token) const;
  Span SpanOf(const antlr4::ParserRuleContext* context) const;
  Span SpanOf(antlr4::tree::TerminalNode* node) const { return SpanOf(node->getSymbol()); }
  std::string_view TextOf(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
  static bool Broken(const antlr4::ParserRuleContext* context) {
    return context == nullptr || context->exception != nullptr;
  }

  // ---- names
  ast::Name NameOf(antlr4::ParserRuleContext* name);
  ast::Path PathOf(P::PathContext* path);
  std::string TakeDoc(const antlr4::ParserRuleContext* context);

  // ---- declarations
  void Declaration(P::DeclarationContext* context, ast::Module& module);
  ast::DeclPtr Pattern(P::PatternDeclarationContext* context);
  ast::DeclPtr Format(P::FormatDeclarationContext* context);
  ast::DeclPtr Wrapper(P::WrapperDeclarationContext* context);
  ast::DeclPtr Rule(P::RuleDeclarationContext* context);
  ast::Name DeclName(P::DeclNameContext* context);
  ast::ExprPtr PatternItem(P::PatternItemContext* context);
  ast::FormatKind Kind(P::FormatKindContext* context, std::vector<ast::ExprPtr>& lines,
                       std::optional<std::string>* each, Span* each_span);
  ast::DeclPtr Scope(P::ScopeDeclarationContext* context);
  ast::DeclPtr PartDeclaration(P::PartDeclarationContext* context);
  ast::DeclPtr Table(P::TableDeclarationContext* context);
  ast::DeclPtr Param(P::ParamDeclarationContext* context);
  ast::DeclPtr Override(P::OverrideDeclarationContext* context);
  ast::DeclPtr Disable(P::DisableDeclarationContext* context);
  ast::DeclPtr Allow(P::AllowDeclarationContext* context);
  void Reason(const std::vector<P::StringContext*>& strings, antlr4::tree::TerminalNode* until,
              ast::DisableDecl& decl);
  ast::DeclPtr Pack(P::PackDeclarationContext* context);
  std::vector<ast::FieldDecl> Fields(P::FieldBlockContext* context);
  ast::FieldDecl Field(P::FieldContext* context);

  // ---- clauses
  std::vector<ast::ClausePtr> Clauses(const antlr4::ParserRuleContext* block,
                                      const std::vector<P::ClauseLineContext*>& lines, ast::RuleForm form);
  bool Belongs(const ast::Clause& clause, ast::RuleForm form);
  ast::ClausePtr Clause(P::ClauseContext* context);
  ast::ClausePtr Explains(P::ExplainsClauseContext* context);
  ast::ClausePtr Confidence(P::ConfidenceClauseContext* context);
  ast::ClausePtr List(P::ListClauseContext* context);
  ast::ClausePtr Test(P::TestClauseContext* context);
  void Expect(P::ExpectationContext* context, ast::Expectation& expect);
  void Items(P::TestBlockContext* block, ast::TestClause& test);
  void Item(P::TestItemContext* context, std::uint32_t run, ast::TestClause& test);

  // ---- stages
  ast::ClausePtr Stage(P::StageClauseContext* context);
  ast::ClausePtr With(P::WithClauseContext* context);
  ast::ClausePtr Set(P::SetClauseContext* context);
  ast::ClausePtr Entry(P::EntryClauseContext* context);
  ast::ClausePtr Edge(P::EdgeClauseContext* context);
  void Body(P::StageBodyContext* context, ast::StageClause& stage);
  void Sources(const std::vector<P::StageSourceContext*>& sources, ast::StageClause& stage);
  void Tails(const std::vector<P::StageTailContext*>& tails, ast::StageClause& stage);
  void TakeName(P::NameContext* name, ast::StageClause& stage);
  void CheckRow(P::NameContext* article);
  std::int64_t Count(antlr4::tree::TerminalNode* number, std::string_view what);
  ast::Repetition Repeated(P::RepetitionContext* context);
  ast::Window Window(P::WindowContext* context, Span span, std::optional<ast::Name>* alias);
  // Whether a word behind `as` that is a type of the language is a name all the same.
  enum class AliasRule : std::uint8_t { kNoType, kAny };
  std::optional<ast::Name> TakeAlias(ast::ExprPtr& condition, AliasRule rule);

  // ---- blocks
  std::vector<ast::BlockPart> Parts(P::PartBlockContext* block);
  ast::BlockPart Part(P::BlockPartContext* context);
  ast::BlockPart LinePart(const std::vector<P::PatternItemContext*>& patterns);

  // ---- expressions
  ast::ExprPtr Expression(P::ExpressionContext* context);
  ast::ExprPtr Comparison(P::ComparisonExpressionContext* context);
  ast::ExprPtr Relation(ast::ExprPtr left, P::ComparisonContext* context);
  ast::ExprPtr Operand(P::OperandContext* context);
  ast::ExprPtr Call(P::CallContext* context);
  ast::ExprPtr WindowArgument(P::WindowArgumentContext* context);
  bool TakeTail(P::ComparisonContext* context);
  ast::ExprPtr Primary(P::PrimaryContext* context);
  ast::ExprPtr Number(Span span, bool negative);
  ast::ExprPtr Binary(P::OperandContext* left, antlr4::Token* op, P::OperandContext* right, Span span);
  ast::ExprPtr Regex(antlr4::tree::TerminalNode* node);
  ast::TypeRef Type(P::TypeRefContext* context);
  ast::ExprPtr Error(Span span) const { return std::make_unique<ast::ErrorExpr>(span); }
  bool TooDeep(Span span);

  // ---- strings
  ast::ExprPtr String(P::StringContext* context);
  void UnopenedHole(Span brace, std::uint32_t text_begin);
  ast::StringParts Parts(const std::vector<P::StringPartContext*>& contexts);
  void Escape(Span span, std::string& text, std::vector<std::uint32_t>* exact);
  std::optional<std::string> Plain(P::StringContext* context);
  void Fence(Span span, bool escaped, std::string& out, Span& where);

  std::string_view text_;
  FileId file_;
  const std::vector<LayoutToken>& tokens_;
  const Recovery::Skipped& skipped_;
  Docs docs_;
  Reports& reports_;
  // What a condition of a stage seems to go on with: `where n == 1 in before`, `… between a and b`.
  struct Trailing {
    const antlr4::Token* stop = nullptr;  // last token of the condition
    Span keyword;
    std::optional<ast::Name> after;  // of `between`
    std::optional<ast::Name> role;   // of `in`; the second name of `between`
  };
  Trailing* trailing_ = nullptr;
  int depth_ = 0;  // of the node that is being built, bounded by ast::kMaxDepth
};

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_BUILDER_H_
