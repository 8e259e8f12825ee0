# Compiler settings that every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Few link jobs at once: debug links are what runs a small machine out of memory.
set_property(GLOBAL PROPERTY JOB_POOLS link=1)
set(CMAKE_JOB_POOL_LINK link)

set(FAULTLINE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
if(FAULTLINE_SANITIZE)
  add_compile_options(-fsanitize=${FAULTLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${FAULTLINE_SANITIZE})
endif()

# libFuzzer is led by the coverage of everything that a fuzzer calls, so all rooms are compiled with it.
if(FAULTLINE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The warnings of our own code; generated code is compiled without them.
add_library(faultline_warnings INTERFACE)
target_compile_options(faultline_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
# g++ 12 sees overlapping copies in every "literal" + std::string (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(faultline_warnings INTERFACE -Wno-restrict)
  # With sanitizers it also takes std::regex and std::function for uninitialized (GCC bug 105562).
  if(FAULTLINE_SANITIZE)
    target_compile_options(faultline_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
# libstdc++ 12's own std::stable_sort calls a function that it declares deprecated, and clang reports it to the caller.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(faultline_warnings INTERFACE -Wno-deprecated-declarations)
endif()
