#include "tools/driver/compile.h"

#include "frontend/ast/format.h"
#include "frontend/parse/allow.h"
#include "ir/interp/evaluate.h"
#include "ir/passes/pipeline.h"
#include "ir/text.h"
#include "ir/verifier.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

namespace faultline::driver {

namespace {

parse::ParseResult ParseOne(Compilation& result, FileId id, bool is_inline, DiagnosticSink& sink) {
  return is_inline ? parse::ParseInline(result.sources, id, sink) : parse::Parse(result.sources, id, sink);
}

// The tree printed and read back: what the printer loses or changes shows in whatever is compared later.
parse::ParseResult ParseTwice(Compilation& result, const RuleFile& file, bool is_inline,
                              DiagnosticSink& sink) {
  DiagnosticSink first_sink;
  const FileId first = result.sources.Add(file.path, file.text);
  parse::ParseResult parsed = ParseOne(result, first, is_inline, first_sink);
  if (first_sink.has_errors()) {
    return ParseOne(result, first, is_inline, sink);
  }
  const ast::FormatResult again = ast::Format(file.text, parsed.tokens, parsed.ok);
  return ParseOne(result, result.sources.Add(file.path, again.text), is_inline, sink);
}

// A table stands beside the rule file that names it; stock ones are part of the program.
std::optional<std::string> ReadTable(const Compilation& result, const CompileOptions& options, FileId file,
                                     const std::string& path, std::string* error) {
  if (const auto given = options.tables.find(path); given != options.tables.end()) return given->second;
  const std::filesystem::path folder = std::filesystem::path(result.sources.Get(file).path()).parent_path();
  const std::string full = (folder / path).lexically_normal().string();
  for (const ParsedFile& parsed : result.files) {
    if (parsed.id != file || parsed.origin != "stock") continue;
    for (const StockFile& stock : StockFiles()) {
      if (stock.path == full) return std::string(stock.text);
    }
    *error = "it is no part of the program";
    return std::nullopt;
  }
  return ReadTextFile(full, error);
}

std::string VerifierText(const std::vector<ir::VerifierError>& errors) {
  std::string text;
  for (const ir::VerifierError& error : errors) {
    text += (text.empty() ? "" : "; ") + error.ToString();
  }
  return text;
}

// `run -e 'match "…"'`: a rule without severity is an error, one without report shows the line.
void CompleteInlineRule(ast::Module& module) {
  for (const ast::DeclPtr& decl : module.decls) {
    if (decl->kind != ast::DeclKind::kRule || decl->name.text != "inline") continue;
    auto& rule = static_cast<ast::RuleDecl&>(*decl);
    if (rule.is_event) continue;
    auto has = [&](ast::ClauseKind kind) {
      return std::any_of(rule.clauses.begin(), rule.clauses.end(),
                         [&](const ast::ClausePtr& c) { return c->kind == kind; });
    };
    if (!has(ast::ClauseKind::kSeverity)) {
      rule.clauses.push_back(std::make_unique<ast::SeverityClause>(rule.span, ast::Name{"error", rule.span}));
    }
    if (!has(ast::ClauseKind::kReport)) {
      auto text = std::make_unique<ast::StringExpr>(rule.span);
      ast::StringPart line;
      line.kind = ast::StringPartKind::kHole;
      line.span = rule.span;
      line.expr = std::make_unique<ast::NameExpr>(ast::Name{"text", rule.span});
      text->parts.push_back(std::move(line));
      rule.clauses.push_back(
          std::make_unique<ast::TextClause>(ast::ClauseKind::kReport, rule.span, std::move(text)));
    }
  }
}

}  // namespace

bool Compilation::has_errors() const {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity() == DiagnosticSeverity::kError; });
}

std::unique_ptr<Compilation> Compile(std::vector<RuleFile> files, const CompileOptions& options) {
  auto result = std::make_unique<Compilation>();
  DiagnosticSink sink;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const RuleFile& file = files[i];
    const bool is_inline = options.inline_rules && file.origin == "-e";
    parse::ParseResult parsed;
    if (options.round_trip_ast) {
      parsed = ParseTwice(*result, file, is_inline, sink);
    } else {
      parsed = ParseOne(*result, result->sources.Add(file.path, file.text), is_inline, sink);
    }
    if (is_inline) CompleteInlineRule(parsed.module);
    const FileId id = parsed.module.file;
    result->files.push_back({id, file.origin, std::move(parsed)});
  }

  std::vector<const ast::Module*> modules;
  sema::CheckOptions check;
  check.lints = options.lints;
  std::set<std::string> quiet;
  for (const ParsedFile& file : result->files) {
    modules.push_back(&file.parse.module);
    if (file.origin == "stock" && file.parse.module.name) quiet.insert(file.parse.module.name->Text());
  }
  check.quiet_modules.assign(quiet.begin(), quiet.end());
  check.now = options.now;
  check.read_file = [&](FileId file, const std::string& path, std::string* error) {
    return ReadTable(*result, options, file, path, error);
  };
  result->checked = sema::Check(modules, result->sources, check, sink);

  sink.SortByPlace();
  result->diagnostics = sink.Take();
  for (const ParsedFile& file : result->files) {
    parse::ApplyAllows(result->diagnostics, file.parse.tokens, result->sources);
  }
  if (result->has_errors()) return result;

  if (options.keep_unread) {
    for (auto& rule : result->checked.rules) rule.unread = false;
  }
  lower::LowerOptions lowering;
  lowering.tests = options.tests;
  lower::Lowered lowered = lower::Lower(result->checked, lowering);
  if (auto errors = ir::Verify(lowered.module); !errors.empty()) {
    result->fault = "the lowered rules are not well-formed: " + VerifierText(errors);
    return result;
  }
  auto module = std::make_shared<ir::Module>(std::move(lowered.module));
  if (options.tests) {
    result->tests = std::move(lowered.tests);  // refer to functions by number, which most passes change
    ir::FindLiterals(module.get());
  } else if (options.keep_apart) {
    ir::FindLiterals(module.get());
  } else {
    ir::RunPasses(module.get(), ir::EvaluateOperation);
  }
  if (auto errors = ir::Verify(*module); !errors.empty()) {
    result->fault = "a pass left rules that are not well-formed: " + VerifierText(errors);
    return result;
  }
  if (options.round_trip_ir) {
    ir::ParseError error;
    auto again = ir::Parse(ir::Print(*module), &error);
    if (!again) {
      result->fault =
          "the printed IR cannot be read back: line " + std::to_string(error.line) + ": " + error.message;
      return result;
    }
    module = std::make_shared<ir::Module>(std::move(*again));
  }
  result->module = std::move(module);
  return result;
}

}  // namespace faultline::driver
