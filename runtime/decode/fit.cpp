// Text made to fit a type without a planned conversion.
#include "runtime/decode/json.h"
#include "support/lang/lang.h"

#include <charconv>

namespace faultline::runtime {

Value FitText(std::string_view text, const lang::Type& type) {
  const char* end = text.data() + text.size();
  switch (type.kind()) {
    case lang::TypeKind::kText:
    case lang::TypeKind::kAny:
      return Value::Text(text);
    case lang::TypeKind::kInt: {
      std::int64_t number = 0;
      const auto result = std::from_chars(text.data(), end, number);
      return result.ec == std::errc() && result.ptr == end ? Value::Int(number) : Value::Missing();
    }
    case lang::TypeKind::kFloat: {
      double number = 0;
      const auto result = std::from_chars(text.data(), end, number);
      return result.ec == std::errc() && result.ptr == end ? Value::Float(number) : Value::Missing();
    }
    case lang::TypeKind::kBool:
      if (text == "true") return Value::Bool(true);
      if (text == "false") return Value::Bool(false);
      return Value::Missing();
    case lang::TypeKind::kLevel:
      if (const auto level = lang::LevelByName(text)) {
        return Value::Integer(ValueKind::kLevel, static_cast<std::int64_t>(*level));
      }
      return Value::Missing();
    case lang::TypeKind::kError:
    case lang::TypeKind::kDuration:
    case lang::TypeKind::kBytes:
    case lang::TypeKind::kTime:
    case lang::TypeKind::kSemver:
    case lang::TypeKind::kGoVersion:
    case lang::TypeKind::kIp:
    case lang::TypeKind::kNetwork:
    case lang::TypeKind::kUuid:
    case lang::TypeKind::kList:
    case lang::TypeKind::kRecord:
    case lang::TypeKind::kMap:
      return Value::Missing();  // these always come with a conversion
  }
  return Value::Missing();
}

}  // namespace faultline::runtime
