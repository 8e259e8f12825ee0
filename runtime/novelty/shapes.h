// What lines of passing runs look like: templates, learned from them one line at a time.
//
// The miner is Drain (P. He, J. Zhu, Z. Zheng, M. R. Lyu: "Drain: An Online Log Parsing Approach with Fixed
// Depth Tree", ICWS 2017): a tree over the number of tokens and the first of them, and in each leaf the
// templates, of which a line joins the most similar one if at least half of their tokens are equal. What
// differs becomes a wildcard. Volatile parts are masked before (mask.h), as the paper does with regular
// expressions. Ours differs in what novelty needs:
//
//   - a line that is equal to one seen before, once masked, is found by one probe of a table: most are;
//   - a token becomes a wildcard once three lines differ in it and not at the second, so that two words seen
//     do not stand for all words;
//   - a wildcard never stands for a word of failure ("error", "refused", "panic");
//   - a line is known only if each of its tokens is that of the template or stands under a wildcard; being
//     similar is not enough.
//
// Bounds: Limits. Where one is reached, further shapes are not taken up and are counted; what is known stays.
// A line is looked at for 2 KiB and 64 tokens.
//
// Thread safety: Learn and Merge by one thread; IsNovel and the other const members by many, while nobody
// learns.
#ifndef FAULTLINE_RUNTIME_NOVELTY_SHAPES_H_
#define FAULTLINE_RUNTIME_NOVELTY_SHAPES_H_

#include "runtime/novelty/mask.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline::novelty {

struct ShapeLimits {
  std::size_t shapes = 65536;
  std::size_t bytes = 16 * 1024 * 1024;  // of the shapes' texts
  std::size_t children = 256;            // first tokens that the tree tells apart, for each number of tokens
  std::size_t leaf = 256;                // templates of more than one token in a leaf
  std::size_t seen = 262144;             // lines that are found by one probe
};

enum class Learned : std::uint8_t {
  kKnown,    // of a shape that was there
  kNew,      // a new shape, or one that became wider
  kDropped,  // a limit was reached
};

struct ShapeError {
  enum class Kind : std::uint8_t {
    kMissing,  // there is no such file
    kRead,     // it cannot be read: permissions, a folder
    kWrite,    // it cannot be written: read-only, full
    kDamaged,  // not what Save wrote
    kVersion,  // of a version that this program does not know
  };
  Kind kind = Kind::kRead;
  std::string message;  // lower case, without the path
};

class ShapeSet {
 public:
  explicit ShapeSet(const ShapeLimits& limits = {});

  // Amortised O(line) for lines seen before, else O(line + leaf * tokens).
  Learned Learn(std::string_view line);
  // True: no line of this shape was learned. A line of nothing but volatile parts is never novel.
  bool IsNovel(std::string_view line) const;
  bool IsNovel(const Masker& line) const { return Look(line) == Sight::kNovel; }

  // Takes up what the other one knows.
  void Merge(const ShapeSet& other);

  std::size_t shapes() const { return live_; }
  std::uint64_t lines() const { return lines_; }      // learned, in all runs
  std::uint64_t dropped() const { return dropped_; }  // lines that a limit kept out
  std::size_t bytes() const { return text_bytes_; }
  // Each shape as people read it ("got <*> items in <*>"), sorted.
  std::vector<std::string> Show() const;

  // The file is replaced as a whole: a reader sees the old one or the new one. A checksum finds damage.
  std::optional<ShapeError> Save(const std::string& path) const;
  // Replaces what is known; on an error nothing is known.
  std::optional<ShapeError> Load(const std::string& path);
  // The same as bytes.
  std::string Serialize() const;
  std::optional<ShapeError> Parse(std::string_view bytes);

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct TemplateToken {
    std::uint64_t hash = 0;
    bool rigid = false;
  };
  struct Template {
    std::vector<TemplateToken> tokens;  // none: its place is free
    bool wide = false;                  // has wildcards
    std::string text;
  };
  // An inner node or a leaf; children are found by children_.
  struct Node {
    std::uint32_t children = 0;
    std::vector<std::uint32_t> templates;  // of a leaf: those with wildcards first
    std::size_t wide = 0;                  // how many have some
  };

  // kNone: there is none.
  std::uint32_t FindLeaf(const Masker& line) const;
  std::uint32_t MakeLeaf(const Masker& line);
  std::uint32_t Child(std::uint32_t node, std::uint64_t token) const;
  std::uint32_t MakeChild(std::uint32_t node, std::uint64_t token, bool counts);
  // The child for this token, else that for any token.
  std::uint32_t Step(std::uint32_t node, const Token& token) const;
  std::uint32_t MakeStep(std::uint32_t node, const Token& token);
  // Whether a template with wildcards fits.
  bool FitsIn(std::uint32_t leaf, const std::vector<Token>& tokens) const;
  bool Fits(const Template& shape, const std::vector<Token>& tokens) const;
  // Share of equal tokens, in 1/1024; -1: they differ at a word of failure.
  int Similarity(const Template& shape, const std::vector<Token>& tokens) const;
  bool HasRoom(std::size_t text) const;
  Learned LearnScanned(const Masker& line);
  Learned LearnNew(const Masker& line);
  // Takes up a shape as Texts gives it. False: it is none.
  bool Take(std::string_view text);
  std::vector<std::string> Texts() const;
  enum class Sight : std::uint8_t { kSeen, kFits, kNovel };
  Sight Look(const Masker& line) const;
  void Add(const Masker& line, std::uint32_t leaf);
  void Widen(std::uint32_t shape, const Masker& line, std::uint32_t leaf);
  void Remove(std::uint32_t shape);
  // The line is found by one probe from now on; those of `must` (shapes without wildcards) whatever the
  // limit.
  void See(std::uint64_t hash, bool must);

  ShapeLimits limits_;
  Masker masker_;
  std::vector<Template> templates_;
  std::vector<std::uint32_t> free_;  // places in templates_
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // by node and token
  std::vector<std::uint64_t> seen_;                            // hashes of masked lines; open addressing
  std::size_t seen_count_ = 0;
  std::size_t live_ = 0;
  std::size_t text_bytes_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace faultline::novelty

#endif  // FAULTLINE_RUNTIME_NOVELTY_SHAPES_H_
