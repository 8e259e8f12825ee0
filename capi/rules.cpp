// Rules from text, from files, from the stock packs, from a compiled pack; and what they say of themselves.
#include "capi/rules.h"

#include "capi/envelope.h"
#include "capi/status.h"
#include "ir/text.h"
#include "ir/verifier.h"
#include "runtime/finding/finding.h"
#include "support/diag/render.h"
#include "tools/driver/clock.h"

#include <algorithm>
#include <utility>

namespace faultline::capi {
namespace {

constexpr std::string_view kStock = "stdlib-rules/";
constexpr std::size_t kMaxText = std::size_t{16} << 20;

std::vector<RenderedDiagnostic> Render(const driver::Compilation& compilation) {
  std::vector<RenderedDiagnostic> rendered;
  for (const Diagnostic& diagnostic : compilation.diagnostics) {
    RenderedDiagnostic& out = rendered.emplace_back();
    switch (diagnostic.severity()) {
      case DiagnosticSeverity::kError:
        out.level = FAULTLINE_DIAGNOSTIC_ERROR;
        break;
      case DiagnosticSeverity::kWarning:
        out.level = FAULTLINE_DIAGNOSTIC_WARNING;
        break;
      case DiagnosticSeverity::kNote:
        out.level = FAULTLINE_DIAGNOSTIC_NOTE;
        break;
    }
    out.code = diagnostic.code();
    out.name = diagnostic.catalogue_row().name;
    out.message = diagnostic.message;
    if (!diagnostic.helps.empty()) out.hint = diagnostic.helps.front();
    if (diagnostic.span.IsValid()) {
      const SourceFile& file = compilation.sources.Get(diagnostic.span.file);
      out.file = file.path();
      const LineColumn begin = file.Locate(diagnostic.span.begin);
      const LineColumn end = file.Locate(diagnostic.span.end);
      out.line = begin.line;
      out.column = begin.column;
      out.end_line = end.line;
      out.end_column = end.column;
    }
    out.text = RenderText(diagnostic, compilation.sources, false);
    out.json = RenderJson(diagnostic, compilation.sources);
  }
  return rendered;
}

// Whether the stock file belongs to the pack: "stdlib", or the folder's name.
bool IsOfPack(std::string_view path, std::string_view pack) {
  if (!path.starts_with(kStock)) return false;
  if (pack == "stdlib") return true;
  path.remove_prefix(kStock.size());
  return path.size() > pack.size() && path.starts_with(pack) && path[pack.size()] == '/';
}

// Names behind a word at the beginnings of lines: stock rules are formatted, so that is where they stand.
std::vector<std::string> NamesBehind(std::string_view text, std::string_view word) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(word)) continue;
    line.remove_prefix(word.size());
    names.emplace_back(line.substr(0, line.find_first_of(" \t\r;,{/")));
  }
  return names;
}

// The stock files of the packs, and those that they use.
std::vector<driver::RuleFile> StockOf(const std::vector<std::string>& packs) {
  const std::vector<driver::RuleFile> stock = driver::StockRuleFiles();
  std::vector<bool> chosen(stock.size(), false);
  std::vector<std::size_t> open;
  const auto choose = [&](std::size_t index) {
    if (!chosen[index]) open.push_back(index);
    chosen[index] = true;
  };
  std::map<std::string, std::size_t> modules;
  for (std::size_t i = 0; i < stock.size(); ++i) {
    for (std::string& name : NamesBehind(stock[i].text, "module ")) modules.emplace(std::move(name), i);
    if (IsOfPack(stock[i].path, "formats") ||
        std::any_of(packs.begin(), packs.end(),
                    [&](const std::string& pack) { return IsOfPack(stock[i].path, pack); })) {
      choose(i);
    }
  }
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (const std::string& name : NamesBehind(stock[at].text, "use ")) {
      if (const auto used = modules.find(name); used != modules.end()) choose(used->second);
    }
  }
  std::vector<driver::RuleFile> files;
  for (std::size_t i = 0; i < stock.size(); ++i) {
    if (chosen[i]) files.push_back(stock[i]);
  }
  return files;
}

faultline_status AddText(faultline_compiler* compiler, const char* name, const char* text, std::size_t size,
                         std::map<std::string, std::string>* tables) {
  if (compiler == nullptr || name == nullptr || (text == nullptr && size > 0)) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "compiler, name and text must not be NULL");
  }
  if (size > kMaxText) return Fail(FAULTLINE_ERROR_ARGUMENT, "a text of rules is at most 16 MiB");
  std::string copy(size == 0 ? "" : text, size);
  if (tables != nullptr) {
    (*tables)[name] = std::move(copy);
  } else {
    compiler->files.push_back({name, std::move(copy), "-r"});
  }
  return FAULTLINE_OK;
}

}  // namespace

const std::string& Rules::Text() const {
  std::call_once(printed_, [this] {
    text_ = ir::Print(*module_);
    fingerprint_ = runtime::Fingerprint("rules", {{"text", Value::Text(text_)}});
  });
  return text_;
}

