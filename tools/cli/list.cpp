// `faultline list` and `faultline config`: what there is, what is in force, and where it came from.
#include "runtime/report/escape.h"
#include "support/diag/diagnostic.h"
#include "support/lang/lang.h"
#include "tools/cli/console.h"
#include "tools/cli/session.h"
#include "tools/cli/table.h"
#include "tools/cli/verbs.h"
#include "tools/driver/clock.h"
#include "tools/driver/state_place.h"

#include <cstdlib>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace faultline::cli {

namespace {

std::string FirstSentence(const std::string& doc) {
  std::string line = doc.substr(0, doc.find('\n'));
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return runtime::SafeText(line);
}

std::string OriginOf(const driver::Compilation& compilation, Span span) {
  for (const driver::ParsedFile& file : compilation.files) {
    if (file.id != span.file) continue;
    const SourceFile& source = compilation.sources.Get(span.file);
    return fmt::format("{}:{}", source.path(), source.Locate(span.begin).line);
  }
  return "";
}

// Parameters with their values, and what a repository changed about rules.
void AddSettings(const driver::Compilation& compilation, Table& table) {
  for (const sema::Param& param : compilation.checked.params) {
    std::string value = param.value_text;
    if (param.overridden) value += " (default " + param.default_text + ")";
    table.Add({"param " + param.name, runtime::SafeText(value),
               OriginOf(compilation, param.overridden ? param.set : param.span)});
  }
  for (const sema::Setting& setting : compilation.checked.settings) {
    const std::string place = OriginOf(compilation, setting.span);
    std::string value = setting.what;
    switch (setting.kind) {
      case sema::SettingKind::kOverride:
        value += " = " + setting.value;
        break;
      case sema::SettingKind::kDisable:
        value = "off";
        break;
      case sema::SettingKind::kAllow:
        value = "where " + value;
        break;
    }
    if (!setting.reason.empty()) value += ": " + setting.reason;
    if (!setting.until.empty()) value += (setting.expired ? ", ran out on " : ", until ") + setting.until;
    const std::string_view word = setting.kind == sema::SettingKind::kOverride  ? "override "
                                  : setting.kind == sema::SettingKind::kDisable ? "disable "
                                                                                : "allow ";
    table.Add({std::string(word) + setting.target, runtime::SafeText(value), place});
  }
  for (const sema::Pack& pack : compilation.checked.packs) {
    std::string value = pack.version;
    for (const auto& [what, version] : pack.needs) value += ", needs " + what + " >= " + version;
    table.Add({"pack " + pack.name, runtime::SafeText(value), OriginOf(compilation, pack.span)});
  }
}

int ListFromRules(const Options& options) {
  const Rules rules = LoadRules(options, false);
  if (rules.exit_code != 0) return rules.exit_code;
  const ir::Module& module = *rules.compilation->module;
  if (options.subject == "rules") {
    Table table({"rule", "severity", "place", "doc"});
    for (const ir::Rule& rule : module.rules) {
      if (rule.is_event) continue;
      std::string doc = FirstSentence(rule.doc);
      if (rule.status == ir::RuleStatus::kDeprecated) doc = "(deprecated: " + rule.deprecated + ") " + doc;
      if (rule.status == ir::RuleStatus::kExperimental) doc = "(experimental) " + doc;
      table.Add({rule.name, std::string(lang::SeverityName(rule.severity)),
                 OriginOf(*rules.compilation, rule.span), doc});
    }
    table.Write(options.json);
  } else if (options.subject == "formats") {
    Table table({"format", "fields", "place"});
    for (const ir::Format& format : module.formats) {
      std::string fields;
      for (const ir::Slot& slot : format.slots) {
        if (!slot.hidden)
          fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", slot.name, slot.type.ToString());
      }
      table.Add({format.name, fields, OriginOf(*rules.compilation, format.span)});
    }
    table.Write(options.json);
  } else {
    Table table({"wrapper", "inside", "place"});
    for (const ir::Wrapper& wrapper : module.wrappers) {
      table.Add({wrapper.name, wrapper.inside.empty() ? "" : "inside " + wrapper.inside,
                 OriginOf(*rules.compilation, wrapper.span)});
    }
    table.Write(options.json);
  }
  return kOk;
}

int ListPacks(const Options& options) {
  const driver::RuleFiles found = driver::FindRuleFiles(options.rules);
  Table table({"file", "origin"});
  for (const driver::RuleFile& file : found.files) table.Add({file.path, file.origin});
  table.Write(options.json);
  for (const driver::FileError& error : found.errors)
    Remark(fmt::format("{}: {}", error.path, error.message));
  return found.errors.empty() ? kOk : kUsage;
}

}  // namespace

