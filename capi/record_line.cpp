// Records as lines: see record_line.h.
#include "capi/record_line.h"

#include "capi/status.h"
#include "runtime/decode/json.h"
#include "support/value/duration.h"
#include "support/value/json.h"
#include "support/value/time.h"

#include <cmath>
#include <string_view>

namespace faultline::capi {
namespace {

// Other than AppendJsonText it keeps bytes that are not UTF-8: the reader of lines does, too.
void AppendText(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (byte < 0x20) {
      *out += "\\u00";
      *out += kHex[byte >> 4];
      *out += kHex[byte & 15];
    } else {
      *out += c;
    }
  }
  *out += '"';
}

// A JSON value of the program's, on one line.
bool AppendJsonOf(std::string_view text, std::string* out) {
  runtime::JsonDocument document;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || !document.Parse(text, first)) return false;
  if (text.find_first_not_of(" \t\r\n", document.position()) != std::string_view::npos) return false;
  // Newlines stand between values only: inside text they would not have parsed.
  for (const char c : text.substr(first, document.position() - first))
    *out += c == '\n' || c == '\r' ? ' ' : c;
  return true;
}

faultline_status AppendField(const faultline_field& field, std::string* line) {
  const std::string name = field.name;
  const std::string_view text =
      field.text == nullptr ? std::string_view() : std::string_view(field.text, field.text_size);
  if (field.text == nullptr && field.text_size > 0) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "field `" + name + "`: text is NULL, text_size is not 0");
  }
  switch (field.type) {
    case FAULTLINE_TYPE_NULL:
      *line += "null";
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_TEXT:
      AppendText(text, line);
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_BOOL:
      *line += field.integer != 0 ? "true" : "false";
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_INT:
    case FAULTLINE_TYPE_BYTES:
      *line += std::to_string(field.integer);
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_FLOAT:
      if (std::isfinite(field.real)) {
        AppendJson(*line, Value::Float(field.real));
      } else {
        *line += "null";
      }
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_TIME:
      AppendText(FormatTime(field.integer), line);
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_DURATION:
      AppendText(FormatDuration(field.integer), line);
      return FAULTLINE_OK;
    case FAULTLINE_TYPE_JSON:
      if (AppendJsonOf(text, line)) return FAULTLINE_OK;
      return Fail(FAULTLINE_ERROR_ARGUMENT, "field `" + name + "`: its text is no JSON value");
    default:
      return Fail(FAULTLINE_ERROR_ARGUMENT,
                  "field `" + name + "`: there is no type " + std::to_string(field.type));
  }
}

}  // namespace

faultline_status AppendRecordLine(const faultline_field* fields, std::size_t count, std::string* line) {
  const std::size_t before = line->size();
  *line += '{';
  for (std::size_t i = 0; i < count; ++i) {
    if (fields[i].name == nullptr) {
      line->resize(before);
      return Fail(FAULTLINE_ERROR_ARGUMENT, "field " + std::to_string(i) + " has no name");
    }
    if (i > 0) *line += ',';
    AppendText(fields[i].name, line);
    *line += ':';
    if (const faultline_status status = AppendField(fields[i], line); status != FAULTLINE_OK) {
      line->resize(before);
      return status;
    }
  }
  *line += "}\n";
  return FAULTLINE_OK;
}

}  // namespace faultline::capi