const std::string& Rules::Fingerprint() const {
  Text();
  return fingerprint_;
}

const runtime::PartitionPlan& Rules::Partition() const {
  std::call_once(planned_, [this] {
    const runtime::EnginePlan plan(*module_);
    partition_ = std::make_unique<runtime::PartitionPlan>(plan);
  });
  return *partition_;
}

driver::ProgramResult Rules::ProgramOf(std::int32_t engine, const driver::ProgramOptions& options) const {
  const std::lock_guard<std::mutex> lock(programs_mutex_);
  driver::ProgramResult result;
  result.program = programs_[engine].lock();
  if (result.program == nullptr) {
    result = driver::MakeProgram(module_, options);
    programs_[engine] = result.program;
  }
  return result;
}

}  // namespace faultline::capi

using namespace faultline;        // NOLINT: the functions below have C names
using namespace faultline::capi;  // NOLINT

faultline_text faultline_bytes_get(const faultline_bytes* bytes) {
  return bytes == nullptr ? NoText() : TextOf(bytes->text);
}

void faultline_bytes_destroy(faultline_bytes* bytes) {
  delete bytes;
}

// ---------------------------------------------------------------- the compiler

faultline_status faultline_compiler_create(faultline_compiler** compiler) {
  if (compiler == nullptr) return Fail(FAULTLINE_ERROR_ARGUMENT, "compiler must not be NULL");
  *compiler = nullptr;
  return Guarded([&] {
    *compiler = new faultline_compiler;
    return FAULTLINE_OK;
  });
}

void faultline_compiler_destroy(faultline_compiler* compiler) {
  delete compiler;
}

faultline_status faultline_compiler_add_text(faultline_compiler* compiler, const char* name, const char* text,
                                             size_t size) {
  return Guarded([&] { return AddText(compiler, name, text, size, nullptr); });
}

faultline_status faultline_compiler_add_table(faultline_compiler* compiler, const char* path,
                                              const char* text, size_t size) {
  return Guarded(
      [&] { return AddText(compiler, path, text, size, compiler == nullptr ? nullptr : &compiler->tables); });
}

faultline_status faultline_compiler_add_path(faultline_compiler* compiler, const char* path) {
  if (compiler == nullptr || path == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "compiler and path must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    driver::RuleFiles found = driver::ReadPaths({path});
    if (!found.errors.empty()) {
      return Fail(FAULTLINE_ERROR_FILE, found.errors.front().path + ": " + found.errors.front().message);
    }
    for (driver::RuleFile& file : found.files) compiler->files.push_back(std::move(file));
    return FAULTLINE_OK;
  });
}

faultline_status faultline_compiler_add_pack(faultline_compiler* compiler, const char* name) {
  if (compiler == nullptr || name == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "compiler and name must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    const std::vector<driver::StockFile>& stock = driver::StockFiles();
    if (std::none_of(stock.begin(), stock.end(),
                     [&](const driver::StockFile& file) { return IsOfPack(file.path, name); })) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, std::string("there is no stock pack `") + name + "`");
    }
    compiler->packs.emplace_back(name);
    return FAULTLINE_OK;
  });
}

void faultline_compile_options_init(faultline_compile_options* options) {
  if (options == nullptr) return;
  *options = {};
  options->struct_size = sizeof *options;
  options->now = FAULTLINE_NO_TIME;
}

faultline_status faultline_compile(faultline_compiler* compiler, const faultline_compile_options* given,
                                   faultline_rules** rules) {
  if (rules != nullptr) *rules = nullptr;
  if (compiler == nullptr || rules == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "compiler and rules must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    faultline_compile_options options;
    faultline_compile_options_init(&options);
    if (const faultline_status status = ReadOptions(given, &options); status != FAULTLINE_OK) return status;
    if (compiler->files.empty() && compiler->packs.empty()) {
      return Fail(FAULTLINE_ERROR_STATE, "no rules were added");
    }
    driver::CompileOptions compile;
    compile.lints = options.lints != 0;
    compile.inline_rules = options.inline_rules != 0;
    compile.now = options.now == FAULTLINE_NO_TIME ? *driver::NowOption("") : options.now;
    compile.tables = compiler->tables;
    std::vector<driver::RuleFile> files = compiler->files;
    driver::AddStock(files, StockOf(compiler->packs));
    if (compile.inline_rules) {
      if (compiler->files.empty()) return Fail(FAULTLINE_ERROR_STATE, "no text of a rule was added");
      // The rule without a head comes last, as its tables and formats stand before it.
      std::rotate(files.begin() + static_cast<std::ptrdiff_t>(compiler->files.size()) - 1,
                  files.begin() + static_cast<std::ptrdiff_t>(compiler->files.size()), files.end());
      files.back().origin = "-e";
    }
    const std::unique_ptr<driver::Compilation> compilation = driver::Compile(std::move(files), compile);
    if (!compilation->fault.empty()) return Fail(FAULTLINE_ERROR_INTERNAL, compilation->fault);
    auto made = std::make_unique<faultline_rules>();
    made->rules = std::make_shared<Rules>(compilation->module, Render(*compilation));
    *rules = made.release();
    if ((*rules)->rules->module() != nullptr) return FAULTLINE_OK;
    const auto& diagnostics = (*rules)->rules->diagnostics();
    const auto first = std::find_if(diagnostics.begin(), diagnostics.end(), [](const RenderedDiagnostic& d) {
      return d.level == FAULTLINE_DIAGNOSTIC_ERROR;
    });
    return Fail(FAULTLINE_ERROR_RULES, "the rules do not compile: " + first->file + ":" +
                                           std::to_string(first->line) + ": " + first->message);
  });
}

