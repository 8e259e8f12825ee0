// Patterns in postfix order: a stack of operands, to which each step adds an atom or applies an operator.
#include "tests/oracle/regex/generate.h"

#include <algorithm>
#include <initializer_list>
#include <unordered_set>

namespace faultline::regex::testing {
namespace {

const std::vector<std::string> kGreedy = {"%%", "%|%", "(?:%)*", "(?:%)+", "(?:%)?"};
const std::vector<std::string> kCapturing = {"%%", "%|%", "(%)", "(?:%)*", "(?:%)+", "(?:%)?"};

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (std::string_view part : parts) joined += part;
  return joined;
}

class PatternWalk {
 public:
  PatternWalk(const Vocabulary& vocabulary, const std::function<void(const std::string&)>& use)
      : vocabulary_(vocabulary), use_(use) {}

  // Recursion is bounded by the number of atoms and operators.
  void Go(size_t atoms, size_t operators) {
    if (stack_.size() == 1) {
      const std::string& pattern = stack_[0];
      if (seen_.insert(pattern).second) {
        use_(vocabulary_.flags.empty() ? pattern : Join({"(?", vocabulary_.flags, ":", pattern, ")"}));
      }
    }
    // What is on the stack must still be joined by binary operators.
    if (operators + stack_.size() > vocabulary_.max_operators + 1) return;
    if (atoms < vocabulary_.max_atoms) {
      for (const std::string& atom : vocabulary_.atoms) {
        stack_.push_back(atom);
        Go(atoms + 1, operators);
        stack_.pop_back();
      }
    }
    if (operators == vocabulary_.max_operators) return;
    for (const std::string& op : vocabulary_.operators) {
      const size_t operands = static_cast<size_t>(std::ranges::count(op, '%'));
      if (stack_.size() < operands) continue;
      std::vector<std::string> taken(stack_.end() - static_cast<std::ptrdiff_t>(operands), stack_.end());
      std::string applied;
      size_t next = 0;
      for (char c : op) {
        if (c != '%') {
          applied += c;
        } else if (op == "%%" && taken[next].find('|') != std::string::npos) {
          applied += Join({"(?:", taken[next++], ")"});
        } else {
          applied += taken[next++];
        }
      }
      stack_.resize(stack_.size() - operands);
      stack_.push_back(std::move(applied));
      Go(atoms, operators + 1);
      stack_.pop_back();
      stack_.insert(stack_.end(), taken.begin(), taken.end());
    }
  }

 private:
  const Vocabulary& vocabulary_;
  const std::function<void(const std::string&)>& use_;
  std::vector<std::string> stack_;
  std::unordered_set<std::string> seen_;
};

size_t Pick(std::mt19937& random, size_t below) {
  return random() % below;
}

}  // namespace

