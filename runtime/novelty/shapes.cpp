// Learning and looking up: see shapes.h. The file format is in shapes_file.cpp.
#include "runtime/novelty/shapes.h"

#include <algorithm>

namespace faultline::novelty {
namespace {

// Token of wildcards, and of the child that takes what the others do not; no token has this hash.
constexpr std::uint64_t kAnyToken = 0;
constexpr int kSimilar = 512;      // of 1024: half of the tokens
constexpr std::size_t kForms = 2;  // so many similar lines stand beside each other before a third widens one

std::uint64_t KeyOf(std::uint32_t node, std::uint64_t token) {
  return token ^ (static_cast<std::uint64_t>(node) + 1) * 0x9e3779b97f4a7c15;
}

Masker& MaskerOfThread() {
  thread_local Masker masker;
  return masker;
}

}  // namespace

ShapeSet::ShapeSet(const ShapeLimits& limits) : limits_(limits), nodes_(1) {
  seen_.resize(1024);
}

// ---------------------------------------------------------------- the tree

std::uint32_t ShapeSet::Child(std::uint32_t node, std::uint64_t token) const {
  const auto found = children_.find(KeyOf(node, token));
  return found == children_.end() ? kNone : found->second;
}

std::uint32_t ShapeSet::MakeChild(std::uint32_t node, std::uint64_t token, bool counts) {
  const auto [at, made] =
      children_.try_emplace(KeyOf(node, token), static_cast<std::uint32_t>(nodes_.size()));
  if (made) {
    if (counts) ++nodes_[node].children;
    nodes_.emplace_back();
  }
  return at->second;
}

std::uint32_t ShapeSet::Step(std::uint32_t node, const Token& token) const {
  const std::uint32_t child = token.masked ? kNone : Child(node, token.hash);
  return child != kNone ? child : Child(node, kAnyToken);
}

std::uint32_t ShapeSet::MakeStep(std::uint32_t node, const Token& token) {
  if (!token.masked) {
    const std::uint32_t child = Child(node, token.hash);
    if (child != kNone) return child;
    if (nodes_[node].children < limits_.children) return MakeChild(node, token.hash, true);
  }
  return MakeChild(node, kAnyToken, false);
}

std::uint32_t ShapeSet::FindLeaf(const Masker& line) const {
  const std::uint32_t node = Child(0, line.tokens().size());
  return node == kNone ? kNone : Step(node, line.tokens()[0]);
}

std::uint32_t ShapeSet::MakeLeaf(const Masker& line) {
  return MakeStep(MakeChild(0, line.tokens().size(), false), line.tokens()[0]);
}

bool ShapeSet::FitsIn(std::uint32_t leaf_number, const std::vector<Token>& tokens) const {
  if (leaf_number == kNone) return false;
  const Node& leaf = nodes_[leaf_number];
  for (std::size_t i = 0; i < leaf.wide; ++i) {
    if (Fits(templates_[leaf.templates[i]], tokens)) return true;
  }
  return false;
}

// ---------------------------------------------------------------- templates

bool ShapeSet::Fits(const Template& shape, const std::vector<Token>& tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (shape.tokens[i].hash == tokens[i].hash) continue;
    if (shape.tokens[i].hash != kAnyToken || tokens[i].rigid) return false;
  }
  return true;
}

int ShapeSet::Similarity(const Template& shape, const std::vector<Token>& tokens) const {
  int equal = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (shape.tokens[i].hash == tokens[i].hash) {
      ++equal;
    } else if (shape.tokens[i].rigid || tokens[i].rigid) {
      return -1;
    }
  }
  return equal * 1024 / static_cast<int>(tokens.size());
}

bool ShapeSet::HasRoom(std::size_t text) const {
  return live_ < limits_.shapes && text_bytes_ + text <= limits_.bytes;
}

