// Reading the text form back: recursive descent over one token of look-ahead. Recursion is bounded by the
// nesting of loops, types and values; everything else is loops, so hostile text costs time and memory linear
// in its length.
//
// Every function returns false once something does not fit; the first mistake is kept and ends the reading.
#include "ir/text.h"
#include "ir/text_lexer.h"
#include "ir/words.h"

#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace faultline::ir {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  std::optional<Module> Run(ParseError* error) {
    if (ParseModule()) return std::move(module_);
    if (error != nullptr) *error = std::move(error_);
    return std::nullopt;
  }

 private:
  // ------------------------------------------------------------ tokens

  bool FailAt(std::size_t offset, std::string message) {
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

  bool Fail(std::string_view expected) {
    const Token& token = lexer_.token();
    if (token.kind == TokenKind::kBad) return FailAt(token.offset, "found " + token.value);
    if (token.kind == TokenKind::kEnd)
      return FailAt(token.offset, fmt::format("expected {}, found the end", expected));
    constexpr std::size_t kShown = 40;
    return FailAt(token.offset,
                  fmt::format("expected {}, found `{}`{}", expected, token.text.substr(0, kShown),
                              token.text.size() > kShown ? "…" : ""));
  }

  bool At(std::string_view text) const {
    const Token& token = lexer_.token();
    return (token.kind == TokenKind::kWord || token.kind == TokenKind::kPunctuation) && token.text == text;
  }
  bool Try(std::string_view text) {
    if (!At(text)) return false;
    lexer_.Advance();
    return true;
  }
  bool Expect(std::string_view text) { return Try(text) || Fail(fmt::format("`{}`", text)); }

  bool String(std::string* out) {
    if (lexer_.token().kind != TokenKind::kString) return Fail("a string in quotes");
    *out = lexer_.token().value;
    lexer_.Advance();
    return true;
  }

  template <class Number>
  bool ParseNumber(Number* out, std::string_view what) {
    const Token& token = lexer_.token();
    if (token.kind != TokenKind::kNumber) return Fail(what);
    const char* end = token.text.data() + token.text.size();
    const std::from_chars_result read = std::from_chars(token.text.data(), end, *out);
    if (read.ec != std::errc() || read.ptr != end) return Fail(what);
    lexer_.Advance();
    return true;
  }

  // An index; kNone is none.
  bool Index(std::uint32_t* out) {
    const std::size_t offset = lexer_.token().offset;
    if (!ParseNumber(out, "a number")) return false;
    return *out != kNone || FailAt(offset, "the number is too large");
  }
  bool Reference(std::uint32_t* out) { return Expect("@") && Index(out); }
  bool ValueReference(ValueId* out) { return Expect("%") && Index(out); }

  // `word @n`, if it stands here.
  bool OptionalReference(std::string_view word, std::uint32_t* out) { return !Try(word) || Reference(out); }
  bool OptionalIndex(std::string_view word, std::uint32_t* out) { return !Try(word) || Index(out); }
  bool OptionalString(std::string_view word, std::string* out) { return !Try(word) || String(out); }

  // `[` items `]`
  template <class Item>
  bool List(Item item) {
    if (!Expect("[")) return false;
    if (Try("]")) return true;
    do {
      if (!item()) return false;
    } while (Try(","));
    return Expect("]");
  }
  bool Strings(std::vector<std::string>* out) {
    return List([&] { return String(&out->emplace_back()); });
  }
  bool OptionalStrings(std::string_view word, std::vector<std::string>* out) {
    return !Try(word) || Strings(out);
  }

  template <class Enum, std::size_t N>
  bool Enumerator(const Word<Enum> (&words)[N], Enum* out) {
    const std::optional<Enum> found =
        lexer_.token().kind == TokenKind::kWord ? FromWord(words, lexer_.token().text) : std::nullopt;
    if (!found.has_value()) {
      std::string expected;
      for (const Word<Enum>& word : words) {
        fmt::format_to(std::back_inserter(expected), "{}`{}`", expected.empty() ? "" : ", ", word.text);
      }
      return Fail("one of " + expected);
    }
    *out = *found;
    lexer_.Advance();
    return true;
  }

  // `@n`, which has to be the next of its kind.
  bool Id(std::size_t next) {
    const std::size_t offset = lexer_.token().offset;
    std::uint32_t id = 0;
    if (!Reference(&id)) return false;
    return id == next ||
           FailAt(offset, fmt::format("expected `@{}`: numbers count from 0 without gaps", next));
  }

  // ------------------------------------------------------------ types and values

  bool Type(lang::Type* out, int depth = 0) {
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

  static std::optional<lang::TypeKind> TypeKindFor(const Token& token) {
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

  // Text and items of the value go to the module's arena.
  bool ParseValue(Value* out, int depth = 0) {
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

  bool Textual(ValueKind kind, Value* out) {
    std::string text;
    if (!String(&text)) return false;
    *out = Value::Textual(kind, module_.constant_arena->Copy(text));
    return true;
  }

  bool Items(ValueKind kind, Value* out, int depth) {
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

  // ------------------------------------------------------------ module

  bool ParseModule() {
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

  bool Constant() {
    ir::Constant constant;
    if (!Id(module_.constants.size()) || !Expect(":") || !Type(&constant.type) || !Expect("=") ||
        !ParseValue(&constant.value)) {
      return false;
    }
    module_.constants.push_back(std::move(constant));
    return true;
  }

  bool Pattern() {
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

  bool Slots(std::vector<Slot>* slots) {
    while (Try("slot")) {
      const std::size_t offset = lexer_.token().offset;
      std::uint32_t index = 0;
      if (!Index(&index)) return false;
      if (index != slots->size()) return FailAt(offset, fmt::format("expected slot {}", slots->size()));
      Slot& slot = slots->emplace_back();
      if (!String(&slot.name)) return false;
      slot.hidden = Try("hidden");
      if (!Expect(":") || !Type(&slot.type)) return false;
    }
    return true;
  }

  bool Alternatives(std::string_view word, std::vector<Alternative>* alternatives) {
    while (Try(word)) {
      Alternative& alternative = alternatives->emplace_back();
      if (!OptionalReference("pattern", &alternative.pattern) ||
          !OptionalReference("extract", &alternative.extract) ||
          !OptionalReference("guard", &alternative.guard)) {
        return false;
      }
    }
    return true;
  }

  bool Fields(std::vector<FieldPlan>* fields) {
    while (Try("field")) {
      FieldPlan& field = fields->emplace_back();
      if (!String(&field.name) || !Expect(":") || !Type(&field.type)) return false;
      field.optional = Try("optional");
      field.others = Try("others");
      if (!OptionalStrings("path", &field.path) || !OptionalIndex("slot", &field.slot) ||
          !OptionalReference("convert", &field.convert)) {
        return false;
      }
    }
    return true;
  }

  bool Numbers(std::vector<std::uint32_t>* out) {
    return List([&] { return Index(&out->emplace_back()); });
  }

  bool Format() {
    ir::Format format;
    if (!Id(module_.formats.size()) || !String(&format.name) || !Enumerator(kFormatWords, &format.kind) ||
        !Expect("{") || !OptionalStrings("each", &format.each) || !Slots(&format.slots) ||
        !Alternatives("line", &format.lines) || !Fields(&format.fields) ||
        !OptionalReference("derive", &format.derive)) {
      return false;
    }
    format.has_missing_text = At("missing");
    if (!OptionalString("missing", &format.missing_text) || !OptionalIndex("message", &format.message) ||
        !OptionalIndex("time", &format.time) || !OptionalIndex("level", &format.level) ||
        !OptionalIndex("literal_bytes", &format.literal_bytes) || !Expect("}")) {
      return false;
    }
    module_.formats.push_back(std::move(format));
    return true;
  }

  bool Wrapper() {
    ir::Wrapper wrapper;
    if (!Id(module_.wrappers.size()) || !String(&wrapper.name) || !Enumerator(kFormatWords, &wrapper.kind) ||
        !Expect("{") || !OptionalString("inside", &wrapper.inside) || !Slots(&wrapper.slots) ||
        !Alternatives("line", &wrapper.lines) || !Fields(&wrapper.fields) ||
        !OptionalStrings("unwrapped", &wrapper.unwrapped_path)) {
      return false;
    }
    if (Try("detect") && !List([&] { return Reference(&wrapper.detect.emplace_back()); })) return false;
    if (Try("stream_by") && !Numbers(&wrapper.stream_by)) return false;
    if (!OptionalIndex("time", &wrapper.time) || !Expect("}")) return false;
    module_.wrappers.push_back(std::move(wrapper));
    return true;
  }

  bool Rule(bool is_event) {
    ir::Rule rule;
    rule.is_event = is_event;
    if (!Id(module_.rules.size()) || !String(&rule.name)) return false;
    const std::optional<lang::Severity> severity =
        lexer_.token().kind == TokenKind::kWord ? lang::SeverityByName(lexer_.token().text) : std::nullopt;
    if (!severity.has_value()) return Fail("a severity");
    rule.severity = *severity;
    lexer_.Advance();
    if (!Expect("{") || (Try("status") && !Enumerator(kStatusWords, &rule.status)) ||
        !OptionalString("doc", &rule.doc) || !OptionalString("deprecated", &rule.deprecated) ||
        !OptionalStrings("tags", &rule.tags) || !OptionalStrings("see", &rule.see) || !Slots(&rule.slots)) {
      return false;
    }
    while (Try("stage")) {
      if (!ParseStage(&rule.stages.emplace_back())) return false;
    }
    if (!OptionalReference("finish", &rule.finish) || !OptionalReference("report", &rule.report) ||
        !OptionalReference("fix", &rule.fix) || !OptionalReference("at", &rule.at) ||
        (Try("identity") && !Numbers(&rule.identity)) || !Expect("}")) {
      return false;
    }
    module_.rules.push_back(std::move(rule));
    return true;
  }

  bool ParseStage(Stage* stage) {
    if (!Enumerator(kStageWords, &stage->kind) || !Enumerator(kInputWords, &stage->input) || !Expect("{") ||
        !OptionalReference("format", &stage->format) || !OptionalString("field", &stage->field) ||
        !OptionalReference("rule", &stage->rule) || !Alternatives("alternative", &stage->alternatives)) {
      return false;
    }
    if (Try("stores") && !Numbers(&stage->stores)) return false;
    if (!OptionalReference("load", &stage->load) || !OptionalReference("guard", &stage->guard) ||
        !OptionalReference("join", &stage->join) || !OptionalString("alias", &stage->alias)) {
      return false;
    }
    if (Try("window") && (!ParseNumber(&stage->amount, "a whole number of 64 bits") ||
                          !Enumerator(kWindowWords, &stage->window))) {
      return false;
    }
    return Expect("}");
  }

  // ------------------------------------------------------------ functions

  bool Function() {
    ir::Function function;
    if (!Id(module_.functions.size()) || !String(&function.name)) return false;
    if (Try("->") && !Type(&function.result)) return false;
    function.blocks.emplace_back();
    if (!Expect("{") || !BlockBody(&function, 0, "return", 0)) return false;
    module_.functions.push_back(std::move(function));
    return true;
  }

  // Instructions up to the closing brace.
  bool BlockBody(ir::Function* function, std::uint32_t block, std::string_view last_word,
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
  bool Definition(ir::Function* function, ValueId id, std::uint32_t depth) {
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

  bool Simple(std::string_view word, Instruction* out) {
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
    if (word == "builtin")
      return begin(InstructionKind::kBuiltin) && Enumerator(kBuiltinWords, &out->builtin);
    if (word == "list") return begin(InstructionKind::kMakeList) && Arguments(out);
    if (word == "record") return begin(InstructionKind::kMakeRecord) && Arguments(out);
    const std::optional<lang::Opcode> opcode = lang::OpcodeByName(word);
    if (!opcode.has_value()) return Fail("the name of an instruction or an operation");
    out->opcode = *opcode;
    return begin(InstructionKind::kOperation) && Arguments(out);
  }

  bool Arguments(Instruction* out) {
    if (!At("%")) return true;
    do {
      if (!ValueReference(&out->arguments.emplace_back())) return false;
    } while (Try(","));
    return true;
  }

  bool Loop(ir::Function* function, ValueId id, std::uint32_t depth) {
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

  std::string_view text_;
  TextLexer lexer_;
  Module module_;
  ParseError error_;
};

}  // namespace

std::optional<Module> Parse(std::string_view text, ParseError* error) {
  return Parser(text).Run(error);
}

}  // namespace faultline::ir
