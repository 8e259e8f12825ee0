// What fuzz targets promise: a broken promise ends the program, as a crash would.
#ifndef FAULTLINE_TESTS_FUZZ_DECODE_CHECK_H_
#define FAULTLINE_TESTS_FUZZ_DECODE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define FUZZ_CHECK(condition)                                                        \
  do {                                                                               \
    if (!(condition)) {                                                              \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                  \
    }                                                                                \
  } while (false)

#endif  // FAULTLINE_TESTS_FUZZ_DECODE_CHECK_H_
