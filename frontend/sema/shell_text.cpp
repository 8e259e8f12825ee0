// A scanner of shell commands that knows quotes and what nests in them, and nothing else.
#include "frontend/sema/shell_text.h"

#include <algorithm>

namespace faultline::sema {

void ShellText::Read(std::string_view text) {
  for (char c : text) {
    if (escaped_) {
      escaped_ = false;
      before_ = '\0';
      continue;
    }
    if (comment_) {
      comment_ = c != '\n';
      before_ = c;
      continue;
    }
    if (Top(Frame::kSingle)) {
      if (c == '\'') frames_.pop_back();
      before_ = '\0';
      continue;
    }
    if (c == '\\') {
      escaped_ = true;
      continue;
    }
    if (Top(Frame::kAnsi)) {
      if (c == '\'') frames_.pop_back();
      before_ = '\0';
    } else if (Top(Frame::kDouble)) {
      ReadInDouble(c);
    } else {
      ReadBare(c);
    }
  }
}

void ShellText::ReadInDouble(char c) {
  const char before = before_;
  before_ = c;
  if (c == '"') {
    frames_.pop_back();
    before_ = '\0';
  } else if (c == '`') {
    frames_.push_back(Frame::kBackquote);
  } else if (before == '$' && c == '(') {
    frames_.push_back(Frame::kCommand);
  } else if (before == '$' && c == '{') {
    frames_.push_back(Frame::kBraces);
  }
}

void ShellText::ReadBare(char c) {
  constexpr std::string_view kBeforeWord = " \t\n;&|(<>";
  const char before = before_;
  before_ = c;
  switch (c) {
    case '\'':
      frames_.push_back(before == '$' ? Frame::kAnsi : Frame::kSingle);
      before_ = '\0';
      return;
    case '"':
      frames_.push_back(Frame::kDouble);
      before_ = '\0';
      return;
    case '`':
      if (Top(Frame::kBackquote)) {
        frames_.pop_back();
      } else {
        frames_.push_back(Frame::kBackquote);
      }
      return;
    case '(':
      frames_.push_back(before == '$' ? Frame::kCommand : Frame::kParenthesis);
      return;
    case ')':
      if (Top(Frame::kCommand) || Top(Frame::kParenthesis)) frames_.pop_back();
      return;
    case '{':
      if (before == '$') frames_.push_back(Frame::kBraces);
      return;
    case '}':
      if (Top(Frame::kBraces)) frames_.pop_back();
      return;
    case '#':
      comment_ = kBeforeWord.find(before) != std::string_view::npos;
      return;
    case '<':
      // Two announce a document, three take a word, like everything else.
      angles_ = before == '<' ? angles_ + 1 : 1;
      if (angles_ == 2) ++documents_;
      if (angles_ == 3) --documents_;
      return;
    default:
      return;
  }
}

bool ShellText::IsOpen(Frame frame) const {
  return std::find(frames_.begin(), frames_.end(), frame) != frames_.end();
}

ShellPlace ShellText::Hole() {
  refusal_ = {};
  if (escaped_) {
    refusal_ = "behind a backslash";
  } else if (comment_) {
    refusal_ = "in a comment";
  } else if (documents_ > 0) {
    refusal_ = "in or behind a here-document";
  } else if (IsOpen(Frame::kBackquote)) {
    refusal_ = "inside backquotes";
  } else if (IsOpen(Frame::kBraces)) {
    refusal_ = "inside `${…}`";
  } else if (Top(Frame::kAnsi)) {
    refusal_ = "inside `$'…'`";
  } else if (before_ == '$' && !Top(Frame::kSingle)) {
    refusal_ = "behind `$`";
  }
  before_ = '\0';
  escaped_ = false;
  if (Top(Frame::kSingle)) return ShellPlace::kInSingleQuotes;
  return Top(Frame::kDouble) ? ShellPlace::kInDoubleQuotes : ShellPlace::kBare;
}

std::string_view ShellText::Open() const {
  if (frames_.empty()) return escaped_ ? "a backslash" : "";
  switch (frames_.back()) {
    case Frame::kSingle:
    case Frame::kAnsi:
      return "a single quote";
    case Frame::kDouble:
      return "a double quote";
    case Frame::kBackquote:
      return "a backquote";
    case Frame::kCommand:
    case Frame::kParenthesis:
      return "a bracket";
    case Frame::kBraces:
      return "a brace";
  }
  return "";
}

}  // namespace faultline::sema
