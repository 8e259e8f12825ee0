#include "frontend/parse/words.h"

#include "frontend/parse/byte_stream.h"

namespace faultline::parse {

const std::string& Spelling(std::size_t type) {
  // The generated lexer knows them as 'severity', with the quotes of the grammar; but not what two tokens
  // share, as a brace that is a block's and one that is a hole's.
  static const std::vector<std::string> spellings = [] {
    ByteStream empty("");
    const grammar::FaultlineLexer lexer(&empty);
    const antlr4::dfa::Vocabulary& vocabulary = lexer.getVocabulary();
    std::vector<std::string> out(vocabulary.getMaxTokenType() + 1);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::string literal = vocabulary.getLiteralName(i);
      if (literal.size() > 2) out[i] = literal.substr(1, literal.size() - 2);
    }
    out[grammar::FaultlineLexer::LBRACE] = "{";
    out[grammar::FaultlineLexer::RBRACE] = "}";
    out[grammar::FaultlineLexer::BAR] = "|";
    return out;
  }();
  static const std::string none;
  return type < spellings.size() ? spellings[type] : none;
}

bool IsKeyword(std::string_view text) {
  for (std::size_t type = grammar::FaultlineLexer::MODULE; type <= grammar::FaultlineLexer::FALSE; ++type) {
    if (Spelling(type) == text) return true;
  }
  return false;
}

}  // namespace faultline::parse
