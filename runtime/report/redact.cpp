// Secrets found by shape and by name: see redact.h.
#include "runtime/report/redact.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace faultline::runtime {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsAlnum(char c) {
  return IsDigit(c) || IsUpper(c) || IsLower(c);
}
bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}
bool IsNewline(char c) {
  return c == '\n' || c == '\r';
}
char Lower(char c) {
  return IsUpper(c) ? static_cast<char>(c | 0x20) : c;
}

// Characters of tokens: base64, base64url and what is usual between them.
bool IsTokenChar(char c) {
  return IsAlnum(c) || c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}
bool IsUrlToken(char c) {
  return IsAlnum(c) || c == '-' || c == '_';
}

// `lower` is in lower case.
bool StartsWithFolded(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

template <typename Predicate>
std::size_t RunEnd(std::string_view text, std::size_t from, Predicate predicate) {
  while (from < text.size() && predicate(text[from])) ++from;
  return from;
}

// Tokens that say what they are by their first characters.
struct Prefix {
  std::string_view text;
  std::size_t least;  // characters that follow at least
  enum { kWord, kUrl, kUpper, kDotted } alphabet;
};
constexpr std::array kPrefixes = {
    Prefix{"ghp_", 20, Prefix::kWord},
    Prefix{"gho_", 20, Prefix::kWord},
    Prefix{"ghu_", 20, Prefix::kWord},
    Prefix{"ghs_", 20, Prefix::kDotted},
    Prefix{"ghr_", 20, Prefix::kWord},
    Prefix{"github_pat_", 20, Prefix::kUrl},
    Prefix{"glpat-", 16, Prefix::kDotted},
    Prefix{"glptt-", 16, Prefix::kUrl},
    Prefix{"gldt-", 16, Prefix::kUrl},
    Prefix{"glrt-", 16, Prefix::kDotted},
    Prefix{"xoxa-", 10, Prefix::kUrl},
    Prefix{"xoxb-", 10, Prefix::kUrl},
    Prefix{"xoxe-", 10, Prefix::kUrl},
    Prefix{"xoxp-", 10, Prefix::kUrl},
    Prefix{"xoxr-", 10, Prefix::kUrl},
    Prefix{"xoxs-", 10, Prefix::kUrl},
    Prefix{"xapp-", 10, Prefix::kUrl},
    Prefix{"AKIA", 16, Prefix::kUpper},
    Prefix{"ASIA", 16, Prefix::kUpper},
    Prefix{"ABIA", 16, Prefix::kUpper},
    Prefix{"ACCA", 16, Prefix::kUpper},
    Prefix{"npm_", 30, Prefix::kWord},
    Prefix{"pypi-", 40, Prefix::kUrl},
    Prefix{"AIza", 30, Prefix::kUrl},
    Prefix{"ya29.", 20, Prefix::kDotted},
    Prefix{"sk_live_", 16, Prefix::kUrl},
    Prefix{"sk_test_", 16, Prefix::kUrl},
    Prefix{"rk_live_", 16, Prefix::kUrl},
    Prefix{"sk-", 20, Prefix::kUrl},
    Prefix{"hf_", 30, Prefix::kWord},
    Prefix{"dckr_pat_", 20, Prefix::kUrl},
    Prefix{"SG.", 40, Prefix::kDotted},
    Prefix{"AGE-SECRET-KEY-1", 40, Prefix::kUpper},
    Prefix{"hvs.", 20, Prefix::kUrl},
    Prefix{"dop_v1_", 40, Prefix::kWord},
    Prefix{"shpat_", 30, Prefix::kWord},
};

std::optional<SecretSpan> PrefixedToken(std::string_view text, std::size_t at) {
  if (at > 0 && (IsAlnum(text[at - 1]) || text[at - 1] == '_')) return std::nullopt;
  for (const Prefix& prefix : kPrefixes) {
    if (text[at] != prefix.text[0] || !text.substr(at).starts_with(prefix.text)) continue;
    const std::size_t from = at + prefix.text.size();
    std::size_t end = from;
    switch (prefix.alphabet) {
      case Prefix::kWord:
        end = RunEnd(text, from, [](char c) { return IsAlnum(c) || c == '_'; });
        break;
      case Prefix::kUrl:
        end = RunEnd(text, from, IsUrlToken);
        break;
      case Prefix::kUpper:
        end = RunEnd(text, from, [](char c) { return IsUpper(c) || IsDigit(c); });
        break;
      case Prefix::kDotted:
        end = RunEnd(text, from, [](char c) { return IsUrlToken(c) || c == '.'; });
        break;
    }
    if (end - from >= prefix.least) return SecretSpan{at, end};
  }
  return std::nullopt;
}

// eyJ….….… : a header and a payload that begin with {" in base64url.
std::optional<SecretSpan> WebToken(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("eyJ") || (at > 0 && IsUrlToken(text[at - 1]))) return std::nullopt;
  const std::size_t header = RunEnd(text, at, IsUrlToken);
  if (header - at < 10 || header >= text.size() || text[header] != '.') return std::nullopt;
  const std::size_t payload = RunEnd(text, header + 1, IsUrlToken);
  if (payload - header < 10) return std::nullopt;
  std::size_t end = payload;
  // The signature, and two parts more in encrypted tokens.
  while (end < text.size() && text[end] == '.') {
    const std::size_t part = RunEnd(text, end + 1, IsUrlToken);
    if (part == end + 1) break;
    end = part;
  }
  return SecretSpan{at, end};
}

