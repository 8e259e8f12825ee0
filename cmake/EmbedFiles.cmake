# cmake -DOUTPUT=… -DROOT=… -DFILES="a;b" -P EmbedFiles.cmake
# Writes a C++ file that holds the files' texts: the stock rules are part of the program, so that one binary is enough.
string(REPLACE "\\;" ";" FILES "${FILES}")   # the caller's build tool may have kept the escapes
set(entries "")
foreach(file ${FILES})
  file(READ ${ROOT}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND entries "    {\"${file}\", std::string_view(\"${text}\", ${size})},\n")
endforeach()
set(content "// Generated from stdlib-rules/. Do not edit.
#include \"tools/driver/rule_files.h\"

namespace faultline::driver {

const std::vector<StockFile>& StockFiles() {
  static const std::vector<StockFile> files = {
${entries}  };
  return files;
}

}  // namespace faultline::driver
")
file(WRITE ${OUTPUT}.new "${content}")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUTPUT}.new ${OUTPUT})
