// Which patterns can match where: one look at the bytes for the required literals of all patterns.
//
// Most lines of a log hold no literal of any rule; they end here, without a pattern ever being run on them. A
// pattern without a required literal is a candidate on every line (`always`), which `explain` names.
//
// A hit means only that a literal stands there. No false negatives: if a text holds one of a pattern's
// literals (ASCII case ignored where the literal says so), a hit for it is reported. Texts that differ from
// the bytes of the file (colours removed, wrappers taken off, escapes decoded) must be scanned as they are
// matched.
//
// A few literals are searched with byte shuffles (teddy.h), many by hashed q-grams (qgram.h); the choice is
// by number and length, and has no influence on results.
//
// Thread safety: immutable once built; Scan may run on many threads.
#ifndef FAULTLINE_RUNTIME_MATCH_PREFILTER_H_
#define FAULTLINE_RUNTIME_MATCH_PREFILTER_H_

#include "ir/ir.h"
#include "runtime/match/literal_set.h"
#include "runtime/match/qgram.h"
#include "runtime/match/teddy.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::runtime {

class Prefilter {
 public:
  // `wanted`: the patterns to find, indices into `patterns`. O(bytes of literals).
  Prefilter(std::span<const ir::Pattern> patterns, std::span<const ir::PatternId> wanted,
            SimdKernel kernel = BestSimdKernel());

  // Replaces `hits` by all hits in `text` (under 4 GiB), ordered by offset, then literal. O(text + hits)
  // expected.
  void Scan(std::string_view text, std::vector<LiteralHit>* hits) const;

  // The patterns that require this literal.
  std::span<const ir::PatternId> PatternsOf(LiteralId literal) const {
    return {owners_.data() + owner_starts_[literal], owners_.data() + owner_starts_[literal + 1]};
  }
  // Patterns that are candidates everywhere, ascending.
  const std::vector<ir::PatternId>& always() const { return always_; }

  const LiteralSet& literals() const { return *literals_; }
  // "37 literals: 30 by shuffles (avx2, 3 bytes), 7 by 4-grams, every 4th byte": for `explain`.
  std::string Describe() const;

 private:
  std::unique_ptr<LiteralSet> literals_ =
      std::make_unique<LiteralSet>();  // its address is kept by the searchers
  std::vector<ir::PatternId> always_;
  std::vector<std::uint32_t> owner_starts_;
  std::vector<ir::PatternId> owners_;
  std::vector<Teddy> teddies_;
  std::vector<QGramSearcher> qgrams_;
  std::vector<std::string> described_;
};

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_MATCH_PREFILTER_H_
