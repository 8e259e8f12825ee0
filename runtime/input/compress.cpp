#include "runtime/input/compress.h"

#include <zlib.h>
#include <zstd.h>

namespace faultline::runtime {

Compression CompressionOf(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::kGzip;
  return path.ends_with(".zst") ? Compression::kZstd : Compression::kNone;
}

std::optional<std::string> Compress(std::string_view bytes, Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return std::string(bytes);
    case Compression::kZstd: {
      std::string packed(ZSTD_compressBound(bytes.size()), '\0');
      const std::size_t size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 3);
      if (ZSTD_isError(size) != 0) return std::nullopt;
      packed.resize(size);
      return packed;
    }
    case Compression::kGzip:
      break;
  }
  z_stream stream{};
  // 15: largest window; 16: a gzip header.
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return packed;
}

}  // namespace faultline::runtime
