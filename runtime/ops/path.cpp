// Paths as logs print them: of any system, so both slashes separate, whatever machine reads the log.
#include "runtime/ops/define.h"

namespace faultline::runtime {
namespace {

constexpr std::string_view kSeparators = "/\\";

// Without separators at the end, but for the one that is the root.
std::string_view WithoutTail(std::string_view path) {
  while (path.size() > 1 && kSeparators.find(path.back()) != std::string_view::npos) path.remove_suffix(1);
  return path;
}

std::string_view Basename(std::string_view path) {
  path = WithoutTail(path);
  if (path.size() == 1) return path;
  const std::size_t slash = path.find_last_of(kSeparators);
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

FAULTLINE_OP(basename_text) {
  *out = Value::Text(Basename(args[0].AsText()));
}

FAULTLINE_OP(dirname_text) {
  const std::string_view path = WithoutTail(args[0].AsText());
  const std::size_t slash = path.find_last_of(kSeparators);
  if (slash == std::string_view::npos) {
    *out = Value::Text(".");
    return;
  }
  const bool drive = slash == 2 && path[1] == ':';
  *out =
      Value::Text(drive ? path.substr(0, 3) : WithoutTail(path.substr(0, std::max<std::size_t>(slash, 1))));
}

FAULTLINE_OP(ext_text) {
  const std::string_view name = Basename(args[0].AsText());
  const std::size_t dot = name.rfind('.');
  const bool none = dot == std::string_view::npos || dot == 0 || name == "..";
  *out = Value::Text(none ? std::string_view() : name.substr(dot));
}

}  // namespace faultline::runtime