void ShapeSet::Add(const Masker& line, std::uint32_t leaf_number) {
  Template shape;
  shape.text = line.text();
  shape.tokens.reserve(line.tokens().size());
  for (const Token& token : line.tokens()) {
    const bool any = token.end - token.begin == 1 && line.text()[token.begin] == kAny;
    shape.tokens.push_back({any ? kAnyToken : token.hash, token.rigid});
    shape.wide = shape.wide || any;
  }
  text_bytes_ += shape.text.size();
  ++live_;
  std::uint32_t number = static_cast<std::uint32_t>(templates_.size());
  if (free_.empty()) {
    templates_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Node& leaf = nodes_[leaf_number];
  leaf.templates.push_back(number);
  if (shape.wide) {
    std::swap(leaf.templates[leaf.wide++], leaf.templates.back());
  } else {
    See(line.hash(), true);
  }
  templates_[number] = std::move(shape);
}

void ShapeSet::Remove(std::uint32_t number) {
  text_bytes_ -= templates_[number].text.size();
  templates_[number] = Template();
  free_.push_back(number);
  --live_;
}

// Makes wildcards of what differs, and drops templates of the leaf that this one now covers.
void ShapeSet::Widen(std::uint32_t number, const Masker& line, std::uint32_t leaf_number) {
  Template& shape = templates_[number];
  text_bytes_ -= shape.text.size();
  std::string text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shape.tokens.size(); ++i) {
    const std::size_t end = std::min(shape.text.find(' ', at), shape.text.size());
    TemplateToken& token = shape.tokens[i];
    if (token.hash != line.tokens()[i].hash) token.hash = kAnyToken;
    if (i > 0) text += ' ';
    if (token.hash == kAnyToken) {
      text += kAny;
    } else {
      text.append(shape.text, at, end - at);
    }
    at = end + 1;
  }
  shape.text = std::move(text);
  shape.wide = true;
  text_bytes_ += shape.text.size();

  const auto covers = [&shape](const Template& other) {
    for (std::size_t i = 0; i < shape.tokens.size(); ++i) {
      if (shape.tokens[i].hash == other.tokens[i].hash) continue;
      if (shape.tokens[i].hash != kAnyToken || other.tokens[i].rigid) return false;
    }
    return true;
  };
  Node& leaf = nodes_[leaf_number];
  std::vector<std::uint32_t> wide, plain;
  for (const std::uint32_t other : leaf.templates) {
    if (other != number && covers(templates_[other])) {
      Remove(other);
    } else {
      (templates_[other].wide ? wide : plain).push_back(other);
    }
  }
  leaf.wide = wide.size();
  wide.insert(wide.end(), plain.begin(), plain.end());
  leaf.templates = std::move(wide);
}

// ---------------------------------------------------------------- lines

void ShapeSet::See(std::uint64_t hash, bool must) {
  if (seen_count_ >= limits_.seen && !must) return;
  if ((seen_count_ + 1) * 2 > seen_.size()) {
    std::vector<std::uint64_t> old(seen_.size() * 2);
    old.swap(seen_);
    seen_count_ = 0;
    for (const std::uint64_t one : old) {
      if (one != 0) See(one, true);
    }
  }
  for (std::size_t at = hash & (seen_.size() - 1);; at = (at + 1) & (seen_.size() - 1)) {
    if (seen_[at] == hash) return;
    if (seen_[at] != 0) continue;
    seen_[at] = hash;
    ++seen_count_;
    return;
  }
}

ShapeSet::Sight ShapeSet::Look(const Masker& line) const {
  if (line.tokens().empty() || line.blank()) return Sight::kSeen;
  for (std::size_t at = line.hash() & (seen_.size() - 1); seen_[at] != 0;
       at = (at + 1) & (seen_.size() - 1)) {
    if (seen_[at] == line.hash()) return Sight::kSeen;
  }
  // It may be with its first token or with any: where a template was put depends on what the tree knew then.
  const std::uint32_t node = Child(0, line.tokens().size());
  if (node == kNone) return Sight::kNovel;
  const bool fits = FitsIn(Child(node, line.tokens()[0].hash), line.tokens()) ||
                    FitsIn(Child(node, kAnyToken), line.tokens());
  return fits ? Sight::kFits : Sight::kNovel;
}

bool ShapeSet::IsNovel(std::string_view line) const {
  Masker& masker = MaskerOfThread();
  masker.Scan(line);
  return IsNovel(masker);
}

Learned ShapeSet::Learn(std::string_view line) {
  ++lines_;
  masker_.Scan(line);
  return LearnScanned(masker_);
}