// From -----BEGIN … PRIVATE KEY----- to its END line, or to the end of the text.
std::optional<SecretSpan> PrivateKey(std::string_view text, std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  if (!text.substr(at).starts_with(kBegin)) return std::nullopt;
  const std::string_view label = text.substr(at + kBegin.size(), 64);
  const std::size_t key = label.find("PRIVATE KEY");
  const std::size_t line_end = label.find_first_of("\r\n");
  if (key == std::string_view::npos || line_end < key) return std::nullopt;
  const std::size_t end = text.find("-----END ", at + kBegin.size());
  if (end == std::string_view::npos) return SecretSpan{at, text.size()};
  const std::size_t close = text.find("-----", end + 9);
  return SecretSpan{at, close == std::string_view::npos ? text.size() : close + 5};
}

// scheme://user:password@host: the password; scheme://token@host: the token, if it is long.
std::optional<SecretSpan> UrlPassword(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("://")) return std::nullopt;
  const std::size_t from = at + 3;
  std::size_t end = from;
  while (end < text.size() &&
         std::string_view("/?#\"'<>`\\ \t\r\n").find(text[end]) == std::string_view::npos)
    ++end;
  const std::string_view authority = text.substr(from, end - from);
  const std::size_t sign = authority.rfind('@');
  if (sign == std::string_view::npos || sign == 0) return std::nullopt;
  const std::size_t colon = authority.substr(0, sign).find(':');
  if (colon == std::string_view::npos) {
    if (sign < 16) return std::nullopt;
    return SecretSpan{from, from + sign};
  }
  if (colon + 1 == sign) {
    if (colon < 16) return std::nullopt;
    return SecretSpan{from, from + colon};  // token: with an empty password
  }
  return SecretSpan{from + colon + 1, from + sign};
}

bool LooksRandom(std::string_view value) {
  return value.size() >= 20 || (value.size() >= 6 && std::any_of(value.begin(), value.end(), IsDigit));
}

// "Bearer TOKEN", "Authorization: Basic TOKEN".
std::optional<SecretSpan> Credentials(std::string_view text, std::size_t at) {
  if (at > 0 && IsAlnum(text[at - 1])) return std::nullopt;
  std::size_t from = 0;
  bool sure = false;
  if (StartsWithFolded(text.substr(at), "bearer")) {
    from = at + 6;
  } else if (StartsWithFolded(text.substr(at), "authorization")) {
    from = at + 13;
    while (from < text.size() &&
           (std::string_view("\"'\\:=").find(text[from]) != std::string_view::npos || IsBlank(text[from]))) {
      ++from;
    }
    if (from == at + 13) return std::nullopt;
    sure = true;
    const std::size_t word = RunEnd(text, from, [](char c) { return IsAlnum(c) || c == '-'; });
    if (word < text.size() && IsBlank(text[word]))
      from = word;  // the scheme; without one the value follows at once
  } else {
    return std::nullopt;
  }
  const std::size_t separator = from;
  while (from < text.size() && (IsBlank(text[from]) || text[from] == ':' || text[from] == '=')) ++from;
  if (!sure && from == separator) return std::nullopt;
  const std::size_t end = RunEnd(text, from, IsTokenChar);
  const std::string_view value = text.substr(from, end - from);
  if (value.empty() || (sure ? value.size() < 6 : !LooksRandom(value))) return std::nullopt;
  return SecretSpan{from, end};
}

