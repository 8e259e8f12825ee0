// Reading the text form back: recursive descent over one token of look-ahead. Recursion is bounded by the
// nesting of loops, types, values and parts of blocks; everything else is loops, so hostile text costs time
// and memory linear in its length.
#include "ir/text.h"
#include "ir/text_parser.h"
#include "ir/words.h"

#include <algorithm>

namespace faultline::ir {

namespace internal {

namespace {

std::optional<lang::TypeKind> TypeKindFor(const Token& token) {
  static constexpr lang::TypeKind kKinds[] = {
#define FAULTLINE_TYPE(id, name, help) lang::TypeKind::id,
#include "support/lang/types.def"
#undef FAULTLINE_TYPE
  };
  if (token.kind != TokenKind::kWord) return std::nullopt;
  for (lang::TypeKind kind : kKinds) {
    if (lang::TypeKindName(kind) == token.text) return kind;
  }
  return std::nullopt;
}

}  // namespace

bool Parser::FailAt(std::size_t offset, std::string message) {
  error_.line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < offset && i < text_.size(); ++i) {
    if (text_[i] == '\n') {
      ++error_.line;
      line_start = i + 1;
    }
  }
  error_.column = static_cast<std::uint32_t>(offset - line_start + 1);
  error_.message = std::move(message);
  return false;
}

bool Parser::Fail(std::string_view expected) {
  const Token& token = lexer_.token();
  if (token.kind == TokenKind::kBad) return FailAt(token.offset, "found " + token.value);
  if (token.kind == TokenKind::kEnd)
    return FailAt(token.offset, fmt::format("expected {}, found the end", expected));
  constexpr std::size_t kShown = 40;
  return FailAt(token.offset, fmt::format("expected {}, found `{}`{}", expected, token.text.substr(0, kShown),
                                          token.text.size() > kShown ? "…" : ""));
}

bool Parser::String(std::string* out) {
  if (lexer_.token().kind != TokenKind::kString) return Fail("a string in quotes");
  *out = lexer_.token().value;
  lexer_.Advance();
  return true;
}

bool Parser::Id(std::size_t next) {
  const std::size_t offset = lexer_.token().offset;
  std::uint32_t id = 0;
  if (!Reference(&id)) return false;
  return id == next || FailAt(offset, fmt::format("expected `@{}`: numbers count from 0 without gaps", next));
}

bool Parser::Type(lang::Type* out, int depth) {
  if (depth > kMaxTypeDepth) return Fail("a type that is nested less deeply");
  const std::optional<lang::TypeKind> kind = TypeKindFor(lexer_.token());
  if (!kind.has_value()) return Fail("a type");
  lexer_.Advance();
  if (*kind == lang::TypeKind::kList) {
    lang::Type element;
    if (!Expect("<") || !Type(&element, depth + 1) || !Expect(">")) return false;
    *out = lang::Type::List(std::move(element));
    return true;
  }
  if (*kind == lang::TypeKind::kRecord) {
    std::vector<lang::RecordField> fields;
    if (!Expect("{")) return false;
    if (!Try("}")) {
      do {
        lang::RecordField& field = fields.emplace_back();
        if (lexer_.token().kind == TokenKind::kWord) {
          field.name = lexer_.token().text;
          lexer_.Advance();
        } else if (!String(&field.name)) {
          return false;
        }
        field.optional = Try("?");
        if (!Expect(":") || !Type(&field.type, depth + 1)) return false;
      } while (Try(","));
      if (!Expect("}")) return false;
    }
    *out = lang::Type::Record(std::move(fields));
    return true;
  }
  *out = *kind;
  return true;
}

bool Parser::ParseValue(Value* out, int depth) {
  if (depth > kMaxValueDepth) return Fail("a value that is nested less deeply");
  if (Try("true")) {
    *out = Value::Bool(true);
    return true;
  }
  if (Try("false")) {
    *out = Value::Bool(false);
    return true;
  }
  if (lexer_.token().kind == TokenKind::kString) return Textual(ValueKind::kText, out);
  ValueKind kind = ValueKind::kMissing;
  if (!Enumerator(kValueWords, &kind)) return false;
  switch (kind) {
    case ValueKind::kMissing:
      *out = Value::Missing();
      return true;
    case ValueKind::kBool:
    case ValueKind::kInt:
    case ValueKind::kDuration:
    case ValueKind::kBytes:
    case ValueKind::kTime:
    case ValueKind::kLevel: {
      std::int64_t number = 0;
      if (!ParseNumber(&number, "a whole number of 64 bits")) return false;
      *out = Value::Integer(kind, number);
      return true;
    }
    case ValueKind::kFloat: {
      double number = 0;
      if (!ParseNumber(&number, "a number")) return false;
      *out = Value::Missing();
      out->kind = ValueKind::kFloat;
      out->real = number;
      return true;
    }
    case ValueKind::kText:
    case ValueKind::kSemver:
    case ValueKind::kGoVersion:
    case ValueKind::kIp:
    case ValueKind::kNetwork:
    case ValueKind::kUuid:
      return Textual(kind, out);
    case ValueKind::kList:
    case ValueKind::kRecord:
    case ValueKind::kMap:
      return Items(kind, out, depth);
  }
  return false;
}

bool Parser::Textual(ValueKind kind, Value* out) {
  std::string text;
  if (!String(&text)) return false;
  *out = Value::Textual(kind, module_.constant_arena->Copy(text));
  return true;
}

bool Parser::Items(ValueKind kind, Value* out, int depth) {
  std::vector<Value> items;
  const std::size_t offset = lexer_.token().offset;
  if (!List([&] { return ParseValue(&items.emplace_back(), depth + 1); })) return false;
  if (kind == ValueKind::kMap && items.size() % 2 != 0)
    return FailAt(offset, "a map needs a value for each key");
  Value* copy = module_.constant_arena->AllocateValues(items.size());
  std::copy(items.begin(), items.end(), copy);
  const std::size_t size = kind == ValueKind::kMap ? items.size() / 2 : items.size();
  *out = Value::Items(kind, copy, static_cast<std::uint32_t>(size));
  return true;
}

bool Parser::ParseModule() {
  if (!Expect("module") || !String(&module_.name)) return false;
  while (lexer_.token().kind != TokenKind::kEnd) {
    if (Try("constant")) {
      if (!Constant()) return false;
    } else if (Try("pattern")) {
      if (!Pattern()) return false;
    } else if (Try("func")) {
      if (!Function()) return false;
    } else if (Try("format")) {
      if (!Format()) return false;
    } else if (Try("wrapper")) {
      if (!Wrapper()) return false;
    } else if (At("rule") || At("event")) {
      const bool is_event = At("event");
      lexer_.Advance();
      if (!Rule(is_event)) return false;
    } else {
      return Fail("`constant`, `pattern`, `func`, `format`, `wrapper`, `rule` or `event`");
    }
  }
  return true;
}

bool Parser::Constant() {
  ir::Constant constant;
  if (!Id(module_.constants.size()) || !Expect(":") || !Type(&constant.type) || !Expect("=") ||
      !ParseValue(&constant.value)) {
    return false;
  }
  module_.constants.push_back(std::move(constant));
  return true;
}

bool Parser::Pattern() {
  ir::Pattern pattern;
  if (!Id(module_.patterns.size()) || !String(&pattern.name) || !Expect("{") ||
      !OptionalString("source", &pattern.source) || !Expect("regex") || !String(&pattern.regex) ||
      !OptionalString("flags", &pattern.flags) || !OptionalStrings("captures", &pattern.captures)) {
    return false;
  }
  if (Try("literals")) {
    const bool read = List([&] {
      ir::Pattern::Literal& literal = pattern.literals.emplace_back();
      literal.fold = Try("fold");
      return String(&literal.text);
    });
    if (!read) return false;
  }
  if (!Expect("}")) return false;
  module_.patterns.push_back(std::move(pattern));
  return true;
}

bool Parser::Function() {
  ir::Function function;
  if (!Id(module_.functions.size()) || !String(&function.name)) return false;
  if (Try("->") && !Type(&function.result)) return false;
  function.blocks.emplace_back();
  if (!Expect("{") || !BlockBody(&function, 0, "return", 0)) return false;
  module_.functions.push_back(std::move(function));
  return true;
}

// Instructions up to the closing brace.
bool Parser::BlockBody(ir::Function* function, std::uint32_t block, std::string_view last_word,
                       std::uint32_t depth) {
  while (!At("}") && !At(last_word)) {
    const auto id = static_cast<ValueId>(function->instructions.size());
    function->blocks[block].order.push_back(id);
    function->instructions.emplace_back();
    if (At("%")) {
      const std::size_t offset = lexer_.token().offset;
      ValueId written = 0;
      if (!ValueReference(&written)) return false;
      if (written != id) {
        return FailAt(offset,
                      fmt::format("expected `%{}`: instructions, stores too, are numbered in order", id));
      }
      if (!Expect("=") || !Definition(function, id, depth)) return false;
    } else if (Try("store")) {
      Instruction& store = function->instructions[id];
      store.kind = InstructionKind::kStore;
      if (!Index(&store.index) || !ValueReference(&store.arguments.emplace_back())) return false;
    } else {
      return Fail(fmt::format("an instruction, `{}` or `}}`", last_word));
    }
  }
  if (Try(last_word) && !ValueReference(&function->blocks[block].result)) return false;
  return Expect("}");
}

// What follows `%n =`. `function->instructions` may grow while a loop's body is read, so no reference is
// held.
bool Parser::Definition(ir::Function* function, ValueId id, std::uint32_t depth) {
  if (lexer_.token().kind != TokenKind::kWord) return Fail("an instruction");
  const std::string word(lexer_.token().text);
  if (word == "loop") {
    lexer_.Advance();
    return Loop(function, id, depth);
  }
  Instruction instruction;
  if (!Simple(word, &instruction) || !Expect(":") || !Type(&instruction.type)) return false;
  function->instructions[id] = std::move(instruction);
  return true;
}

bool Parser::Simple(std::string_view word, Instruction* out) {
  const auto begin = [&](InstructionKind kind) {
    out->kind = kind;
    lexer_.Advance();
    return true;
  };
  const auto one_argument = [&] { return ValueReference(&out->arguments.emplace_back()); };
  if (word == "constant") return begin(InstructionKind::kConstant) && Reference(&out->index);
  if (word == "slot") return begin(InstructionKind::kSlot) && Index(&out->index);
  if (word == "input") return begin(InstructionKind::kInput) && Index(&out->index);
  if (word == "capture") return begin(InstructionKind::kCapture) && Index(&out->index);
  if (word == "element") return begin(InstructionKind::kElement) && Index(&out->index);
  if (word == "field") return begin(InstructionKind::kField) && Index(&out->index) && one_argument();
  if (word == "match")
    return begin(InstructionKind::kMatchPattern) && Reference(&out->index) && one_argument();
  if (word == "builtin") return begin(InstructionKind::kBuiltin) && Enumerator(kBuiltinWords, &out->builtin);
  if (word == "list") return begin(InstructionKind::kMakeList) && Arguments(out);
  if (word == "record") return begin(InstructionKind::kMakeRecord) && Arguments(out);
  const std::optional<lang::Opcode> opcode = lang::OpcodeByName(word);
  if (!opcode.has_value()) return Fail("the name of an instruction or an operation");
  out->opcode = *opcode;
  return begin(InstructionKind::kOperation) && Arguments(out);
}

bool Parser::Arguments(Instruction* out) {
  if (!At("%")) return true;
  do {
    if (!ValueReference(&out->arguments.emplace_back())) return false;
  } while (Try(","));
  return true;
}

bool Parser::Loop(ir::Function* function, ValueId id, std::uint32_t depth) {
  if (depth >= kMaxLoopDepth) return Fail("loops that are nested less deeply");
  Instruction loop;
  loop.kind = InstructionKind::kLoop;
  loop.body = static_cast<std::uint32_t>(function->blocks.size());
  if (!Enumerator(kLoopWords, &loop.loop) || !ValueReference(&loop.arguments.emplace_back()) ||
      !Expect(":") || !Type(&loop.type) || !Expect("{")) {
    return false;
  }
  const std::uint32_t body = loop.body;
  function->instructions[id] = std::move(loop);
  function->blocks.emplace_back();
  return BlockBody(function, body, "yield", depth + 1);
}

}  // namespace internal

std::optional<Module> Parse(std::string_view text, ParseError* error) {
  return internal::Parser(text).Run(error);
}

}  // namespace faultline::ir
