// What the tests of the C interface share: handles that destroy themselves, and runs from beginning to end.
#ifndef FAULTLINE_TESTS_UNIT_CAPI_CAPI_H_
#define FAULTLINE_TESTS_UNIT_CAPI_CAPI_H_

#include "faultline.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace capi_test {

template <auto destroy>
struct Destroy {
  template <typename T>
  void operator()(T* handle) const {
    destroy(handle);
  }
};
using Compiler = std::unique_ptr<faultline_compiler, Destroy<faultline_compiler_destroy>>;
using Rules = std::unique_ptr<faultline_rules, Destroy<faultline_rules_destroy>>;
using Run = std::unique_ptr<faultline_run, Destroy<faultline_run_destroy>>;
using Finding = std::unique_ptr<faultline_finding, Destroy<faultline_finding_destroy>>;
using Diagnoses = std::unique_ptr<faultline_diagnoses, Destroy<faultline_diagnoses_destroy>>;
using Bytes = std::unique_ptr<faultline_bytes, Destroy<faultline_bytes_destroy>>;

inline std::string Str(faultline_text text) {
  return {text.data, text.size};
}

inline std::string Message() {
  return faultline_error_message();
}

// One module of rules; a failure shows the diagnostics.
Rules Compile(const std::string& text);
Run NewRun(const Rules& rules, const faultline_run_options* options = nullptr);
std::uint32_t Begin(const Run& run, const char* path, std::int32_t kind = FAULTLINE_SOURCE_BYTES,
                    const char* role = nullptr);
// What waits, as JSON.
std::vector<std::string> Poll(const Run& run);
std::vector<std::string> Diagnose(const Run& run);
// The run as bytes, and begun again from them.
std::string Save(const Run& run);
Run Restore(const Rules& rules, const std::string& snapshot, const faultline_run_options* options = nullptr);

// Rules whose state spans records in all ways: keys, windows of lines and time, absence, scopes, counts,
// blocks.
extern const char* const kManyRules;
// A log for them.
std::string ManyLog(int records, std::uint32_t seed = 1);
// Findings, then diagnoses, of a log that is fed at once.
std::vector<std::string> Whole(const Rules& rules, const std::string& log);

}  // namespace capi_test

#endif  // FAULTLINE_TESTS_UNIT_CAPI_CAPI_H_
