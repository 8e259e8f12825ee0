// Where in a shell command a value is put in.
//
// A `fix` is a command with holes. What has to be done to a value so that it stays one piece of one word
// depends on what stands around the hole: nothing, single quotes, double quotes. The command's own text is
// known when the rule is compiled, so that is decided here, and places where no quoting is safe are refused.
//
// The syntax is POSIX.1-2017, XCU 2.2 to 2.7, with `$'…'` and `<<<` of bash and zsh.
#ifndef FAULTLINE_FRONTEND_SEMA_SHELL_TEXT_H_
#define FAULTLINE_FRONTEND_SEMA_SHELL_TEXT_H_

#include <string_view>
#include <vector>

namespace faultline::sema {

enum class ShellPlace { kBare, kInSingleQuotes, kInDoubleQuotes };

// Reads a command piece by piece. Linear in the text; nesting costs memory only.
class ShellText {
 public:
  // Text that the author wrote.
  void Read(std::string_view text);

  // A value stands here. Says what is around it; `refusal()` then says why it cannot be quoted, or is empty.
  ShellPlace Hole();
  std::string_view refusal() const { return refusal_; }

  // What is still open at the end of the command, or empty: "a single quote".
  std::string_view Open() const;

 private:
  enum class Frame { kSingle, kDouble, kAnsi, kBackquote, kCommand, kParenthesis, kBraces };

  void ReadBare(char c);
  void ReadInDouble(char c);
  bool IsOpen(Frame frame) const;
  bool Top(Frame frame) const { return !frames_.empty() && frames_.back() == frame; }

  std::vector<Frame> frames_;
  char before_ = '\n';    // the byte before, '\0' behind what was quoted
  bool escaped_ = false;  // a backslash stands before
  bool comment_ = false;
  int angles_ = 0;     // of a run of `<`
  int documents_ = 0;  // here-documents that were announced
  std::string_view refusal_;
};

}  // namespace faultline::sema

#endif  // FAULTLINE_FRONTEND_SEMA_SHELL_TEXT_H_