void faultline_rules_destroy(faultline_rules* rules) {
  delete rules;
}

// ---------------------------------------------------------------- what they say

size_t faultline_rules_diagnostic_count(const faultline_rules* rules) {
  return rules == nullptr ? 0 : rules->rules->diagnostics().size();
}

faultline_status faultline_rules_diagnostic(const faultline_rules* rules, size_t index,
                                            faultline_diagnostic* diagnostic) {
  if (rules == nullptr || diagnostic == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules and diagnostic must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    if (index >= rules->rules->diagnostics().size()) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no diagnostic of this index");
    }
    const RenderedDiagnostic& from = rules->rules->diagnostics()[index];
    faultline_diagnostic to{};
    to.level = from.level;
    to.code = TextOf(from.code);
    to.name = TextOf(from.name);
    to.message = TextOf(from.message);
    to.hint = TextOf(from.hint);
    to.file = TextOf(from.file);
    to.line = from.line;
    to.column = from.column;
    to.end_line = from.end_line;
    to.end_column = from.end_column;
    to.text = TextOf(from.text);
    to.json = TextOf(from.json);
    return WriteResult(to, diagnostic);
  });
}

size_t faultline_rules_count(const faultline_rules* rules) {
  return rules == nullptr || rules->rules->module() == nullptr ? 0 : rules->rules->module()->rules.size();
}

faultline_status faultline_rules_get(const faultline_rules* rules, size_t index, faultline_rule_info* info) {
  if (rules == nullptr || info == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules and info must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    if (index >= faultline_rules_count(rules)) {
      return Fail(FAULTLINE_ERROR_ARGUMENT, "there is no rule of this index");
    }
    const ir::Rule& rule = rules->rules->module()->rules[index];
    faultline_rule_info to{};
    to.name = TextOf(rule.name);
    to.doc = TextOf(rule.doc);
    to.severity = static_cast<std::int32_t>(rule.severity);
    to.is_event = rule.is_event || rule.shape == ir::RuleShape::kScope ? 1 : 0;
    const runtime::PartitionPlan& partition = rules->rules->Partition();
    to.group = partition.GroupOf(static_cast<ir::RuleId>(index));
    switch (partition.RouteOf(to.group)) {
      case runtime::Route::kSource:
        to.route = FAULTLINE_ROUTE_SOURCE;
        break;
      case runtime::Route::kKey:
        to.route = FAULTLINE_ROUTE_KEY;
        break;
      case runtime::Route::kOne:
        to.route = FAULTLINE_ROUTE_ONE;
        break;
    }
    return WriteResult(to, info);
  });
}

// ---------------------------------------------------------------- compiled packs

faultline_status faultline_rules_save(const faultline_rules* rules, faultline_bytes** pack) {
  if (pack != nullptr) *pack = nullptr;
  if (rules == nullptr || pack == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "rules and pack must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    if (rules->rules->module() == nullptr) return Fail(FAULTLINE_ERROR_STATE, "the rules do not compile");
    *pack = new faultline_bytes{Seal(kPackEnvelope, rules->rules->Text())};
    return FAULTLINE_OK;
  });
}

faultline_status faultline_rules_load(const void* data, size_t size, faultline_rules** rules) {
  if (rules != nullptr) *rules = nullptr;
  if (rules == nullptr || data == nullptr) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "data and rules must not be NULL");
  }
  return Guarded([&]() -> faultline_status {
    std::string_view text;
    if (const faultline_status status = Open(kPackEnvelope, {static_cast<const char*>(data), size}, &text);
        status != FAULTLINE_OK) {
      return status;
    }
    ir::ParseError error;
    std::optional<ir::Module> module = ir::Parse(text, &error);
    if (!module) {
      return Fail(FAULTLINE_ERROR_FORMAT, "a compiled pack that cannot be read: line " +
                                              std::to_string(error.line) + ": " + error.message);
    }
    if (const auto errors = ir::Verify(*module); !errors.empty()) {
      return Fail(FAULTLINE_ERROR_FORMAT,
                  "a compiled pack that is not well-formed: " + errors.front().ToString());
    }
    auto made = std::make_unique<faultline_rules>();
    made->rules = std::make_shared<Rules>(std::make_shared<const ir::Module>(std::move(*module)),
                                          std::vector<RenderedDiagnostic>());
    *rules = made.release();
    return FAULTLINE_OK;
  });
}
