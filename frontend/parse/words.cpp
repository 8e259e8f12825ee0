#include "frontend/parse/words.h"

#include "frontend/parse/byte_stream.h"

namespace faultline::parse {

const std::string& Spelling(std::size_t type) {
  // The generated lexer knows them as 'severity', with the quotes of the grammar.
  static const std::vector<std::string> spellings = [] {
    ByteStream empty("");
    const grammar::FaultlineLexer lexer(&empty);
    const antlr4::dfa::Vocabulary& vocabulary = lexer.getVocabulary();
    std::vector<std::string> out(vocabulary.getMaxTokenType() + 1);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::string literal = vocabulary.getLiteralName(i);
      if (literal.size() > 2) out[i] = literal.substr(1, literal.size() - 2);
    }
    return out;
  }();
  static const std::string none;
  return type < spellings.size() ? spellings[type] : none;
}

}  // namespace faultline::parse