int ListVerb(const Options& options) {
  if (options.subject == "functions") {
    Table table({"name", "form", "signatures", "help"});
    for (const lang::OperatorRow& row : lang::Operators()) {
      if (row.form == lang::OperatorForm::kConversion) continue;
      std::string signatures;
      for (const lang::OverloadRow& overload : lang::Overloads()) {
        if (overload.op == row.id)
          signatures += (signatures.empty() ? "" : " | ") + std::string(overload.signature);
      }
      table.Add({std::string(row.spelling),
                 row.form == lang::OperatorForm::kFunction ? "function" : "operator", signatures,
                 std::string(row.help)});
    }
    table.Write(options.json);
    return kOk;
  }
  if (options.subject == "holes") {
    Table table({"hole", "example", "help"});
    for (const lang::HoleRow& row : lang::HoleTypes()) {
      table.Add({std::string(row.name), std::string(row.example), std::string(row.help)});
    }
    table.Write(options.json);
    return kOk;
  }
  if (options.subject == "diagnostics") {
    Table table({"code", "severity", "name", "message"});
    for (const DiagnosticRow& row : Catalogue()) {
      table.Add({std::string(row.code), row.severity == DiagnosticSeverity::kError ? "error" : "warning",
                 std::string(row.name), std::string(row.format)});
    }
    table.Write(options.json);
    return kOk;
  }
  if (options.subject == "packs") return ListPacks(options);
  return ListFromRules(options);
}

int ConfigVerb(const Options& options) {
  Table table({"setting", "value", "origin"});
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  table.Add({"version", FAULTLINE_VERSION, "the program"});
  table.Add({"engine", options.engine, options.engine == "auto" ? "default" : "--engine"});
  table.Add({"threads",
             std::to_string(options.threads > 0 ? static_cast<unsigned>(options.threads) : processors),
             options.threads > 0 ? "--threads" : "processors"});
  table.Add(
      {"now", options.now.empty() ? "the clock" : options.now, options.now.empty() ? "default" : "--now"});
  table.Add({"tz", options.zone.empty() ? "UTC" : options.zone, options.zone.empty() ? "default" : "--tz"});
  table.Add({"color", WantColor(options.color, stdout) ? "yes" : "no",
             options.color != "auto"              ? "--color"
             : std::getenv("NO_COLOR") != nullptr ? "NO_COLOR"
                                                  : "terminal"});
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  table.Add({"cache",
             options.no_cache   ? "off"
             : cache != nullptr ? std::string(cache) + "/faultline"
             : home != nullptr  ? std::string(home) + "/.cache/faultline"
                                : "off",
             options.no_cache   ? "--no-cache"
             : cache != nullptr ? "XDG_CACHE_HOME"
                                : "HOME"});
  const driver::StatePlace state = driver::FindState(options.history);
  const auto there = [](const std::string& path) {
    return path.empty() ? "none" : path + (access(path.c_str(), F_OK) == 0 ? "" : " (not there yet)");
  };
  table.Add({"history", there(state.history), state.origin});
  table.Add({"shapes", there(state.shapes), state.origin});
  const driver::RuleFiles found = driver::FindRuleFiles(options.rules);
  table.Add({"repository rules", found.repository_rules.value_or("none"),
             found.repository_rules ? "found by walking up" : "no .faultline/ here or above"});
  for (const driver::RuleFile& file : found.files) table.Add({"rules", file.path, file.origin});
  std::vector<std::string> bad;
  for (const driver::ContextEntry& entry : driver::RunContext(options.context, &bad)) {
    table.Add({"context " + entry.key, runtime::SafeText(entry.value), entry.origin});
  }
  driver::CompileOptions compile;
  if (const auto now = driver::NowOption(options.now)) compile.now = *now;
  const auto compilation = driver::Compile(found.files, compile);
  AddSettings(*compilation, table);
  table.Write(options.json);
  if (compilation->has_errors()) Remark("the rules have errors; `faultline check` shows them");
  for (const std::string& text : bad) Remark(fmt::format("--context {}: write KEY=VALUE", text));
  for (const driver::FileError& error : found.errors)
    Remark(fmt::format("{}: {}", error.path, error.message));
  return bad.empty() && found.errors.empty() ? kOk : kUsage;
}

}  // namespace faultline::cli
