// What the generated parser does about mistakes: one message in the words of the language, then on at the
// next clause.
//
// Any error inside a clause, declaration, field or expected finding unwinds to that rule, is reported once,
// and everything up to its end is skipped: the TERM (or comma) at the same bracket depth, which layout made
// sure is there. No token is ever inserted or deleted by guesswork, so nothing cascades.
//
// Internal to frontend/parse.
#ifndef FAULTLINE_FRONTEND_PARSE_RECOVERY_H_
#define FAULTLINE_FRONTEND_PARSE_RECOVERY_H_

#include "FaultlineParser.h"
#include "antlr4-runtime.h"
#include "frontend/parse/layout.h"
#include "frontend/parse/reports.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::parse {

class Recovery final : public antlr4::DefaultErrorStrategy {
 public:
  // What was skipped between the children of a block, for error nodes.
  using Skipped = std::unordered_map<const antlr4::ParserRuleContext*, std::vector<Span>>;

  Recovery(const SourceFile& source, FileId file, const std::vector<LayoutToken>& tokens, Reports& reports)
      : source_(source), text_(source.text()), file_(file), tokens_(tokens), reports_(reports) {}

  void reset(antlr4::Parser*) override { reported_ = false; }
  void reportMatch(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void sync(antlr4::Parser* parser) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override;
  void recover(antlr4::Parser* parser, std::exception_ptr e) override;

  const Skipped& skipped() const { return skipped_; }

 private:
  const LayoutToken& TokenOf(const antlr4::Token* token) const;
  Span SpanOf(std::size_t index) const;
  std::string Found(std::size_t index) const;
  std::string_view TextOf(std::size_t index) const;
  void Unexpected(std::size_t index, const antlr4::misc::IntervalSet& expected, std::size_t rule);
  bool InScore(std::size_t index) const;
  bool AfterFatalLine(std::size_t index) const;
  bool AfterLostTest(std::size_t index, const antlr4::misc::IntervalSet& expected) const;
  bool InExpression(std::size_t index) const;
  bool Special(std::size_t index, const antlr4::misc::IntervalSet& expected);
  void Hints(Diagnostic& report, std::size_t index, const antlr4::misc::IntervalSet& expected);
  void UnknownStart(std::size_t index, std::size_t rule);
  void SkipEntry(antlr4::Parser* parser, std::int32_t depth, bool commas);

  const SourceFile& source_;
  std::string_view text_;
  FileId file_;
  const std::vector<LayoutToken>& tokens_;
  Reports& reports_;
  Skipped skipped_;
  std::size_t unknown_end_ =
      static_cast<std::size_t>(-1);  // index behind what UnknownStart was told about last
  bool reported_ = false;            // the error that is unwinding has been reported
};

}  // namespace faultline::parse

#endif  // FAULTLINE_FRONTEND_PARSE_RECOVERY_H_