// What a name says about its value.
enum class NameKind : std::uint8_t { kPlain, kSecret };

// `assigned`: behind the name stands "=" or it is a field's name. Without it "pass" alone is no name of a
// secret: test runners print "PASS: TestX".
NameKind KindOfName(std::string_view name, bool assigned) {
  std::string folded;  // without separators: apiKey, api-key, API_KEY
  for (char c : name) {
    if (c != '_' && c != '-' && c != '.') folded += Lower(c);
  }
  for (std::string_view word :
       {"password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey", "credential",
        "authtoken", "accesstoken", "refreshtoken", "idtoken", "sessiontoken", "signingkey", "encryptionkey",
        "connectionstring"}) {
    if (folded.find(word) != std::string::npos) return NameKind::kSecret;
  }
  if (folded.ends_with("token") || folded.ends_with("pwd")) return NameKind::kSecret;
  if (folded.ends_with("pass")) {
    const std::size_t before = name.size() - 4;
    if (before == 0 ? assigned : !IsAlnum(name[before - 1])) return NameKind::kSecret;
  }
  return NameKind::kPlain;
}

bool IsPlaceholder(std::string_view value) {
  static constexpr std::string_view kNothing[] = {"true", "false", "null", "nil", "none",
                                                  "yes",  "no",    "0",    "1"};
  for (std::string_view word : kNothing) {
    if (value.size() == word.size() && StartsWithFolded(value, word)) return true;
  }
  return value.find_first_not_of("*x.") == std::string_view::npos || value == kRedacted;
}

// NAME=value, "name": "value", --name value. `at` is at the separator.
std::optional<SecretSpan> NamedSecret(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 64;
  const bool colon = text[at] == ':', equal = text[at] == '=', blank = IsBlank(text[at]);
  if (!colon && !equal && !blank) return std::nullopt;
  std::size_t name_end = at;
  auto skip_quotes_back = [&] {
    while (name_end > 0 &&
           (text[name_end - 1] == '"' || text[name_end - 1] == '\'' || text[name_end - 1] == '\\')) {
      --name_end;
    }
  };
  if (!blank) {
    while (name_end > 0 && at - name_end < 2 && IsBlank(text[name_end - 1])) --name_end;
    skip_quotes_back();
  }
  std::size_t name_begin = name_end;
  while (name_begin > 0 && name_end - name_begin < kLongestName &&
         (IsAlnum(text[name_begin - 1]) || text[name_begin - 1] == '_' || text[name_begin - 1] == '-' ||
          text[name_begin - 1] == '.')) {
    --name_begin;
  }
  const std::string_view name = text.substr(name_begin, name_end - name_begin);
  if (name.size() < 3 || (blank && !name.starts_with("--"))) return std::nullopt;
  if (KindOfName(name, equal) == NameKind::kPlain) return std::nullopt;

  std::size_t from = at + 1;
  if (equal && from < text.size() && (text[from] == '=' || text[from] == '>')) ++from;  // ==, =>
  if (colon && from < text.size() && text[from] == '=') ++from;                         // :=
  while (from < text.size() && IsBlank(text[from])) ++from;
  std::size_t backslashes = 0;
  while (from + backslashes < text.size() && text[from + backslashes] == '\\') ++backslashes;
  const std::size_t open = from + backslashes;
  if (open < text.size() && (text[open] == '"' || text[open] == '\'' || text[open] == '`')) {
    const char quote = text[open];
    std::size_t end = open + 1;
    // To the quote with as many backslashes in front; other escaped characters belong to the value.
    for (std::size_t run = 0; end < text.size(); ++end) {
      if (text[end] == quote && run <= backslashes) break;
      if (IsNewline(text[end])) break;
      run = text[end] == '\\' ? run + 1 : 0;
    }
    std::size_t value_end = end;
    for (std::size_t i = 0; i < backslashes && value_end > open + 1 && text[value_end - 1] == '\\'; ++i)
      --value_end;
    const std::string_view value = text.substr(open + 1, value_end - open - 1);
    if (value.empty() || IsPlaceholder(value)) return std::nullopt;
    return SecretSpan{open + 1, value_end};
  }
  if (from < text.size() && text[from] == '$') return std::nullopt;  // a variable's name
  const std::size_t end = RunEnd(text, from, [](char c) {
    return !IsBlank(c) && !IsNewline(c) &&
           std::string_view(",;&|\"'`()[]{}<>").find(c) == std::string_view::npos;
  });
  const std::string_view value = text.substr(from, end - from);
  if (value.empty() || IsPlaceholder(value)) return std::nullopt;
  // "unexpected token: name" and "password: must be set" are sentences, token: 8f3a… is not.
  if (!equal && !LooksRandom(value)) return std::nullopt;
  return SecretSpan{from, end};
}

