// The other way: bytes to gzip or zstd. What byte_source.h unpacks, member by member, this packs.
#ifndef FAULTLINE_RUNTIME_INPUT_COMPRESS_H_
#define FAULTLINE_RUNTIME_INPUT_COMPRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline::runtime {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

// By the end of a file's name: .gz, .zst, else none.
Compression CompressionOf(std::string_view path);

// One member; members may be written one after the other. Nothing if memory ran out. Thread safe.
std::optional<std::string> Compress(std::string_view bytes, Compression compression);

}  // namespace faultline::runtime

#endif  // FAULTLINE_RUNTIME_INPUT_COMPRESS_H_