Learned ShapeSet::LearnScanned(const Masker& line) {
  const Sight sight = Look(line);
  if (sight == Sight::kSeen) return Learned::kKnown;
  if (sight == Sight::kFits) {
    See(line.hash(), false);
    return Learned::kKnown;
  }
  const Learned learned = LearnNew(line);
  if (learned == Learned::kDropped) ++dropped_;
  return learned;
}

Learned ShapeSet::LearnNew(const Masker& line) {
  // A new leaf takes memory too, so the limits come first; widening needs none.
  const bool room = HasRoom(line.text().size());
  const std::uint32_t leaf = room ? MakeLeaf(line) : FindLeaf(line);
  if (leaf == kNone) return Learned::kDropped;
  if (line.tokens().size() == 1) {  // one word is like no other
    if (!room) return Learned::kDropped;
    Add(line, leaf);
    return Learned::kNew;
  }
  std::uint32_t best = kNone, best_wide = kNone;
  int most = 0, most_wide = 0;
  std::size_t forms = 0;
  for (const std::uint32_t number : nodes_[leaf].templates) {
    const Template& shape = templates_[number];
    const int similarity = Similarity(shape, line.tokens());
    if (similarity > most) {
      most = similarity;
      best = number;
    }
    if (similarity < kSimilar) continue;
    ++forms;
    if (shape.wide && similarity > most_wide) {
      most_wide = similarity;
      best_wide = number;
    }
  }
  // A full leaf takes shapes that are like no other, up to eight times as many.
  const bool full = nodes_[leaf].templates.size() >= limits_.leaf * (best == kNone ? 8 : 1);
  if (best_wide != kNone && most_wide >= most) {
    Widen(best_wide, line, leaf);
  } else if (best != kNone && ((most >= kSimilar && forms >= kForms) || full)) {
    Widen(best, line, leaf);
  } else if (room && !full) {
    Add(line, leaf);
    return Learned::kNew;
  } else {
    return Learned::kDropped;
  }
  See(line.hash(), false);
  return Learned::kNew;
}

bool ShapeSet::Take(std::string_view text) {
  masker_.ScanMasked(text);
  if (masker_.text() != text || masker_.tokens().empty()) return false;
  const bool wide = text.find(kAny) != std::string_view::npos;
  if (!wide) {
    if (Look(masker_) == Sight::kNovel) {
      if (!HasRoom(text.size())) {
        ++dropped_;
      } else {
        Add(masker_, MakeLeaf(masker_));
      }
    }
    return true;
  }
  if (!HasRoom(text.size())) {
    ++dropped_;
    return true;
  }
  const std::uint32_t leaf = MakeLeaf(masker_);
  for (const std::uint32_t number : nodes_[leaf].templates) {
    if (templates_[number].text == text) return true;
  }
  Add(masker_, leaf);
  return true;
}

void ShapeSet::Merge(const ShapeSet& other) {
  for (const std::string& text : other.Texts()) {
    if (text.find(kAny) != std::string::npos) {
      Take(text);
    } else {  // a line like others: it may make a wildcard
      masker_.ScanMasked(text);
      LearnScanned(masker_);
    }
  }
  dropped_ += other.dropped_;
  lines_ += other.lines_;
}

// Those with wildcards first, so that what they cover is not taken up beside them; sorted, so that the same
// shapes give the same bytes.
std::vector<std::string> ShapeSet::Texts() const {
  std::vector<std::string> texts;
  for (const Template& shape : templates_) {
    if (!shape.tokens.empty()) texts.push_back(shape.text);
  }
  std::sort(texts.begin(), texts.end(), [](const std::string& a, const std::string& b) {
    const bool wide_a = a.find(kAny) != std::string::npos, wide_b = b.find(kAny) != std::string::npos;
    return wide_a != wide_b ? wide_a : a < b;
  });
  return texts;
}

std::vector<std::string> ShapeSet::Show() const {
  std::vector<std::string> shown;
  for (const Template& shape : templates_) {
    if (!shape.tokens.empty()) shown.push_back(ShowMasked(shape.text));
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

}  // namespace faultline::novelty