std::vector<Vocabulary> Vocabularies(bool full) {
  std::vector<Vocabulary> all = {
      {.name = "letters",
       .atoms = {"a", "b"},
       .operators = kCapturing,
       .max_atoms = 3,
       .max_operators = 4,
       .letters = {"a", "b"},
       .max_letters = 3,
       .flags = {}},
      {.name = "long sequences",
       .atoms = {"a", "b", "."},
       .operators = kGreedy,
       .max_atoms = 4,
       .max_operators = 3,
       .letters = {"a", "b"},
       .max_letters = 4,
       .flags = {}},
      {.name = "empty parts",
       .atoms = {"a", "(?:)", "(|a)", "(a*)"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*", "(?:%)+", "(?:%)?", "(?:%)*?"},
       .max_atoms = 2,
       .max_operators = 3,
       .letters = {"a", "b"},
       .max_letters = 3,
       .flags = {}},
      {.name = "lazy repeats",
       .atoms = {"a", "b", "."},
       .operators = {"%%", "%|%", "(%)", "(?:%)*", "(?:%)*?", "(?:%)+?", "(?:%)??"},
       .max_atoms = 3,
       .max_operators = 3,
       .letters = {"a", "b"},
       .max_letters = 3,
       .flags = {}},
      {.name = "counted repeats",
       .atoms = {"a", "(b)", "(a|ab)"},
       .operators = {"%%", "%|%", "(%)", "(?:%){0}", "(?:%){2}", "(?:%){0,2}", "(?:%){1,3}?", "(?:%){2,}",
                     "(?:%){0,1}?", "(?:%){0,}"},
       .max_atoms = 2,
       .max_operators = 3,
       .letters = {"a", "b"},
       .max_letters = 4,
       .flags = {}},
      {.name = "places",
       .atoms = {"a", "b", "^", "$", "\\b", "\\B", "\\A", "\\z"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*", "(?:%)+"},
       .max_atoms = 3,
       .max_operators = 2,
       .letters = {"a", " "},
       .max_letters = 4,
       .flags = {}},
      {.name = "lines",
       .atoms = {"a", "^", "$", "\\n", ".", "\\z"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*"},
       .max_atoms = 3,
       .max_operators = 2,
       .letters = {"a", "\n"},
       .max_letters = 4,
       .flags = "m"},
      {.name = "case and classes",
       .atoms = {"a", "(?i:a)", "(?i:aB)", "[ab]", "[^a]", "\\w", "[[:upper:]]", "(?i:[^b])", "(?s:.)"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*"},
       .max_atoms = 3,
       .max_operators = 2,
       .letters = {"a", "A", "b", "-"},
       .max_letters = 3,
       .flags = {}},
      {.name = "characters beyond ASCII",
       .atoms = {"a", "\u00e9", "[\u00e0-\u0200]", ".", "[^a]", "\\p{Sc}", "\\x{1F600}", "\\P{Sc}", "\\C",
                 "\\b"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*"},
       .max_atoms = 3,
       .max_operators = 2,
       .letters = {"a", "\u00e9", "\u20ac"},
       .max_letters = 3,
       .flags = {}},
      {.name = "bytes",
       .atoms = {"a", ".", "[^a]", "\\C", "(?s:.)", "\\W", "\\b", "$"},
       .operators = {"%%", "%|%", "(%)", "(?:%)*"},
       .max_atoms = 3,
       .max_operators = 2,
       .letters = {"a", "\xff", "\xc3", "\n"},
       .max_letters = 3,
       .bytes = true,
       .flags = {}},
  };
  if (full) {
    for (Vocabulary& vocabulary : all) {
      ++vocabulary.max_operators;
      ++vocabulary.max_letters;
    }
  }
  return all;
}

void ForEachPattern(const Vocabulary& vocabulary, const std::function<void(const std::string&)>& use) {
  PatternWalk(vocabulary, use).Go(0, 0);
}

std::vector<std::string> AllTexts(const Vocabulary& vocabulary) {
  std::vector<std::string> texts = {""};
  for (size_t begin = 0, length = 0; length < vocabulary.max_letters; ++length) {
    const size_t end = texts.size();
    for (size_t i = begin; i < end; ++i) {
      for (const std::string& letter : vocabulary.letters) texts.push_back(texts[i] + letter);
    }
    begin = end;
  }
  return texts;
}

std::string RandomPattern(std::mt19937& random, int size, bool unicode) {
  static const std::vector<std::string> kAtoms = {
      "a",   "b",   "ab",  "c",   ".",    "^",  "$",      "\\b",    "\\B",       "[a-c]", "[^b]",
      "\\d", "\\s", "\\w", "\\W", "(?:)", "x1", "(?i:b)", "[ \\-]", "(?i:[^a])", "(?m:^)"};
  static const std::vector<std::string> kUnicodeAtoms = {"\u00e9",          "\\pL",         "\\p{Greek}",
                                                         "[^\u00e9]",       "\u03b1\u03b2", "\\PL",
                                                         "[\u0080-\uffff]", "(?s:.)",       "\\x{1F600}"};
  static const std::vector<std::string> kRepeats = {"*",  "+",   "?",     "*?",    "+?",
                                                    "??", "{2}", "{0,3}", "{2,}?", "{1,2}"};
  if (size <= 1) {
    if (unicode && Pick(random, 3) == 0) return kUnicodeAtoms[Pick(random, kUnicodeAtoms.size())];
    return kAtoms[Pick(random, kAtoms.size())];
  }
  const int left = 1 + static_cast<int>(Pick(random, static_cast<size_t>(size - 1)));
  switch (Pick(random, 8)) {
    case 0:
    case 1:
    case 2: {
      const std::string first = RandomPattern(random, left, unicode);  // in this order on every compiler
      return first + RandomPattern(random, size - left, unicode);
    }
    case 3:
    case 4: {
      const std::string first = RandomPattern(random, left, unicode);
      return Join({"(?:", first, "|", RandomPattern(random, size - left, unicode), ")"});
    }
    case 5:
      return Join({"(", RandomPattern(random, size - 1, unicode), ")"});
    default: {
      const std::string body = RandomPattern(random, size - 1, unicode);
      return Join({"(?:", body, ")", kRepeats[Pick(random, kRepeats.size())]});
    }
  }
}

std::string RandomText(std::mt19937& random, size_t max_letters, bool unicode) {
  static const std::vector<std::string> kLetters = {"a", "b", "c",  "ab", "B",  "A",
                                                    " ", "1", "x1", "-",  "\n", "cab"};
  static const std::vector<std::string> kUnicodeLetters = {"\u00e9", "\u03b1", "\u03b2", "\u20ac",
                                                           "\U0001F600"};
  std::string text;
  for (size_t n = Pick(random, max_letters + 1); n > 0; --n) {
    const bool beyond = unicode && Pick(random, 3) == 0;
    const std::vector<std::string>& letters = beyond ? kUnicodeLetters : kLetters;
    text += letters[Pick(random, letters.size())];
  }
  return text;
}

}  // namespace faultline::regex::testing
