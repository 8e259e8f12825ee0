// Errors and versions: see status.h.
#include "capi/status.h"

namespace faultline::capi {
namespace {

constexpr std::size_t kMessageBytes = 1024;
thread_local char last_message[kMessageBytes] = "";

}  // namespace

faultline_status Fail(faultline_status status, std::string_view message) noexcept {
  std::size_t size = std::min(message.size(), kMessageBytes - 1);
  if (size < message.size()) {
    while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xC0) == 0x80) --size;
  }
  std::memmove(last_message, message.data(), size);
  last_message[size] = '\0';
  return status;
}

const char* LastMessage() noexcept {
  return last_message;
}

}  // namespace faultline::capi

using faultline::capi::LastMessage;

const char* faultline_version(void) {
  return FAULTLINE_VERSION;
}

uint32_t faultline_abi_version(void) {
  return FAULTLINE_ABI_VERSION;
}

const char* faultline_error_message(void) {
  return LastMessage();
}

const char* faultline_status_name(faultline_status status) {
  switch (status) {
    case FAULTLINE_OK:
      return "ok";
    case FAULTLINE_NONE:
      return "none";
    case FAULTLINE_ERROR_ARGUMENT:
      return "argument";
    case FAULTLINE_ERROR_STATE:
      return "state";
    case FAULTLINE_ERROR_RULES:
      return "rules";
    case FAULTLINE_ERROR_FORMAT:
      return "format";
    case FAULTLINE_ERROR_VERSION:
      return "version";
    case FAULTLINE_ERROR_FULL:
      return "full";
    case FAULTLINE_ERROR_CANCELLED:
      return "cancelled";
    case FAULTLINE_ERROR_FILE:
      return "file";
    case FAULTLINE_ERROR_NATIVE:
      return "native";
    case FAULTLINE_ERROR_MEMORY:
      return "memory";
    case FAULTLINE_ERROR_INTERNAL:
      return "internal";
    default:
      return "unknown";
  }
}