// A line of nothing but base64, as inside a key block of which this text is only one line: at least 60
// characters with upper case, lower case and digits (hexadecimal digests have no both cases).
bool IsKeyBody(std::string_view line) {
  while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
  while (!line.empty() && (IsBlank(line.back()) || IsNewline(line.back()))) line.remove_suffix(1);
  if (line.size() < 60) return false;
  bool upper = false, lower = false, digit = false;
  for (char c : line) {
    if (!IsAlnum(c) && c != '+' && c != '/' && c != '=') return false;
    upper = upper || IsUpper(c);
    lower = lower || IsLower(c);
    digit = digit || IsDigit(c);
  }
  return upper && lower && digit;
}

void FindKeyBodies(std::string_view text, std::vector<SecretSpan>* spans) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = std::min(text.find('\n', begin), text.size());
    if (IsKeyBody(text.substr(begin, newline - begin))) spans->push_back({begin, newline});
    begin = newline + 1;
  }
}

Value RedactValue(const Value& value, Arena* arena, int depth, bool* changed) {
  if (value.kind == ValueKind::kText) {
    if (FindSecrets(value.AsText()).empty()) return value;
    *changed = true;
    return Value::Text(arena->Copy(Redact(value.AsText())));
  }
  const std::size_t count = ItemCount(value);
  if (count == 0 || depth > 64) return value;
  Value* items = arena->AllocateValues(count);
  for (std::size_t i = 0; i < count; ++i) {
    items[i] = RedactValue(value.items[i], arena, depth + 1, changed);
    // A map's key names its value as `name=` does in text.
    const bool named = value.kind == ValueKind::kMap && i % 2 == 1 &&
                       value.items[i].kind == ValueKind::kText && value.items[i - 1].kind == ValueKind::kText;
    if (named && KindOfName(value.items[i - 1].AsText(), true) == NameKind::kSecret &&
        !IsPlaceholder(value.items[i].AsText())) {
      items[i] = Value::Text(kRedacted);
      *changed = true;
    }
  }
  return Value::Items(value.kind, items, value.size);
}

// Redacts in place and moves the mark along.
void RedactLine(std::string* text, std::uint32_t* mark, std::uint32_t* mark_size, bool* changed) {
  const std::vector<SecretSpan> spans = FindSecrets(*text);
  if (spans.empty()) return;
  *changed = true;
  auto moved = [&](std::size_t position, bool end) {
    std::size_t shift_out = 0, shift_in = 0;
    for (const SecretSpan& span : spans) {
      if (span.end <= position) {
        shift_out += span.end - span.begin;
        shift_in += kRedacted.size();
      } else if (span.begin < position) {
        return span.begin - shift_out + shift_in + (end ? kRedacted.size() : 0);
      }
    }
    return position - shift_out + shift_in;
  };
  const std::size_t begin = moved(*mark, false);
  const std::size_t end = moved(std::size_t{*mark} + *mark_size, true);
  *mark = static_cast<std::uint32_t>(begin);
  *mark_size = *mark_size == 0 ? 0 : static_cast<std::uint32_t>(end - std::min(begin, end));
  *text = Redact(*text);
}

}  // namespace

