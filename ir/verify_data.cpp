// Constants and patterns: the data that code refers to.
#include "ir/text.h"
#include "ir/verifier_internal.h"
#include "ir/words.h"
#include "support/regex/syntax.h"

#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace faultline::ir::internal {

namespace {

using lang::TypeKind;

bool IsWellFormed(const lang::Type& type, int depth) {
  if (type.is_error() || depth > kMaxTypeDepth) return false;
  if (type.kind() == TypeKind::kList) return IsWellFormed(type.element(), depth + 1);
  if (type.kind() == TypeKind::kRecord) {
    for (const lang::RecordField& field : type.fields()) {
      if (!IsWellFormed(field.type, depth + 1)) return false;
    }
  }
  return true;
}

// The kind of value that a type has, kMissing for `any`.
ValueKind KindOf(TypeKind type) {
  switch (type) {
    case TypeKind::kError:
    case TypeKind::kAny:
      return ValueKind::kMissing;
    case TypeKind::kBool:
      return ValueKind::kBool;
    case TypeKind::kInt:
      return ValueKind::kInt;
    case TypeKind::kFloat:
      return ValueKind::kFloat;
    case TypeKind::kText:
      return ValueKind::kText;
    case TypeKind::kDuration:
      return ValueKind::kDuration;
    case TypeKind::kBytes:
      return ValueKind::kBytes;
    case TypeKind::kTime:
      return ValueKind::kTime;
    case TypeKind::kSemver:
      return ValueKind::kSemver;
    case TypeKind::kGoVersion:
      return ValueKind::kGoVersion;
    case TypeKind::kIp:
      return ValueKind::kIp;
    case TypeKind::kNetwork:
      return ValueKind::kNetwork;
    case TypeKind::kUuid:
      return ValueKind::kUuid;
    case TypeKind::kLevel:
      return ValueKind::kLevel;
    case TypeKind::kList:
      return ValueKind::kList;
    case TypeKind::kRecord:
      return ValueKind::kRecord;
    case TypeKind::kMap:
      return ValueKind::kMap;
  }
  return ValueKind::kMissing;
}

// What is wrong with a value of `type` (null: of any type), "" if nothing is. Operations rely on this: they
// look into addresses and the like without asking for sizes.
std::string_view WhatIsWrong(const Value& value, const lang::Type* type, int depth) {
  if (depth > kMaxValueDepth) return "nested too deeply";
  if (value.is_missing()) return "";
  if (type != nullptr && type->kind() == TypeKind::kAny) type = nullptr;
  if (type != nullptr && KindOf(type->kind()) != value.kind) return "not of the constant's type";
  constexpr std::size_t kAddress = 16;
  constexpr std::size_t kUuidText = 36;
  switch (value.kind) {
    case ValueKind::kMissing:
    case ValueKind::kInt:
    case ValueKind::kText:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
      return "";
    case ValueKind::kBool:
      return value.integer == 0 || value.integer == 1 ? "" : "a bool is 0 or 1";
    case ValueKind::kFloat:
      return std::isfinite(value.real) ? "" : "a float is finite";
    case ValueKind::kIp:
      return value.size == kAddress ? "" : "an address has 16 bytes";
    case ValueKind::kNetwork:
      if (value.size != kAddress + 1) return "a network has 17 bytes";
      return static_cast<unsigned char>(value.text[kAddress]) <= 128 ? "" : "a prefix has at most 128 bits";
    case ValueKind::kUuid:
      return value.size == kUuidText ? "" : "a UUID has 36 bytes";
    case ValueKind::kLevel:
      return value.integer >= 0 && value.integer <= static_cast<std::int64_t>(lang::Level::kCritical)
                 ? ""
                 : "no such level";
    case ValueKind::kList:
      for (std::uint32_t i = 0; i < value.size; ++i) {
        const lang::Type* element = type == nullptr ? nullptr : &type->element();
        if (const std::string_view wrong = WhatIsWrong(value.items[i], element, depth + 1); !wrong.empty())
          return wrong;
      }
      return "";
    case ValueKind::kRecord:
      if (type != nullptr && value.size != type->fields().size()) return "a record has one value a field";
      for (std::uint32_t i = 0; i < value.size; ++i) {
        const lang::Type* field = type == nullptr ? nullptr : &type->fields()[i].type;
        if (const std::string_view wrong = WhatIsWrong(value.items[i], field, depth + 1); !wrong.empty())
          return wrong;
      }
      return "";
    case ValueKind::kMap:
      for (std::size_t i = 0; i < std::size_t{2} * value.size; ++i) {
        if (i % 2 == 0 && value.items[i].kind != ValueKind::kText) return "keys of a map are text";
        if (const std::string_view wrong = WhatIsWrong(value.items[i], nullptr, depth + 1); !wrong.empty())
          return wrong;
      }
      return "";
  }
  return "no such kind of value";
}

}  // namespace

bool IsWellFormedType(const lang::Type& type) {
  return IsWellFormed(type, 0);
}

void VerifyConstants(const Module& module, ErrorList* errors) {
  for (std::size_t i = 0; i < module.constants.size(); ++i) {
    const Constant& constant = module.constants[i];
    if (!IsWellFormedType(constant.type)) {
      errors->Add(fmt::format("constant @{}", i), "its type is not well-formed");
      continue;
    }
    const std::string_view wrong = WhatIsWrong(constant.value, &constant.type, 0);
    if (!wrong.empty()) errors->Add(fmt::format("constant @{}", i), std::string(wrong));
  }
}

void VerifyPatterns(const Module& module, ErrorList* errors) {
  for (std::size_t i = 0; i < module.patterns.size() && !errors->full(); ++i) {
    const Pattern& pattern = module.patterns[i];
    const auto add = [&](std::string message) {
      errors->Add(fmt::format("pattern @{} {}", i, Quote(pattern.name)), std::move(message), pattern.span);
    };
    const std::string& flags = pattern.flags;
    if (flags != "" && flags != "i" && flags != "u" && flags != "iu") {
      add(fmt::format("flags are `i`, `u` or `iu`, found {}", Quote(flags)));
      continue;
    }
    const regex::Result<regex::NodePtr> tree = regex::Parse(pattern.regex, *regex::ParseFlags(flags));
    if (!tree.ok()) {
      add("its regex does not parse: " + tree.error().message);
      continue;
    }
    const auto groups = static_cast<std::size_t>((*tree)->max_capture());
    if (groups != pattern.captures.size()) {
      add(fmt::format("its regex has {} captures, {} are named", groups, pattern.captures.size()));
    }
    for (const Pattern::Literal& literal : pattern.literals) {
      if (literal.text.empty()) add("a literal is empty");
      if (literal.fold && literal.text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) {
        add("a literal without regard to case is written in lower case");
      }
    }
  }
}

}  // namespace faultline::ir::internal
