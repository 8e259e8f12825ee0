// Types of the language, as sema checks them and the IR carries them.
//
// A Type is a small value: a kind, and for lists and records what they hold (shared, immutable). Whether a
// value may be missing is no part of the type: every operation has a stated result for a missing operand
// (support/lang/ops.def), and sema tracks optional bindings beside the type.
#ifndef FAULTLINE_SUPPORT_LANG_TYPE_H_
#define FAULTLINE_SUPPORT_LANG_TYPE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::lang {

enum class TypeKind : std::uint8_t {
#define FAULTLINE_TYPE(id, name, help) id,
#include "support/lang/types.def"
#undef FAULTLINE_TYPE
};

class Type;
struct RecordField;

class Type {
 public:
  Type() = default;                     // kError
  Type(TypeKind kind) : kind_(kind) {}  // NOLINT: a kind is a type
  static Type List(Type element);
  static Type Record(std::vector<RecordField> fields);

  TypeKind kind() const { return kind_; }
  bool is_error() const { return kind_ == TypeKind::kError; }
  const Type& element() const;                     // kList
  const std::vector<RecordField>& fields() const;  // kRecord
  const RecordField* Field(std::string_view name) const;
  int FieldIndex(std::string_view name) const;  // -1: none

  // "int", "list<text>", "record{file: text, line?: int}"; Parse reads it back.
  std::string ToString() const;
  static std::optional<Type> Parse(std::string_view text);

  friend bool operator==(const Type& a, const Type& b);

 private:
  TypeKind kind_ = TypeKind::kError;
  std::shared_ptr<const Type> element_;
  std::shared_ptr<const std::vector<RecordField>> fields_;
};

struct RecordField {
  std::string name;
  Type type;
  bool optional = false;
  friend bool operator==(const RecordField&, const RecordField&) = default;
};

std::string_view TypeKindName(TypeKind kind);

}  // namespace faultline::lang

#endif  // FAULTLINE_SUPPORT_LANG_TYPE_H_
