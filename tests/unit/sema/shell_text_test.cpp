// Where a value stands in a shell command.
#include "frontend/sema/shell_text.h"

#include <catch2/catch.hpp>
#include <string>

namespace faultline::sema_test {
namespace {

// What is said of a value between the two texts: `bare`, `single`, `double`, or the refusal; then what stays
// open.
std::string At(std::string_view before, std::string_view after) {
  sema::ShellText shell;
  shell.Read(before);
  const sema::ShellPlace place = shell.Hole();
  std::string said(shell.refusal());
  if (said.empty()) {
    said = place == sema::ShellPlace::kBare             ? "bare"
           : place == sema::ShellPlace::kInSingleQuotes ? "single"
                                                        : "double";
  }
  shell.Read(after);
  if (!shell.Open().empty()) said += ", open: " + std::string(shell.Open());
  return said;
}

TEST_CASE("quotes around a value") {
  CHECK(At("go get ", "") == "bare");
  CHECK(At("go get '", "'") == "single");
  CHECK(At("go get \"", "\"") == "double");
  CHECK(At("a'b'", "") == "bare");
  CHECK(At("\"it's ", "\"") == "double");
  CHECK(At("'say \"", "\"'") == "single");
  CHECK(At("it\\'s ", "") == "bare");
  CHECK(At("\"a\\\"", "\"") == "double");
  CHECK(At("'a\\' ", "") == "bare");
  CHECK(At("'$", "'") == "single");
}

TEST_CASE("commands inside commands have quotes of their own") {
  CHECK(At("echo \"$(cat ", ")\"") == "bare");
  CHECK(At("echo \"$(cat '", "')\"") == "single");
  CHECK(At("echo \"$(cat \"", "\")\"") == "double");
  CHECK(At("echo \"$(cat (a) x)", "\"") == "double");
  CHECK(At("(cd ", " && ls)") == "bare");
  CHECK(At("case x in a) ", ";; esac") == "bare");
}

TEST_CASE("places where no quoting is safe") {
  CHECK(At("echo $", "") == "behind `$`");
  CHECK(At("echo \"$", "\"") == "behind `$`");
  CHECK(At("echo \\", "") == "behind a backslash");
  CHECK(At("echo `ls ", "`") == "inside backquotes");
  CHECK(At("echo `ls '", "'`") == "inside backquotes");
  CHECK(At("echo $'", "'") == "inside `$'…'`");
  CHECK(At("echo ${x:-", "}") == "inside `${…}`");
  CHECK(At("echo \"${x:-", "}\"") == "inside `${…}`");
  CHECK(At("ls # in ", "") == "in a comment");
  CHECK(At("ls # don't\n", "") == "bare");
  CHECK(At("ls a#", "") == "bare");
  CHECK(At("cat <<END\n", "\nEND") == "in or behind a here-document");
  CHECK(At("cat <<A <<B\n", "\nA\nB") == "in or behind a here-document");
  CHECK(At("cat <<< ", "") == "bare");
  CHECK(At("cat < ", "") == "bare");
}

TEST_CASE("what a command leaves open") {
  CHECK(At("don't use ", "") == "single, open: a single quote");
  CHECK(At("echo \"", "") == "double, open: a double quote");
  CHECK(At("echo $(ls ", "") == "bare, open: a bracket");
  CHECK(At("echo ", "`ls") == "bare, open: a backquote");
  CHECK(At("echo ", " \\") == "bare, open: a backslash");
  CHECK(At("echo ", "${x") == "bare, open: a brace");
}

}  // namespace
}  // namespace faultline::sema_test
