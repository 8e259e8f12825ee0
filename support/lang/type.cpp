// Types as values, their text form and its reader.
//
// The reader is a hand-written descent over a grammar of four productions; its depth is bounded, since types
// also come from IR text that anybody may have written.
#include "support/lang/type.h"

#include <array>

namespace faultline::lang {
namespace {

constexpr int kMaxTypeDepth = 32;

constexpr std::array<std::string_view, 18> kKindNames = {
#define FAULTLINE_TYPE(id, name, help) name,
#include "support/lang/types.def"
#undef FAULTLINE_TYPE
};

constexpr std::array<TypeKind, 18> kKinds = {
#define FAULTLINE_TYPE(id, name, help) TypeKind::id,
#include "support/lang/types.def"
#undef FAULTLINE_TYPE
};

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsNamePart(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9') || c == '.';
}

bool IsPlainName(std::string_view name) {
  if (name.empty() || !IsNameStart(name.front())) return false;
  for (char c : name) {
    if (!IsNamePart(c)) return false;
  }
  return true;
}

void AppendName(std::string& out, std::string_view name) {
  if (IsPlainName(name)) {
    out += name;
    return;
  }
  out += '`';
  for (char c : name) {
    if (c == '`' || c == '\\') out += '\\';
    out += c;
  }
  out += '`';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<Type> ReadAll() {
    std::optional<Type> type = ReadType(0);
    SkipBlanks();
    if (!type || position_ != text_.size()) return std::nullopt;
    return type;
  }

 private:
  void SkipBlanks() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }
  bool Take(char c) {
    SkipBlanks();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  std::optional<std::string> ReadName() {
    SkipBlanks();
    std::string name;
    if (position_ < text_.size() && text_[position_] == '`') {
      for (++position_; position_ < text_.size(); ++position_) {
        char c = text_[position_];
        if (c == '`') {
          ++position_;
          return name;
        }
        if (c == '\\') {
          if (++position_ >= text_.size()) return std::nullopt;
          c = text_[position_];
        }
        name += c;
      }
      return std::nullopt;
    }
    while (position_ < text_.size() && IsNamePart(text_[position_])) name += text_[position_++];
    if (name.empty()) return std::nullopt;
    return name;
  }

  std::optional<Type> ReadType(int depth) {
    if (depth > kMaxTypeDepth) return std::nullopt;
    const std::optional<std::string> name = ReadName();
    if (!name) return std::nullopt;
    if (*name == "list") {
      if (!Take('<')) return std::nullopt;
      std::optional<Type> element = ReadType(depth + 1);
      if (!element || !Take('>')) return std::nullopt;
      return Type::List(std::move(*element));
    }
    if (*name == "record") return ReadFields(depth);
    for (TypeKind kind : kKinds) {
      if (TypeKindName(kind) == *name) return Type(kind);
    }
    return std::nullopt;
  }

  std::optional<Type> ReadFields(int depth) {
    if (!Take('{')) return std::nullopt;
    std::vector<RecordField> fields;
    if (Take('}')) return Type::Record(std::move(fields));
    do {
      std::optional<std::string> name = ReadName();
      if (!name) return std::nullopt;
      const bool optional = Take('?');
      if (!Take(':')) return std::nullopt;
      std::optional<Type> type = ReadType(depth + 1);
      if (!type) return std::nullopt;
      fields.push_back({std::move(*name), std::move(*type), optional});
    } while (Take(','));
    if (!Take('}')) return std::nullopt;
    return Type::Record(std::move(fields));
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

std::string_view TypeKindName(TypeKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Type Type::List(Type element) {
  Type type(TypeKind::kList);
  type.element_ = std::make_shared<const Type>(std::move(element));
  return type;
}

Type Type::Record(std::vector<RecordField> fields) {
  Type type(TypeKind::kRecord);
  type.fields_ = std::make_shared<const std::vector<RecordField>>(std::move(fields));
  return type;
}

const Type& Type::element() const {
  static const Type kNone;
  return element_ ? *element_ : kNone;
}

const std::vector<RecordField>& Type::fields() const {
  static const std::vector<RecordField> kNone;
  return fields_ ? *fields_ : kNone;
}

int Type::FieldIndex(std::string_view name) const {
  const std::vector<RecordField>& all = fields();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

const RecordField* Type::Field(std::string_view name) const {
  const int index = FieldIndex(name);
  return index < 0 ? nullptr : &fields()[static_cast<std::size_t>(index)];
}

std::string Type::ToString() const {
  if (kind_ == TypeKind::kList) return "list<" + element().ToString() + ">";
  if (kind_ != TypeKind::kRecord) return std::string(TypeKindName(kind_));
  std::string out = "record{";
  bool first = true;
  for (const RecordField& field : fields()) {
    if (!first) out += ", ";
    first = false;
    AppendName(out, field.name);
    if (field.optional) out += '?';
    out += ": ";
    out += field.type.ToString();
  }
  out += '}';
  return out;
}

std::optional<Type> Type::Parse(std::string_view text) {
  return Reader(text).ReadAll();
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  if (a.kind_ == TypeKind::kList) return a.element_ == b.element_ || a.element() == b.element();
  if (a.kind_ == TypeKind::kRecord) return a.fields_ == b.fields_ || a.fields() == b.fields();
  return true;
}

}  // namespace faultline::lang
