// The words of failure, found by a perfect-enough hash: one probe or two for each word of a log.
#ifndef FAULTLINE_RUNTIME_NOVELTY_WORDS_H_
#define FAULTLINE_RUNTIME_NOVELTY_WORDS_H_

#include <cstddef>
#include <cstdint>

namespace faultline::novelty {

enum WordFlags : std::uint8_t {
  kRigidWord = 1,  // no template may let another word stand for it
  kCountWord = 2,  // a number beside it is told apart from zero
  kWarnWord = 4,
  kErrorWord = 8,
  kFatalWord = 16,
};

// Flags of a word of ASCII letters in any case; 0 for others. `word` may be read up to 16 bytes, whatever
// `size` is.
std::uint8_t FlagsOfWord(const char* word, std::size_t size);

}  // namespace faultline::novelty

#endif  // FAULTLINE_RUNTIME_NOVELTY_WORDS_H_