std::vector<SecretSpan> FindSecrets(std::string_view text) {
  std::vector<SecretSpan> spans;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::optional<SecretSpan> found;
    switch (text[at]) {
      case '-':
        found = PrivateKey(text, at);
        break;
      case ':':
        found = UrlPassword(text, at);
        if (!found) found = NamedSecret(text, at);
        break;
      case '=':
      case ' ':
      case '\t':
        found = NamedSecret(text, at);
        break;
      case 'e':
        found = WebToken(text, at);
        break;
      case 'a':
      case 'b':
      case 'B':
        found = Credentials(text, at);
        break;
      case 'A':
        found = Credentials(text, at);
        if (!found) found = PrefixedToken(text, at);
        break;
      default:
        if (IsAlnum(text[at])) found = PrefixedToken(text, at);
        break;
    }
    if (!found) continue;
    spans.push_back(*found);
    // What is inside a secret is not looked at again, which also keeps the time linear.
    at = std::max(at, found->end - 1);
  }
  FindKeyBodies(text, &spans);
  std::sort(spans.begin(), spans.end(),
            [](const SecretSpan& a, const SecretSpan& b) { return a.begin < b.begin; });
  std::vector<SecretSpan> merged;
  for (const SecretSpan& span : spans) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else if (span.begin < span.end) {
      merged.push_back(span);
    }
  }
  return merged;
}

std::string Redact(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const SecretSpan& span : FindSecrets(text)) {
    out += text.substr(at, span.begin - at);
    out += kRedacted;
    at = span.end;
  }
  out += text.substr(at);
  return out;
}

FindingPtr Redacted(const FindingPtr& finding) {
  auto copy = std::make_shared<Finding>(*finding);
  // The copy's values may still point into the old arena: the new one keeps company, not place.
  auto arena = std::make_shared<Arena>();
  bool changed = false;
  auto redact = [&changed](std::string* text) {
    std::uint32_t mark = 0, mark_size = 0;
    RedactLine(text, &mark, &mark_size, &changed);
  };
  redact(&copy->message);
  if (copy->fix) redact(&*copy->fix);
  redact(&copy->location.file);
  if (copy->source) redact(&copy->source->file);
  for (FindingField& field : copy->fields) {
    bool field_changed = false;
    Value value = RedactValue(field.value, arena.get(), 0, &field_changed);
    if (value.kind == ValueKind::kText && KindOfName(field.name, true) == NameKind::kSecret &&
        value.size > 0 && !IsPlaceholder(value.AsText())) {
      value = Value::Text(kRedacted);
      field_changed = true;
    }
    field.value = arena->DeepCopy(value);
    changed = changed || field_changed;
  }
  if (!copy->origin.key.is_missing()) {
    bool key_changed = false;
    copy->origin.key = arena->DeepCopy(RedactValue(copy->origin.key, arena.get(), 0, &key_changed));
    changed = changed || key_changed;
  }
  for (Evidence& evidence : copy->evidence) {
    redact(&evidence.file);
    RedactLine(&evidence.text, &evidence.mark, &evidence.mark_size, &changed);
    for (auto* lines : {&evidence.before, &evidence.after}) {
      for (ContextLine& line : *lines) redact(&line.text);
    }
  }
  if (!changed) return finding;
  copy->arena = std::move(arena);
  return copy;
}

Diagnosis Redacted(const Diagnosis& diagnosis) {
  Diagnosis copy = diagnosis;
  copy.root = Redacted(copy.root);
  for (FindingPtr& finding : copy.because) finding = Redacted(finding);
  for (Symptom& symptom : copy.explains) symptom.finding = Redacted(symptom.finding);
  return copy;
}

}  // namespace faultline::runtime
