// The border: every function of faultline.h that can fail runs inside Guarded, so that nothing thrown crosses
// it, and says why it failed in words that faultline_error_message gives on the same thread.
//
// The words stand in a fixed buffer of the thread, so that they can be said without memory, too.
#ifndef FAULTLINE_CAPI_STATUS_H_
#define FAULTLINE_CAPI_STATUS_H_

#include "capi/faultline.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace faultline::capi {

// Keeps the message for this thread, cut between characters where it is long, and returns `status`.
faultline_status Fail(faultline_status status, std::string_view message) noexcept;
const char* LastMessage() noexcept;

template <typename Function>
faultline_status Guarded(Function&& function) noexcept {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Fail(FAULTLINE_ERROR_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return Fail(FAULTLINE_ERROR_INTERNAL, error.what());
  } catch (...) {
    return Fail(FAULTLINE_ERROR_INTERNAL, "something was thrown that is no exception of ours");
  }
}

// Takes the fields that both sides know; the others keep what `options` holds. Not OK where the program sets
// a field that this library does not have.
template <typename Options>
faultline_status ReadOptions(const Options* given, Options* options) {
  if (given == nullptr) return FAULTLINE_OK;
  const std::size_t size = given->struct_size;
  if (size < sizeof given->struct_size) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "struct_size is not set; call the _init function first");
  }
  if (size > sizeof(Options)) {
    constexpr std::size_t kLargest = 64 * 1024;
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    if (size > kLargest ||
        std::any_of(bytes + sizeof(Options), bytes + size, [](unsigned char byte) { return byte != 0; })) {
      return Fail(FAULTLINE_ERROR_ARGUMENT,
                  "an option is set that this version of the library does not know: " + std::to_string(size) +
                      " bytes of options, " + std::to_string(sizeof(Options)) + " are known");
    }
  }
  std::memcpy(options, given, std::min(size, sizeof(Options)));
  options->struct_size = sizeof(Options);
  return FAULTLINE_OK;
}

// Gives what both sides know; the program keeps its struct_size.
template <typename Result>
faultline_status WriteResult(const Result& result, Result* out) {
  const std::size_t size = out->struct_size;
  if (size < sizeof out->struct_size) {
    return Fail(FAULTLINE_ERROR_ARGUMENT, "struct_size is not set: it is the size of the struct");
  }
  std::memcpy(out, &result, std::min(size, sizeof(Result)));
  out->struct_size = size;
  return FAULTLINE_OK;
}

inline faultline_text TextOf(const std::string& text) {
  return {text.c_str(), text.size()};
}
inline faultline_text NoText() {
  return {"", 0};
}

}  // namespace faultline::capi

#endif  // FAULTLINE_CAPI_STATUS_H_
